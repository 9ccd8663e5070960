// Draws Block Kit as Slack does: one function per kind of block.

import { h, freshId, icon } from "../dom.js";
import { elementNode } from "./press.js";
import { fieldNode } from "./field.js";
import { richText } from "./rich.js";
import { mrkdwn, textOf } from "./text.js";

/** Nothing from elsewhere is loaded: a picture is a frame with its description. */
function picture(alt, small = false) {
  return h("span", { class: small ? "picture small" : "picture", role: "img", "aria-label": alt }, icon("image", small ? 14 : 28), small ? null : h("span", {}, alt));
}

function section(block, surface) {
  const accessory = block.accessory;
  return h("div", { class: "section" },
    h("div", { class: "section-text" },
      block.text ? h("div", {}, textOf(block.text, surface)) : null,
      block.fields ? h("div", { class: "section-fields" }, block.fields.map((field) => h("div", {}, textOf(field, surface)))) : null),
    accessory ? h("div", { class: "section-accessory" }, accessory.type === "image" ? picture(accessory.alt_text) : elementNode(block, accessory, surface)) : null);
}

function input(block, surface) {
  const { element } = block;
  const label = block.label.text + (block.optional ? " (optional)" : "");
  const error = surface.errors?.[block.block_id];
  const ids = [freshId("hint"), freshId("error")];
  const change = (values, how = {}) => surface.change(block, element, values, how);
  const node = fieldNode(block, element, surface.state(block, element), change, surface, label);
  const focusable = node.matches("input,textarea,button") ? node : node.querySelector("input");
  if (focusable) {
    focusable.setAttribute("aria-describedby", ids.join(" "));
    if (error) focusable.setAttribute("aria-invalid", "true");
  }
  return h("div", { class: `input ${error ? "has-error" : ""}` },
    h("div", { class: "input-label" }, textOf(block.label, surface), block.optional ? h("span", { class: "optional" }, " (optional)") : null),
    node,
    error ? h("div", { class: "field-error", id: ids[1], role: "alert" }, icon("warn", 15), h("span", {}, error)) : null,
    block.hint ? h("div", { class: "hint", id: ids[0] }, textOf(block.hint, surface)) : null);
}

function table(block, surface) {
  const cell = (one) => (one.type === "rich_text" ? richText(one, surface) : String(one.text ?? one.value ?? ""));
  const [head, ...rows] = block.rows ?? [];
  return h("div", { class: "table-frame" }, h("table", {}, block.caption ? h("caption", {}, block.caption) : null,
    h("thead", {}, h("tr", {}, (head ?? []).map((one) => h("th", { scope: "col" }, cell(one))))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((one) => h("td", {}, cell(one))))))));
}

const DRAW = {
  header: (block, surface) => h("h3", { class: "header" }, textOf(block.text, surface)),
  section,
  rich_text: richText,
  divider: () => h("hr", { class: "divider" }),
  context: (block, surface) => h("div", { class: "context" }, block.elements.map((one) => (one.type === "image" ? picture(one.alt_text, true) : h("span", {}, textOf(one, surface))))),
  actions: (block, surface) => h("div", { class: "actions", role: "group", "aria-label": "Actions" }, block.elements.map((one) => elementNode(block, one, surface))),
  context_actions: (block, surface) => h("div", { class: "actions", role: "group" }, block.elements.map((one) => elementNode(block, one, surface))),
  input,
  image: (block, surface) => h("figure", { class: "image" }, block.title ? h("figcaption", {}, textOf(block.title, surface)) : null, picture(block.alt_text)),
  alert: (block, surface) => h("div", { class: `alert ${block.level ?? "default"}`, role: block.level === "error" || block.level === "warning" ? "alert" : "note" },
    icon({ error: "warn", warning: "warn", success: "check" }[block.level] ?? "info"), h("div", {}, textOf(block.text, surface))),
  markdown: (block, surface) => h("div", { class: "section-text" }, mrkdwn(block.text, surface)),
  table,
  data_table: table,
};

/** One block; a kind this page does not know is named, not hidden. */
export function blockNode(block, surface) {
  const node = DRAW[block.type]?.(block, surface) ?? h("p", { class: "not-here" }, `A ${block.type} block, which this page does not draw.`);
  node.classList.add("block");
  node.dataset.block = block.block_id ?? "";
  return node;
}

/** All blocks of a message or Home. */
export const blockNodes = (blocks, surface) => blocks.map((block) => blockNode(block, surface));
