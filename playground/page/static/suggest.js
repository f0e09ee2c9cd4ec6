// The composer's suggestions: slash commands and global shortcuts at the start, the app after an `@`.

import { el, uid } from "./dom.js";
import { store } from "./store.js";

/** Returns {from, items: [{text, title, about}]} for the text before the caret, or null. */
export function suggestions(text, caret, { commands = true } = {}) {
  const prefix = text.slice(0, caret);
  const slash = commands && /^\/(\S*)$/.exec(prefix);
  if (slash) {
    const items = store.commands
      .filter((item) => item.command.startsWith(prefix.toLowerCase()))
      .map((item) => ({ text: `${item.command} `, title: item.command, hint: item.usage_hint, about: item.description }));
    const typed = prefix.slice(1).toLowerCase();
    items.push(
      ...store.shortcuts
        .filter((item) => item.type === "global" && item.name.toLowerCase().startsWith(typed))
        .map((item) => ({ text: "", title: item.name, about: "Shortcut", shortcut: item.callback_id })),
    );
    return items.length ? { from: 0, items } : null;
  }
  const at = /(^|[\s(])@([\p{L}\p{N}._-]*)$/u.exec(prefix);
  if (!at) return null;
  const items = [...store.users.values()]
    .filter((user) => user.is_bot && user.name.toLowerCase().startsWith(at[2].toLowerCase()))
    .map((user) => ({ text: `@${user.name} `, title: `@${user.name}`, about: "app" }));
  return items.length ? { from: prefix.length - at[2].length - 1, items } : null;
}

/** The list of suggestions above a text area, which keeps the focus. */
export class SuggestList {
  constructor(area, pick) {
    Object.assign(this, { area, pick, items: [], active: 0, from: 0 });
    this.id = uid("suggest");
    this.status = el("span", { class: "visually-hidden", role: "status" });
    this.list = el("div", { class: "suggest", role: "listbox", id: this.id, "aria-label": "Suggestions", hidden: true });
    area.setAttribute("aria-autocomplete", "list");
    area.setAttribute("aria-controls", this.id);
  }

  get isOpen() {
    return !this.list.hidden;
  }

  show(matches) {
    if (!matches) return this.hide();
    const isNew = !this.isOpen || this.items.length !== matches.items.length;
    Object.assign(this, { items: matches.items, from: matches.from, active: 0 });
    this.list.replaceChildren(
      ...matches.items.map((item, at) =>
        el(
          "div",
          { class: "suggestion", role: "option", id: `${this.id}-${at}`, on: { mousedown: (event) => event.preventDefault(), click: () => this.pick(item, this.from) } },
          el("span", { class: "suggestion-title" }, item.title, item.hint ? el("span", { class: "usage" }, ` ${item.hint}`) : null),
          item.about ? el("span", { class: "suggestion-about" }, item.about) : null,
        ),
      ),
    );
    this.list.hidden = false;
    this.point(0);
    if (isNew) this.status.textContent = `${matches.items.length} suggestion${matches.items.length === 1 ? "" : "s"}, Tab to complete`;
  }

  hide() {
    this.list.hidden = true;
    this.status.textContent = "";
    this.area.removeAttribute("aria-activedescendant");
  }

  point(index) {
    this.active = (index + this.items.length) % this.items.length;
    [...this.list.children].forEach((node, at) => node.setAttribute("aria-selected", String(at === this.active)));
    this.area.setAttribute("aria-activedescendant", `${this.id}-${this.active}`);
    this.list.children[this.active].scrollIntoView({ block: "nearest" });
  }

  /** Handles a key. Returns whether the list used it. */
  key(event) {
    if (!this.isOpen) return false;
    const typed = this.area.value.trim();
    if (event.key === "ArrowDown") this.point(this.active + 1);
    else if (event.key === "ArrowUp") this.point(this.active - 1);
    else if (event.key === "Escape") this.hide();
    else if (event.key === "Tab" && !event.shiftKey) this.pick(this.items[this.active], this.from);
    // After a name typed in full, Enter sends the message.
    else if (event.key === "Enter" && !event.shiftKey && this.items[this.active].title !== typed) this.pick(this.items[this.active], this.from);
    else return false;
    return true;
  }
}
