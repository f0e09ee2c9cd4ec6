// The field for messages and commands; the channel and the thread have one each.

import { explain, post } from "./api.js";
import { Attachments } from "./attach.js";
import { el, icon, iconButton } from "./dom.js";
import { store } from "./store.js";
import { suggestions, SuggestList } from "./suggest.js";

const HISTORY = 50;

export class Composer {
  /** `target()` returns {channel, thread_ts?}. With `inThread`, slash commands are refused. */
  constructor({ id, label, target, inThread = false }) {
    Object.assign(this, { target, inThread, history: [], recalled: -1, sending: false });
    this.area = el("textarea", { id, rows: 1, "aria-label": label, placeholder: label, autocomplete: "off", enterkeyhint: "send" });
    this.list = new SuggestList(this.area, (item, from) => this.complete(item, from));
    this.noticeText = el("span");
    this.notice = el("div", { class: "notice", role: "alert", hidden: true }, icon("warning"), this.noticeText, iconButton("close", "Dismiss notice", () => this.notify(null)));
    this.usage = el("div", { class: "usage-line", hidden: true });
    this.send = iconButton("send", "Send", () => this.submit(), { class: "icon-button send", disabled: true });
    this.files = new Attachments({ changed: () => this.changed(), notify: this.notify });
    const box = el("div", { class: "composer-box" }, this.files.chooser, this.files.opener, this.area, this.send);
    this.node = el("div", { class: "composer" }, this.notice, this.list.list, this.list.status, this.files.list, box, this.usage);
    this.files.takeDrops(this.node);
    this.area.addEventListener("input", () => { this.recalled = -1; this.changed(); });
    this.area.addEventListener("keydown", (event) => this.key(event));
    this.area.addEventListener("blur", () => this.list.hide());
    this.area.addEventListener("click", () => this.offer());
  }

  notify = (text) => {
    this.notice.hidden = !text;
    this.noticeText.textContent = text ?? "";
  };

  focus() {
    this.area.focus();
  }

  /** Replaces the text and puts the caret at its end. */
  fill(text) {
    this.area.value = text;
    this.area.focus();
    this.area.setSelectionRange(text.length, text.length);
    this.changed();
    this.list.hide();
  }

  /** Sends a text as if it were typed. */
  say(text) {
    this.fill(text);
    return this.submit();
  }

  changed() {
    this.send.disabled = this.files.busy || !(this.area.value.trim() || this.files.files.length);
    this.area.style.height = "auto";
    const height = this.area.scrollHeight; // 0 while the pane is hidden
    if (height) this.area.style.height = `${Math.min(height, 220)}px`;
    const command = this.commandOf(this.area.value);
    this.usage.hidden = !command?.usage_hint || this.inThread;
    this.usage.textContent = command ? `${command.command} ${command.usage_hint ?? ""}` : "";
    this.offer();
  }

  offer() {
    const matches = this.area.selectionStart === this.area.selectionEnd ? suggestions(this.area.value, this.area.selectionStart, { commands: !this.inThread }) : null;
    this.list.show(matches);
  }

  complete(item, from) {
    const { value, selectionStart } = this.area;
    this.area.setRangeText(item.text, from, selectionStart, "end");
    if (value[selectionStart] === " ") this.area.setRangeText("", this.area.selectionStart, this.area.selectionStart + 1, "end");
    this.area.focus();
    this.changed();
    this.list.hide();
    if (item.shortcut) post("global_shortcut", { callback_id: item.shortcut }).then((result) => !result.ok && this.notify(explain(result)));
  }

  key(event) {
    if (event.isComposing) return;
    if (this.list.key(event)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      this.recall(event);
    }
  }

  /** Brings back sent lines with the arrow keys, unless something else is typed. */
  recall(event) {
    const isUntouched = this.area.value === "" || (this.recalled >= 0 && this.area.value === this.history[this.recalled]);
    if (!isUntouched) return;
    const index = this.recalled + (event.key === "ArrowUp" ? 1 : -1);
    if (index >= this.history.length || index < -1) return;
    event.preventDefault();
    this.fill(index < 0 ? "" : this.history[index]);
    this.recalled = index;
  }

  commandOf(text) {
    const word = /^\/\S+/.exec(text.trimStart())?.[0].toLowerCase();
    return word ? store.commands.find((item) => item.command === word) : null;
  }

  async submit() {
    const raw = this.area.value;
    const text = raw.trim();
    const files = this.files.files;
    if (!(text || files.length) || this.sending || this.files.busy) return;
    this.notify(null);
    this.list.hide();
    const command = this.commandOf(text);
    const looksLikeCommand = /^\/[a-z][\w-]*(\s|$)/i.test(text);
    if (this.inThread && looksLikeCommand) {
      return this.notify(`Slash commands can't be used in threads. Mention @${store.bot?.name ?? "the app"} instead.`);
    }
    if (looksLikeCommand && !command) {
      return this.notify(`${text.split(/\s/)[0]} isn't a command of this workspace. Its commands: ${store.commands.map((item) => item.command).join(", ") || "none"}.`);
    }
    if (looksLikeCommand && files.length) {
      return this.notify("Slash commands can't have files. Attach them to a message or in the form.");
    }
    this.sending = true;
    // Cleared at once, as in Slack; restored if the server refuses it.
    this.area.value = "";
    this.files.replace([]);
    this.node.setAttribute("aria-busy", "true");
    const target = this.target();
    const result = command
      ? await post("command", { channel: target.channel, text })
      : await post("message", { ...target, text, files: files.map((file) => file.id) });
    this.node.removeAttribute("aria-busy");
    this.sending = false;
    if (result.ok) {
      if (text) this.history = [text, ...this.history.filter((item) => item !== text)].slice(0, HISTORY);
      this.recalled = -1;
      return;
    }
    this.notify(explain(result));
    this.files.replace([...files, ...this.files.files]);
    const newText = this.area.value;
    this.area.value = newText ? `${raw}\n${newText}` : raw;
    this.changed();
    this.list.hide();
  }
}
