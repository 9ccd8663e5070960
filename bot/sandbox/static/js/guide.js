// The slim guide on top: four things to try, each with a button that goes there.

import { fill, h, icon } from "./dom.js";

const STEPS = [
  { title: "Answer a family", text: "As Alice, a nurse, press Reply on a card, then Send. The family reads it at the right.", show: ({ workspace }) => workspace.goTo("U0ALICE", "nursing") },
  { title: "Be a parent", text: "Ask for a refill as Joy Okafor and watch its card appear in #refills.", show: ({ workspace, family }) => { family.show("pu-77", "refill"); return workspace.goTo("U0ALICE", "refills"); } },
  { title: "Hand it on", text: "As Alice, press Refill on a card: she may not decide, so she hands it to Dr. Shah in one step.", show: ({ workspace }) => workspace.goTo("U0ALICE", "refills") },
  { title: "Decide", text: "As Dr. Shah, press Refill on a card: each medicine its own decision, then a second look, then Confirm and send.", show: ({ workspace }) => workspace.goTo("U0SHAH", "refills") },
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
