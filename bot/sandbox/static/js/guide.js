// The slim guide on top: three things to try, each with a button that goes there.

import { fill, h, icon } from "./dom.js";

const STEPS = [
  { title: "Answer a family", text: "As Alice, a nurse, press Reply on a card, then Send. The family reads it at the right.", show: ({ workspace }) => workspace.goTo("U0ALICE", "nursing") },
  { title: "Be a parent", text: "Ask for a refill as Joy Okafor and watch its card appear in #refills.", show: ({ workspace, family }) => { family.show("pu-77", "refill"); return workspace.goTo("U0ALICE", "refills"); } },
  { title: "Stay among colleagues", text: "As Dr. Shah, write in a card's thread: it is kept as a note, and no family ever sees it.", show: ({ workspace }) => workspace.goTo("U0SHAH", "refills") },
];

/** Fills and wires the guide; `views` are what its buttons steer. */
export function startGuide(node, toggle, views, both) {
  const open = (shown) => {
    node.hidden = !shown;
    toggle.setAttribute("aria-expanded", String(shown));
    localStorage.setItem("portaldesk.guide", shown ? "open" : "closed");
  };
  fill(node,
    h("ol", {}, STEPS.map((step, place) => h("li", {}, h("span", { class: "step", "aria-hidden": "true" }, String(place + 1)),
      h("p", {}, h("strong", {}, step.title), " ", step.text), h("button", { type: "button", class: "show-me", onclick: () => { both(); step.show(views); } }, "Show me")))),
    h("button", { type: "button", class: "guide-close", "aria-label": "Close the guide", onclick: () => open(false) }, icon("close", 16)));
  toggle.addEventListener("click", () => open(node.hidden));
  open(localStorage.getItem("portaldesk.guide") !== "closed");
}
