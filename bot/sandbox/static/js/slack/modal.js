// One window: title, blocks, close and submit; a redraw keeps the nodes and the typing of fields that stayed.

import { fill, freshId, h, icon } from "../dom.js";
import { blockNode } from "../kit/blocks.js";
import { textOf } from "../kit/text.js";
import { Draft } from "./draft.js";

const WORDS = { type: "plain_text", text: "", emoji: false };

export class Modal {
  /** `acts`: press, input, submit, close, options; each takes what the human API takes. */
  constructor(view, store, acts) {
    this.store = store;
    this.acts = acts;
    this.errors = {};
    this.drawn = new Map();
    this.draft = new Draft((block, element, values) => acts.input({ view_id: this.view.id, block_id: block.block_id, action_id: element.action_id, ...values }));
    const title = freshId("title");
    this.title = h("h2", { id: title });
    this.warning = h("div", { class: "modal-warning", role: "alert", hidden: true });
    this.body = h("div", { class: "modal-body blocks" });
    this.foot = h("div", { class: "modal-foot" });
    this.node = h("form", { class: "modal", role: "dialog", "aria-modal": "true", "aria-labelledby": title, tabindex: "-1", novalidate: true, onsubmit: (event) => { event.preventDefault(); this.submit(); } },
      h("div", { class: "modal-head" }, this.title, h("button", { type: "button", class: "modal-x", "aria-label": "Close", onclick: () => this.close(true) }, icon("close", 18))),
      this.warning, this.body, this.foot);
    this.show(view);
  }

  /** Draws the view's present state. */
  show(view) {
    this.view = view;
    this.errors = { ...(view.errors ?? {}) };
    fill(this.title, textOf(view.title ?? WORDS, this.store.surface()));
    this.drawBody();
    this.drawFoot();
  }

  drawBody() {
    const focus = this.focused();
    const surface = this.surface();
    const next = new Map();
    const nodes = this.view.blocks.map((block, place) => {
      const id = block.block_id ?? `#${place}`;
      const shape = JSON.stringify([block, this.errors[block.block_id] ?? null]);
      const before = this.drawn.get(id);
      const row = before?.shape === shape ? before : { shape, node: blockNode(block, surface) };
      next.set(id, row);
      return row.node;
    });
    this.drawn = next;
    const present = [...this.body.children];
    if (present.length !== nodes.length || nodes.some((node, place) => node !== present[place])) fill(this.body, nodes);
    this.refocus(focus);
  }

  focused() {
    const now = document.activeElement;
    if (!this.body.contains(now)) return null;
    const block = now.closest("[data-block]");
    return { node: now, block: block?.dataset.block, action: now.dataset.action, from: now.selectionStart, to: now.selectionEnd };
  }

  refocus(focus) {
    if (!focus || document.activeElement === focus.node) return;
    const stays = focus.node.isConnected ? focus.node : [...this.body.querySelectorAll("[data-action]")].find((one) => one.dataset.action === focus.action && one.closest("[data-block]")?.dataset.block === focus.block);
    if (!stays) return;
    stays.focus({ preventScroll: true });
    if (typeof focus.from === "number" && stays.setSelectionRange && stays.type !== "email") stays.setSelectionRange(focus.from, focus.to);
  }

  drawFoot() {
    const surface = this.store.surface();
    const { submit, close } = this.view;
    this.button = submit ? h("button", { type: "submit", class: "btn primary big", disabled: this.view.submit_disabled || null }, textOf(submit, surface)) : null;
    fill(this.foot, h("button", { type: "button", class: "btn big", onclick: () => this.close(false) }, close ? textOf(close, surface) : submit ? "Cancel" : "Close"), this.button);
  }

  surface() {
    const at = (block, element) => ({ view_id: this.view.id, block_id: block.block_id, action_id: element.action_id });
    return {
      ...this.store.surface(),
      errors: this.errors,
      state: (block, element) => this.draft.read(this.view, block, element),
      keep: (block, element, values) => this.draft.write(block, element, values),
      change: (block, element, values, how = {}) => this.changed(block, element, values, how),
      options: (block, element, query) => this.acts.options({ ...at(block, element), query }),
      press: async (block, element, values) => {
        await this.draft.flush();
        await this.acts.press({ ...at(block, element), ...values });
      },
    };
  }

  changed(block, element, values, how) {
    this.draft.write(block, element, values);
    if (how.entered && !block.dispatch_action) { this.submit(); return; }
    const each = element.dispatch_action_config?.trigger_actions_on?.includes("on_character_entered");
    if (block.dispatch_action && (how.typing || how.left) && !each) return;  // Slack dispatches such a field on Enter
    if (how.typing || how.left) this.draft.later(block, element, values);
    else { this.draft.later(block, element, values); this.draft.flush(); }
  }

  async submit() {
    if (!this.button || this.button.disabled || this.busy) return;
    this.waiting(true);
    try {
      await this.draft.flush();
      await this.acts.submit({ view_id: this.view.id, values: this.draft.untoldOf(this.view) });
    } finally {
      this.waiting(false);
      this.body.querySelector("[aria-invalid='true']")?.focus();
    }
  }

  waiting(busy) {
    this.busy = busy;
    this.button?.classList.toggle("busy", busy);
  }

  close(all) {
    return this.acts.close({ view_id: this.view.id, all });
  }

  /** Slack's own words on top of the window when the app did not answer; empty takes them away. */
  warn(words) {
    this.warning.hidden = !words;
    fill(this.warning, words ? [icon("warn"), h("span", {}, words)] : []);
  }
}
