// The start: connects the panes to the store, the store to the server, and the address to the open channel.

import { listen } from "./api.js";
import { startChannel } from "./channel.js";
import { startModals } from "./modal.js";
import { startSidebar } from "./sidebar.js";
import { apply, channelOf, emit, findMessage, loadState, on, store } from "./store.js";
import { startThread } from "./thread.js";

const byId = (id) => document.getElementById(id);

/** Returns the channel and the thread in the address, `#channel/thread`, so that a reload shows them again. */
const route = () => location.hash.slice(1).split("/").map(decodeURIComponent);

function openChannel(id) {
  store.channel = id;
  store.unread.delete(id);
  emit("channel");
  emit("route");
}

startSidebar(byId("sidebar"));
const composer = startChannel({ head: byId("channel-head"), scroller: byId("messages"), foot: byId("channel-foot") });
startThread(byId("thread"), byId("layout"));
startModals();

on("route", () => {
  const hash = `#${[store.channel, store.thread].filter(Boolean).join("/")}`;
  if (store.channel && location.hash !== hash) history.replaceState(null, "", hash);
});

window.addEventListener("hashchange", () => {
  const [channel, thread] = route();
  if (channel !== store.channel && channelOf(channel)) openChannel(channel);
  else if (thread && thread !== store.thread && findMessage(channel, thread)) emit("open-thread", { ts: thread });
});

// A click on the open channel doesn't change the address, but should focus its composer.
byId("sidebar").addEventListener("click", (event) => {
  const id = event.target.closest("[data-channel]")?.dataset.channel;
  if (!id) return;
  event.preventDefault();
  if (id === store.channel) composer.focus();
  else openChannel(id);
});

// A link to a message of this workspace opens it on this page.
document.addEventListener("click", (event) => {
  const href = event.target.closest("a[href]")?.href ?? "";
  const [, channel, seconds, microseconds] = /\/archives\/(\w+)\/p(\d+)(\d{6})$/.exec(href) ?? [];
  const ts = `${seconds}.${microseconds}`;
  if (!channel || !channelOf(channel) || !findMessage(channel, ts)) return;
  event.preventDefault();
  if (channel !== store.channel) openChannel(channel);
  emit("open-thread", { ts });
});

const showConnection = (isLost) => { byId("connection").hidden = !isLost; };

async function load() {
  const isFirstLoad = !store.loaded;
  if (isFirstLoad) [store.channel, store.thread] = [route()[0] || null, route()[1] || null];
  try {
    await loadState();
    showConnection(false);
  } catch (error) {
    console.error("The state could not be loaded", error);
    showConnection(true);
    setTimeout(load, 2000);
    return;
  }
  if (isFirstLoad && !store.views.length) composer.focus();
  emit("route");
}

listen({ onEvent: apply, onOpen: load, onLost: () => showConnection(true) });
