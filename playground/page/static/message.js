// Renders a message: author, text or blocks, files, replies and actions.

import { explain, post } from "./api.js";
import { renderBlocks } from "./blocks.js";
import { el, icon, iconButton, safeUrl } from "./dom.js";
import { openMenu } from "./menu.js";
import { mrkdwn } from "./mrkdwn.js";
import { sizeText } from "./size.js";
import { dismiss, emit, replies, store, userName } from "./store.js";
import { createSurface } from "./surface.js";
import { clock, fullDate } from "./time.js";

function avatar(user) {
  const name = userName(user);
  const isBot = store.users.get(user)?.is_bot;
  const hue = [...String(user)].reduce((sum, char) => sum + char.charCodeAt(0), 0) % 6;
  return el("span", { class: `avatar ${isBot ? "avatar-bot" : `avatar-${hue}`}`, "aria-hidden": "true" }, name.slice(0, isBot ? 2 : 1).toUpperCase());
}

function fileCard(file) {
  const url = safeUrl(file.url);
  const name = file.title || file.name || "file";
  const details = [file.name !== name ? file.name : null, file.mimetype, sizeText(file.size)].filter(Boolean).join(" · ");
  const isPicture = url && /^image\/(png|jpeg|gif|webp|svg\+xml)$/.test(file.mimetype ?? "");
  const label = [icon("file"), el("span", { class: "file-text" }, el("span", { class: "file-name" }, name), el("span", { class: "file-about" }, details))];
  const card = url
    ? el("a", { class: "file", href: url, target: "_blank", rel: "noopener", download: isPicture ? null : (file.name ?? true), data: { fileId: file.id } }, label, icon("download"))
    : el("div", { class: "file", data: { fileId: file.id } }, label);
  return isPicture ? el("div", { class: "file-picture" }, card, el("img", { src: url, alt: name, loading: "lazy", class: "picture" })) : card;
}

function replyLink(message) {
  const visible = replies(message.channel, message.ts).filter((reply) => !reply.ephemeral);
  const count = Math.max(visible.length, message.reply_count ?? 0);
  if (!count) return null;
  const latest = visible.at(-1);
  return el(
    "button",
    { type: "button", class: "reply-link", on: { click: () => emit("open-thread", { ts: message.ts }) } },
    el("span", { class: "reply-count" }, `${count} ${count === 1 ? "reply" : "replies"}`),
    latest ? el("span", { class: "reply-last" }, `last at ${clock(latest.ts)}`) : null,
  );
}

function actions(message, pane) {
  const thread = message.thread_ts ?? message.ts;
  const reply = () => emit("open-thread", { ts: thread, focus: true });
  const run = async (shortcut) => {
    pane.notify(null);
    const result = await post("shortcut", { callback_id: shortcut.callback_id, channel: message.channel, message_ts: message.ts });
    if (!result.ok) pane.notify(explain(result));
  };
  const more = iconButton(
    "more",
    "More actions",
    () => {
      const shortcuts = store.shortcuts.filter((item) => !item.type || item.type === "message");
      const items = shortcuts.map((item) => ({ label: item.name, run: () => run(item) }));
      openMenu(more, [...items, { label: "Reply in thread", run: reply }]);
    },
    { "aria-haspopup": "menu" },
  );
  return el("div", { class: "toolbar" }, iconButton("reply", "Reply in thread", reply), more);
}

/** Returns a message's node. `pane`: {name, notify(text | null)}; `compact` omits the author, after a message by the same user. */
export function renderMessage(message, { pane, compact = false, inThread = false }) {
  const name = userName(message.user);
  const isBot = Boolean(store.users.get(message.user)?.is_bot || message.bot_id);
  const surface = createSurface({
    target: { channel: message.channel, message_ts: message.ts },
    kind: "message",
    notify: (result) => pane.notify(result && explain(result)),
  });
  const time = el("time", { class: "time", title: fullDate(message.ts), datetime: new Date(Number(message.ts) * 1000).toISOString() }, clock(message.ts));
  const content = message.blocks?.length ? renderBlocks(message.blocks, surface) : message.text ? mrkdwn(message.text) : null;
  return el(
    "article",
    {
      class: `message${compact ? " compact" : ""}${message.ephemeral ? " ephemeral" : ""}`,
      "aria-label": `${name}, ${clock(message.ts)}`,
      data: { ts: message.ts, user: message.user },
    },
    message.ephemeral ? el("div", { class: "only-you" }, icon("eye"), "Only visible to you", el("button", { type: "button", class: "text-button", on: { click: () => dismiss(message) } }, "Dismiss")) : null,
    compact ? el("span", { class: "gutter" }, time) : avatar(message.user),
    el(
      "div",
      { class: "message-main" },
      compact ? null : el("div", { class: "author" }, el("span", { class: "name" }, name), isBot ? el("span", { class: "badge" }, "APP") : null, time),
      content,
      message.edited ? el("span", { class: "edited" }, "(edited)") : null,
      message.files?.length ? el("div", { class: "files" }, message.files.map(fileCard)) : null,
      inThread || message.ephemeral ? null : replyLink(message),
    ),
    message.ephemeral ? null : actions(message, pane),
  );
}
