// Radio buttons and checkboxes.

import { el, uid } from "./dom.js";
import { textObject } from "./mrkdwn.js";

export function choices(spec, host) {
  const isMultiple = spec.type === "checkboxes";
  const name = uid("choice");
  const options = spec.options ?? [];
  const initial = new Set((isMultiple ? (spec.initial_options ?? []) : [spec.initial_option]).filter(Boolean).map((option) => option.value));

  const boxes = options.map((option) =>
    el("input", {
      type: isMultiple ? "checkbox" : "radio",
      name,
      id: uid("option"),
      value: option.value,
      checked: initial.has(option.value),
      "aria-describedby": option.description ? uid("about") : null,
    }),
  );
  const rows = options.map((option, at) =>
    el(
      "div",
      { class: "choice" },
      boxes[at],
      el("label", { for: boxes[at].id }, textObject(option.text, { inlineOnly: true })),
      option.description
        ? el("div", { class: "choice-about", id: boxes[at].getAttribute("aria-describedby") }, textObject(option.description, { inlineOnly: true }))
        : null,
    ),
  );
  const node = el(
    "div",
    {
      class: "choices",
      role: isMultiple ? "group" : "radiogroup",
      "aria-labelledby": host.labelId,
      "aria-label": host.labelId ? null : isMultiple ? "Options" : "Choose one",
      "aria-describedby": host.hintId,
      id: host.fieldId,
      data: { actionId: spec.action_id },
    },
    rows,
  );

  const checked = () => options.filter((_, at) => boxes[at].checked);
  let current = checked();
  const select = (chosen) => {
    const values = new Set(chosen.map((option) => option.value));
    boxes.forEach((box) => { box.checked = values.has(box.value); });
    current = checked();
  };
  node.addEventListener("change", () => {
    const previous = current;
    current = checked();
    host.change(() => select(previous));
  });

  const control = {
    type: spec.type,
    node,
    focus: () => (boxes.find((box) => box.checked) ?? boxes[0])?.focus(),
    read: () =>
      isMultiple ? { type: spec.type, selected_options: checked() } : { type: spec.type, selected_option: checked()[0] ?? null },
    restore: (state) => select(isMultiple ? (state.selected_options ?? []) : [state.selected_option].filter(Boolean)),
  };
  return { node, control, group: true };
}
