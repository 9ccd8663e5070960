// Where a person types: Enter sends, Shift+Enter makes a line, a slash begins a command.

import { fill, freshId, h, icon } from "../dom.js";
import { toast } from "./toast.js";

const COMMANDS = [
  ["/portal", "Open the desk"], ["/portal search", "Find a message"], ["/portal status", "Is everything running?"],
  ["/portal phrases", "Ready texts"], ["/portal staff", "Who is who"], ["/portal map", "Which channel for which department"],
  ["/portal report", "Volumes and response times"], ["/portal help", "What you can do here"],
];

export class Composer {
  /** `send(text)` posts or runs; `commands` offers slash commands; `note` stands under the field. */
  constructor({ send, commands = true, note = "" }) {
    this.send = send;
    this.commands = commands;
    const list = freshId("commands");
    this.menu = h("div", { class: "command-menu", role: "listbox", id: list, hidden: true, "aria-label": "Commands" });
    this.field = h("textarea", { rows: "1", "aria-label": "Message", "aria-controls": list, oninput: () => this.typed(), onkeydown: (event) => this.key(event) });
    this.button = h("button", { type: "button", class: "composer-send", "aria-label": "Send message", onclick: () => this.go() }, icon("send", 18));
    this.node = h("div", { class: "composer" }, this.menu, h("div", { class: "composer-box" }, this.field, this.button), note ? h("p", { class: "composer-note" }, note) : null);
  }

  placeholder(text) {
    this.field.placeholder = text;
    this.field.setAttribute("aria-label", text);
  }

  disable(reason) {
    this.field.disabled = Boolean(reason);
    this.button.disabled = Boolean(reason);
    if (reason) this.placeholder(reason);
  }

  typed() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 160)}px`;
    this.button.classList.toggle("ready", Boolean(this.field.value.trim()));
    const text = this.field.value.toLowerCase();
    const fitting = this.commands && text.startsWith("/") ? COMMANDS.filter(([name]) => name.startsWith(text)) : [];
    this.menu.hidden = !fitting.length;
    fill(this.menu, fitting.map(([name, what]) => h("button", { type: "button", role: "option", class: "command", onclick: () => { this.field.value = name; this.typed(); this.menu.hidden = true; this.field.focus(); } }, h("strong", {}, name), h("span", {}, what))));
  }

  key(event) {
    if (event.key === "Escape" && !this.menu.hidden) { this.menu.hidden = true; event.stopPropagation(); }
    if (event.key === "Tab" && !this.menu.hidden && !event.shiftKey) { event.preventDefault(); this.menu.firstElementChild.click(); }
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.go(); }
  }

  async go() {
    const text = this.field.value.trim();
    if (!text) return;
    this.field.value = "";
    this.typed();
    try {
      await this.send(text);
    } catch (fault) {
      this.field.value = text;
      this.typed();
      toast(fault.message, { look: "warning" });
    }
  }
}
