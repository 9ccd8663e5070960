// A small menu that opens beside its button: arrow keys move, Enter chooses, Escape closes.

import { h, freshId } from "../dom.js";

let open = null;

/** Closes whatever menu is open. */
export function closePopup() {
  open?.();
}

function place(menu, anchor) {
  const box = anchor.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const below = box.bottom + size.height + 8 < innerHeight || box.top < size.height + 8;
  const left = Math.max(8, Math.min(box.left, innerWidth - size.width - 8));
  menu.style.left = `${left}px`;
  menu.style.top = `${Math.max(8, below ? box.bottom + 4 : box.top - size.height - 4)}px`;
}

function step(menu, event) {
  const items = [...menu.querySelectorAll("[role^='option'],[role='menuitem']")].filter((item) => item.getAttribute("aria-disabled") !== "true");
  const now = items.indexOf(document.activeElement);
  const next = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: items.length - 1 }[event.key];
  if (next === undefined || !items.length) return;
  event.preventDefault();
  items[(next + items.length) % items.length].focus();
}

/**
 * Opens a menu of nodes at `anchor`. `build(close)` gives its content; the first item gets the focus
 * unless `keepFocus`. Returns the function that closes it.
 */
export function openPopup(anchor, build, { role = "menu", label = "", keepFocus = false, wide = false } = {}) {
  closePopup();
  const id = freshId("popup");
  const menu = h("div", { class: `popup ${wide ? "wide" : ""}`, role, id, "aria-label": label });
  const outside = (event) => { if (!menu.contains(event.target) && !anchor.contains(event.target)) close(false); };
  const escape = (event) => {
    if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(true); }
    if (event.key === "Tab") close(false);
  };
  const scrolled = (event) => { if (!menu.contains(event.target)) place(menu, anchor); };
  function close(back = true) {
    if (open !== close) return;
    open = null;
    menu.remove();
    anchor.setAttribute("aria-expanded", "false");
    document.removeEventListener("mousedown", outside, true);
    document.removeEventListener("keydown", escape, true);
    document.removeEventListener("scroll", scrolled, true);
    if (back) anchor.focus();
  }
  open = close;
  menu.append(...[build(close)].flat());
  menu.addEventListener("keydown", (event) => step(menu, event));
  document.body.append(menu);
  anchor.setAttribute("aria-expanded", "true");
  place(menu, anchor);
  document.addEventListener("mousedown", outside, true);
  document.addEventListener("keydown", escape, true);
  document.addEventListener("scroll", scrolled, true);
  if (!keepFocus) (menu.querySelector("[aria-selected='true']") ?? menu.querySelector("[role^='option'],[role='menuitem']"))?.focus();
  return close;
}

/** One line of a menu. */
export function menuItem({ role = "menuitem", selected = null, choose }, ...children) {
  return h("div", {
    class: "popup-item", role, tabindex: "-1", "aria-selected": selected === null ? null : String(selected),
    onclick: choose,
    onkeydown: (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); event.stopPropagation(); choose(event); } },
    onmousemove: (event) => event.currentTarget.focus({ preventScroll: true }),
  }, ...children);
}
