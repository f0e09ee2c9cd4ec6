// A scrolling list of messages that only touches what changed, so that focus, scroll and half-filled inputs survive.

import { el } from "./dom.js";
import { renderMessage } from "./message.js";
import { dayKey, dayLabel } from "./time.js";

const NEAR = 120; // pixels from the bottom that still count as being at the bottom
const GROUP_SECONDS = 300;

export class MessageList {
  /** `options(message)` gives what renderMessage takes besides the pane. */
  constructor(scroller, pane, { days = true, options = () => ({}), marker = () => "" } = {}) {
    Object.assign(this, { scroller, pane, days, options, marker });
    this.nodes = new Map(); // key -> {node, message, mark}
    this.stick = true;
    this.anchor = null; // index of the message to keep at the top until somebody scrolls
    scroller.addEventListener("scroll", () => { this.stick = this.atBottom(); });
    for (const name of ["wheel", "touchmove", "pointerdown", "keydown"]) scroller.addEventListener(name, () => { this.anchor = null; }, { passive: true });
    // Pictures and charts grow after they were put in.
    this.inner = el("div", { class: "list" });
    new ResizeObserver(() => this.settle()).observe(this.inner);
    scroller.replaceChildren(this.inner);
  }

  atBottom() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }

  /** Reading starts at this message, even while more arrive below it. */
  startAt(index) {
    this.anchor = index;
    this.settle();
  }

  settle() {
    const first = this.anchor === null ? null : this.inner.children[this.anchor];
    if (first) this.scroller.scrollTop = first.offsetTop - 8;
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

  /** `extra` is shown after the messages (the hint of an empty channel). */
  show(messages, extra = null) {
    const wanted = [];
    let previous = null;
    for (const message of messages) {
      const newDay = !previous || dayKey(previous.ts) !== dayKey(message.ts);
      if (this.days && newDay) wanted.push(this.keep(`day ${dayKey(message.ts)}`, null, "", () => el("div", { class: "day", role: "separator" }, el("span", {}, dayLabel(message.ts)))));
      const compact = !newDay && previous.user === message.user && !previous.ephemeral && !message.ephemeral && !this.options(previous).parent && message.ts - previous.ts < GROUP_SECONDS;
      const mark = `${compact} ${this.marker(message)}`;
      const key = `${message.ephemeral ? "e" : "m"} ${message.channel} ${message.ts}`;
      wanted.push(this.keep(key, message, mark, () => renderMessage(message, { pane: this.pane, compact, ...this.options(message) })));
      previous = message;
    }
    const entries = extra ? [...wanted, { key: "extra", node: extra }] : wanted;
    this.arrange(entries);
    this.settle();
  }

  /** The node made before, unless its message or its look has changed. */
  keep(key, message, mark, build) {
    const known = this.nodes.get(key);
    if (known && known.message === message && known.mark === mark) return known;
    const entry = { key, message, mark, node: build() };
    if (known) this.replace(known.node, entry.node);
    this.nodes.set(key, entry);
    return entry;
  }

  replace(before, after) {
    const active = before.contains(document.activeElement) ? document.activeElement : null;
    const hook = active?.closest("[data-action-id]")?.dataset.actionId;
    before.replaceWith(after);
    if (active) (hook && after.querySelector(`[data-action-id="${CSS.escape(hook)}"]`))?.focus();
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
