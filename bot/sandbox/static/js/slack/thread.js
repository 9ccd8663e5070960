// The pane at the right: one message and its thread, where colleagues talk among themselves.

import { fill, h, icon } from "../dom.js";
import { Composer } from "./composer.js";
import { MessageList } from "./list.js";

export class Thread {
  constructor(store, closed) {
    this.store = store;
    this.channel = null;
    this.ts = null;
    this.list = new MessageList(store, () => this.channel);
    this.where = h("span", { class: "pane-sub" });
    this.composer = new Composer({ commands: false, note: "Threads are notes among colleagues. Families never see them.", send: (text) => this.store.act("post", { channel: this.channel, text, thread_ts: this.ts }) });
    this.composer.placeholder("Reply…");
    this.node = h("aside", { class: "thread", "aria-label": "Thread", hidden: true, onkeydown: (event) => { if (event.key === "Escape") closed(); } },
      h("div", { class: "pane-head" }, h("strong", {}, "Thread"), this.where, h("button", { type: "button", class: "icon-button", "aria-label": "Close thread", onclick: closed }, icon("close"))),
      this.list.node, this.composer.node);
  }

  async open(channel, ts) {
    Object.assign(this, { channel, ts });
    this.node.hidden = false;
    const room = this.store.channel(channel);
    fill(this.where, room?.is_im ? "Direct message" : `#${room?.name ?? ""}`);
    this.list.clear();
    await this.refresh(true);
    this.composer.field.focus({ preventScroll: true });
  }

  close() {
    this.node.hidden = true;
    this.ts = null;
  }

  async refresh(toEnd = false) {
    if (this.ts) this.list.show(await this.store.thread(this.channel, this.ts), { toEnd });
  }
}
