// The big plain switch: which of the practice's people the visitor is.

import { avatar, fill, h, icon } from "../dom.js";
import { menuItem, openPopup } from "../kit/popup.js";

const called = (store, id) => {
  const { title } = store.about(id);
  return `${store.personName(id)}${title ? `, ${title}` : ""}`;
};

/** The switch for a store; `change(person)` is called with the one chosen. */
export function actAs(store, change) {
  const face = h("span", { class: "act-face" });
  const button = h("button", { type: "button", class: "act-as", "aria-haspopup": "listbox", "aria-expanded": "false", onclick: () => choose() }, face, icon("down", 16));
  const dots = new Map();
  const draw = () => fill(face, h("span", { class: "act-label" }, "Act as"), avatar(store.personName(store.as), "small"),
    h("span", { class: "act-words" }, h("strong", {}, called(store, store.as)), h("small", {}, store.about(store.as).role)),
    [...dots].some(([id, count]) => count && id !== store.as) ? h("span", { class: "act-dot", role: "img", "aria-label": "Somebody else has a new direct message" }) : null);
  function choose() {
    openPopup(button, (close) => [...store.titles.keys()].map((id) => menuItem({ role: "option", selected: id === store.as, choose: () => { close(true); change(id); } },
      avatar(store.personName(id), "small"),
      h("span", { class: "popup-text" }, called(store, id), h("small", {}, store.about(id).role)),
      dots.get(id) ? h("span", { class: "badge" }, `${dots.get(id)} new`) : null)), { role: "listbox", label: "Act as", wide: true });
  }
  /** Looks who else has something new. */
  async function recount() {
    for (const id of store.titles.keys()) dots.set(id, await store.waitingFor(id).catch(() => 0));
    draw();
  }
  return { node: button, draw, recount };
}
