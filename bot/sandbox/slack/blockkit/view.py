"""Views: what a modal or a Home tab may carry around its blocks."""

from __future__ import annotations

import json
from typing import Any

from bot.sandbox.slack.blockkit.block import block
from bot.sandbox.slack.blockkit.composition import plain
from bot.sandbox.slack.blockkit.report import Check, Report, Shape, Surface, anything, choice, flag, items, string

MOST: dict[Surface, int] = {"message": 50, "modal": 100, "home": 100}
LARGEST_VIEW = 250 * 1024
COMMON: dict[str, Check] = {
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}


def _submits(node: dict[str, Any], at: str, report: Report) -> None:
    has_input = any(entry["type"] == "input" for entry in node["blocks"])
    if has_input and not node.get("submit"):
        report.add("submit is required when an input block is within the blocks array", at)


MODAL = Shape(
    {"type": choice("modal"), "title": plain(24), "blocks": items(block, 1, MOST["modal"])},
    {
        **COMMON,
        "submit": plain(24),
        "close": plain(24),
        "clear_on_close": flag,
        "notify_on_close": flag,
        "submit_disabled": flag,
    },
    _submits,
)
HOME = Shape({"type": choice("home"), "blocks": items(block, 1, MOST["home"])}, COMMON)
VIEWS: dict[str, Check] = {"modal": MODAL, "home": HOME, "any": anything}


def faults(blocks: Any, surface: Surface, at: str = "/blocks") -> list[str]:
    """What Slack would refuse in these blocks on this surface, each with a JSON pointer; empty when it would not."""
    report = Report(surface)
    items(block, 1 if surface != "message" else 0, MOST[surface])(blocks, at, report)
    return report.faults


def view_faults(view: Any, surface: Surface | None = None, at: str = "/view") -> list[str]:
    """The same for a whole view; `surface` when only a modal or only a Home tab will do."""
    kind = view.get("type") if isinstance(view, dict) else None
    if kind not in ("modal", "home") or (surface is not None and kind != surface):
        return [f"must be a {surface or 'modal or home'} view [json-pointer:{at}/type]"]
    report = Report(kind)
    VIEWS[kind](view, at, report)
    return report.faults


def too_large(view: Any) -> bool:
    """Slack's 250 KB, counted as JSON in UTF-8."""
    return len(json.dumps(view, ensure_ascii=False, separators=(",", ":")).encode()) > LARGEST_VIEW
