// Slack's select elements as comboboxes: which options they offer and how a choice is written down.

import { combobox } from "./combobox.js";

const plain = (value, text) => ({ value, text: { type: "plain_text", text, emoji: false } });

/** type without "multi_" -> the payload's name for one choice and its options. */
const SOURCES = {
  static_select: { name: "selected_option" },
  external_select: { name: "selected_option" },
  users_select: { name: "selected_user", options: (surface) => surface.people().filter((one) => !one.is_bot).map((one) => plain(one.id, one.real_name || one.name)) },
  conversations_select: { name: "selected_conversation", options: (surface, element) => surface.channels(element.filter).map((one) => plain(one.id, one.is_im ? surface.personName(one.user) : `# ${one.name}`)) },
  channels_select: { name: "selected_channel", options: (surface) => surface.channels().filter((one) => !one.is_private && !one.is_im).map((one) => plain(one.id, `# ${one.name}`)) },
};

export const isSelect = (element) => element.type.replace("multi_", "") in SOURCES;

/** `{selected_...: value}` for these options. */
function written(element, options) {
  const single = element.type.replace("multi_", "");
  const { name } = SOURCES[single];
  const raw = name === "selected_option" ? options : options.map((option) => option.value);
  return element.type.startsWith("multi_") ? { [`${name}s`]: raw } : { [name]: raw[0] ?? null };
}

/** The options a state or a first value stands for. */
function chosenOptions(element, state, surface) {
  const source = SOURCES[element.type.replace("multi_", "")];
  const key = element.type.startsWith("multi_") ? `${source.name}s` : source.name;
  const first = element[key.replace("selected", "initial")];
  const value = state && key in state ? state[key] : first;
  const values = value === null || value === undefined ? [] : [value].flat();
  if (!source.options) return values;
  const offered = source.options(surface, {});
  return values.map((id) => offered.find((option) => option.value === id) ?? plain(id, id));
}

function loader(block, element, surface) {
  const source = SOURCES[element.type.replace("multi_", "")];
  if (source.options) return async () => [{ options: source.options(surface, element) }];
  if (element.type.endsWith("external_select")) return (query) => surface.options(block, element, query);
  return async () => element.option_groups ?? [{ options: element.options ?? [] }];
}

/** A select of any kind; `change({selected_...})` is called with what was chosen. */
export function selectNode(block, element, state, change, surface, label) {
  const suggests = element.type.endsWith("external_select");
  return combobox({
    label,
    action: element.action_id,
    placeholder: element.placeholder?.text,
    chosen: chosenOptions(element, state, surface),
    multiple: element.type.startsWith("multi_"),
    suggests,
    least: suggests ? element.min_query_length ?? 3 : 0,
    clearable: block.type === "input" && block.optional,
    load: loader(block, element, surface),
    choose: (options) => change(written(element, options)),
  }, surface);
}
