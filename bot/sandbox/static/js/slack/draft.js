// What a person has typed into a window and the server may not know yet: kept by block_id and action_id, as Slack does.

const PAUSE = 300;

export class Draft {
  /** `send(block, element, values)` tells the server of a changed field. */
  constructor(send) {
    this.send = send;
    this.values = new Map();
    this.waiting = new Map();
    this.untold = new Set();
  }

  key(block, element) {
    return `${block.block_id}\n${element.action_id}\n${element.type}`;
  }

  /** The field's present value: what was typed here, else what the server has. */
  read(view, block, element) {
    const typed = this.values.get(this.key(block, element));
    if (typed && offered(element, typed)) return typed;
    return view.state?.values?.[block.block_id]?.[element.action_id] ?? null;
  }

  write(block, element, values) {
    this.values.set(this.key(block, element), values);
    this.untold.add(this.key(block, element));
  }

  /** Tells the server in a moment, unless more is typed before. */
  later(block, element, values) {
    const key = this.key(block, element);
    clearTimeout(this.waiting.get(key)?.timer);
    const go = () => { this.waiting.delete(key); this.untold.delete(key); return this.send(block, element, values); };
    this.waiting.set(key, { go, timer: setTimeout(go, PAUSE) });
  }

  /** Tells the server everything it does not know yet. */
  async flush() {
    const waiting = [...this.waiting.values()];
    for (const { timer } of waiting) clearTimeout(timer);
    await Promise.all(waiting.map(({ go }) => go()));
  }

  /** What the server was never told, in the form of `state.values`. */
  untoldOf(view) {
    const all = {};
    for (const block of view.blocks) {
      if (block.type !== "input") continue;
      const key = this.key(block, block.element);
      const value = this.values.get(key);
      if (value && this.untold.has(key)) (all[block.block_id] ??= {})[block.element.action_id] = value;
    }
    return all;
  }
}

function offered(element, values) {
  if (!element.options || !("selected_option" in values)) return true;
  return values.selected_option === null || element.options.some((option) => option.value === values.selected_option.value);
}
