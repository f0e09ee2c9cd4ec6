// Block elements. Buttons and overflow menus are here; elements with a value are in modules of their own.

import { fileInput } from "./attach.js";
import { choices } from "./choices.js";
import { askToConfirm } from "./confirm.js";
import { el, icon, safeUrl } from "./dom.js";
import { image } from "./images.js";
import { openMenu } from "./menu.js";
import { plain } from "./mrkdwn.js";
import { selectElement } from "./selects.js";
import { textInput } from "./textinputs.js";

/** Marks a control as busy until its action is done. */
async function whileBusy(node, work) {
  if (node.getAttribute("aria-busy") === "true") return;
  node.setAttribute("aria-busy", "true");
  try {
    await work();
  } finally {
    node.removeAttribute("aria-busy");
  }
}

function button(spec, host) {
  const style = spec.style === "primary" || spec.style === "danger" ? ` ${spec.style}` : "";
  const url = spec.url && safeUrl(spec.url);
  const props = { class: `button${style}`, "aria-label": spec.accessibility_label, data: { actionId: spec.action_id } };
  const action = { type: "button", text: spec.text, value: spec.value };
  const node = url
    ? el("a", { ...props, href: url, target: "_blank", rel: "noopener noreferrer" }, plain(spec.text))
    : el("button", { ...props, type: "button" }, plain(spec.text));
  node.addEventListener("click", async (event) => {
    if (spec.confirm && url) event.preventDefault();
    if (!(await askToConfirm(spec.confirm))) return;
    if (spec.confirm && url) window.open(url, "_blank", "noopener");
    await whileBusy(node, () => host.surface.act(host.block.block_id, spec.action_id, action));
  });
  return { node };
}

function overflow(spec, host) {
  const node = el(
    "button",
    { type: "button", class: "button icon-only", "aria-label": "More options", "aria-haspopup": "menu", data: { actionId: spec.action_id } },
    icon("more"),
  );
  const pick = async (option) => {
    if (!(await askToConfirm(spec.confirm))) return;
    const url = option.url && safeUrl(option.url);
    if (url) window.open(url, "_blank", "noopener");
    await whileBusy(node, () => host.surface.act(host.block.block_id, spec.action_id, { type: "overflow", selected_option: option }));
  };
  node.addEventListener("click", () =>
    openMenu(node, (spec.options ?? []).map((option) => ({ label: plain(option.text), run: () => pick(option) }))),
  );
  return { node };
}

const STATEFUL = { radio_buttons: choices, checkboxes: choices, file_input: fileInput };
const TEXTS = new Set(["plain_text_input", "number_input", "email_text_input", "url_text_input", "datepicker", "timepicker", "datetimepicker"]);
const SELECTS = /^(multi_)?(static|external|conversations|users|channels)_select$/;

function builderOf(type) {
  if (STATEFUL[type]) return STATEFUL[type];
  if (TEXTS.has(type)) return textInput;
  if (SELECTS.test(type)) return selectElement;
  return null;
}

/**
 * Returns an element as `{node, control?, group?}`.
 * `host`: {surface, block} and, inside an input block, {inInput, labelId, fieldId, hintId, errorId}.
 * Elements with a value get `change(undo)` to call when the value changes.
 */
export function createElement(spec, host) {
  if (spec.type === "button") return button(spec, host);
  if (spec.type === "overflow") return overflow(spec, host);
  if (spec.type === "image") return { node: image(spec) };
  const build = builderOf(spec.type);
  if (!build) return { node: el("p", { class: "unknown", id: host.fieldId }, icon("warning"), `This page can't show a “${spec.type}” element.`) };

  // In an input block, changes are reported before the submission only with `dispatch_action`.
  const dispatches = !host.inInput || Boolean(host.block.dispatch_action);
  const change = async (undo) => {
    if (!dispatches) return;
    if (!(await askToConfirm(spec.confirm))) return void undo?.();
    host.surface.act(host.block.block_id, spec.action_id, element.control.read());
  };
  const element = build(spec, { ...host, dispatches, change });
  Object.assign(element.control, {
    spec,
    blockId: host.block.block_id,
    actionId: spec.action_id,
    errorId: host.errorId,
    hintId: host.hintId,
  });
  host.surface.register(element.control);
  return element;
}
