// Inputs for text, numbers, addresses, dates and times.

import { el } from "./dom.js";
import { plain } from "./mrkdwn.js";

const KINDS = {
  plain_text_input: { key: "value", type: "text" },
  number_input: { key: "value", type: "text", inputmode: "decimal" },
  email_text_input: { key: "value", type: "email", inputmode: "email" },
  url_text_input: { key: "value", type: "url", inputmode: "url" },
  datepicker: { key: "selected_date", type: "date", initial: "initial_date" },
  timepicker: { key: "selected_time", type: "time", initial: "initial_time" },
  datetimepicker: { key: "selected_date_time", type: "datetime-local", initial: "initial_date_time" },
};

/** Convert seconds since 1970 to and from the value of a datetime-local field. */
const toField = (seconds) => new Date(seconds * 1000 - new Date(seconds * 1000).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
const toSeconds = (text) => Math.round(new Date(text).getTime() / 1000);

export function textInput(spec, host) {
  const kind = KINDS[spec.type];
  const isPicker = kind.key !== "value";
  const initial = spec[kind.initial ?? "initial_value"];
  const props = {
    id: host.fieldId,
    class: `input input-${spec.type}`,
    placeholder: spec.placeholder ? plain(spec.placeholder) : null,
    maxlength: spec.max_length,
    "aria-labelledby": host.labelId,
    "aria-label": host.labelId ? null : plain(spec.placeholder) || "Value",
    "aria-describedby": host.hintId,
    autocomplete: "off",
    data: { actionId: spec.action_id },
  };
  // Addresses and numbers are type=text too, so that a wrong value stays and can be corrected.
  const node = spec.multiline
    ? el("textarea", { ...props, rows: 4 })
    : el("input", { ...props, type: isPicker ? kind.type : "text", inputmode: kind.inputmode });
  const setValue = (value) => {
    const isEmpty = value === null || value === undefined;
    node.value = isEmpty ? "" : spec.type === "datetimepicker" ? toField(value) : String(value);
  };
  setValue(initial);

  const triggers = spec.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  let reported = node.value;
  const dispatch = () => {
    if (node.value === reported) return;
    const previous = reported;
    reported = node.value;
    host.change(() => { node.value = reported = previous; });
  };
  if (host.dispatches && isPicker) node.addEventListener("change", dispatch);
  if (host.dispatches && !isPicker && triggers.includes("on_character_entered")) {
    let timer;
    node.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(dispatch, 300);
    });
  }
  if (host.dispatches && !isPicker && triggers.includes("on_enter_pressed")) {
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || (spec.multiline && !(event.metaKey || event.ctrlKey))) return;
      event.preventDefault(); // Enter reports the value here; by default it would submit the form
      host.change();
    });
  }

  const control = {
    type: spec.type,
    node,
    focus: () => node.focus(),
    read: () => {
      const value = node.value === "" ? null : spec.type === "datetimepicker" ? toSeconds(node.value) : node.value;
      return { type: spec.type, [kind.key]: value };
    },
    restore: (state) => {
      setValue(state[kind.key]);
      reported = node.value;
    },
  };
  return { node, control };
}
