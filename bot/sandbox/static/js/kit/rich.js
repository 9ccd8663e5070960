// Draws rich_text blocks: sections, lists, quotes, preformatted text, and what stands inside them.

import { h } from "../dom.js";
import { dateNode } from "./dates.js";
import { glyph } from "./emoji.js";

const TAGS = { bold: "strong", italic: "em", strike: "s", underline: "u", code: "code" };

function styled(node, style = {}) {
  return Object.entries(TAGS).reduce((inner, [name, tag]) => (style[name] ? h(tag, {}, inner) : inner), node);
}

/** A link that cannot run anything: other schemes become plain text. */
export function safeLink(url, text) {
  if (!/^(https?:|mailto:|tel:)/i.test(url)) return text;
  return h("a", { href: url, target: "_blank", rel: "noreferrer noopener" }, text);
}

function inline(element, surface) {
  switch (element.type) {
    case "text": return element.text;
    case "emoji": return h("span", { class: "emoji", role: "img", "aria-label": element.name.replaceAll("_", " ") }, glyph(element.name));
    case "link": return safeLink(element.url, element.text ?? element.url);
    case "date": return element.url ? safeLink(element.url, dateNode(element.timestamp, element.format, surface.zone, element.fallback)) : dateNode(element.timestamp, element.format, surface.zone, element.fallback);
    case "user": return h("span", { class: "mention" }, `@${surface.personName(element.user_id)}`);
    case "usergroup": return h("span", { class: "mention" }, `@${surface.groupName?.(element.usergroup_id) ?? element.usergroup_id}`);
    case "channel": return h("span", { class: "mention" }, `#${surface.channelName(element.channel_id)}`);
    case "broadcast": return h("span", { class: "mention loud" }, `@${element.range}`);
    case "color": return element.value;
    default: return element.text ?? "";
  }
}

const inlines = (elements, surface) => elements.map((element) => styled(inline(element, surface), element.style));

function list(element, surface) {
  const given = { class: `rich-list indent-${Math.min(element.indent ?? 0, 8)}` };
  if (element.style === "ordered" && element.offset) given.start = element.offset + 1;
  return h(element.style === "ordered" ? "ol" : "ul", given, element.elements.map((item) => h("li", {}, inlines(item.elements, surface))));
}

function piece(element, surface) {
  switch (element.type) {
    case "rich_text_list": return list(element, surface);
    case "rich_text_quote": return h("blockquote", { class: "rich-quote" }, inlines(element.elements, surface));
    case "rich_text_preformatted": return h("pre", { class: "rich-pre" }, inlines(element.elements, surface));
    default: return h("div", { class: "rich-section" }, inlines(element.elements, surface));
  }
}

export function richText(block, surface) {
  return h("div", { class: "rich" }, block.elements.map((element) => piece(element, surface)));
}
