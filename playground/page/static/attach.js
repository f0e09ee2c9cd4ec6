// Files that are chosen or dropped, on their way to the server, before they are sent with a message or a form.

import { explain, upload } from "./api.js";
import { el, icon, iconButton } from "./dom.js";
import { sizeText } from "./size.js";

/** The chosen files as a list with a cross each; `changed()` is called when it changes, `notify(text | null)` when a file is refused. */
export class Attachments {
  constructor({ max = 10, maxBytes = Infinity, changed, notify, id = null, label = "Attach a file", describedBy = null }) {
    Object.assign(this, { max, maxBytes, changed, notify, files: [], coming: 0 });
    this.chooser = el("input", { type: "file", class: "visually-hidden", tabindex: "-1", "aria-hidden": "true", multiple: max > 1, on: { change: () => this.add([...this.chooser.files]) } });
    this.list = el("ul", { class: "attached", "aria-label": "Attached files", hidden: true });
    this.opener = iconButton("attach", label, () => this.chooser.click(), { id, "aria-describedby": describedBy });
  }

  /** Lets files be dropped on a node. */
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
    return this.coming > 0;
  }

  async add(chosen) {
    this.chooser.value = "";
    this.notify(null);
    for (const file of chosen) {
      if (this.files.length + this.coming >= this.max) {
        if (this.max > 1) return this.notify(`At most ${this.max} files.`);
        this.files = []; // the newer file in place of the older
      }
      if (file.size > this.maxBytes) {
        this.notify(`${file.name} is larger than ${sizeText(this.maxBytes)}.`);
        continue;
      }
      this.coming += 1;
      this.draw();
      const result = await upload(file);
      this.coming -= 1;
      if (result.ok) this.files.push(result.file);
      else this.notify(explain(result));
      this.draw();
    }
  }

  put(files) {
    this.files = [...files];
    this.draw();
  }

  draw() {
    const chip = (file) =>
      el("li", { class: "chip" }, icon("file"), el("span", { class: "chip-text" }, `${file.name} · ${sizeText(file.size)}`),
        iconButton("close", `Remove ${file.name}`, () => { this.put(this.files.filter((one) => one !== file)); this.opener.focus(); }));
    const waiting = this.coming ? [el("li", { class: "chip", role: "status" }, el("span", { class: "chip-text" }, "Uploading…"))] : [];
    this.list.replaceChildren(...this.files.map(chip), ...waiting);
    this.list.hidden = !this.list.childElementCount;
    this.changed();
  }
}

/** The file_input of a form. */
export function fileInput(spec, host) {
  const refused = el("div", { class: "hint", role: "status", hidden: true });
  const notify = (text) => {
    refused.hidden = !text;
    refused.textContent = text ?? "";
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
  const node = el("div", { class: "file-input" }, files.chooser, files.opener, files.list, refused);
  files.takeDrops(node);
  const control = {
    type: "file_input",
    node: files.opener,
    focus: () => files.opener.focus(),
    read: () => ({ type: "file_input", files: files.files }),
    restore: (state) => files.put(state.files ?? []),
  };
  return { node, control };
}
