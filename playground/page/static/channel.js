// The middle pane: the channel's header, messages and composer.

import { Composer } from "./composer.js";
import { assistantButton } from "./assistant.js";
import { createHome } from "./home.js";
import { el, icon } from "./dom.js";
import { MessageList } from "./messagelist.js";
import { channelName, channelOf, emit, on, replies, store, topLevel } from "./store.js";

/** Returns the hint of an empty channel: the app's first command and its example, to click. */
function welcome(composer) {
  const fill = (text) => el("button", { type: "button", class: "code-button", on: { click: () => composer.fill(text) } }, el("code", {}, text));
  const command = store.commands[0]?.command;
  return el(
    "section",
    { class: "welcome", "aria-label": "First steps" },
    el("h3", {}, `Try ${store.bot?.name ?? "the app"}`),
    command ? el("p", {}, "Type ", fill(command), store.example ? " or a whole line:" : ".") : null,
    store.example ? el("p", {}, fill(store.example)) : null,
  );
}

export function startChannel({ head, scroller, foot }) {
  const composer = new Composer({ id: "composer", label: "Message", target: () => ({ channel: store.channel }) });
  composer.area.disabled = true; // until the channel and the app's commands are known: an earlier line would be refused
  foot.append(composer.node);
  const pane = { name: "channel", notify: composer.notify };
  const list = new MessageList(scroller, pane, {
    // A parent is drawn again when its replies change.
    marker: (message) => replies(message.channel, message.ts).map((reply) => reply.ts).join(),
  });

  const home = createHome({ scroller, foot });

  const show = () => {
    if (!store.channel) return;
    const messages = topLevel(store.channel);
    list.show(messages, messages.length ? null : welcome(composer));
  };

  const open = () => {
    const channel = channelOf(store.channel);
    if (!channel) return;
    const name = channelName(channel.id);
    const isAppAbsent = channel.is_member === false && !channel.is_im;
    head.replaceChildren(
      el("h1", { id: "channel-title" }, channel.is_im ? el("span", { class: "presence", "aria-hidden": "true" }) : icon(channel.is_private ? "lock" : "hash"), name),
      channel.is_im ? el("span", { class: "badge" }, "APP") : "",
      channel.is_im && store.hasHome ? home.tabs : "",
      channel.is_im && store.hasAssistant ? assistantButton(composer.notify) : "",
      isAppAbsent ? el("span", { class: "head-note" }, `${store.bot?.name ?? "The app"} isn't in this channel`) : "",
    );
    composer.area.disabled = false;
    composer.area.placeholder = channel.is_im ? `Message ${name}` : `Message #${name}`;
    composer.area.setAttribute("aria-label", composer.area.placeholder);
    document.title = `${name} · ${store.team?.name ?? "Playground"}`;
    home.show(false);
    list.clear();
    show();
    list.toBottom();
  };

  on("channel", () => {
    composer.notify(null);
    open();
    composer.focus();
  });
  on("state", open);
  on("messages", ({ channel, message, isNew }) => {
    if (channel !== store.channel) return;
    show();
    if (isNew && message.user === store.me?.id && !message.thread_ts) list.toBottom(); // the user's own message is always in view
    if (isNew) openRepliedThread(message);
  });
  return composer;
}

/** Opens the thread of the newest message when the app replies in it. */
function openRepliedThread(message) {
  const { ts, thread_ts: parent, channel } = message;
  if (!parent || parent === ts || message.user !== store.bot?.id) return;
  const newest = topLevel(channel).filter((item) => !item.ephemeral).at(-1);
  if (newest?.ts === parent) emit("offer-thread", { ts: parent });
}
