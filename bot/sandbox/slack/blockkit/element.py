"""Block elements: everything that can be pressed, chosen or typed into, with Slack's limits."""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.blockkit.composition import (
    CONFIRM,
    DISPATCH,
    FILTER,
    OPTION_GROUPS,
    OVERFLOW_OPTIONS,
    initial_is_offered,
    option,
    options,
    plain,
)
from bot.sandbox.slack.blockkit.report import (
    Check,
    Report,
    Rule,
    Shape,
    anything,
    choice,
    either,
    flag,
    items,
    pattern,
    string,
    whole,
)

DATE = pattern(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "must be a date as YYYY-MM-DD")
TIME = pattern(r"([01]\d|2[0-3]):[0-5]\d", "must be a time as HH:mm")
NUMBER = pattern(r"-?\d+(\.\d+)?", "must be a number in a string")
ADDRESS = Shape({"image_url": string(3000), "alt_text": string(2000)}, {})
FILE = Shape({}, {"id": string(255), "url": string(3000)}, either("id", "url"))
PLACEHOLDER: dict[str, Check] = {"placeholder": plain(150)}
IDS = string(255)
USERS_OR_IDS = items(IDS, 1, 100)


def _known_action(node: dict[str, Any], at: str, report: Report) -> None:
    name = node.get("action_id")
    if name is not None and name in report.action_ids:
        report.add(f"action_id {name!r} is used twice in one block", at)
    if name is not None:
        report.action_ids.add(name)
    if node.get("focus_on_load"):
        report.focused += 1
        if report.focused > 1:
            report.add("only one element may have focus_on_load", at)


def _element(required: dict[str, Check], optional: dict[str, Check], *rules: Rule, calm: bool = False) -> Shape:
    """An interactive element: `calm` ones cannot ask for confirmation."""
    common: dict[str, Check] = {"action_id": IDS, **optional}
    if not calm:
        common["confirm"] = CONFIRM
    return Shape(required, common, _known_action, *rules)


def _typed(required: dict[str, Check], optional: dict[str, Check], *rules: Rule) -> Shape:
    """Something one types into."""
    more: dict[str, Check] = {**PLACEHOLDER, "focus_on_load": flag, "dispatch_action_config": DISPATCH, **optional}
    return _element(required, more, *rules, calm=True)


def _select(required: dict[str, Check], optional: dict[str, Check], *rules: Rule) -> Shape:
    return _element(required, {**PLACEHOLDER, "focus_on_load": flag, **optional}, *rules)


def _length(node: dict[str, Any], at: str, report: Report) -> None:
    low, high = node.get("min_length", 0), node.get("max_length", 3000)
    if low > high:
        report.add("min_length must not be more than max_length", at)
    if len(node.get("initial_value", "")) > high:
        report.add(f"initial_value must be less than {high + 1} characters", at)


def _range(node: dict[str, Any], at: str, report: Report) -> None:
    low, high, first = node.get("min_value"), node.get("max_value"), node.get("initial_value")
    if low is not None and high is not None and float(low) > float(high):
        report.add("min_value must not be more than max_value", at)
    if first is not None and (
        (low is not None and float(first) < float(low)) or (high is not None and float(first) > float(high))
    ):
        report.add("initial_value must be within min_value and max_value", at)
    if not node["is_decimal_allowed"] and any("." in str(value) for value in (low, high, first) if value is not None):
        report.add("decimals are not allowed", at)


def _alone(node: dict[str, Any], at: str, report: Report) -> None:
    if len(node.get("initial_options") or node.get("initial_users") or ()) > node.get("max_selected_items", 100):
        report.add("more initial options than max_selected_items", at)


def _modal_only(node: dict[str, Any], at: str, report: Report) -> None:
    if report.surface != "modal":
        report.add(f"{node['type']} is only allowed in modals", at)


BUTTON = _element(
    {"text": plain(75)},
    {
        "value": string(2000),
        "url": string(3000),
        "style": choice("primary", "danger"),
        "accessibility_label": string(75),
        "visible_to_user_ids": items(IDS, 1, 10),
    },
)
OPTIONS = either("options", "option_groups")
STATIC: dict[str, Check] = {"options": options(100), "option_groups": OPTION_GROUPS}
MANY: dict[str, Check] = {"max_selected_items": whole(1, 100)}
CONVERSATIONS: dict[str, Check] = {"default_to_current_conversation": flag, "filter": FILTER}
LINES = whole(1, 100)
EXTERNAL: dict[str, Check] = {"min_query_length": whole(0, 100)}

ELEMENTS: dict[str, Check] = {
    "button": BUTTON,
    "image": Shape(
        {"alt_text": string(2000)}, {"image_url": string(3000), "slack_file": FILE}, either("image_url", "slack_file")
    ),
    "overflow": _element({"options": OVERFLOW_OPTIONS}, {}),
    "checkboxes": _element(
        {"options": options(10, markup=True)},
        {"initial_options": items(option(markup=True), 1, 10), "focus_on_load": flag},
        initial_is_offered,
    ),
    "radio_buttons": _element(
        {"options": options(10, markup=True)},
        {"initial_option": option(markup=True), "focus_on_load": flag},
        initial_is_offered,
    ),
    "static_select": _select({}, {**STATIC, "initial_option": option()}, OPTIONS, initial_is_offered),
    "multi_static_select": _select(
        {}, {**STATIC, **MANY, "initial_options": items(option(), 1, 100)}, OPTIONS, initial_is_offered, _alone
    ),
    "external_select": _select({}, {**EXTERNAL, "initial_option": option()}),
    "multi_external_select": _select({}, {**EXTERNAL, **MANY, "initial_options": items(option(), 1, 100)}, _alone),
    "users_select": _select({}, {"initial_user": IDS}),
    "multi_users_select": _select({}, {"initial_users": USERS_OR_IDS, **MANY}, _alone),
    "conversations_select": _select({}, {"initial_conversation": IDS, "response_url_enabled": flag, **CONVERSATIONS}),
    "multi_conversations_select": _select({}, {"initial_conversations": USERS_OR_IDS, **CONVERSATIONS, **MANY}),
    "channels_select": _select({}, {"initial_channel": IDS, "response_url_enabled": flag}),
    "multi_channels_select": _select({}, {"initial_channels": USERS_OR_IDS, **MANY}),
    "datepicker": _select({}, {"initial_date": DATE}),
    "timepicker": _select({}, {"initial_time": TIME, "timezone": string(64)}),
    "datetimepicker": _element({}, {"initial_date_time": whole(1_000_000_000, 9_999_999_999), "focus_on_load": flag}),
    "plain_text_input": _typed(
        {},
        {
            "multiline": flag,
            "initial_value": string(3000, 0),
            "min_length": whole(0, 3000),
            "max_length": whole(1, 3000),
        },
        _length,
    ),
    "number_input": _typed(
        {"is_decimal_allowed": flag}, {"initial_value": NUMBER, "min_value": NUMBER, "max_value": NUMBER}, _range
    ),
    "email_text_input": _typed({}, {"initial_value": string(3000)}),
    "url_text_input": _typed({}, {"initial_value": string(3000)}),
    "rich_text_input": _typed({}, {"initial_value": anything, "min_lines": LINES, "max_lines": LINES}),
    "file_input": Shape(
        {},
        {"action_id": IDS, "filetypes": items(string(20), 1, 100), "max_files": whole(1, 10)},
        _known_action,
        _modal_only,
    ),
    "workflow_button": _element({"text": plain(75), "workflow": anything}, {"style": choice("primary", "danger")}),
    "icon_button": _element(
        {"icon": string(75), "text": plain(75)},
        {"value": string(2000), "visible_to_user_ids": items(IDS, 1, 10), "accessibility_label": string(75)},
    ),
    "feedback_buttons": _element({"positive_button": anything, "negative_button": anything}, {}, calm=True),
}

SELECTS = ("static_select", "external_select", "users_select", "conversations_select", "channels_select")
MULTI_SELECTS = tuple(f"multi_{name}" for name in SELECTS)
PRESSED = ("button", "workflow_button", "overflow", "checkboxes", "radio_buttons", "datepicker", "timepicker")
IN_SECTION = (*PRESSED, "image", *SELECTS, *MULTI_SELECTS)
IN_ACTIONS = (*PRESSED, "datetimepicker", "rich_text_input", *SELECTS, *MULTI_SELECTS)
TYPED = ("plain_text_input", "number_input", "email_text_input", "url_text_input", "rich_text_input", "file_input")
IN_INPUT = (
    *TYPED,
    "checkboxes",
    "radio_buttons",
    "datepicker",
    "timepicker",
    "datetimepicker",
    *SELECTS,
    *MULTI_SELECTS,
)
