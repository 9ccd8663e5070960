// The families' portal: choose a parent, write, watch the answer arrive.

import { avatar, fill, h, icon } from "../dom.js";
import { listen, portalAct, portalLook } from "../api.js";
import { dateNode } from "../kit/dates.js";
import { menuItem, openPopup } from "../kit/popup.js";
import { Conversation, standing } from "./conversation.js";
import { Form } from "./form.js";
import { KINDS, kindOf } from "./kinds.js";

const newest = (thread) => thread.items.at(-1)?.at ?? "";
const waiting = (threads) => threads.flatMap((thread) => thread.items).filter((item) => item.item === "reply" && !item.read_at).length;

export class FamilyView {
  constructor(node) {
    this.node = node;
    this.account = null;
    this.threads = [];
    this.place = { kind: "list" };
    this.face = h("span", { class: "act-face" });
    this.who = h("button", { type: "button", class: "act-as", "aria-haspopup": "listbox", "aria-expanded": "false", onclick: () => this.choose() }, this.face, icon("down", 16));
    this.body = h("div", { class: "family-body" });
    this.notice = h("div", { class: "family-notice", role: "status" });
    this.conversation = new Conversation(() => this.go({ kind: "list" }));
    fill(node, h("div", { class: "pane-bar family-bar" }, h("span", { class: "pane-name" }, "Family portal ", h("span", {}, "what parents see")), this.who), this.body, this.notice);
  }

  async start() {
    try {
      this.families = await portalLook("families");
      if (!this.families.accounts) throw new Error("The portal has no families yet.");
      const remembered = localStorage.getItem("portaldesk.family");
      this.account = this.families.accounts.find((one) => one.portal_user_id === remembered) ?? this.families.accounts[0];
      await this.refresh();
      this.drawn = null;
      listen("/api/portal/stream", (news) => this.hear(news), () => this.refresh());
    } catch (fault) {
      fill(this.body, h("p", { class: "quiet" }, fault.message));
      setTimeout(() => this.start(), 2000);
    }
  }

  children(account = this.account) {
    return this.families.patients.filter((one) => account.patients.includes(one.id));
  }

  mine(account = this.account) {
    return this.threads.filter((one) => one.account === account.portal_user_id).sort((one, other) => newest(other).localeCompare(newest(one)));
  }

  hear(news) {
    if (news.what === "reply") this.arrived = news.thread_id;
    if (["event", "event_settled", "answer"].includes(news.what)) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh().catch(() => {}), 60);
  }

  async refresh() {
    this.threads = await portalLook("threads");
    const fresh = this.arrived && this.threads.find((one) => one.thread_id === this.arrived);
    this.arrived = null;
    if (fresh && fresh.account !== this.account.portal_user_id) this.tell(fresh);
    this.draw();
  }

  /** Somebody else's answer came: offer to look. */
  tell(thread) {
    const account = this.families.accounts.find((one) => one.portal_user_id === thread.account);
    if (!account) return;
    fill(this.notice, h("button", { type: "button", onclick: () => { fill(this.notice); this.become(account, { kind: "thread", id: thread.thread_id }); } }, avatar(account.name, "small"), h("span", {}, "An answer arrived for ", h("strong", {}, account.name)), h("span", { class: "look" }, "Look")));
    clearTimeout(this.noticeTimer);
    this.noticeTimer = setTimeout(() => fill(this.notice), 12_000);
  }

  become(account, place = { kind: "list" }) {
    this.account = account;
    localStorage.setItem("portaldesk.family", account.portal_user_id);
    this.go(place);
  }

  /** For the guide: be this account, in front of this form. */
  show(accountId, kind) {
    this.become(this.families.accounts.find((one) => one.portal_user_id === accountId) ?? this.account, { kind: "form", form: kind });
  }

  go(place) {
    this.place = place;
    this.drawn = null;
    this.draw();
  }

  draw() {
    this.drawWho();
    if (this.place.kind === "form") { if (this.drawn !== "form") this.drawForm(); return; }
    if (this.place.kind === "thread") { this.drawThread(); return; }
    this.drawn = "list";
    fill(this.body, this.listNode());
  }

  drawWho() {
    const names = this.children().map((one) => one.name.split(" ")[0]).join(", ");
    const others = this.families.accounts.some((one) => one !== this.account && waiting(this.mine(one)));
    fill(this.face, h("span", { class: "act-label" }, "You are"), avatar(this.account.name, "small"), h("span", { class: "act-words" }, h("strong", {}, this.account.name), h("small", {}, this.account.relationship === "self" ? "a teenager's own account" : `${this.account.relationship} of ${names}`)),
      others ? h("span", { class: "act-dot", role: "img", "aria-label": "Another family has a new answer" }) : null);
  }

  choose() {
    openPopup(this.who, (close) => this.families.accounts.map((account) => {
      const count = waiting(this.mine(account));
      const names = this.children(account).map((one) => one.name.split(" ")[0]).join(", ");
      return menuItem({ role: "option", selected: account === this.account, choose: () => { close(true); this.become(account); } }, avatar(account.name, "small"),
        h("span", { class: "popup-text" }, account.name, h("small", {}, account.relationship === "self" ? "writes for herself" : `${account.relationship} of ${names}${account.proxy_verified ? "" : ", not verified"}`)), count ? h("span", { class: "badge" }, `${count} new`) : null);
    }), { role: "listbox", label: "You are", wide: true });
  }

  listNode() {
    const threads = this.mine();
    return h("div", { class: "family-list" },
      h("h2", {}, `Hello ${this.account.name.split(" ")[0]}`), h("p", { class: "lead" }, "Write to Bright Kids Pediatrics. We answer here."),
      h("div", { class: "kinds" }, Object.entries(KINDS).map(([kind, { mark, title, note }]) => h("button", { type: "button", class: "kind", onclick: () => this.go({ kind: "form", form: kind }) }, h("span", { class: "kind-mark", "aria-hidden": "true" }, mark), h("span", {}, h("strong", {}, title), h("small", {}, note))))),
      h("h3", {}, "Your messages"),
      threads.length ? h("ul", { class: "threads" }, threads.map((thread) => this.threadRow(thread))) : h("p", { class: "quiet" }, "No messages yet."));
  }

  threadRow(thread) {
    const { word, look } = standing(thread);
    const { mark, name } = kindOf(thread.kind);
    return h("li", {}, h("button", { type: "button", class: `thread-row ${look}`, onclick: () => this.go({ kind: "thread", id: thread.thread_id }) },
      h("span", { class: "kind-mark", "aria-hidden": "true" }, mark),
      h("span", { class: "thread-words" }, h("strong", {}, thread.kind === "general" ? thread.subject : name), h("small", {}, thread.patient?.name ?? "", " · ", dateNode(Date.parse(newest(thread)) / 1000, "{ago}", "America/New_York"))),
      h("span", { class: `standing ${look}` }, word)));
  }

  drawForm() {
    this.drawn = "form";
    const form = new Form({ kind: this.place.form, account: this.account, children: this.children(), done: (thread) => this.go({ kind: "thread", id: thread }), back: () => this.go({ kind: "list" }) });
    fill(this.body, form.node);
    this.body.scrollTop = 0;
  }

  drawThread() {
    const thread = this.threads.find((one) => one.thread_id === this.place.id);
    if (!thread) return;
    if (this.drawn !== "thread") fill(this.body, this.conversation.node);
    this.drawn = "thread";
    this.conversation.show(thread, this.account);
    if (waiting([thread]) && !document.hidden && this.node.offsetParent) portalAct("read", { thread_id: thread.thread_id }).catch(() => {});
  }
}
