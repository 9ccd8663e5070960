// Short notices at the foot of the workspace: they go by themselves, and are read aloud.

import { h, icon } from "../dom.js";

const LASTS = 7000;
let tray = null;

export function toastTray() {
  tray = h("div", { class: "toasts", role: "status", "aria-live": "polite" });
  return tray;
}

/** Shows a notice; `look` is "", "warning" or "message", `press` what a click does. */
export function toast(text, { look = "", press = null } = {}) {
  if ([...tray.children].some((one) => one.textContent === text)) return;
  const node = h("div", { class: `toast ${look}` },
    icon(look === "warning" ? "warn" : "info"),
    press ? h("button", { type: "button", class: "toast-link", onclick: () => { node.remove(); press(); } }, text) : h("span", {}, text),
    h("button", { type: "button", class: "toast-close", "aria-label": "Dismiss", onclick: () => node.remove() }, icon("close", 14)));
  tray.append(node);
  setTimeout(() => node.remove(), LASTS);
}
