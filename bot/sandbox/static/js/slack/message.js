// One message as Slack shows it: who, when, what, and what hangs on it.

import { avatar, h, icon } from "../dom.js";
import { blockNodes } from "../kit/blocks.js";
import { dateNode } from "../kit/dates.js";
import { mrkdwn } from "../kit/text.js";

const isApp = (message, store) => Boolean(message.is_bot || store.person(message.user).is_bot);
const author = (message, store) => message.name || store.personName(message.user);

function face(message, name, store) {
  return isApp(message, store) ? h("span", { class: "avatar app", "aria-hidden": "true" }, "PD") : avatar(name);
}

function threadLink(message, store, openThread) {
  if (!message.reply_count) return null;
  const last = message.latest_reply ? h("span", { class: "thread-last" }, "Last reply ", dateNode(Number(message.latest_reply), "{ago}", store.zone)) : null;
  return h("button", { type: "button", class: "thread-link", onclick: () => openThread(message.ts) },
    icon("thread", 16), h("strong", {}, `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`), last);
}

/** A message's node. `surface` draws its blocks; `openThread` is left out inside a thread. */
export function messageNode(message, store, surface, openThread) {
  const name = author(message, store);
  const whisper = message.ephemeral;
  const { broadcast } = message;
  const body = message.blocks?.length ? h("div", { class: "blocks" }, blockNodes(message.blocks, surface)) : h("div", { class: "plain-text" }, mrkdwn(message.text ?? "", surface));
  return h("article", { class: `message ${whisper ? "whisper" : ""}`, "data-ts": message.ts, tabindex: "-1", "aria-label": `${name}: ${message.text ?? ""}` },
    whisper ? h("p", { class: "message-note" }, icon("eye", 14), "Only visible to you") : null,
    broadcast && openThread ? h("p", { class: "message-note" }, icon("thread", 14), h("button", { type: "button", class: "linkish", onclick: () => openThread(message.thread_ts) }, "replied to a thread")) : null,
    face(message, name, store),
    h("div", { class: "message-body" },
      h("div", { class: "message-head" }, h("strong", { class: "message-author" }, name), isApp(message, store) ? h("span", { class: "app-badge" }, "APP") : null,
        h("span", { class: "message-time" }, dateNode(Number(message.ts), "{time}", store.zone))),
      body,
      message.edited ? h("span", { class: "edited" }, "(edited)") : null,
      openThread ? threadLink(message, store, openThread) : null),
    openThread && !whisper ? h("div", { class: "message-tools" }, h("button", { type: "button", title: "Reply in thread", "aria-label": "Reply in thread", onclick: () => openThread(message.thread_ts ?? message.ts) }, icon("thread", 17))) : null);
}
