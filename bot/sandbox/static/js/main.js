// Starts the page: two views, side by side where there is room.

import { fill, h } from "./dom.js";
import { FamilyView } from "./family/view.js";
import { startGuide } from "./guide.js";
import { WorkspaceView } from "./slack/workspace.js";

const VIEWS = [["workspace", "Slack workspace"], ["both", "Side by side"], ["family", "Family portal"]];
const ROOM_FOR_TWO = 1100;
const at = (id) => document.getElementById(id);

const workspace = new WorkspaceView(at("workspace"));
const family = new FamilyView(at("family"));

function show(view) {
  const shown = view === "both" && innerWidth < ROOM_FOR_TWO ? "workspace" : view;
  at("panes").dataset.view = shown;
  for (const button of at("view-switch").children) button.setAttribute("aria-checked", String(button.dataset.view === shown));
}

function choose(view) {
  localStorage.setItem("portaldesk.view", view);
  show(view);
}

fill(at("view-switch"), VIEWS.map(([view, label]) => h("button", { type: "button", role: "radio", "data-view": view, onclick: () => choose(view) }, label)));
const chosen = () => localStorage.getItem("portaldesk.view") ?? "both";
show(chosen());
addEventListener("resize", () => show(chosen()));
startGuide(at("guide"), at("guide-toggle"), { workspace, family }, () => choose("both"));
workspace.start();
family.start();
