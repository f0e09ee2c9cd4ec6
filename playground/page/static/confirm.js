// The confirmation dialog of an element's `confirm` object.

import { el, uid } from "./dom.js";
import { plain, textObject } from "./mrkdwn.js";

/** Asks for confirmation. Resolves to true without a `confirm` object or for a yes. */
export function askToConfirm(spec) {
  if (!spec) return Promise.resolve(true);
  return new Promise((resolve) => {
    const [titleId, textId] = [uid("confirm"), uid("confirm")];
    const style = spec.style === "danger" ? "danger" : "primary";
    const answer = (value) => () => dialog.close(value);
    const yes = el("button", { type: "button", class: `button ${style}`, on: { click: answer("yes") } }, plain(spec.confirm) || "Yes");
    const no = el("button", { type: "button", class: "button", on: { click: answer("no") } }, plain(spec.deny) || "Cancel");
    const dialog = el(
      "dialog",
      {
        class: "confirm", role: "alertdialog", "aria-modal": "true", "aria-labelledby": titleId, "aria-describedby": textId,
        on: { close: () => { dialog.remove(); resolve(dialog.returnValue === "yes"); } },
      },
      el("h2", { id: titleId }, plain(spec.title) || "Are you sure?"),
      el("div", { id: textId }, textObject(spec.text)),
      el("div", { class: "dialog-buttons" }, no, yes),
    );
    document.body.append(dialog);
    dialog.showModal();
    (style === "danger" ? no : yes).focus();
  });
}
