// The app's Home tab: blocks of its own for each person.

import { fill, h } from "../dom.js";
import { blockNode } from "../kit/blocks.js";
import { toast } from "./toast.js";

export class Home {
  constructor(store) {
    this.store = store;
    this.kept = new Map();
    this.drawn = new Map();
    this.node = h("div", { class: "home", tabindex: "0", "aria-label": "Home" });
    this.paper = h("div", { class: "blocks home-paper" });
    this.node.append(this.paper);
  }

  /** Opens the tab, as Slack tells the app each time. */
  async open() {
    this.drawn.clear();
    fill(this.paper, h("p", { class: "quiet" }, "Opening your desk…"));
    await this.store.act("open_home", {}).catch((fault) => toast(fault.message, { look: "warning" }));
    await this.refresh();
  }

  async refresh() {
    const view = await this.store.home();
    if (!view?.blocks?.length) {
      fill(this.paper, h("p", { class: "quiet" }, "Nothing here yet. Portal Desk fills this page when it starts."));
      return;
    }
    const next = new Map();
    const nodes = view.blocks.map((block, place) => {
      const shape = `${place}${JSON.stringify(block)}`;
      const node = this.drawn.get(shape) ?? blockNode(block, this.surface(view));
      next.set(shape, node);
      return node;
    });
    this.drawn = next;
    fill(this.paper, nodes);
  }

  surface(view) {
    const key = (block, element) => `${block.block_id}/${element.action_id}`;
    const at = (block, element) => ({ home: true, view_id: view.id, block_id: block.block_id, action_id: element.action_id });
    return {
      ...this.store.surface(),
      state: (block, element) => this.kept.get(key(block, element)) ?? view.state?.values?.[block.block_id]?.[element.action_id] ?? null,
      keep: (block, element, values) => this.kept.set(key(block, element), values),
      change: (block, element, values, how = {}) => {
        this.kept.set(key(block, element), values);
        if (block.dispatch_action && !how.typing) this.surface(view).press(block, element, values);
      },
      options: (block, element, query) => this.store.options({ ...at(block, element), query }),
      press: async (block, element, values) => {
        try {
          const answer = await this.store.act("press", { ...at(block, element), ...values });
          if (answer.warning) toast(answer.warning, { look: "warning" });
        } catch (fault) {
          toast(fault.message, { look: "warning" });
        }
      },
    };
  }
}
