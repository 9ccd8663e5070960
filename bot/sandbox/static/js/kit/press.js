// Buttons and overflow menus: what is pressed, asked once more where Slack would, and shown as busy until it is acknowledged.

import { h, icon } from "../dom.js";
import { confirmed } from "./confirm.js";
import { fieldNode } from "./field.js";
import { menuItem, openPopup } from "./popup.js";
import { safeLink } from "./rich.js";
import { textOf } from "./text.js";

async function pressed(node, block, element, values, surface) {
  if (element.confirm && !(await confirmed(element.confirm, surface))) return;
  node.classList.add("busy");
  node.setAttribute("aria-busy", "true");
  try {
    await surface.press(block, element, values);
  } finally {
    node.classList.remove("busy");
    node.removeAttribute("aria-busy");
  }
}

function button(block, element, surface) {
  const look = { primary: "primary", danger: "danger" }[element.style] ?? "";
  const node = h("button", {
    type: "button", class: `btn ${look}`, "aria-label": element.accessibility_label ?? null, "data-action": element.action_id,
    title: element.accessibility_label ?? null,
    onclick: () => {
      if (element.url && /^https?:/i.test(element.url)) open(element.url, "_blank", "noreferrer");
      pressed(node, block, element, {}, surface);
    },
  }, textOf(element.text, surface));
  return node;
}

function overflow(block, element, surface) {
  const node = h("button", { type: "button", class: "btn more", "aria-label": "More actions", "aria-haspopup": "menu", "aria-expanded": "false", "data-action": element.action_id,
    onclick: () => openPopup(node, (close) => element.options.map((option) => menuItem({
      choose: () => { close(true); pressed(node, block, element, { selected_option: option }, surface); },
    }, h("span", { class: "popup-text" }, option.url ? safeLink(option.url, option.text.text) : textOf(option.text, surface), option.description ? h("small", {}, textOf(option.description, surface)) : null))), { label: "More actions" }),
  }, icon("more"));
  return node;
}

/** An element that acts at once: a button, an overflow menu, or a field outside an input block. */
export function elementNode(block, element, surface) {
  if (element.type === "button" || element.type === "workflow_button") return button(block, element, surface);
  if (element.type === "overflow") return overflow(block, element, surface);
  if (element.type === "icon_button") return h("button", { type: "button", class: "btn", onclick: (event) => pressed(event.currentTarget, block, element, {}, surface) }, textOf(element.text, surface));
  const label = element.accessibility_label ?? element.placeholder?.text ?? element.action_id;
  const change = (values, how = {}) => {
    surface.keep(block, element, values);
    if (!how.typing) surface.press(block, element, values);
  };
  return fieldNode(block, element, surface.state(block, element), change, surface, label) ?? h("span", { class: "not-here" }, `(${element.type})`);
}
