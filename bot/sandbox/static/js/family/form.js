// The form of one kind: fields with labels, examples that fill it in, and a send button.

import { fill, freshId, h, icon } from "../dom.js";
import { portalAct } from "../api.js";
import { KINDS } from "./kinds.js";
import { SAMPLES } from "./samples.js";

function control(field, id) {
  if (field.type === "area") return h("textarea", { id, rows: "4", required: field.required });
  if (field.type === "one") return h("select", { id }, field.options.map(([value, label]) => h("option", { value }, label)));
  if (field.type === "many") return h("div", { class: "pills", id, role: "group", "aria-label": field.label }, field.options.map(([value, label]) => h("label", { class: "pill" }, h("input", { type: "checkbox", value }), h("span", {}, label))));
  return h("input", { id, type: field.type, required: field.required, value: field.value ?? "", autocomplete: "off" });
}

const read = (field, node) => (field.type === "many" ? [...node.querySelectorAll("input:checked")].map((box) => box.value) : node.value.trim());

function write(field, node, value) {
  if (field.type === "many") for (const box of node.querySelectorAll("input")) box.checked = (value ?? []).includes(box.value);
  else if (field.type === "one") node.value = value ?? field.options[0][0];
  else node.value = value ?? field.value ?? "";
}

export class Form {
  /** `done(thread_id)` is called when it is sent, `back()` when not. */
  constructor({ kind, account, children, done, back }) {
    Object.assign(this, { kind, account, children, done, back });
    this.child = children[0];
    this.fault = h("p", { class: "form-fault", role: "alert", hidden: true });
    this.node = h("form", { class: "family-form", onsubmit: (event) => { event.preventDefault(); this.send(); } });
    this.draw();
  }

  draw() {
    const { mark, title, fields } = KINDS[this.kind];
    this.rows = fields(this.child).filter((field) => field.type !== "many" || field.options.length).map((field) => ({ field, node: control(field, freshId("field")) }));
    fill(this.node,
      h("div", { class: "form-head" }, h("button", { type: "button", class: "round", "aria-label": "Back", onclick: this.back }, icon("back")), h("h2", {}, h("span", { "aria-hidden": "true" }, `${mark} `), title)),
      h("div", { class: "samples" }, h("span", {}, "Fill in an example:"), SAMPLES[this.kind].map((sample) => h("button", { type: "button", class: "sample", onclick: () => this.take(sample) }, sample.label))),
      this.children.length > 1 ? this.childRow() : h("p", { class: "about" }, "About ", h("strong", {}, this.child.name)),
      this.rows.map(({ field, node }) => h("div", { class: "form-row" }, field.type === "many" ? h("span", { class: "form-label" }, field.label) : h("label", { class: "form-label", for: node.id }, field.label), node)),
      this.account.relationship === "self" && this.kind === "general" ? this.secretRow() : null,
      this.fault,
      h("div", { class: "form-foot" }, h("button", { type: "submit", class: "family-send" }, "Send to the practice")));
  }

  childRow() {
    const select = h("select", { id: freshId("child"), onchange: () => { this.child = this.children[select.selectedIndex]; this.draw(); } }, this.children.map((child) => h("option", { value: child.id }, child.name)));
    select.value = this.child.id;
    return h("div", { class: "form-row" }, h("label", { class: "form-label", for: select.id }, "About which child?"), select);
  }

  secretRow() {
    this.secret = h("input", { type: "checkbox", checked: true });
    return h("label", { class: "secret" }, this.secret, h("span", {}, "Keep this between me and the practice"));
  }

  take(sample) {
    const first = this.child.name.split(" ")[0];
    const given = { ...sample };
    if (sample.all) given.medicines = this.child.medications.map((one) => one.text);
    if (sample.first) given.medicines = this.child.medications.slice(0, 1).map((one) => one.text);
    if ((sample.all || sample.first) && !this.child.medications.length) given.other = "albuterol HFA 90 mcg inhaler";
    for (const { field, node } of this.rows) write(field, node, typeof given[field.name] === "string" ? given[field.name].replaceAll("{child}", first) : given[field.name]);
    this.lang = sample.lang;
    this.fault.hidden = true;
  }

  async send() {
    const given = Object.fromEntries(this.rows.map(({ field, node }) => [field.name, read(field, node)]));
    const kind = KINDS[this.kind];
    const fault = kind.fault?.({ medicines: [], ...given });
    if (fault) { this.say(fault); return; }
    try {
      const written = await portalAct("messages", {
        portal_user_id: this.account.portal_user_id, patient_id: this.child.id, kind: this.kind, subject: given.subject,
        text: given.text, lang: this.lang ?? "en", files: given.files ?? [], confidential: Boolean(this.secret?.checked),
        request: kind.request({ medicines: [], ...given }, this.child, this.account),
      });
      this.done(written.thread_id);
    } catch (trouble) {
      this.say(trouble.message);
    }
  }

  say(words) {
    this.fault.hidden = false;
    this.fault.textContent = words;
  }
}
