// One conversation as the family sees it: what they wrote, how far the practice is, and the answers.

import { avatar, fill, h, icon } from "../dom.js";
import { portalAct } from "../api.js";
import { dateNode } from "../kit/dates.js";
import { kindOf } from "./kinds.js";

const ZONE = "America/New_York";
const STATES = { sent: "Sent", received: "The practice has it", assigned: "Somebody is looking at it", answered: "Answered", closed: "Done" };
const OUTCOMES = {
  approved: "approved", approved_changed: "approved with changes", denied: "not approved", needs_visit: "needs a visit first", needs_info: "needs more information",
  already_sent: "was already sent", done_in_ehr: "signed by the doctor", booked: "booked", offered: "times offered", declined: "not possible", needs_call: "please call",
  recorded: "recorded", rejected: "not accepted", created: "referral made",
};
const when = (text, format = "{date_short_pretty} at {time}") => dateNode(Date.parse(text) / 1000, format, ZONE);

/** How far a thread is, in a word: for the list. */
export function standing(thread) {
  const last = thread.items.at(-1);
  const unread = thread.items.filter((item) => item.item === "reply" && !item.read_at).length;
  if (unread) return { word: unread === 1 ? "New answer" : `${unread} new answers`, look: "new" };
  if (last?.item === "message" && last.withdrawn) return { word: "Taken back", look: "done" };
  if (last?.item === "message") return { word: STATES[last.state] ?? last.state, look: last.state };
  return { word: "Answered", look: "answered" };
}

/** HTML from a portal is read as text: tags fall away, nothing runs. */
function readable(body) {
  if (body?.format !== "html") return body?.text ?? "";
  const parsed = new DOMParser().parseFromString(body.text, "text/html");
  return [...parsed.body.children].map((one) => one.textContent).join("\n") || parsed.body.textContent;
}

function asked(data) {
  const request = data.request ?? {};
  const lines = [
    ...(request.medications ?? []).map((one) => one.text), request.pharmacy?.name, request.visit_type, request.payer && [request.payer, request.plan].filter(Boolean).join(", "),
    request.specialty && [request.specialty, request.to].filter(Boolean).join(": "), request.reason, ...(request.preferred ?? []).map((wish) => (wish.days ? `${wish.days.join(", ")} ${wish.part_of_day ?? ""}` : null)),
  ].filter(Boolean);
  return lines.length ? h("ul", { class: "asked" }, lines.map((line) => h("li", {}, line))) : null;
}

function own(item, takeBack) {
  const { data } = item;
  const state = item.withdrawn ? "You took this back" : item.handled ? `Handled by ${item.handled.by}` : STATES[item.state] ?? item.state;
  return h("div", { class: `bubble mine ${item.withdrawn ? "gone" : ""}` }, asked(data), readable(data.body) ? h("p", {}, readable(data.body)) : null,
    data.attachments?.length ? h("p", { class: "files" }, icon("clip", 14), data.attachments.map((one) => one.name).join(", ")) : null,
    h("p", { class: "bubble-foot" }, when(item.at), " · ", h("strong", {}, state), item.states?.length ? [" ", when(item.states.at(-1).at, "{time}")] : null,
      takeBack ? h("button", { type: "button", class: "linkish", onclick: takeBack }, "Take back") : null));
}

/** The medicine a decided line speaks of: the thread's latest request knows its words. */
function medicine(thread, line) {
  const asked = thread.items.filter((item) => item.data?.request?.medications).at(-1);
  return asked?.data.request.medications.find((one) => one.line === line)?.text;
}

function visit(one) {
  return one ? [when(one.start), [one.provider, one.location].filter(Boolean).map((word) => `, ${word}`)] : null;
}

function decided(decision, thread) {
  const lines = decision.lines ?? [decision];
  const about = (line) => [medicine(thread, line.line), line.quantity, Number.isInteger(line.refills) ? `${line.refills} refills` : null, line.decided_by?.name, visit(line.visit), ...(line.offers ?? []).map(visit), line.specialist, line.reason];
  return h("ul", { class: "asked" }, lines.map((line) => h("li", {}, h("strong", {}, OUTCOMES[line.outcome] ?? line.outcome), about(line).filter(Boolean).map((words) => [" · ", words]))));
}

function theirs(item, thread) {
  const { author, body, decision } = item.reply;
  return h("div", { class: "answer" }, avatar(author.name, "small"), h("div", { class: "bubble theirs" },
    h("p", { class: "bubble-name" }, h("strong", {}, author.name), author.title ? `, ${author.title}` : "", " · Bright Kids Pediatrics"),
    decision ? decided(decision, thread) : null, body?.text ? h("p", {}, body.text) : null,
    h("p", { class: "bubble-foot" }, when(item.at), item.read_at ? [" · you read it ", when(item.read_at, "{time}")] : null)));
}

export class Conversation {
  /** `wish` gives what a follow-up needs: portal_user_id, patient_id. */
  constructor(back) {
    this.words = h("textarea", { rows: "1", placeholder: "Write again…", "aria-label": "Write again in this conversation", onkeydown: (event) => { if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); this.send(); } } });
    this.title = h("div", { class: "form-head" });
    this.items = h("div", { class: "bubbles", role: "log", "aria-label": "Conversation", tabindex: "0" });
    this.node = h("div", { class: "conversation" }, this.title, this.items, h("div", { class: "write-again" }, this.words, h("button", { type: "button", class: "family-send", onclick: () => this.send() }, "Send")));
    this.backButton = h("button", { type: "button", class: "round", "aria-label": "Back", onclick: back }, icon("back"));
  }

  show(thread, account) {
    Object.assign(this, { thread, account });
    const { mark, name } = kindOf(thread.kind);
    fill(this.title, this.backButton, h("div", {}, h("h2", {}, h("span", { "aria-hidden": "true" }, `${mark} `), thread.kind === "general" ? thread.subject : name), h("p", { class: "about" }, "About ", h("strong", {}, thread.patient?.name ?? ""))));
    const open = (item) => item.item === "message" && !item.withdrawn && !item.handled && !["answered", "closed"].includes(item.state);
    fill(this.items, thread.items.map((item) => {
      if (item.item === "reply") return theirs(item, thread);
      if (item.item === "decision") return h("div", { class: "answer" }, h("div", { class: "bubble theirs quiet-note" }, decided(item.reply.decision, thread)));
      return own(item, open(item) && item === thread.items.at(-1) ? () => portalAct("withdraw", { message_id: item.data.message_id }) : null);
    }));
    this.items.scrollTop = this.items.scrollHeight;
  }

  async send() {
    const text = this.words.value.trim();
    if (!text) return;
    this.words.value = "";
    await portalAct("messages", { portal_user_id: this.account.portal_user_id, patient_id: this.thread.patient.id, thread_id: this.thread.thread_id, kind: "general", subject: `Re: ${this.thread.subject ?? ""}`, text });
  }
}
