"""Fields of a message or a view: what they hold, from initial values to what a person typed, chose or pressed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.sandbox.slack.refusal import Impossible

# type: (the payload's name for the value, the element's name for its first value)
VALUES: Mapping[str, tuple[str, str]] = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "checkboxes": ("selected_options", "initial_options"),
    "radio_buttons": ("selected_option", "initial_option"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", ""),
}
PRESSED: Mapping[str, str] = {"button": "value", "workflow_button": "value", "overflow": "selected_option"}
LISTS = frozenset({"selected_options", "selected_users", "selected_conversations", "selected_channels", "files"})
DATES = {"selected_date": re.compile(r"\d{4}-\d\d-\d\d"), "selected_time": re.compile(r"([01]\d|2[0-3]):[0-5]\d")}

State = dict[str, dict[str, dict[str, Any]]]


def elements(blocks: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every interactive element with the block it stands in."""
    for block in blocks:
        kind = block.get("type")
        inside = {
            "section": [block.get("accessory")],
            "input": [block.get("element")],
            "actions": block.get("elements") or [],
            "context_actions": block.get("elements") or [],
            "card": block.get("actions") or [],
        }.get(str(kind), [])
        for element in inside:
            if isinstance(element, dict) and element.get("type") != "image":
                yield block, element
        for child in block.get("child_blocks") or ():
            yield from elements([child])


def find(blocks: list[dict[str, Any]], block_id: str, action_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The element with these ids and its block.

    Raises:
        Impossible: there is none; nobody could press it.
    """
    for block, element in elements(blocks):
        if element.get("action_id") == action_id and block_id in ("", block.get("block_id")):
            return block, element
    shown = [f"{block.get('block_id')}/{element.get('action_id')}" for block, element in elements(blocks)]
    raise Impossible(f"there is no element {block_id}/{action_id} here; there are: {', '.join(shown) or 'none'}")


def stateful(element: Mapping[str, Any]) -> bool:
    return element.get("type") in VALUES


def initial(element: Mapping[str, Any]) -> dict[str, Any]:
    """The state of an untouched element: its first value, else null (or an empty list)."""
    name, first = VALUES[element["type"]]
    value = element.get(first)
    if value is None and name in LISTS:
        value = []
    return {"type": element["type"], name: value}


def merged(blocks: list[dict[str, Any]], before: State) -> State:
    """The state of these blocks: what was there under the same ids and type stays, the rest starts anew."""
    after: State = {}
    for block, element in elements(blocks):
        if not stateful(element):
            continue
        block_id, action_id = block["block_id"], element["action_id"]
        kept = before.get(block_id, {}).get(action_id)
        if kept is None or kept["type"] != element["type"] or not _still_offered(element, kept):
            kept = initial(element)
        after.setdefault(block_id, {})[action_id] = kept
    return after


def value_of(element: Mapping[str, Any], given: Mapping[str, Any], remembered: list[dict[str, Any]]) -> dict[str, Any]:
    """What the payload says a person chose, checked against what the element offers.

    `remembered` are the options the app last suggested for an external select.

    Raises:
        Impossible: not offered, or not of the element's form.
    """
    kind = str(element["type"])
    if kind in ("button", "workflow_button"):
        return {"value": element["value"]} if "value" in element else {}
    name = VALUES[kind][0] if kind in VALUES else PRESSED.get(kind, "value")
    if name not in given:
        raise Impossible(f"{kind} needs {name}", 400)
    value = given[name]
    if name in ("selected_option", "selected_options"):
        offered = _offered(element) or [*remembered, *_initials(element)]
        if isinstance(value, list):
            return {name: [_pick(entry, offered) for entry in value]}
        return {name: None if value is None else _pick(value, offered)}
    if name in DATES and value is not None and not DATES[name].fullmatch(str(value)):
        raise Impossible(f"{value!r} is not a {kind} value", 400)
    return {name: (value if value != "" else None) if not isinstance(value, list) else value}


def complaint(block: Mapping[str, Any], element: Mapping[str, Any], state: Mapping[str, Any]) -> str:
    """What Slack's own client says under a field before it lets a form go; empty when it is content."""
    value = state.get(VALUES[element["type"]][0])
    if value in (None, "", []):
        return "" if block.get("optional") else "Please complete this required field."
    check = COMPLAINTS.get(element["type"])
    return check(element, str(value)) if check else ""


def _words(element: Mapping[str, Any], text: str) -> str:
    if len(text) > element.get("max_length", 3000):
        return f"Enter at most {element.get('max_length', 3000)} characters."
    return f"Enter at least {element['min_length']} characters." if len(text) < element.get("min_length", 0) else ""


def _address(_element: Mapping[str, Any], text: str) -> str:
    return "" if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text) else "Enter a valid email address."


def _url(_element: Mapping[str, Any], text: str) -> str:
    return "" if re.fullmatch(r"https?://\S+", text) else "Enter a valid URL."


def _number(element: Mapping[str, Any], text: str) -> str:
    if not re.fullmatch(r"-?\d+" + (r"(\.\d+)?" if element.get("is_decimal_allowed") else ""), text):
        return "Enter a number."
    if "min_value" in element and float(text) < float(element["min_value"]):
        return f"Enter a number that is at least {element['min_value']}."
    if "max_value" in element and float(text) > float(element["max_value"]):
        return f"Enter a number that is at most {element['max_value']}."
    return ""


COMPLAINTS: Mapping[str, Callable[[Mapping[str, Any], str], str]] = {
    "plain_text_input": _words,
    "number_input": _number,
    "email_text_input": _address,
    "url_text_input": _url,
}


def _offered(element: Mapping[str, Any]) -> list[dict[str, Any]]:
    groups = element.get("option_groups") or ()
    return [*(element.get("options") or ()), *(option for group in groups for option in group["options"])]


def _initials(element: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        *(element.get("initial_options") or ()),
        *([element["initial_option"]] if "initial_option" in element else []),
    ]


def _pick(wanted: Any, offered: list[dict[str, Any]]) -> dict[str, Any]:
    name = wanted.get("value") if isinstance(wanted, Mapping) else wanted
    for option in offered:
        if option.get("value") == name:
            return option
    raise Impossible(f"{name!r} is not among the options: {', '.join(str(option.get('value')) for option in offered)}")


def _still_offered(element: Mapping[str, Any], state: Mapping[str, Any]) -> bool:
    offered = [option.get("value") for option in _offered(element)]
    chosen = state.get("selected_options") or ([state["selected_option"]] if state.get("selected_option") else [])
    return not offered or all(option.get("value") in offered for option in chosen)
