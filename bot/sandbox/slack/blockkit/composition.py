"""Composition objects: text, options, option groups, confirmation dialogs."""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.blockkit.report import Check, Report, Shape, anything, choice, flag, items, string

TEXT_LONGEST = 3000


def text(longest: int = TEXT_LONGEST, *, markup: bool = True) -> Check:
    """A text object of at most so many characters; `markup=False` where Slack takes plain_text only."""
    plain = Shape({"text": string(longest)}, {"emoji": flag})
    marked = Shape({"text": string(longest)}, {"verbatim": flag})

    def check(node: Any, at: str, report: Report) -> None:
        kind = node.get("type") if isinstance(node, dict) else None
        if kind == "plain_text":
            plain(node, at, report)
        elif kind == "mrkdwn" and markup:
            marked(node, at, report)
        else:
            report.add(f"must be a {'plain_text or mrkdwn' if markup else 'plain_text'} object", at)

    return check


def plain(longest: int = TEXT_LONGEST) -> Check:
    return text(longest, markup=False)


CONFIRM = Shape(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": choice("primary", "danger")},
)


def option(*, markup: bool = False, link: bool = False) -> Check:
    """An option object: text 75, value 150, description 75; markup in checkboxes and radio buttons, url in overflow."""
    more: dict[str, Check] = {"description": text(75, markup=markup)}
    if link:
        more["url"] = string(3000)
    return Shape({"text": text(75, markup=markup), "value": string(150)}, more)


def _distinct(check: Check) -> Check:
    def checked(value: Any, at: str, report: Report) -> None:
        check(value, at, report)
        values = [entry.get("value") for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
        if len({str(entry) for entry in values}) != len(values):
            report.add("option values must be unique", at)

    return checked


def options(longest: int, *, markup: bool = False) -> Check:
    return _distinct(items(option(markup=markup), 1, longest))


OPTION_GROUPS = items(Shape({"label": plain(75), "options": options(100)}), 1, 100)
OVERFLOW_OPTIONS = _distinct(items(option(link=True), 1, 5))
SUGGESTION = Shape(
    {},
    {
        "options": items(option(), 0, 100),
        "option_groups": items(Shape({"label": plain(75), "options": items(option(), 0, 100)}), 0, 100),
    },
)
FILTER = Shape({}, {"include": anything, "exclude_external_shared_channels": flag, "exclude_bot_users": flag})
DISPATCH = Shape({}, {"trigger_actions_on": items(choice("on_enter_pressed", "on_character_entered"), 1, 2)})


def offered(node: dict[str, Any]) -> list[dict[str, Any]]:
    """Every option a select offers by itself, groups included."""
    groups = node.get("option_groups") or ()
    return [*(node.get("options") or ()), *(entry for group in groups for entry in group["options"])]


def initial_is_offered(node: dict[str, Any], at: str, report: Report) -> None:
    """`initial_option(s)` must equal an option exactly, as Slack demands."""
    chosen = [node["initial_option"]] if "initial_option" in node else node.get("initial_options") or []
    known = [_bare(entry) for entry in offered(node)]
    for entry in chosen:
        if _bare(entry) not in known:
            report.add("initial option must match one of the options exactly", at)


def _bare(entry: dict[str, Any]) -> dict[str, Any]:
    def words(name: str) -> Any:
        node = entry.get(name)
        return node and (node.get("type"), node.get("text"))

    return {"text": words("text"), "description": words("description"), "value": entry.get("value")}
