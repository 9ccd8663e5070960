// The stack of windows over the workspace: the top one is seen, Escape closes it, Tab stays inside.

import { fill, h } from "../dom.js";
import { closePopup } from "../kit/popup.js";
import { Modal } from "./modal.js";
import { toast } from "./toast.js";

const FOCUSABLE = "button:not([disabled]), input:not([disabled]), textarea:not([disabled]), a[href]";

export class Windows {
  constructor(store) {
    this.store = store;
    this.modals = new Map();
    this.back = null;
    this.node = h("div", { class: "modal-layer", hidden: true, onkeydown: (event) => this.key(event) });
  }

  get top() {
    return [...this.modals.values()].at(-1) ?? null;
  }

  /** Fetches the person's stack and shows what is on top. */
  async refresh() {
    const views = await this.store.views();
    const before = this.top;
    const next = new Map();
    for (const view of views) {
      const modal = this.modals.get(view.id) ?? new Modal(view, this.store, this.acts());
      if (this.modals.has(view.id)) modal.show(view);
      next.set(view.id, modal);
    }
    this.modals = next;
    if (this.top !== before) this.turn(before);
  }

  turn(before) {
    closePopup();
    if (!before) this.back = document.activeElement;
    fill(this.node, this.top?.node ?? []);
    this.node.hidden = !this.top;
    this.node.classList.toggle("stacked", this.modals.size > 1);
    if (this.top) this.top.node.focus({ preventScroll: true });
    else if (this.back?.isConnected) this.back.focus({ preventScroll: true });
  }

  acts() {
    const tell = (name) => async (given) => {
      try {
        const answer = await this.store.act(name, given);
        this.modals.get(given.view_id)?.warn(answer.warning ?? "");
        return answer;
      } catch (fault) {
        this.modals.get(given.view_id)?.warn(fault.message);
        return {};
      } finally {
        await this.refresh().catch((fault) => toast(fault.message, { look: "warning" }));
      }
    };
    return { press: tell("press"), input: tell("input"), submit: tell("submit"), close: tell("close"), options: (given) => this.store.options(given) };
  }

  key(event) {
    if (event.key === "Escape") { event.preventDefault(); this.top?.close(false); }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); this.top?.submit(); }
    if (event.key === "Tab") this.keepInside(event);
  }

  keepInside(event) {
    const all = [...this.node.querySelectorAll(FOCUSABLE)].filter((one) => one.offsetParent);
    const [first, last] = [all[0], all.at(-1)];
    const now = document.activeElement;
    if (event.shiftKey && (now === first || now === this.top?.node)) { event.preventDefault(); last?.focus(); }
    else if (!event.shiftKey && now === last) { event.preventDefault(); first?.focus(); }
  }
}
