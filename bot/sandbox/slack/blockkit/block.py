"""Blocks: what each holds, how much, and on which surface Slack shows it."""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.blockkit.composition import plain, text
from bot.sandbox.slack.blockkit.element import (
    BUTTON,
    ELEMENTS,
    FILE,
    IN_ACTIONS,
    IN_INPUT,
    IN_SECTION,
)
from bot.sandbox.slack.blockkit.report import (
    LETTER,
    Check,
    Report,
    Rule,
    Shape,
    anything,
    choice,
    either,
    flag,
    items,
    one_of_more,
    string,
    typed,
    whole,
)
from bot.sandbox.slack.blockkit.rich import ELEMENTS_OF_RICH_TEXT

MARKDOWN_LONGEST, TABLE_LONGEST = 12_000, 10_000


def _block(required: dict[str, Check], optional: dict[str, Check] | None = None, *rules: Rule) -> Shape:
    return Shape(required, {"block_id": string(255), **(optional or {})}, *rules)


def _dispatches(node: dict[str, Any], at: str, report: Report) -> None:
    if node["element"]["type"] == "file_input" and node.get("dispatch_action"):
        report.add("dispatch_action is not allowed with file_input", at)


def _markdown(node: dict[str, Any], at: str, report: Report) -> None:
    report.markdown += len(node["text"])
    if report.markdown > MARKDOWN_LONGEST:
        report.add(f"all markdown blocks together must be less than {MARKDOWN_LONGEST + 1} characters", at)


def _table(node: dict[str, Any], at: str, report: Report) -> None:
    report.tables += 1
    if report.tables > 1:
        report.add("only one table is allowed in a message", at)
    if sum(len(str(cell.get("text", ""))) for row in node["rows"] for cell in row) > TABLE_LONGEST:
        report.add(f"a table must be less than {TABLE_LONGEST + 1} characters", at)


def _context(node: Any, at: str, report: Report) -> None:
    if isinstance(node, dict) and node.get("type") == "image":
        ELEMENTS["image"](node, at, report)
    else:
        text()(node, at, report)


RICH_TEXT = _block({"elements": ELEMENTS_OF_RICH_TEXT})
CELL = typed(
    {
        "raw_text": Shape({"text": string(TABLE_LONGEST)}),
        "raw_number": Shape({"value": anything}, {"text": string(TABLE_LONGEST)}),
        "rich_text": RICH_TEXT,
    }
)
COLUMN = Shape({}, {"align": choice("left", "center", "right"), "is_wrapped": flag})
PICTURE = Shape({"alt_text": string(2000)}, {"image_url": string(3000), "slack_file": FILE})
CARD = _block(
    {},
    {
        "hero_image": anything,
        "icon": anything,
        "title": text(150),
        "subtitle": text(150),
        "body": text(200),
        "actions": items(typed({"button": BUTTON}), 1, 5),
    },
    one_of_more("hero_image", "title", "actions", "body"),
)

# type: (surfaces it may stand on, its shape)
BLOCKS: dict[str, tuple[str, Check]] = {
    "section": (
        "MVH",
        _block(
            {},
            {
                "text": text(3000),
                "fields": items(text(2000), 1, 10),
                "accessory": typed(ELEMENTS, IN_SECTION),
                "expand": flag,
            },
            one_of_more("text", "fields"),
        ),
    ),
    "actions": ("MVH", _block({"elements": items(typed(ELEMENTS, IN_ACTIONS), 1, 25)})),
    "context": ("MVH", _block({"elements": items(_context, 1, 10)})),
    "context_actions": (
        "M",
        _block(
            {
                "elements": items(typed(ELEMENTS, ("feedback_buttons", "icon_button")), 1, 5),
            }
        ),
    ),
    "header": ("MVH", _block({"text": plain(150)})),
    "divider": ("MVH", _block({})),
    "input": (
        "MVH",
        _block(
            {"label": plain(2000), "element": typed(ELEMENTS, IN_INPUT)},
            {"hint": plain(2000), "optional": flag, "dispatch_action": flag},
            _dispatches,
        ),
    ),
    "image": (
        "MVH",
        _block(
            {"alt_text": string(2000)},
            {"image_url": string(3000), "slack_file": FILE, "title": plain(2000)},
            either("image_url", "slack_file"),
        ),
    ),
    "rich_text": ("MVH", RICH_TEXT),
    "markdown": ("M", _block({"text": string(MARKDOWN_LONGEST)}, {}, _markdown)),
    "table": (
        "MH",
        _block({"rows": items(items(CELL, 1, 20), 1, 100)}, {"column_settings": items(COLUMN, 1, 20)}, _table),
    ),
    "data_table": (
        "MH",
        _block({"caption": string(2000), "rows": items(items(CELL, 1, 20), 2, 201)}, {"page_size": whole(1, 100)}),
    ),
    "data_visualization": ("M", _block({"title": string(50), "chart": anything})),
    "card": ("MH", CARD),
    "carousel": ("MH", _block({"elements": items(CARD, 1, 10)})),
    "container": (
        "M",
        _block(
            {"child_blocks": items(anything, 1, 10)},
            {
                "title": plain(150),
                "rich_text_title": anything,
                "subtitle": plain(150),
                "width": choice("narrow", "standard", "wide", "full"),
                "is_collapsible": flag,
                "default_collapsed": flag,
                "has_header_divider": flag,
            },
            either("title", "rich_text_title"),
        ),
    ),
    "alert": ("V", _block({"text": text(3000)}, {"level": choice("default", "info", "warning", "error", "success")})),
    "task_card": ("M", _block({"task_id": anything, "title": anything}, {"status": anything, "details": anything})),
    "plan": ("M", _block({"title": anything}, {"tasks": anything})),
    "video": (
        "MVH",
        _block(
            {"alt_text": string(2000), "title": plain(199), "thumbnail_url": string(3000), "video_url": string(3000)},
            {
                "author_name": string(49),
                "description": plain(199),
                "provider_name": string(255),
                "provider_icon_url": string(3000),
                "title_url": string(3000),
            },
        ),
    ),
}


def block(node: Any, at: str, report: Report) -> None:
    """One block on the report's surface."""
    kind = node.get("type") if isinstance(node, dict) else None
    if not isinstance(kind, str) or kind not in BLOCKS:
        report.add(f"unsupported block type: {kind}", at)
        return
    surfaces, shape = BLOCKS[kind]
    if LETTER[report.surface] not in surfaces:
        report.add(f"{kind} blocks are not allowed on this surface ({report.surface})", at)
        return
    report.action_ids = set()
    shape(node, at, report)
    name = node.get("block_id")
    if isinstance(name, str) and name in report.block_ids:
        report.add(f"block_id {name!r} already exists", at)
    elif isinstance(name, str):
        report.block_ids.add(name)
