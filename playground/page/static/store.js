// The page's state. Other modules read it and listen to its events.

import { fetchState } from "./api.js";

export const store = {
  loaded: false,
  team: { name: "Playground" },
  me: null,
  bot: null,
  users: new Map(),
  channels: [],
  commands: [],
  shortcuts: [],
  example: "", // a command line that an empty channel offers
  messages: new Map(), // channel id -> Map(key -> message)
  views: [],
  home: null, // the app's Home tab
  hasAssistant: false, // whether the app has threads in Slack's assistant container
  assistant: new Map(), // ts of such a thread -> its status and suggested prompts
  hasHome: false, // whether the app subscribes to app_home_opened
  channel: null, // id of the open channel
  thread: null, // ts of the open thread's parent
  unread: new Set(),
};

const listeners = new Map();

export function on(name, handler) {
  if (!listeners.has(name)) listeners.set(name, []);
  listeners.get(name).push(handler);
}

export function emit(name, detail) {
  for (const handler of listeners.get(name) ?? []) handler(detail);
}

const DISMISSED = "playground-dismissed";
const dismissed = new Set(JSON.parse(sessionStorage.getItem(DISMISSED) ?? "[]"));

/** Returns a message's key: an ephemeral message may have the time stamp of an ordinary one. */
const keyOf = (message) => (message.ephemeral ? `e${message.ts}` : message.ts);

export function dismiss(message) {
  dismissed.add(`${message.channel}/${keyOf(message)}`);
  sessionStorage.setItem(DISMISSED, JSON.stringify([...dismissed].slice(-500)));
  emit("messages", { channel: message.channel });
}

function channelMessages(channel) {
  if (!store.messages.has(channel)) store.messages.set(channel, new Map());
  return store.messages.get(channel);
}

const isReply = (message) => Boolean(message.thread_ts) && message.thread_ts !== message.ts;

function listed(channel) {
  return [...channelMessages(channel).values()]
    .filter((message) => !dismissed.has(`${channel}/${keyOf(message)}`))
    .sort((a, b) => Number(a.ts) - Number(b.ts));
}

/** Returns a channel's messages without thread replies. */
export const topLevel = (channel) =>
  listed(channel).filter((message) => !isReply(message));

export const replies = (channel, ts) => listed(channel).filter((message) => isReply(message) && message.thread_ts === ts);

export const findMessage = (channel, ts) => channelMessages(channel).get(ts);

export function userName(id) {
  return store.users.get(id)?.name ?? id ?? "unknown";
}

export function channelOf(id) {
  return store.channels.find((channel) => channel.id === id);
}

export function channelName(id) {
  const channel = channelOf(id);
  if (!channel) return id;
  return channel.is_im ? (store.bot?.name ?? channel.name) : channel.name;
}

let queue = null; // events that arrive while the state is being fetched

export async function loadState() {
  queue ??= [];
  let state;
  try {
    state = await fetchState();
  } catch (error) {
    queue = null;
    throw error;
  }
  const { team, channels = [], commands = [], shortcuts = [], example = "", views = [], home = null, has_home: hasHome = false, has_assistant: hasAssistant = false } = state;
  Object.assign(store, { team, channels, commands, shortcuts, example, views, home, hasHome, hasAssistant, loaded: true });
  store.assistant = new Map((state.assistant_threads ?? []).map((thread) => [thread.thread_ts, thread]));
  store.users = new Map((state.users ?? []).map((user) => [user.id, user]));
  Object.assign(store, { me: store.users.get(state.me), bot: store.users.get(state.bot) });
  store.messages = new Map();
  for (const [channel, messages] of Object.entries(state.messages ?? {})) {
    for (const message of messages) channelMessages(channel).set(keyOf(message), { channel, ...message });
  }
  if (!channelOf(store.channel)) store.channel = (channels.find((item) => !item.is_im) ?? channels[0])?.id ?? null;
  emit("state");
  const events = queue ?? [];
  queue = null;
  events.forEach(apply);
}

/** Applies an event of the server. Each may arrive twice. */
export function apply(event) {
  if (queue) return void queue.push(event);
  const { type, message, view, file } = event;
  if (type === "message" || type === "message_changed") {
    const messages = channelMessages(message.channel);
    const isNew = !messages.has(keyOf(message));
    messages.set(keyOf(message), message);
    if (isNew && message.channel !== store.channel) store.unread.add(message.channel);
    emit("messages", { channel: message.channel, message, isNew });
  } else if (type === "message_deleted") {
    const messages = channelMessages(message.channel);
    messages.delete(message.ts);
    messages.delete(`e${message.ts}`);
    emit("messages", { channel: message.channel });
  } else if (type === "assistant") {
    store.assistant.set(event.thread.thread_ts, event.thread);
    emit("assistant", { ts: event.thread.thread_ts });
  } else if (view?.type === "home") {
    store.home = view;
    emit("home");
  } else if (type === "view_opened" || type === "view_pushed" || type === "view_updated") {
    const at = store.views.findIndex((item) => item.id === view.id);
    if (at >= 0) store.views[at] = view;
    else if (type !== "view_updated") store.views.push(view);
    emit("views", { updated: view.id });
  } else if (type === "view_closed") {
    store.views = store.views.filter((item) => item.id !== view.id);
    emit("views", {});
  } else if (type === "file") {
    updateFile(file);
  }
}

/** Updates a file in all messages: its title or size may arrive after the message. */
function updateFile(file) {
  for (const [channel, messages] of store.messages) {
    for (const [key, message] of messages) {
      if (!message.files?.some((item) => item.id === file.id)) continue;
      messages.set(key, { ...message, files: message.files.map((item) => (item.id === file.id ? { ...item, ...file } : item)) });
      emit("messages", { channel });
    }
  }
}
