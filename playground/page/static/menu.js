// Pop-up menus for message actions and overflow elements.

import { el, uid } from "./dom.js";

/** Places a box under its anchor, or above it if there is no room, inside the window. */
export function place(box, anchor, { width = null } = {}) {
  const at = anchor.getBoundingClientRect();
  if (width) box.style.width = `${Math.max(width, at.width)}px`;
  const room = { below: innerHeight - at.bottom - 12, above: at.top - 12 };
  const above = room.below < Math.min(box.scrollHeight, 240) && room.above > room.below;
  box.style.maxHeight = `${Math.max(120, Math.min(320, above ? room.above : room.below))}px`;
  const height = Math.min(box.offsetHeight, parseFloat(box.style.maxHeight));
  box.style.top = `${above ? at.top - height - 4 : at.bottom + 4}px`;
  box.style.left = `${Math.max(8, Math.min(at.left, innerWidth - box.offsetWidth - 8))}px`;
}

/** Shows a box above everything, even open dialogs. */
export function raise(box) {
  box.hidden = false;
  box.showPopover?.();
}

let closeOpen = null;

/** Opens a menu of `items`, [{label, run}], or closes it if it is open. Focus returns to the anchor. */
export function openMenu(anchor, items) {
  const isOpen = closeOpen?.anchor === anchor;
  closeOpen?.();
  if (isOpen) return;

  const close = (refocus = true) => {
    if (closeOpen !== close) return;
    closeOpen = null;
    menu.remove();
    anchor.removeAttribute("aria-expanded");
    document.removeEventListener("pointerdown", outside, true);
    window.removeEventListener("resize", close);
    if (refocus && anchor.isConnected) anchor.focus();
  };
  close.anchor = anchor;
  const outside = (event) => {
    if (!menu.contains(event.target) && !anchor.contains(event.target)) close(false);
  };
  const rows = items.map(({ label, run }) =>
    el("button", { type: "button", role: "menuitem", tabindex: "-1", on: { click: () => { close(); run(); } } }, label),
  );
  const move = (to) => rows[(to + rows.length) % rows.length]?.focus();
  const menu = el("div", { class: "menu", role: "menu", id: uid("menu"), popover: "manual", "aria-label": anchor.getAttribute("aria-label") }, rows);
  menu.addEventListener("keydown", (event) => {
    const current = rows.indexOf(document.activeElement);
    const steps = { ArrowDown: current + 1, ArrowUp: current - 1, Home: 0, End: rows.length - 1 };
    if (event.key in steps) move(steps[event.key]);
    else if (event.key === "Escape") close();
    else if (event.key === "Tab") return close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  // While a modal dialog is open, everything outside it is inert.
  (anchor.closest("dialog") ?? document.body).append(menu);
  raise(menu);
  place(menu, anchor);
  anchor.setAttribute("aria-expanded", "true");
  document.addEventListener("pointerdown", outside, true);
  window.addEventListener("resize", close);
  closeOpen = close;
  move(0);
}
