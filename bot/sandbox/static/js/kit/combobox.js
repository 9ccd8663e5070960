// Every kind of select: fixed options, people, channels, or options the app suggests while somebody types.

import { h, fill, freshId, icon } from "../dom.js";
import { menuItem, openPopup } from "./popup.js";
import { textOf } from "./text.js";

const PAUSE = 150;
const words = (option) => option.text.text;
const matches = (option, query) => words(option).toLowerCase().includes(query.toLowerCase());

function filtered(groups, query) {
  return groups.map((group) => ({ ...group, options: group.options.filter((option) => matches(option, query)) })).filter((group) => group.options.length);
}

function drawGroups(groups, chosen, choose, surface) {
  if (!groups.length) return [h("p", { class: "popup-note" }, "No results")];
  return groups.flatMap((group) => [
    group.label ? h("p", { class: "popup-label" }, textOf(group.label, surface)) : null,
    ...group.options.map((option) => menuItem({ role: "option", selected: chosen.some((one) => one.value === option.value), choose: () => choose(option) },
      h("span", { class: "popup-text" }, textOf(option.text, surface), option.description ? h("small", {}, textOf(option.description, surface)) : null))),
  ]);
}

/**
 * A select. `given`: label, placeholder, chosen (options), multiple, load(query) -> groups (a promise),
 * suggests (ask anew for each query), least (letters before asking), choose(options).
 */
export function combobox(given, surface) {
  let chosen = [...given.chosen];
  const face = h("span", { class: "select-face" });
  const button = h("button", { type: "button", class: "select", role: "combobox", "aria-haspopup": "listbox", "aria-expanded": "false", "aria-label": given.label, "data-action": given.action, onclick: () => show() }, face, icon("down", 14));
  const draw = () => {
    if (!chosen.length) return fill(face, h("span", { class: "placeholder" }, given.placeholder || "Select an option"));
    return fill(face, given.multiple ? chosen.map((option) => h("span", { class: "token" }, words(option))) : textOf(chosen[0].text, surface));
  };
  const take = (option, close) => {
    if (given.multiple) chosen = chosen.some((one) => one.value === option.value) ? chosen.filter((one) => one.value !== option.value) : [...chosen, option];
    else chosen = [option];
    draw();
    close(true);
    given.choose(chosen);
  };
  function show() {
    const list = h("div", { class: "popup-list", role: "listbox", id: freshId("list"), "aria-label": given.label });
    openPopup(button, (close) => {
      const search = h("input", { type: "text", class: "popup-search", placeholder: "Search", "aria-label": `Search ${given.label}`, autocomplete: "off", spellcheck: "false" });
      const clear = chosen.length && given.clearable ? h("button", { type: "button", class: "popup-clear", onclick: () => { chosen = []; draw(); close(true); given.choose([]); } }, "Clear") : null;
      wire(search, list, (option) => take(option, close));
      queueMicrotask(() => search.focus());
      return [h("div", { class: "popup-head" }, search, clear), list];
    }, { role: "dialog", label: given.label, keepFocus: true, wide: true });
  }
  function wire(search, list, choose) {
    let groups = [];
    let asked = 0;
    let timer;
    const show = (found) => fill(list, drawGroups(found, chosen, choose, surface));
    const ask = async () => {
      const mine = ++asked;
      if (search.value.length < given.least) { fill(list, h("p", { class: "popup-note" }, `Type at least ${given.least} letters`)); return; }
      fill(list, h("p", { class: "popup-note" }, "Loading…"));
      try {
        const found = await given.load(search.value);
        if (mine === asked) { groups = found; show(given.suggests ? found : filtered(found, search.value)); }
      } catch (fault) {
        if (mine === asked) fill(list, h("p", { class: "popup-note bad" }, fault.message));
      }
    };
    search.addEventListener("input", () => { clearTimeout(timer); if (given.suggests) timer = setTimeout(ask, PAUSE); else show(filtered(groups, search.value)); });
    search.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      list.querySelector(".popup-item")?.click();
    });
    ask();
  }
  draw();
  return button;
}
