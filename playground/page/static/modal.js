// The stack of open modals, each a dialog; only the top one is visible.

import { explain, post } from "./api.js";
import { renderBlocks } from "./blocks.js";
import { el, iconButton, uid } from "./dom.js";
import { plain } from "./mrkdwn.js";
import { emit, on, store } from "./store.js";
import { createSurface } from "./surface.js";

const open = new Map(); // view id -> View
let returnTo = null; // finds the element that had the focus before the first view

/** Returns a function that finds an element again, even if it was redrawn while a form was open. */
function remember(node) {
  const message = node?.closest("[data-ts]")?.dataset.ts;
  const action = node?.closest("[data-action-id]")?.dataset.actionId;
  return () => {
    if (node?.isConnected && node !== document.body) return node;
    const selector = message && action && `[data-ts="${CSS.escape(message)}"] [data-action-id="${CSS.escape(action)}"]`;
    return (selector && document.querySelector(selector)) || document.getElementById("composer");
  };
}

class View {
  constructor(view, depth) {
    this.view = view;
    this.busyUntil = null;
    const titleId = uid("view-title");
    this.title = el("h2", { id: titleId });
    this.note = el("div", { class: "notice", role: "alert", hidden: true });
    this.body = el("div", { class: "modal-body" });
    this.closer = el("button", { type: "button", class: "button", on: { click: () => this.close() } });
    this.submitter = el("button", { type: "submit", class: "button primary" });
    const leave = depth > 0 ? iconButton("back", "Back", () => this.close()) : iconButton("close", "Close", () => this.close());
    // novalidate: errors are shown in the form, as Slack does, not in the browser's bubbles
    this.form = el("form", { novalidate: true, on: { submit: (event) => this.submit(event) } },
      el("header", { class: "modal-head" }, depth > 0 ? leave : null, this.title, depth > 0 ? null : leave),
      this.note,
      this.body,
      el("footer", { class: "modal-foot" }, this.closer, this.submitter),
    );
    this.dialog = el("dialog", {
      class: "modal", "aria-modal": "true", "aria-labelledby": titleId,
      on: {
        cancel: (event) => { event.preventDefault(); this.close(); },
        focusin: (event) => { this.focused = event.target; },
      },
    }, this.form);
    this.draw(view);
  }

  notify = (result) => {
    this.note.hidden = !result;
    this.note.textContent = result ? explain(result) : "";
    if (result) this.note.scrollIntoView({ block: "nearest" });
  };

  draw(view) {
    const values = this.surface?.values();
    const kinds = new Map(this.surface?.controls.map((control) => [`${control.blockId} ${control.actionId}`, control.type]));
    const focus = this.focusKey();
    const scroll = this.body.scrollTop;
    this.view = view;
    this.dialog.dataset.viewId = view.id;
    this.dialog.dataset.callbackId = view.callback_id ?? "";
    this.title.textContent = plain(view.title);
    this.closer.textContent = plain(view.close) || (view.submit ? "Cancel" : "Close");
    this.submitter.textContent = plain(view.submit) || "Submit";
    this.submitter.hidden = !view.submit;
    this.surface = createSurface({ target: { view_id: view.id }, kind: "view", notify: this.notify });
    this.body.replaceChildren(renderBlocks(view.blocks, this.surface));
    for (const control of this.surface.controls) {
      // Values stay in fields that exist again; new fields keep their initial value.
      if (kinds.get(`${control.blockId} ${control.actionId}`) === control.type) control.restore(values[control.blockId][control.actionId]);
    }
    this.notify(null);
    this.setBusy(false);
    this.body.scrollTop = scroll;
    if (focus && !this.refocus(focus)) this.focusNew(kinds);
    else if (!focus && !kinds.size && this.dialog.open) this.focusFirst(); // until now it only showed a placeholder
  }

  focusKey() {
    const node = this.dialog.contains(document.activeElement) ? document.activeElement : null;
    if (!node || !this.body.contains(node)) return null;
    const { value } = node;
    return {
      block: node.closest("[data-block-id]")?.dataset.blockId,
      action: node.closest("[data-action-id]")?.dataset.actionId,
      value: node.type === "radio" || node.type === "checkbox" ? value : null,
      caret: typeof node.selectionStart === "number" ? [node.selectionStart, node.selectionEnd] : null,
    };
  }

  refocus({ block, action, value, caret }) {
    const find = (selector) => (action ? this.body.querySelector(`[data-block-id="${CSS.escape(block ?? "")}"] ${selector}`) : null);
    const owner = action && find(`[data-action-id="${CSS.escape(action)}"]`);
    const node = value !== null && owner ? owner.querySelector(`input[value="${CSS.escape(value)}"]`) : owner;
    if (!node) return false;
    node.focus();
    if (caret && node.setSelectionRange) node.setSelectionRange(...caret);
    return true;
  }

  /** Focuses the first new field when the focused element is gone, such as a button that shows more fields. */
  focusNew(kinds) {
    const added = this.surface.controls.find((control) => !kinds.has(`${control.blockId} ${control.actionId}`));
    if (!added?.focus) return this.focusFirst();
    added.focus();
    added.node.closest(".block")?.scrollIntoView({ block: "nearest" });
  }

  focusFirst() {
    const requested = this.surface.controls.find((control) => control.spec.focus_on_load);
    const target = requested ?? this.surface.controls[0];
    if (target?.focus) target.focus();
    else (this.submitter.hidden ? this.closer : this.submitter).focus();
  }

  /** Restores the focus when the view on top is closed. */
  restoreFocus() {
    if (this.focused?.isConnected) this.focused.focus();
    else this.focusFirst();
  }

  showErrors(errors) {
    let firstBad = null;
    const unplaced = [];
    for (const slot of this.body.querySelectorAll("[data-error-for]")) {
      const text = errors[slot.dataset.errorFor];
      slot.textContent = text ?? "";
      slot.hidden = !text;
    }
    for (const control of this.surface.controls) {
      const { node, blockId, errorId, hintId } = control;
      const text = errorId && errors[blockId];
      if (!node) continue;
      const about = [text && errorId, hintId].filter(Boolean).join(" ");
      if (text) node.setAttribute("aria-invalid", "true");
      else node.removeAttribute("aria-invalid");
      if (about) node.setAttribute("aria-describedby", about);
      else node.removeAttribute("aria-describedby");
      node.closest(".block")?.classList.toggle("has-error", Boolean(text));
      if (text) firstBad ??= control;
    }
    const placed = new Set([...this.body.querySelectorAll("[data-error-for]")].map((slot) => slot.dataset.errorFor));
    for (const [block, text] of Object.entries(errors)) if (!placed.has(block)) unplaced.push(`${block}: ${text}`);
    if (unplaced.length) this.notify({ error: unplaced.join(" · ") });
    if (firstBad) {
      firstBad.focus();
      // After focusing, which scrolls too and would leave the message below the edge.
      const smooth = matchMedia("(prefers-reduced-motion: no-preference)").matches;
      firstBad.node.closest(".block").scrollIntoView({ block: "center", behavior: smooth ? "smooth" : "auto" });
    }
  }

  setBusy(busy) {
    clearTimeout(this.busyUntil);
    this.submitter.disabled = busy;
    this.submitter.classList.toggle("busy", busy);
    if (busy) this.form.setAttribute("aria-busy", "true");
    else this.form.removeAttribute("aria-busy");
  }

  async submit(event) {
    event.preventDefault();
    if (this.submitter.disabled || !this.view.submit) return;
    this.notify(null);
    this.showErrors({});
    this.setBusy(true);
    emit("acted");
    const result = await post("view_submit", { view_id: this.view.id, values: this.surface.values() });
    const errors = result.errors ?? {};
    if (result.ok && !Object.keys(errors).length) {
      // The event that closes or changes the view follows. Until then a second click must not submit again.
      this.busyUntil = setTimeout(() => this.setBusy(false), 2000);
      return;
    }
    this.setBusy(false);
    if (!result.ok) this.notify(result);
    this.showErrors(errors);
  }

  async close() {
    if (this.closing) return;
    this.closing = true;
    const result = await post("view_close", { view_id: this.view.id });
    this.closing = false;
    if (!result.ok && result.error !== "view_not_found") return this.notify(result);
    // The event does the same, but the form has to close with a broken event stream too.
    store.views = store.views.filter((item) => item.id !== this.view.id);
    sync({});
  }
}

/** Updates the dialogs to match `store.views`. */
function sync({ updated }) {
  const viewIds = new Set(store.views.map((view) => view.id));
  const previousCount = open.size;
  let popped = false;
  for (const [id, item] of open) {
    if (viewIds.has(id)) continue;
    open.delete(id);
    item.dialog.close();
    item.dialog.remove();
    popped = true;
  }
  let opened = null;
  store.views.forEach((view, depth) => {
    const existing = open.get(view.id);
    if (!existing) {
      if (!open.size && !previousCount) returnTo = remember(document.activeElement);
      opened = new View(view, depth);
      open.set(view.id, opened);
      document.body.append(opened.dialog);
      opened.dialog.showModal();
    } else if (updated === view.id || existing.view.hash !== view.hash) {
      existing.draw(view);
    }
  });
  const stack = [...open.values()];
  stack.forEach((item, at) => item.dialog.classList.toggle("covered", at < stack.length - 1));
  if (opened) opened.focusFirst();
  else if (popped && stack.length) stack.at(-1).restoreFocus();
  else if (popped) returnTo?.()?.focus();
}

export function startModals() {
  on("views", sync);
  on("state", () => sync({}));
}
