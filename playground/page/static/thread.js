// The right pane: a parent message, its replies and a composer.

import { assistantPanel } from "./assistant.js";
import { Composer } from "./composer.js";
import { el, iconButton } from "./dom.js";
import { MessageList } from "./messagelist.js";
import { channelName, emit, findMessage, on, replies, store } from "./store.js";

const NARROW = "(max-width: 899px)";

export function startThread(node, layout) {
  const closedByUser = new Set();
  const drafts = new Map(); // thread ts -> unsent text
  let isAnswerExpected = false; // after an action of the user, whose answer comes to the top
  const channelNote = el("span", { class: "head-note" });
  const scroller = el("div", { class: "scroller", role: "log", "aria-live": "polite", "aria-label": "Thread messages", tabindex: "0" });
  const composer = new Composer({
    id: "thread-composer", label: "Reply…", inThread: true,
    target: () => ({ channel: store.channel, thread_ts: store.thread }),
  });
  node.append(
    el("header", { class: "pane-head" }, el("h2", {}, "Thread"), channelNote, iconButton("close", "Close thread", () => close(true))),
    scroller,
    el("div", { class: "pane-foot" }, assistantPanel((text) => composer.say(text)), composer.node),
  );
  const list = new MessageList(scroller, { name: "thread", notify: composer.notify }, {
    days: false,
    options: (message) => ({ inThread: true, parent: message.ts === store.thread }),
  });

  const show = () => {
    const parent = findMessage(store.channel, store.thread);
    const answers = replies(store.channel, store.thread);
    if (!parent && !answers.length) return close(false);
    list.show([parent, ...answers].filter(Boolean));
  };

  function open(ts, { focus = false } = {}) {
    const isOther = store.thread !== ts;
    if (isOther) {
      if (store.thread) drafts.set(store.thread, composer.area.value);
      store.thread = ts;
      isAnswerExpected = false;
      list.clear();
      composer.notify(null);
      node.hidden = false;
      composer.area.value = drafts.get(ts) ?? "";
      composer.changed();
      composer.list.hide();
    }
    closedByUser.delete(ts);
    channelNote.textContent = channelName(store.channel);
    node.hidden = false;
    layout.classList.add("with-thread");
    show();
    if (isOther) list.startAt(1);
    if (focus) composer.focus();
    emit("route");
  }

  function close(byUser) {
    if (!store.thread) return;
    const ts = store.thread;
    drafts.set(ts, composer.area.value);
    if (byUser) closedByUser.add(ts);
    store.thread = null;
    node.hidden = true;
    layout.classList.remove("with-thread");
    emit("route");
    if (byUser) {
      const parent = document.querySelector(`#messages [data-ts="${CSS.escape(ts)}"]`);
      (parent?.querySelector(".reply-link") ?? document.getElementById("composer"))?.focus();
    }
  }

  node.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) close(true);
  });
  on("open-thread", ({ ts, focus = true }) => open(ts, { focus }));
  on("offer-thread", ({ ts }) => {
    // It doesn't replace a thread with a draft, nor cover the channel on a small screen.
    const hasDraft = store.thread && store.thread !== ts && composer.area.value.trim();
    if (!closedByUser.has(ts) && !hasDraft && !matchMedia(NARROW).matches) open(ts);
  });
  on("acted", () => { isAnswerExpected = true; });
  on("channel", () => close(false));
  on("state", () => {
    list.clear();
    if (store.thread) open(store.thread);
  });
  on("messages", ({ channel, message, isNew }) => {
    if (!store.thread || channel !== store.channel) return;
    show();
    if (!isNew || message.thread_ts !== store.thread) return;
    if (message.user === store.me?.id) list.toBottom();
    else if (isAnswerExpected) list.startAt(list.inner.children.length - 1);
    isAnswerExpected = false;
  });
}
