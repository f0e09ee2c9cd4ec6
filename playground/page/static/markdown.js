// The markdown block: the everyday part of standard Markdown.

import { el, fragment, link } from "./dom.js";
import { replaceEmoji } from "./emoji.js";
import { grid } from "./tables.js";

const WORD = /[\p{L}\p{N}]/u;

const RULES = [
  [/^\\([\\`*_{}[\]()#+\-.!|~<>])/, (match) => match[1]],
  [/^(`+)([\s\S]*?[^`])\1(?!`)/, (match) => el("code", {}, match[2].trim() || match[2])],
  [/^!\[([^\]]*)\]\(([^\s)]+)[^)]*\)/, (match) => link(match[2], match[1] || match[2])], // Slack shows an image as a link
  [/^\[((?:[^\]\\]|\\.)+)\]\(<?([^\s)>]+)>?(?:\s+"[^"]*")?\)/, (match) => link(match[2], inlineMarkdown(match[1]))],
  [/^<((?:https?:\/\/|mailto:)[^\s>]+)>/, (match) => link(match[1], match[1])],
  [/^https?:\/\/[^\s<>|`]+[^\s<>|`.,;:!?)'"*_~]/i, (match) => link(match[0], match[0])],
  [/^\*\*(?=\S)([\s\S]*?\S)\*\*/, (match) => el("strong", {}, inlineMarkdown(match[1]))],
  [/^__(?=\S)([\s\S]*?\S)__/, (match) => el("strong", {}, inlineMarkdown(match[1])), true],
  [/^~~(?=\S)([\s\S]*?\S)~~/, (match) => el("del", {}, inlineMarkdown(match[1]))],
  [/^\*(?=[^\s*])([\s\S]*?[^\s*])\*(?!\*)/, (match) => el("em", {}, inlineMarkdown(match[1]))],
  [/^_(?=[^\s_])([\s\S]*?[^\s_])_(?!\w)/, (match) => el("em", {}, inlineMarkdown(match[1])), true],
  [/^(?: {2,}|\\)\n/, () => el("br")],
];

function inlineMarkdown(text) {
  const out = [];
  let plain = "";
  const flush = () => {
    if (plain) out.push(replaceEmoji(plain));
    plain = "";
  };
  for (let i = 0; i < text.length; ) {
    let found = null;
    if (/[\\`![<*_~ h]/i.test(text[i])) {
      const rest = text.slice(i);
      for (const [pattern, build, atWordEdge] of RULES) {
        if (atWordEdge && WORD.test(text[i - 1] ?? "")) continue;
        const match = pattern.exec(rest);
        if (!match) continue;
        flush();
        out.push(build(match));
        found = match[0];
        break;
      }
    }
    if (found) i += found.length;
    else plain += text[i++];
  }
  flush();
  return fragment(out);
}

const FENCE = /^ {0,3}(```+|~~~+)\s*(\S*)\s*$/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const QUOTE = /^ {0,3}>\s?/;
const DIVIDER = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

const cells = (line) =>
  line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim().replace(/\\\|/g, "|"));

function table(head, divider, body) {
  const align = cells(divider).map((mark) => (/^:.*:$/.test(mark) ? "center" : /:$/.test(mark) ? "right" : "left"));
  const row = (line) => cells(line).map((cell) => inlineMarkdown(cell));
  return grid({ head: row(head), rows: body.map(row), align, wrapped: () => true });
}

/** A list and what is indented under its items. */
function list(rows) {
  const [, indent, marker] = ITEM.exec(rows[0]);
  const ordered = /\d/.test(marker);
  const items = [];
  for (const row of rows) {
    const match = ITEM.exec(row);
    if (match && match[1].length <= indent.length) items.push([match[3]]);
    else items.at(-1).push(row.replace(new RegExp(`^\\s{0,${indent.length + marker.length + 1}}`), ""));
  }
  const nodes = items.map(([first, ...rest]) => {
    const box = /^\[([ xX])\]\s+/.exec(first);
    const lead = box ? [box[1] === " " ? "☐ " : "☑ ", inlineMarkdown(first.slice(box[0].length))] : inlineMarkdown(first);
    return el("li", {}, lead, rest.some((line) => line.trim()) ? blocks(rest) : null);
  });
  return ordered ? el("ol", { start: parseInt(marker, 10) }, nodes) : el("ul", {}, nodes);
}

function blocks(rows) {
  const out = [];
  let i = 0;
  const startsBlock = (row) => FENCE.test(row) || HEADING.test(row) || RULE.test(row) || ITEM.test(row) || QUOTE.test(row);
  const take = (test) => {
    const from = i;
    while (i < rows.length && test(rows[i])) i++;
    return rows.slice(from, i);
  };
  while (i < rows.length) {
    const row = rows[i];
    const fence = FENCE.exec(row);
    if (!row.trim()) {
      i++;
    } else if (fence) {
      i++;
      const code = take((line) => !line.trim().startsWith(fence[1]));
      i++;
      out.push(el("pre", { tabindex: "0" }, code.join("\n")));
    } else if (HEADING.test(row)) {
      const [, marks, text] = HEADING.exec(row);
      out.push(el("div", { class: `md-h md-h${marks.length}`, role: "heading", "aria-level": Math.min(marks.length + 2, 6) }, inlineMarkdown(text)));
      i++;
    } else if (RULE.test(row)) {
      out.push(el("hr"));
      i++;
    } else if (QUOTE.test(row)) {
      out.push(el("blockquote", {}, blocks(take((line) => QUOTE.test(line)).map((line) => line.replace(QUOTE, "")))));
    } else if (ITEM.test(row)) {
      const ordered = (line) => /^\s*\d/.test(line);
      const first = row;
      const base = ITEM.exec(first)[1].length;
      out.push(list(take((line) => {
        const match = ITEM.exec(line);
        return match ? match[1].length > base || ordered(line) === ordered(first) : /^\s{2,}\S/.test(line);
      })));
    } else if (row.includes("|") && DIVIDER.test(rows[i + 1] ?? "") && rows[i + 1].includes("-")) {
      i += 2;
      out.push(table(row, rows[i - 1], take((line) => line.trim() !== "" && line.includes("|"))));
    } else {
      const first = i++;
      take((line) => line.trim() !== "" && !startsBlock(line));
      out.push(el("p", {}, inlineMarkdown(rows.slice(first, i).join("\n").trimEnd())));
    }
  }
  return out;
}

export const markdown = (text) => el("div", { class: "markdown" }, blocks(String(text ?? "").replace(/\r\n?/g, "\n").split("\n")));
