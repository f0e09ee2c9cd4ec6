// Renders Slack's mrkdwn.

import { el, fragment, link } from "./dom.js";
import { emoji, replaceEmoji } from "./emoji.js";
import { channelName, store, userName } from "./store.js";
import { fullDate, template } from "./time.js";

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };

/** Replaces the three entities that Slack uses. */
const unescape = (text) => text.replace(/&(amp|lt|gt);/g, (entity) => ENTITIES[entity]);

export const mention = (text, kind = "user") => el("span", { class: `mention mention-${kind}` }, text);
export const userMention = (id) => mention(`@${userName(id)}`, id === store.me?.id ? "me" : "user");
export const channelMention = (id, label) => mention(`#${label || channelName(id)}`, "channel");

export function dateNode(ts, text, fallback, url) {
  const display = template(ts, text, fallback);
  const time = el("time", { title: Number.isNaN(Number(ts)) ? null : fullDate(ts) }, display);
  return url ? link(url, time) : time;
}

/** Returns the node for the text between `<` and `>`: a mention, a date or a link. */
function angle(body) {
  const bar = body.indexOf("|");
  const target = bar < 0 ? body : body.slice(0, bar);
  const label = bar < 0 ? "" : unescape(body.slice(bar + 1));
  if (target.startsWith("@")) return userMention(target.slice(1));
  if (target.startsWith("#")) return channelMention(target.slice(1), label);
  if (target.startsWith("!date^")) {
    const [, ts, text, url] = target.split("^");
    return dateNode(ts, unescape(text ?? ""), label || undefined, url);
  }
  if (target.startsWith("!subteam^")) return mention(label || `@${target.slice(9)}`, "group");
  if (target.startsWith("!")) return mention(label || `@${target.slice(1)}`, "group");
  if (!/^(https?:\/\/|mailto:|tel:)/i.test(target)) return document.createTextNode(`<${unescape(body)}>`);
  const address = unescape(target);
  return link(address, label ? replaceEmoji(label) : address.replace(/^(mailto|tel):/, ""));
}

const WORD = /[\p{L}\p{N}]/u;
const MARKS = { "*": "strong", _: "em", "~": "del" };

/** Returns the index that closes the emphasis opened at text[at], or -1. Marks work only at word edges and on one line. */
function closing(text, at) {
  const mark = text[at];
  if (WORD.test(text[at - 1] ?? "") || text[at - 1] === mark || !/\S/.test(text[at + 1] ?? "") || text[at + 1] === mark) return -1;
  for (let i = at + 1; i < text.length && text[i] !== "\n"; i++) {
    if (text[i] === "`" || text[i] === "<") {
      const end = text.indexOf(text[i] === "<" ? ">" : "`", i + 1);
      if (end > 0) i = end;
    } else if (text[i] === mark && /\S/.test(text[i - 1]) && !WORD.test(text[i + 1] ?? "") && i > at + 1) {
      return i;
    }
  }
  return -1;
}

const BARE_URL = /^https?:\/\/[^\s<>|`]+[^\s<>|`.,;:!?)'"*_~]/i;

/** Renders inline text: code, links, mentions, emphasis, emoji, line breaks. */
export function inline(text, { links = true } = {}) {
  const out = [];
  let plain = "";
  const flush = () => {
    if (plain) out.push(unescape(plain));
    plain = "";
  };
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    let node = null;
    let end = -1;
    if (char === "`") {
      end = text.indexOf("`", i + 1);
      if (end > i + 1 && !text.slice(i, end).includes("\n")) node = el("code", {}, unescape(text.slice(i + 1, end)));
    } else if (char === "<") {
      end = text.indexOf(">", i + 1);
      if (end > i + 1) node = angle(text.slice(i + 1, end));
    } else if (char in MARKS) {
      end = closing(text, i);
      if (end > 0) node = el(MARKS[char], {}, inline(text.slice(i + 1, end), { links }));
    } else if (char === ":") {
      const match = /^:([a-z0-9_+'-]+(?:::skin-tone-\d)?):/.exec(text.slice(i, i + 60));
      const display = match && emoji(match[1]);
      if (match && display !== match[0]) {
        node = el("span", { class: "emoji", title: match[0] }, display);
        end = i + match[0].length - 1;
      }
    } else if (char === "\n") {
      node = el("br");
      end = i;
    } else if (links && (char === "h" || char === "H") && !WORD.test(text[i - 1] ?? "")) {
      const match = BARE_URL.exec(text.slice(i));
      if (match) {
        node = link(unescape(match[0]), unescape(match[0]));
        end = i + match[0].length - 1;
      }
    }
    if (node) {
      flush();
      out.push(node);
      i = end;
    } else {
      plain += char;
    }
  }
  flush();
  return fragment(out);
}

const QUOTE = /^(?:&gt;|>)\s?(?!&gt;|>)/;
const QUOTE_ALL = /^(?:&gt;|>){3}\s?/; // everything to the end
const ITEM = /^(\s*)([•◦▪–-]|\d{1,3}[.)])\s+/;

/** Renders lines: quoted lines become one quote, and list-like lines get a hanging indent with their marker as typed. */
function lines(text, options) {
  const out = [];
  const rows = text.split("\n");
  for (let i = 0; i < rows.length; i++) {
    if (QUOTE_ALL.test(rows[i])) {
      out.push(el("blockquote", {}, inline(rows.slice(i).join("\n").replace(QUOTE_ALL, ""), options)));
      break;
    }
    if (QUOTE.test(rows[i])) {
      const quoted = [];
      while (i < rows.length && QUOTE.test(rows[i])) quoted.push(rows[i++].replace(QUOTE, ""));
      i--;
      out.push(el("blockquote", {}, inline(quoted.join("\n"), options)));
    } else if (ITEM.test(rows[i])) {
      const [whole, indent, marker] = ITEM.exec(rows[i]);
      const row = el("div", { class: "listline" }, el("span", { class: "marker" }, marker), el("div", {}, inline(rows[i].slice(whole.length), options)));
      if (indent) row.classList.add("nested");
      out.push(row);
    } else {
      const paragraph = [];
      while (i < rows.length && ![QUOTE, QUOTE_ALL, ITEM].some((pattern) => pattern.test(rows[i]))) paragraph.push(rows[i++]);
      i--;
      // A blank line next to a block element is that element's margin.
      const display = paragraph.join("\n");
      if (display.trim() || !out.length) out.push(el("div", {}, inline(out.length ? display.replace(/^\n/, "") : display, options)));
      else out.push(el("div", { class: "gap" }));
    }
  }
  return out;
}

/** Renders a whole mrkdwn text. */
export function mrkdwn(text, options = {}) {
  const parts = String(text ?? "").split(/```\n?([\s\S]*?)\n?```/);
  const nodes = parts.map((part, at) => {
    if (at % 2) return el("pre", { tabindex: "0" }, unescape(part));
    const trimmed = parts.length > 1 ? part.replace(/^\n|\n$/g, "") : part;
    return trimmed ? lines(trimmed, options) : [];
  });
  return el("div", { class: "text" }, nodes);
}

/** Returns the text of a plain_text object, with emoji if the object enables them. */
export function plain(object) {
  const text = typeof object === "string" ? object : (object?.text ?? "");
  return object?.emoji ? replaceEmoji(text) : text;
}

/** Renders a text object; `inlineOnly` for labels and options. */
export function textObject(object, { inlineOnly = false } = {}) {
  if (!object) return fragment();
  if (object.type === "mrkdwn") {
    const options = { links: !object.verbatim };
    return inlineOnly ? inline(object.text ?? "", options) : mrkdwn(object.text, options);
  }
  return inlineOnly ? document.createTextNode(plain(object)) : el("div", { class: "text plain" }, plain(object));
}
