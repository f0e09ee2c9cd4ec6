// A text field with a filterable list (an ARIA combobox), for one or more values.

import { el, icon, uid } from "./dom.js";
import { place, raise } from "./menu.js";

const matches = (option, query) => {
  const text = `${option.label} ${option.about ?? ""} ${option.value}`.toLowerCase();
  return query.toLowerCase().split(/\s+/).every((word) => text.includes(word));
};

/**
 * Creates a select. Options are {value, label, about?, raw}; groups are [{label?, options}].
 * `groups` is a fixed list; `load(query)` fetches one after `minQuery` typed characters.
 */
export function createSelect({ multi, max = Infinity, placeholder, groups, load, minQuery = 0, initial = [], clearable, props, onChange }) {
  let chosen = [...initial];
  let listed = []; // the options in the open list, in order
  let active = -1;
  let request = 0;
  let timer = null;

  const listId = uid("list");
  const list = el("div", { class: "listbox", role: "listbox", id: listId, popover: "manual", hidden: true, "aria-multiselectable": multi ? "true" : null, "aria-label": "Options" });
  const field = el("input", {
    ...props, type: "text", role: "combobox", autocomplete: "off", spellcheck: "false",
    "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": listId, "aria-haspopup": "listbox",
  });
  const chips = el("span", { class: "chips" });
  const clear = el("button", { type: "button", class: "select-clear", tabindex: "-1", "aria-label": "Clear", hidden: true }, icon("close"));
  const status = el("span", { class: "visually-hidden", role: "status" });
  const box = el("div", { class: `select${multi ? " multi" : ""}` }, multi ? chips : null, field, multi ? null : clear, icon("chevron"), status, list);

  const isOpen = () => field.getAttribute("aria-expanded") === "true";
  const isChosen = (option) => chosen.some((item) => item.value === option.value);
  const query = () => (!multi && field.value === chosen[0]?.label ? "" : field.value.trim());

  function paint() {
    if (multi) {
      chips.replaceChildren(
        ...chosen.map((option) =>
          el(
            "span",
            { class: "chip", data: { value: option.value } },
            el("span", { class: "chip-text" }, option.label),
            el("button", { type: "button", tabindex: "-1", "aria-label": `Remove ${option.label}`, on: { click: () => { toggle(option); field.focus(); } } }, icon("close")),
          ),
        ),
      );
      field.placeholder = chosen.length ? "" : (placeholder ?? "");
    } else {
      field.value = chosen[0]?.label ?? "";
      field.placeholder = placeholder ?? "";
      clear.hidden = !clearable || !chosen.length;
    }
  }

  function set(options, { silent = false } = {}) {
    const previous = chosen;
    chosen = options;
    paint();
    if (!silent) onChange(() => set(previous, { silent: true }));
  }

  function toggle(option) {
    if (multi) {
      const wasChosen = isChosen(option);
      if (!wasChosen && chosen.length >= max) return;
      set(wasChosen ? chosen.filter((item) => item.value !== option.value) : [...chosen, option]);
      status.textContent = `${option.label} ${wasChosen ? "removed" : "chosen"}, ${chosen.length} chosen`;
      if (field.value && !wasChosen) field.value = "";
      if (isOpen()) refresh(option.value);
    } else {
      close();
      if (isChosen(option)) paint();
      else set([option]);
    }
  }

  const note = (text) => el("div", { class: "list-note" }, text);

  function row(option, at) {
    const full = multi && chosen.length >= max && !isChosen(option);
    return el(
      "div",
      {
        class: "option", role: "option", id: `${listId}-${at}`, "aria-selected": String(isChosen(option)), "aria-disabled": full ? "true" : null, data: { value: option.value },
        on: { click: () => { active = at; toggle(option); } },
      },
      el("span", { class: "tick" }, isChosen(option) ? icon("check") : null),
      el("span", { class: "option-text" }, option.label, option.about ? el("span", { class: "option-about" }, option.about) : null),
    );
  }

  function fillList(groups, activeValue) {
    listed = [];
    const rows = groups.flatMap((group) => {
      const items = group.options.map((option) => row(option, listed.push(option) - 1));
      if (!group.label || !items.length) return items;
      const id = uid("group");
      return [el("div", { role: "group", "aria-labelledby": id }, el("div", { class: "group-label", id }, group.label), items)];
    });
    if (multi && chosen.length >= max) rows.unshift(note(`You can choose up to ${max}.`));
    if (!listed.length) rows.push(note("No matches."));
    list.replaceChildren(...rows);
    const at = listed.findIndex((option) => option.value === activeValue);
    point(at >= 0 ? at : listed.length ? 0 : -1);
    if (isOpen()) place(list, box, { width: 220 });
  }

  function point(index) {
    active = index;
    for (const item of list.querySelectorAll(".option.active")) item.classList.remove("active");
    const item = index >= 0 ? list.querySelector(`#${listId}-${index}`) : null;
    item?.classList.add("active");
    item?.scrollIntoView({ block: "nearest" });
    if (item) field.setAttribute("aria-activedescendant", item.id);
    else field.removeAttribute("aria-activedescendant");
  }

  function showNote(text) {
    listed = [];
    list.replaceChildren(note(text));
    status.textContent = text;
    point(-1);
    if (isOpen()) place(list, box, { width: 220 });
  }

  function refresh(activeValue) {
    const text = query();
    if (!load) return fillList(groups.map((group) => ({ ...group, options: group.options.filter((option) => matches(option, text)) })), activeValue);
    clearTimeout(timer);
    const number = ++request;
    if (text.length < minQuery) return showNote(`Type at least ${minQuery} character${minQuery === 1 ? "" : "s"} to search.`);
    if (!listed.length) showNote("Searching…");
    timer = setTimeout(async () => {
      const result = await load(text);
      if (number !== request || !isOpen()) return;
      if (result.error) showNote(`The options could not be loaded: ${result.error}`);
      else fillList(result.groups, activeValue);
    }, 200);
  }

  const follow = (event) => {
    if (!list.contains(event.target)) place(list, box, { width: 220 });
  };

  function open() {
    if (isOpen()) return;
    field.setAttribute("aria-expanded", "true");
    raise(list);
    refresh(multi ? null : chosen[0]?.value);
    place(list, box, { width: 220 });
    point(active); // scrolls to it, which needs the height of the list
    window.addEventListener("scroll", follow, true);
    window.addEventListener("resize", follow);
  }

  function close() {
    if (!isOpen()) return;
    request++;
    clearTimeout(timer); // the view may be gone when it fires
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
    list.hidePopover?.();
    list.hidden = true;
    window.removeEventListener("scroll", follow, true);
    window.removeEventListener("resize", follow);
  }

  field.addEventListener("input", () => {
    if (!isOpen()) open();
    else refresh();
  });
  field.addEventListener("click", open);
  field.addEventListener("focus", () => !multi && field.select());
  field.addEventListener("blur", () => {
    close();
    if (multi) field.value = "";
    else paint(); // a half-typed text isn't a choice
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const end = listed.length - 1;
    if (event.key === "Escape" && isOpen()) {
      close();
      paint();
    } else if (event.key === "Enter") {
      if (!isOpen()) open();
      else if (active >= 0) toggle(listed[active]);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!isOpen()) open();
      else if (end >= 0) point(event.key === "ArrowDown" ? (active >= end ? 0 : active + 1) : active <= 0 ? end : active - 1);
    } else if (event.key === "Backspace" && multi && !field.value && chosen.length) {
      toggle(chosen.at(-1));
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });
  clear.addEventListener("click", () => {
    set([]);
    field.focus();
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  box.addEventListener("mousedown", (event) => {
    const chevron = event.target.closest(".icon-chevron");
    if (event.target !== box && !chevron) return;
    event.preventDefault();
    field.focus();
    if (chevron && isOpen()) close();
    else open();
  });

  paint();
  return { node: box, field, chosen: () => chosen, set: (options) => set(options, { silent: true }) };
}
