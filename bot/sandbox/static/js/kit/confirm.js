// Slack's confirm dialog: a press that asks once more.

import { h, freshId } from "../dom.js";
import { textOf } from "./text.js";

/** Asks with a confirm object; true when the person agrees. */
export function confirmed(confirm, surface) {
  return new Promise((resolve) => {
    const title = freshId("confirm");
    const finish = (answer) => { dialog.close(); dialog.remove(); resolve(answer); };
    const dialog = h("dialog", { class: "confirm", "aria-labelledby": title, oncancel: (event) => { event.preventDefault(); finish(false); } },
      h("h2", { id: title }, textOf(confirm.title, surface)),
      h("p", {}, textOf(confirm.text, surface)),
      h("div", { class: "confirm-buttons" },
        h("button", { type: "button", class: "btn", onclick: () => finish(false) }, textOf(confirm.deny ?? { type: "plain_text", text: "Cancel" }, surface)),
        h("button", { type: "button", class: `btn ${confirm.style === "danger" ? "danger" : "primary"}`, autofocus: true, onclick: () => finish(true) }, textOf(confirm.confirm ?? { type: "plain_text", text: "Yes" }, surface))));
    document.body.append(dialog);
    dialog.showModal();
  });
}
