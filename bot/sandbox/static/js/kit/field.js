// Fields a person types or ticks in: each shows a state and reports a change in the payload's own words.

import { h, freshId } from "../dom.js";
import { isSelect, selectNode } from "./select.js";
import { textOf } from "./text.js";

const INPUT = { number_input: "text", email_text_input: "email", url_text_input: "url", plain_text_input: "text" };

function typed(element, state, change, label) {
  const value = state?.value ?? (state && "value" in state ? "" : element.initial_value ?? "");
  const given = {
    class: "text-input", "aria-label": label, placeholder: element.placeholder?.text ?? null, maxlength: element.max_length ?? null,
    "data-action": element.action_id, value, autocomplete: "off",
    inputmode: element.type === "number_input" ? "decimal" : null,
    oninput: (event) => change({ value: event.target.value || null }, { typing: true }),
    onchange: (event) => change({ value: event.target.value || null }, { left: true }),
  };
  if (element.multiline) return h("textarea", { ...given, rows: "4" });
  return h("input", { ...given, type: INPUT[element.type],
    onkeydown: (event) => { if (event.key === "Enter") { event.preventDefault(); change({ value: event.target.value || null }, { entered: true }); } } });
}

function moment(element, state, change, label) {
  const [type, name] = { datepicker: ["date", "date"], timepicker: ["time", "time"], datetimepicker: ["datetime-local", "date_time"] }[element.type];
  let value = state && `selected_${name}` in state ? state[`selected_${name}`] : element[`initial_${name}`];
  if (type === "datetime-local" && value) value = new Date((value - new Date(value * 1000).getTimezoneOffset() * 60) * 1000).toISOString().slice(0, 16);
  const read = (text) => (type === "datetime-local" ? (text ? Math.floor(new Date(text).getTime() / 1000) : null) : text || null);
  return h("input", { type, class: "text-input moment", "aria-label": label, "data-action": element.action_id, value: value ?? "",
    onchange: (event) => change({ [`selected_${name}`]: read(event.target.value) }) });
}

function choices(element, state, change, surface, label) {
  const many = element.type === "checkboxes";
  const key = many ? "selected_options" : "selected_option";
  const first = element[key.replace("selected", "initial")];
  const chosen = [(state && key in state ? state[key] : first) ?? []].flat().map((option) => option.value);
  const name = freshId("choice");
  const report = () => {
    const ticked = element.options.filter((option, place) => boxes[place].checked);
    change({ [key]: many ? ticked : ticked[0] ?? null });
  };
  const boxes = element.options.map((option) => h("input", { type: many ? "checkbox" : "radio", name, checked: chosen.includes(option.value), onchange: report, "data-action": element.action_id, "data-value": option.value }));
  return h("div", { class: "choices", role: many ? "group" : "radiogroup", "aria-label": label },
    element.options.map((option, place) => h("label", { class: "choice" }, boxes[place],
      h("span", {}, textOf(option.text, surface), option.description ? h("small", {}, textOf(option.description, surface)) : null))));
}

function richInput(element, state, change, label) {
  const read = (value) => (value?.elements ?? []).flatMap((part) => part.elements ?? []).map((one) => one.text ?? "").join("");
  const write = (text) => ({ type: "rich_text", elements: [{ type: "rich_text_section", elements: text ? [{ type: "text", text }] : [] }] });
  return h("textarea", { class: "text-input", rows: "4", "aria-label": label, "data-action": element.action_id, value: read(state?.rich_text_value ?? element.initial_value),
    oninput: (event) => change({ rich_text_value: write(event.target.value) }, { typing: true }) });
}

/** The node of an element that holds a value, or null when the element is of another sort. */
export function fieldNode(block, element, state, change, surface, label) {
  if (isSelect(element)) return selectNode(block, element, state, change, surface, label);
  if (element.type in INPUT) return typed(element, state, change, label);
  if (["datepicker", "timepicker", "datetimepicker"].includes(element.type)) return moment(element, state, change, label);
  if (["checkboxes", "radio_buttons"].includes(element.type)) return choices(element, state, change, surface, label);
  if (element.type === "rich_text_input") return richInput(element, state, change, label);
  if (element.type === "file_input") return h("p", { class: "not-here" }, "Files cannot be added in this demo.");
  return null;
}
