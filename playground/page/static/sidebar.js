// The list of channels and direct messages.

import { el, icon } from "./dom.js";
import { channelName, on, store } from "./store.js";

function entry(channel) {
  const unread = store.unread.has(channel.id);
  const current = channel.id === store.channel;
  const sign = channel.is_im ? el("span", { class: "presence", "aria-hidden": "true" }) : icon(channel.is_private ? "lock" : "hash");
  return el(
    "li",
    {},
    el(
      "a",
      { href: `#${channel.id}`, class: `${current ? "current" : ""}${unread ? " unread" : ""}`, "aria-current": current ? "page" : null, data: { channel: channel.id } },
      sign,
      el("span", { class: "channel-name" }, channelName(channel.id)),
      channel.is_private ? el("span", { class: "visually-hidden" }, " (private)") : null,
      unread ? el("span", { class: "dot" }, el("span", { class: "visually-hidden" }, " (new messages)")) : null,
    ),
  );
}

function group(title, channels) {
  return channels.length ? [el("h2", {}, title), el("ul", {}, channels.map(entry))] : [];
}

export function startSidebar(node) {
  const draw = () => {
    const focused = node.contains(document.activeElement) ? document.activeElement.dataset.channel : null;
    node.replaceChildren(
      el("div", { class: "workspace" }, el("span", { class: "mark", "aria-hidden": "true" }, (store.team?.name ?? "P").slice(0, 1)), el("span", { class: "workspace-name" }, store.team?.name ?? "Playground")),
      ...group("Channels", store.channels.filter((channel) => !channel.is_im)),
      ...group("Direct messages", store.channels.filter((channel) => channel.is_im)),
      el("p", { class: "sidebar-note" }, store.me ? `Signed in as ${store.me.name}` : ""),
    );
    node.querySelector("a.current")?.scrollIntoView({ block: "nearest", inline: "nearest" }); // on a phone the list is one line
    if (focused) node.querySelector(`[data-channel="${CSS.escape(focused)}"]`)?.focus();
  };
  on("state", draw);
  on("channel", draw);
  on("messages", ({ channel }) => channel !== store.channel && draw());
}
