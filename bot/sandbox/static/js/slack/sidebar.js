// The left side: channels, direct messages, the app; bold and counted where something is unread.

import { avatar, fill, h, icon } from "../dom.js";

function row({ label, mark, unread, here, go, title }) {
  return h("li", {}, h("button", { type: "button", class: `side-row ${here ? "here" : ""} ${unread ? "unread" : ""}`, "aria-current": here ? "page" : null, title, onclick: go },
    mark, h("span", { class: "side-name" }, label), unread ? h("span", { class: "badge", "aria-label": `${unread} unread` }, String(unread)) : null));
}

const group = (title, rows) => (rows.length ? h("section", {}, h("h2", {}, title), h("ul", {}, rows)) : null);
const byName = (one, other) => one.name.localeCompare(other.name);

/** Draws the sidebar for a store; `place` is where the person is, `go` goes elsewhere. */
export function drawSidebar(node, store, place, go) {
  const bot = store.bot;
  const botChannel = store.botChannel;
  const here = (id) => place.kind === "channel" && place.id === id;
  const rooms = store.channels.filter((one) => !one.is_im && one.is_member && !one.is_archived).sort(byName);
  const direct = store.channels.filter((one) => one.is_im && one.id !== botChannel?.id);
  fill(node,
    h("div", { class: "team" }, h("span", { class: "team-mark", "aria-hidden": "true" }, (store.team.name ?? "?").split(" ").map((word) => word[0]).slice(0, 2).join("")), h("strong", {}, store.team.name ?? "")),
    group("Apps", bot ? [row({ label: bot.real_name || "Portal Desk", mark: h("span", { class: "avatar tiny app", "aria-hidden": "true" }, "PD"), unread: botChannel?.unread ?? 0, here: place.kind === "home" || here(botChannel?.id), go: () => go({ kind: "home" }), title: "Your desk: everything that waits for you" })] : []),
    group("Channels", rooms.map((one) => row({ label: one.name, mark: icon(one.is_private ? "lock" : "hash", 15), unread: one.unread, here: here(one.id), go: () => go({ kind: "channel", id: one.id }), title: store.topics[one.id] ?? null }))),
    group("Direct messages", direct.map((one) => row({ label: store.personName(one.user), mark: avatar(store.personName(one.user), "tiny"), unread: one.unread, here: here(one.id), go: () => go({ kind: "channel", id: one.id }) }))));
}
