// Files that a message or a form will send: chosen or dropped, then uploaded.

import { explain, upload } from "./api.js";
import { el, icon, iconButton } from "./dom.js";
import { sizeText } from "./size.js";

/** The list of attached files. Calls `changed()` when the list changes, and `notify(text | null)` when a file is refused. */
export class Attachments {
  constructor({ max = 10, maxBytes = Infinity, changed, notify, id = null, label = "Attach a file", describedBy = null }) {
    Object.assign(this, { max, maxBytes, changed, notify, files: [], uploading: 0 });
    this.chooser = el("input", { type: "file", class: "visually-hidden", tabindex: "-1", "aria-hidden": "true", multiple: max > 1, on: { change: () => this.add([...this.chooser.files]) } });
    this.list = el("ul", { class: "attached", "aria-label": "Attached files", hidden: true });
    this.opener = iconButton("attach", label, () => this.chooser.click(), { id, "aria-describedby": describedBy });
  }

  /** Accepts files that are dropped on a node. */
  takeDrops(node) {
    const over = (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      node.classList.add("dropping");
    };
    node.addEventListener("dragenter", over);
    node.addEventListener("dragover", over);
    node.addEventListener("dragleave", (event) => !node.contains(event.relatedTarget) && node.classList.remove("dropping"));
    node.addEventListener("drop", (event) => {
      node.classList.remove("dropping");
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      this.add([...event.dataTransfer.files]);
    });
  }

  get busy() {
    return this.uploading > 0;
  }

  async add(files) {
    this.chooser.value = "";
    this.notify(null);
    for (const file of files) {
      if (this.files.length + this.uploading >= this.max) {
        if (this.max > 1) return this.notify(`At most ${this.max} files.`);
        this.files = []; // the new file replaces the old one
      }
      if (file.size > this.maxBytes) {
        this.notify(`${file.name} is larger than ${sizeText(this.maxBytes)}.`);
        continue;
      }
      this.uploading += 1;
      this.draw();
      const result = await upload(file);
      this.uploading -= 1;
      if (result.ok) this.files.push(result.file);
      else this.notify(explain(result));
      this.draw();
    }
  }

  replace(files) {
    this.files = [...files];
    this.draw();
  }

  draw() {
    const chip = (file) =>
      el("li", { class: "chip" }, icon("file"), el("span", { class: "chip-text" }, `${file.name} · ${sizeText(file.size)}`),
        iconButton("close", `Remove ${file.name}`, () => { this.replace(this.files.filter((item) => item !== file)); this.opener.focus(); }));
    const progress = this.uploading ? [el("li", { class: "chip", role: "status" }, el("span", { class: "chip-text" }, "Uploading…"))] : [];
    this.list.replaceChildren(...this.files.map(chip), ...progress);
    this.list.hidden = !this.list.childElementCount;
    this.changed();
  }
}

/** Returns the node and the control of a form's file_input. */
export function fileInput(spec, host) {
  const refusal = el("div", { class: "hint", role: "status", hidden: true });
  const notify = (text) => {
    refusal.hidden = !text;
    refusal.textContent = text ?? "";
  };
  const files = new Attachments({
    max: spec.max_files ?? 10,
    maxBytes: 10_000_000,
    changed: () => {},
    notify,
    id: host.fieldId,
    label: "Choose a file",
    describedBy: host.hintId,
  });
  files.opener.classList.replace("icon-button", "button");
  files.opener.append("Choose a file, or drop it here");
  files.opener.removeAttribute("aria-label");
  files.opener.dataset.actionId = spec.action_id;
  const node = el("div", { class: "file-input" }, files.chooser, files.opener, files.list, refusal);
  files.takeDrops(node);
  const control = {
    type: "file_input",
    node: files.opener,
    focus: () => files.opener.focus(),
    read: () => ({ type: "file_input", files: files.files }),
    restore: (state) => files.replace(state.files ?? []),
  };
  return { node, control };
}
