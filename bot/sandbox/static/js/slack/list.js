// A list of messages that changes in place: what is the same keeps its node, so that menus, focus and scroll stay.

import { fill, h } from "../dom.js";
import { slackDate } from "../kit/dates.js";
import { messageNode } from "./message.js";
import { toast } from "./toast.js";

const NEAR = 120;

export class MessageList {
  /** `where()` gives the channel; `openThread` is left out inside a thread. */
  constructor(store, where, openThread = null) {
    this.store = store;
    this.where = where;
    this.openThread = openThread;
    this.drawn = new Map();
    this.kept = new Map();
    this.node = h("div", { class: "messages", role: "log", "aria-label": "Messages", tabindex: "0" });
  }

  clear() {
    this.drawn.clear();
    fill(this.node);
  }

  /** Shows these messages; goes to the end when the reader was there. */
  show(messages, { toEnd = false, lead = null } = {}) {
    const box = this.node;
    const atEnd = toEnd || box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
    const seen = new Map();
    const rows = lead ? [lead] : [];
    let day = "";
    for (const message of messages) {
      const words = slackDate(Number(message.ts), "{day_divider_pretty}", this.store.zone);
      if (words !== day && this.openThread) rows.push(h("div", { class: "day", role: "separator" }, h("span", {}, words)));
      day = words;
      const shape = JSON.stringify(message) + this.store.as;
      const before = this.drawn.get(message.ts);
      const row = before?.shape === shape ? before : { shape, node: messageNode(message, this.store, this.surface(message), this.openThread) };
      if (before && before !== row) row.node.classList.add("changed");
      seen.set(message.ts, row);
      rows.push(row.node);
    }
    this.drawn = seen;
    this.arrange(rows);
    if (atEnd) box.scrollTop = box.scrollHeight;
  }

  arrange(rows) {
    const present = [...this.node.children];
    if (present.length === rows.length && rows.every((row, place) => row === present[place])) return;
    const top = this.node.scrollTop;
    fill(this.node, rows);
    this.node.scrollTop = top;
  }

  surface(message) {
    const place = () => ({ channel: this.where(), ts: message.ts });
    const key = (block, element) => `${message.ts}/${block.block_id}/${element.action_id}`;
    return {
      ...this.store.surface(),
      state: (block, element) => this.kept.get(key(block, element)) ?? message.state?.values?.[block.block_id]?.[element.action_id] ?? null,
      keep: (block, element, values) => this.kept.set(key(block, element), values),
      change: (block, element, values) => this.kept.set(key(block, element), values),
      options: (block, element, query) => this.store.options({ ...place(), block_id: block.block_id, action_id: element.action_id, query }),
      press: async (block, element, values) => {
        try {
          const answer = await this.store.act("press", { ...place(), block_id: block.block_id, action_id: element.action_id, ...values });
          if (answer.warning) toast(answer.warning, { look: "warning" });
        } catch (fault) {
          toast(fault.message, { look: "warning" });
        }
      },
    };
  }
}
