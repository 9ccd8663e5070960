"""Block Kit's rules: each limit is refused one step beyond it and accepted at it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.slack.blockkit import faults, view_faults


def plain(text: str = "x") -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mark(text: str = "x") -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def option(value: str = "v", text: str = "x", **more: Any) -> dict[str, Any]:
    return {"text": plain(text), "value": value, **more}


def many(count: int) -> list[dict[str, Any]]:
    return [option(f"v{number}") for number in range(count)]


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain(), "action_id": "a", **more}


def actions(*elements: Any, **more: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements), **more}


def field(kind: str = "plain_text_input", **more: Any) -> dict[str, Any]:
    return {"type": "input", "label": plain(), "element": {"type": kind, "action_id": "a", **more}}


def rich(*parts: Any) -> dict[str, Any]:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(parts)}]}


def words(text: str = "x") -> dict[str, Any]:
    return {"type": "text", "text": text}


def confirm(**more: Any) -> dict[str, Any]:
    return {"title": plain(), "text": plain(), "confirm": plain(), "deny": plain(), **more}


def section(**more: Any) -> dict[str, Any]:
    return {"type": "section", "text": plain(), **more}


def picture(**more: Any) -> dict[str, Any]:
    return {"type": "image", "image_url": "https://example.org/a.png", "alt_text": "x", **more}


def date(**more: Any) -> dict[str, Any]:
    return {"type": "date", "timestamp": 1_795_529_520, "format": "{date_short_pretty} at {time}", **more}


GOOD: list[tuple[str, list[dict[str, Any]]]] = [
    ("message", [{"type": "header", "text": plain("x" * 150)}]),
    ("message", [section(text=mark("x" * 3000))]),
    ("message", [{"type": "section", "fields": [mark("x" * 2000)] * 10}]),
    ("message", [section(accessory={"type": "overflow", "options": many(5)})]),
    ("message", [actions(*[button(action_id=str(number)) for number in range(25)])]),
    ("message", [{"type": "context", "elements": [plain()] * 9 + [picture()]}]),
    ("message", [actions({"type": "static_select", "options": many(100)})]),
    ("message", [actions({"type": "static_select", "options": [option("v" * 150, "t" * 75)]})]),
    ("message", [actions({"type": "checkboxes", "options": many(10), "initial_options": many(2)})]),
    ("message", [actions(button(value="x" * 2000, confirm=confirm(style="danger")))]),
    ("message", [rich(words(), {"type": "emoji", "name": "soccer"}, {"type": "user", "user_id": "U1"}, date())]),
    ("message", [rich({"type": "broadcast", "range": "here"}, {"type": "link", "url": "https://example.org"})]),
    ("message", [{"type": "markdown", "text": "x" * 12_000}]),
    ("message", [{"type": "divider"}] * 50),
    ("modal", [{"type": "alert", "text": plain(), "level": "warning"}]),
    ("modal", [field(max_length=3000, initial_value="x" * 3000)]),
    ("modal", [field("number_input", is_decimal_allowed=False, min_value="0", max_value="9")]),
    ("modal", [field("datepicker", initial_date="2026-11-24")]),
    ("modal", [field("conversations_select", response_url_enabled=True)]),
    ("home", [{"type": "divider"}] * 100),
]
BAD: list[tuple[str, str, Any]] = [
    ("not an array", "message", {"type": "divider"}),
    ("too many blocks", "message", [{"type": "divider"}] * 51),
    ("too many blocks in a modal", "modal", [{"type": "divider"}] * 101),
    ("no blocks in a modal", "modal", []),
    ("unknown block", "message", [{"type": "banner"}]),
    ("a block without type", "message", [{"text": plain()}]),
    ("a null block", "home", [None]),
    ("alert in a message", "message", [{"type": "alert", "text": plain()}]),
    ("alert on Home", "home", [{"type": "alert", "text": plain()}]),
    ("table in a modal", "modal", [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}]),
    ("markdown on Home", "home", [{"type": "markdown", "text": "x"}]),
    ("two tables", "message", [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}] * 2),
    ("too much markdown in all", "message", [{"type": "markdown", "text": "x" * 7000}] * 2),
    ("header too long", "message", [{"type": "header", "text": plain("x" * 151)}]),
    ("header with markup", "message", [{"type": "header", "text": mark()}]),
    ("header empty", "message", [{"type": "header", "text": plain("")}]),
    ("section empty", "message", [{"type": "section"}]),
    ("section too long", "message", [section(text=plain("x" * 3001))]),
    ("eleven fields", "message", [{"type": "section", "fields": [plain()] * 11}]),
    ("field too long", "message", [{"type": "section", "fields": [plain("x" * 2001)]}]),
    ("input as accessory", "message", [section(accessory={"type": "plain_text_input"})]),
    ("twenty-six buttons", "message", [actions(*[button(action_id=str(n)) for n in range(26)])]),
    ("no buttons", "message", [actions()]),
    ("text field among buttons", "message", [actions({"type": "plain_text_input"})]),
    ("same action_id twice", "message", [actions(button(), button())]),
    ("same block_id twice", "message", [section(block_id="b"), section(block_id="b")]),
    ("block_id too long", "message", [section(block_id="b" * 256)]),
    ("action_id too long", "message", [actions(button(action_id="a" * 256))]),
    ("eleven in context", "message", [{"type": "context", "elements": [plain()] * 11}]),
    ("button in context", "message", [{"type": "context", "elements": [button()]}]),
    ("button text too long", "message", [actions(button(text=plain("x" * 76)))]),
    ("button with markup", "message", [actions(button(text=mark()))]),
    ("button value too long", "message", [actions(button(value="x" * 2001))]),
    ("button value no string", "message", [actions(button(value=7))]),
    ("button style", "message", [actions(button(style="green"))]),
    ("button with a strange field", "message", [actions(button(colour="red"))]),
    ("six in overflow", "message", [section(accessory={"type": "overflow", "options": many(6)})]),
    ("none in overflow", "message", [section(accessory={"type": "overflow", "options": []})]),
    ("101 options", "message", [actions({"type": "static_select", "options": many(101)})]),
    ("no options", "message", [actions({"type": "static_select", "options": []})]),
    ("same option value twice", "message", [actions({"type": "static_select", "options": [option(), option()]})]),
    ("neither options nor groups", "message", [actions({"type": "static_select"})]),
    (
        "both options and groups",
        "message",
        [actions({"type": "static_select", "options": many(1), "option_groups": []})],
    ),
    ("option text too long", "message", [actions({"type": "static_select", "options": [option(text="x" * 76)]})]),
    ("option value too long", "message", [actions({"type": "static_select", "options": [option("v" * 151)]})]),
    (
        "option with markup",
        "message",
        [actions({"type": "static_select", "options": [{"text": mark(), "value": "v"}]})],
    ),
    ("url outside overflow", "message", [actions({"type": "static_select", "options": [option(url="https://x.org")]})]),
    ("eleven checkboxes", "message", [actions({"type": "checkboxes", "options": many(11)})]),
    ("eleven radio buttons", "message", [actions({"type": "radio_buttons", "options": many(11)})]),
    (
        "strange initial option",
        "message",
        [actions({"type": "static_select", "options": many(2), "initial_option": option("w")})],
    ),
    (
        "initial option not equal",
        "message",
        [actions({"type": "radio_buttons", "options": many(1), "initial_option": option("v0", "y")})],
    ),
    ("placeholder too long", "message", [actions({"type": "external_select", "placeholder": plain("x" * 151)})]),
    ("confirm title too long", "message", [actions(button(confirm=confirm(title=plain("x" * 101))))]),
    ("confirm text too long", "message", [actions(button(confirm=confirm(text=plain("x" * 301))))]),
    ("confirm button too long", "message", [actions(button(confirm=confirm(deny=plain("x" * 31))))]),
    ("confirm incomplete", "message", [actions(button(confirm={"title": plain()}))]),
    ("image without alt text", "message", [{"type": "image", "image_url": "https://x.org/a.png"}]),
    ("image from nowhere", "message", [{"type": "image", "alt_text": "x"}]),
    ("input without label", "modal", [{"type": "input", "element": {"type": "plain_text_input"}}]),
    ("input label with markup", "modal", [{**field(), "label": mark()}]),
    ("label too long", "modal", [{**field(), "label": plain("x" * 2001)}]),
    ("button as input", "modal", [field("button", text=plain())]),
    ("max_length over 3000", "modal", [field(max_length=3001)]),
    ("min over max", "modal", [field(min_length=5, max_length=4)]),
    ("initial value too long", "modal", [field(max_length=3, initial_value="xxxx")]),
    ("number as number", "modal", [field("number_input", is_decimal_allowed=False, min_value=0)]),
    ("number without decimals rule", "modal", [field("number_input")]),
    ("number min over max", "modal", [field("number_input", is_decimal_allowed=True, min_value="2", max_value="1")]),
    ("date in words", "modal", [field("datepicker", initial_date="24 Nov")]),
    ("time in words", "modal", [field("timepicker", initial_time="9am")]),
    ("datetime in milliseconds", "modal", [field("datetimepicker", initial_date_time=1_795_529_520_000)]),
    ("two fields take the focus", "modal", [field(focus_on_load=True), field(focus_on_load=True)]),
    ("file input on Home", "home", [field("file_input")]),
    ("rich text empty", "message", [{"type": "rich_text", "elements": []}]),
    ("rich text with an empty text", "message", [rich(words(""))]),
    (
        "rich text of unknown parts",
        "message",
        [{"type": "rich_text", "elements": [{"type": "rich_text_poem", "elements": []}]}],
    ),
    ("rich text element unknown", "message", [rich({"type": "sound"})]),
    ("date without timestamp", "message", [rich({"type": "date", "format": "{time}"})]),
    ("date without tokens", "message", [rich(date(format="today"))]),
    ("date with a strange token", "message", [rich(date(format="{weekday}"))]),
    ("date from a string", "message", [rich(date(timestamp="1795529520"))]),
    ("emoji with colons", "message", [rich({"type": "emoji", "name": ":x:"})]),
    ("style unknown", "message", [rich({**words(), "style": {"blink": True}})]),
    (
        "list too deep",
        "message",
        [
            {
                "type": "rich_text",
                "elements": [
                    {
                        "type": "rich_text_list",
                        "style": "bullet",
                        "indent": 9,
                        "elements": [{"type": "rich_text_section", "elements": [words()]}],
                    }
                ],
            }
        ],
    ),
    (
        "list of bare text",
        "message",
        [{"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "bullet", "elements": [words()]}]}],
    ),
    (
        "mention in code",
        "message",
        [
            {
                "type": "rich_text",
                "elements": [{"type": "rich_text_preformatted", "elements": [{"type": "user", "user_id": "U1"}]}],
            }
        ],
    ),
]


@pytest.mark.parametrize(("surface", "blocks"), GOOD)
def test_what_slack_takes(surface, blocks):
    """Blocks at their limits pass."""
    assert faults(blocks, surface) == []


@pytest.mark.parametrize(("surface", "blocks"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_what_slack_refuses(surface, blocks):
    """Each broken rule is reported with a JSON pointer."""
    found = faults(blocks, surface)
    assert found
    assert all("[json-pointer:/blocks" in words for words in found)


def test_the_pointer_leads_to_the_fault():
    """The pointer names block, element and field."""
    blocks = [{"type": "divider"}, actions(button(), button(action_id="b", value="x" * 2001))]
    assert faults(blocks, "message") == ["must be less than 2001 characters [json-pointer:/blocks/1/elements/1/value]"]


def test_a_home_view_has_no_buttons_of_its_own():
    """submit and close belong to modals."""
    view = {"type": "home", "blocks": [{"type": "divider"}], "close": plain()}
    assert view_faults(view) == ["invalid additional property: close [json-pointer:/view]"]
