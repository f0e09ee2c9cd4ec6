// Renders rich_text blocks and table cells.

import { el, link } from "./dom.js";
import { emoji } from "./emoji.js";
import { channelMention, dateNode, mention, userMention } from "./mrkdwn.js";

/** Wraps a node in the elements of its style. */
function styled(node, style = {}) {
  let out = node;
  if (style.code) out = el("code", {}, out);
  if (style.bold) out = el("strong", {}, out);
  if (style.italic) out = el("em", {}, out);
  if (style.strike) out = el("del", {}, out);
  if (style.underline) out = el("u", {}, out);
  return out;
}

function textWithBreaks(text) {
  const parts = String(text ?? "").split("\n");
  return parts.flatMap((part, at) => (at ? [el("br"), part] : [part])).filter((part) => part !== "");
}

function leaf(item) {
  switch (item.type) {
    case "text":
      return textWithBreaks(item.text);
    case "link":
      return link(item.url, item.text || item.url);
    case "emoji":
      return el("span", { class: "emoji", title: `:${item.name}:` }, fromCode(item.unicode) ?? emoji(item.name));
    case "user":
      return userMention(item.user_id);
    case "channel":
      return channelMention(item.channel_id);
    case "usergroup":
      return mention(`@${item.usergroup_id}`, "group");
    case "broadcast":
      return mention(`@${item.range}`, "group");
    case "date":
      return dateNode(item.timestamp, item.format, item.fallback, item.url);
    case "color": {
      const swatch = el("span", { class: "swatch" });
      if (/^#[0-9a-f]{3,8}$/i.test(item.value)) swatch.style.background = item.value;
      return el("span", {}, swatch, item.value);
    }
    default:
      return el("span", { class: "unknown-inline" }, `[${item.type}]`);
  }
}

function fromCode(code) {
  if (!/^[0-9a-f]{2,6}(-[0-9a-f]{2,6})*$/i.test(code ?? "")) return null;
  const points = code.split("-").map((part) => parseInt(part, 16));
  return points.every((point) => point <= 0x10ffff) ? String.fromCodePoint(...points) : null;
}

const leaves = (items = []) =>
  items.flatMap((item) => {
    const nodes = [leaf(item)].flat();
    return nodes.map((node) => styled(node, item.style));
  });

/** Renders a list. Nested lists are separate elements in the payload, so the indent is a class. */
function list(item, counters) {
  const ordered = item.style === "ordered";
  const indent = Math.min(item.indent ?? 0, 6);
  const start = (item.offset ?? counters[indent] ?? 0) + 1;
  counters.length = indent + 1;
  counters[indent] = ordered ? start - 1 + (item.elements?.length ?? 0) : 0;
  const rows = (item.elements ?? []).map((entry) => el("li", {}, leaves(entry.elements)));
  const props = { class: `rt-list indent-${indent}${item.border ? " bordered" : ""}` };
  return ordered ? el("ol", { ...props, start }, rows) : el("ul", props, rows);
}

/** Returns the nodes of a rich_text block's parts. */
export function richText(block) {
  let counters = [];
  return (block.elements ?? []).map((item) => {
    if (item.type !== "rich_text_list") counters = [];
    switch (item.type) {
      case "rich_text_section":
        return el("div", { class: "rt-section" }, leaves(item.elements));
      case "rich_text_list":
        return list(item, counters);
      case "rich_text_quote":
        return el("blockquote", {}, leaves(item.elements));
      case "rich_text_preformatted":
        return el("pre", { tabindex: "0" }, leaves(item.elements));
      default:
        return el("div", { class: "unknown" }, `This page can't show “${item.type}”.`);
    }
  });
}
