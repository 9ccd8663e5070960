// The workspace view: who the visitor is, where they are, and what changes under their eyes.

import { fill, h, icon } from "../dom.js";
import { keepCounting } from "../kit/dates.js";
import { closePopup } from "../kit/popup.js";
import { actAs } from "./actas.js";
import { Composer } from "./composer.js";
import { Home } from "./home.js";
import { MessageList } from "./list.js";
import { drawSidebar } from "./sidebar.js";
import { Store } from "./store.js";
import { Thread } from "./thread.js";
import { toast, toastTray } from "./toast.js";
import { Windows } from "./windows.js";

const remembered = (name, otherwise) => localStorage.getItem(`portaldesk.${name}`) ?? otherwise;
const remember = (name, value) => localStorage.setItem(`portaldesk.${name}`, value);

export class WorkspaceView {
  constructor(node) {
    this.node = node;
    this.store = new Store();
    this.place = { kind: "channel", id: null };
    this.side = h("nav", { class: "side", "aria-label": "Channels" });
    this.who = actAs(this.store, (person) => this.become(person));
    this.list = new MessageList(this.store, () => this.place.id, (ts) => this.thread.open(this.place.id, ts));
    this.composer = new Composer({ send: (text) => this.send(text) });
    this.home = new Home(this.store);
    this.windows = new Windows(this.store);
    this.thread = new Thread(this.store, () => this.thread.close());
    this.head = h("div", { class: "pane-head" });
    this.main = h("div", { class: "main" });
    const burger = h("button", { type: "button", class: "icon-button burger", "aria-label": "Channels", onclick: () => this.node.classList.toggle("side-open") }, icon("menu"));
    fill(node, h("div", { class: "pane-bar slack-bar" }, burger, h("span", { class: "pane-name" }, "Slack ", h("span", {}, "what the practice sees")), this.who.node),
      h("div", { class: "slack-body" }, this.side, h("div", { class: "scrim", onclick: () => this.node.classList.remove("side-open") }), this.main, this.thread.node), this.windows.node, toastTray());
    this.store.onNews((news) => this.hear(news));
    keepCounting(document);
  }

  async start() {
    try {
      await this.store.start(remembered("as", "U0ALICE"));
    } catch (fault) {
      fill(this.main, h("p", { class: "quiet" }, fault.message));
      setTimeout(() => this.start(), 2000);
    }
  }

  async become(person) {
    closePopup();
    remember("as", person);
    this.thread.close();
    await this.store.become(person);
  }

  /** For the guide: be this person, in the channel of this name or, with none, in the app's messages. */
  async goTo(person, name) {
    if (this.store.as !== person) { this.place = { kind: "channel", id: null }; await this.become(person); }
    const room = name ? this.store.channels.find((one) => one.name === name) : this.store.botChannel;
    if (room) await this.go({ kind: "channel", id: room.id });
  }

  /** Everything anew for the person the visitor is now. */
  async arrive() {
    this.who.draw();
    const rooms = this.store.channels.filter((one) => one.is_member && !one.is_im && !one.is_archived);
    const first = rooms.find((one) => one.name === "nursing") ?? rooms.find((one) => one.unread) ?? rooms[0];
    const same = this.place.kind === "home" || this.store.channel(this.place.id)?.is_member;
    await this.go(same ? this.place : { kind: "channel", id: first?.id });
    await this.windows.refresh();
    this.who.recount();
  }

  async go(place) {
    this.place = place;
    this.node.classList.remove("side-open");
    this.thread.close();
    this.list.clear();
    this.drawSide();
    if (place.kind === "home") {
      this.drawHead();
      fill(this.main, this.head, this.home.node);
      await this.home.open();
      return;
    }
    this.drawHead();
    fill(this.main, this.head, this.list.node, this.composer.node);
    await this.refreshMessages(true);
  }

  drawSide() {
    drawSidebar(this.side, this.store, this.place, (place) => this.go(place));
  }

  drawHead() {
    const room = this.store.channel(this.place.id);
    const app = this.place.kind === "home" || (room && room.id === this.store.botChannel?.id);
    if (app) {
      const tab = (label, place, here) => h("button", { type: "button", role: "tab", class: "tab", "aria-selected": String(here), onclick: () => this.go(place) }, label);
      const inbox = this.store.botChannel;
      fill(this.head, h("span", { class: "avatar app small", "aria-hidden": "true" }, "PD"), h("strong", {}, this.store.bot?.real_name ?? "Portal Desk"),
        h("div", { role: "tablist", class: "tabs", "aria-label": "Portal Desk" }, tab("Home", { kind: "home" }, this.place.kind === "home"),
          inbox ? tab(inbox.unread ? `Messages (${inbox.unread})` : "Messages", { kind: "channel", id: inbox.id }, this.place.kind !== "home") : null));
      this.composer.placeholder("Message Portal Desk");
      return;
    }
    const name = room?.is_im ? this.store.personName(room.user) : room?.name ?? "";
    fill(this.head, room?.is_im ? null : icon(room?.is_private ? "lock" : "hash", 17), h("strong", {}, name), h("span", { class: "pane-sub" }, this.store.topics[room?.id] ?? ""));
    this.composer.placeholder(`Message ${room?.is_im ? name : `#${name}`}`);
    this.composer.disable(room?.is_archived ? `#${name} is archived` : "");
    if (!room?.is_archived) this.composer.placeholder(`Message ${room?.is_im ? name : `#${name}`}`);
  }

  async refreshMessages(toEnd = false) {
    if (this.place.kind !== "channel" || !this.place.id) return;
    const { id } = this.place;
    const messages = await this.store.messages(id);
    if (this.place.id !== id) return;
    const empty = messages.length ? null : h("div", { class: "empty-room" }, h("h2", {}, "Nothing here yet"), h("p", {}, "What families write through the portal appears here as cards."));
    this.list.show(messages, { toEnd, lead: empty });
    const room = this.store.channel(id);
    if (room && room.unread) { room.unread = 0; this.drawSide(); this.drawHead(); }
  }

  async send(text) {
    if (text.startsWith("/")) {
      const answer = await this.store.act("command", { channel: this.place.id, text });
      if (answer.warning) toast(answer.warning, { look: "warning" });
      await this.windows.refresh();
    } else {
      await this.store.act("post", { channel: this.place.id, text });
    }
    await this.refreshMessages(true);
  }

  hear(news) {
    if (news.what === "person") { this.arrive().catch((fault) => toast(fault.message, { look: "warning" })); return; }
    if (news.what === "warning") toast(news.text, { look: "warning" });
    this.due = new Set([...(this.due ?? []), news.what]);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.catchUp().catch((fault) => toast(fault.message, { look: "warning" })), 40);
  }

  async catchUp() {
    const due = this.due;
    this.due = new Set();
    const any = (...names) => names.some((name) => due.has(name));
    if (any("view", "again")) await this.windows.refresh();
    if (any("home", "again") && this.place.kind === "home") await this.home.refresh();
    if (any("message", "ephemeral", "channels", "again")) {
      await this.refreshMessages();
      await this.thread.refresh();
      this.drawSide();
      this.who.recount();
    }
  }
}
