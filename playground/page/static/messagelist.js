// A scrolling list of messages. It replaces changed nodes only, so that focus, scroll position and half-filled inputs survive.

import { el } from "./dom.js";
import { renderMessage } from "./message.js";
import { dayKey, dayLabel } from "./time.js";

const NEAR = 120; // pixels from the bottom that still count as being at the bottom
const GROUP_SECONDS = 300;

export class MessageList {
  /** `options(message)` returns renderMessage's options; `marker(message)` returns a text that changes when the message has to be drawn again. */
  constructor(scroller, pane, { days = true, options = () => ({}), marker = () => "" } = {}) {
    Object.assign(this, { scroller, pane, days, options, marker });
    this.nodes = new Map(); // key -> {node, message, mark}
    this.stick = true;
    this.anchor = null; // index of the message to keep at the top until the user scrolls
    scroller.addEventListener("scroll", () => { this.stick = this.atBottom(); });
    for (const name of ["wheel", "touchmove", "pointerdown", "keydown"]) scroller.addEventListener(name, () => { this.anchor = null; }, { passive: true });
    // Pictures and charts grow after they are inserted.
    this.inner = el("div", { class: "list" });
    new ResizeObserver(() => this.settle()).observe(this.inner);
    scroller.replaceChildren(this.inner);
  }

  atBottom() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }

  /** Keeps this message at the top while more arrive below it. */
  startAt(index) {
    this.anchor = index;
    this.settle();
  }

  settle() {
    const anchored = this.anchor === null ? null : this.inner.children[this.anchor];
    if (anchored) this.scroller.scrollTop = anchored.offsetTop - 8;
    else if (this.stick) this.toBottom();
  }

  toBottom() {
    this.anchor = null;
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.stick = true;
  }

  clear() {
    this.nodes.clear();
    this.inner.replaceChildren();
    this.stick = true;
  }

  /** Shows messages, and an `extra` node after them: the hint of an empty channel. */
  show(messages, extra = null) {
    const rows = [];
    let previous = null;
    for (const message of messages) {
      const newDay = !previous || dayKey(previous.ts) !== dayKey(message.ts);
      if (this.days && newDay) rows.push(this.entryFor(`day ${dayKey(message.ts)}`, null, "", () => el("div", { class: "day", role: "separator" }, el("span", {}, dayLabel(message.ts)))));
      const compact = !newDay && previous.user === message.user && !previous.ephemeral && !message.ephemeral && !this.options(previous).parent && message.ts - previous.ts < GROUP_SECONDS;
      const mark = `${compact} ${this.marker(message)}`;
      const key = `${message.ephemeral ? "e" : "m"} ${message.channel} ${message.ts}`;
      rows.push(this.entryFor(key, message, mark, () => renderMessage(message, { pane: this.pane, compact, ...this.options(message) })));
      previous = message;
    }
    const entries = extra ? [...rows, { key: "extra", node: extra }] : rows;
    this.arrange(entries);
    this.settle();
  }

  /** Returns the existing entry, or a new one if the message or its look has changed. */
  entryFor(key, message, mark, build) {
    const existing = this.nodes.get(key);
    if (existing && existing.message === message && existing.mark === mark) return existing;
    const entry = { key, message, mark, node: build() };
    if (existing) this.replace(existing.node, entry.node);
    this.nodes.set(key, entry);
    return entry;
  }

  replace(node, replacement) {
    const active = node.contains(document.activeElement) ? document.activeElement : null;
    const hook = active?.closest("[data-action-id]")?.dataset.actionId;
    node.replaceWith(replacement);
    if (active) (hook && replacement.querySelector(`[data-action-id="${CSS.escape(hook)}"]`))?.focus();
  }

  arrange(entries) {
    const keys = new Set(entries.map((entry) => entry.key));
    for (const key of this.nodes.keys()) if (!keys.has(key)) this.nodes.delete(key);
    let at = this.inner.firstChild;
    for (const { node } of entries) {
      if (node === at) at = at.nextSibling;
      else this.inner.insertBefore(node, at);
    }
    while (at) {
      const next = at.nextSibling;
      at.remove();
      at = next;
    }
  }
}
