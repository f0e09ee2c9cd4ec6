// radio_buttons and checkboxes.

import { el, uid } from "./dom.js";
import { textObject } from "./mrkdwn.js";

export function choices(spec, host) {
  const many = spec.type === "checkboxes";
  const name = uid("choice");
  const options = spec.options ?? [];
  const initial = new Set((many ? (spec.initial_options ?? []) : [spec.initial_option]).filter(Boolean).map((option) => option.value));

  const boxes = options.map((option) =>
    el("input", {
      type: many ? "checkbox" : "radio",
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
      role: many ? "group" : "radiogroup",
      "aria-labelledby": host.labelId,
      "aria-label": host.labelId ? null : many ? "Options" : "Choose one",
      "aria-describedby": host.hintId,
      id: host.fieldId,
      data: { actionId: spec.action_id },
    },
    rows,
  );

  const checked = () => options.filter((_, at) => boxes[at].checked);
  let before = checked();
  const put = (chosen) => {
    const values = new Set(chosen.map((option) => option.value));
    boxes.forEach((box) => { box.checked = values.has(box.value); });
    before = checked();
  };
  node.addEventListener("change", () => {
    const last = before;
    before = checked();
    host.change(() => put(last));
  });

  const control = {
    type: spec.type,
    node,
    focus: () => (boxes.find((box) => box.checked) ?? boxes[0])?.focus(),
    read: () =>
      many ? { type: spec.type, selected_options: checked() } : { type: spec.type, selected_option: checked()[0] ?? null },
    restore: (state) => put(many ? (state.selected_options ?? []) : [state.selected_option].filter(Boolean)),
  };
  return { node, control, group: true };
}
