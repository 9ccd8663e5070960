// Text objects: plain_text as it stands, mrkdwn as Slack reads it; both end as text nodes, never as markup.

import { h } from "../dom.js";
import { dateNode } from "./dates.js";
import { withGlyphs } from "./emoji.js";
import { safeLink } from "./rich.js";

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const plain = (text) => text.replace(/&(amp|lt|gt);/g, (entity) => ENTITIES[entity]);
const ANGLE = /<([^<>]+)>/;
const MARKS = [[/(?<![\w*])\*([^*\n]+)\*(?![\w*])/, "strong"], [/(?<!\w)_([^_\n]+)_(?!\w)/, "em"], [/(?<![\w~])~([^~\n]+)~(?![\w~])/, "s"]];

function angle(content, surface) {
  const [target, label] = content.split("|");
  if (target.startsWith("@")) return h("span", { class: "mention" }, `@${surface.personName(target.slice(1))}`);
  if (target.startsWith("#")) return h("span", { class: "mention" }, `#${label ?? surface.channelName(target.slice(1))}`);
  if (target.startsWith("!date^")) {
    const [, timestamp, format] = target.split("^");
    return dateNode(Number(timestamp), format, surface.zone, label);
  }
  if (target.startsWith("!subteam^")) return h("span", { class: "mention" }, label ?? "@group");
  if (target.startsWith("!")) return h("span", { class: "mention loud" }, `@${label ?? target.slice(1)}`);
  return safeLink(plain(target), plain(label ?? target));
}

function marked(text, marks = MARKS) {
  if (!marks.length) return [withGlyphs(plain(text))];
  const [[pattern, tag], ...rest] = marks;
  const found = pattern.exec(text);
  if (!found) return marked(text, rest);
  return [...marked(text.slice(0, found.index), rest), h(tag, {}, marked(found[1], rest)), ...marked(text.slice(found.index + found[0].length), marks)];
}

function spans(text, surface) {
  const code = /`([^`\n]+)`/.exec(text);
  if (code) return [...spans(text.slice(0, code.index), surface), h("code", {}, plain(code[1])), ...spans(text.slice(code.index + code[0].length), surface)];
  const found = ANGLE.exec(text);
  if (!found) return marked(text);
  return [...marked(text.slice(0, found.index)), angle(found[1], surface), ...spans(text.slice(found.index + found[0].length), surface)];
}

/** The nodes of a mrkdwn text. */
export function mrkdwn(text, surface) {
  const nodes = [];
  for (const [number, piece] of text.split(/```([\s\S]*?)```/).entries()) {
    if (number % 2) nodes.push(h("pre", { class: "rich-pre" }, plain(piece.replace(/^\n/, ""))));
    else for (const [place, line] of piece.split("\n").entries()) {
      if (place) nodes.push("\n");
      if (line.startsWith("&gt;")) nodes.push(h("blockquote", { class: "rich-quote" }, spans(line.replace(/^&gt;\s?/, ""), surface)));
      else nodes.push(...spans(line, surface));
    }
  }
  return nodes;
}

/** The nodes of a text object. */
export function textOf(object, surface) {
  if (!object) return [];
  if (object.type === "mrkdwn") return mrkdwn(object.text, surface);
  return [object.emoji === false ? object.text : withGlyphs(object.text)];
}
