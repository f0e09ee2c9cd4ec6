// Threads with the app in Slack's assistant container: a button that starts one, its prompts and its status.

import { explain, post } from "./api.js";
import { el } from "./dom.js";
import { emit, on, store } from "./store.js";

let viewed = null; // the channel that was open before the app's messages

on("channel", () => {
  const channel = store.channels.find((item) => item.id === store.channel);
  if (channel && !channel.is_im) viewed = channel.id;
});

/** Returns the button that starts a thread; `notify` shows a failure. */
export function assistantButton(notify) {
  const start = async () => {
    const result = await post("assistant", { viewed: viewed ?? store.channels.find((item) => !item.is_im)?.id ?? null });
    if (result.ok) emit("open-thread", { ts: result.ts });
    else notify(explain(result));
  };
  return el("button", { type: "button", class: "tab", on: { click: start } }, "New chat");
}

/** Returns the panel above a thread's composer. `send(text)` sends a message into the thread. */
export function assistantPanel(send) {
  const status = el("p", { class: "assistant-status", role: "status" });
  const prompts = el("div", { class: "assistant-prompts", role: "group", "aria-label": "Suggested questions" });
  const node = el("div", { class: "assistant", hidden: true }, prompts, status);
  const draw = () => {
    const thread = store.assistant.get(store.thread);
    node.hidden = !thread;
    if (!thread) return;
    status.textContent = thread.status ? `${store.bot?.name ?? "The app"} ${thread.status}` : "";
    prompts.replaceChildren(...thread.prompts.map(({ title, message }) => el("button", { type: "button", title: message, on: { click: () => send(message) } }, title)));
  };
  on("assistant", draw);
  on("route", draw);
  return node;
}
