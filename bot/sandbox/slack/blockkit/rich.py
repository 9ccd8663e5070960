"""Rich text blocks: sections, lists, quotes, preformatted text, and what may stand in them."""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.slack.blockkit.report import Check, Report, Shape, choice, flag, items, pattern, string, typed, whole

LONGEST = 40_000
TOKENS = frozenset(
    {"date", "date_num", "date_slash", "date_long", "date_long_full", "date_long_pretty", "date_short"}
    | {"date_short_pretty", "date_pretty", "time", "time_secs", "ago", "day_divider_pretty"}
)
STYLE = Shape({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline"), flag))
MENTION = Shape({}, dict.fromkeys(("bold", "italic", "strike", "highlight", "client_highlight", "unlink"), flag))


def _format(value: Any, at: str, report: Report) -> None:
    """`{date_short_pretty} at {time}`: at least one token, and none that Slack does not know."""
    tokens = re.findall(r"\{(\w+)\}", value) if isinstance(value, str) else []
    if not tokens or set(tokens) - TOKENS:
        report.add("must be a date format with known tokens only", at)


RICH: dict[str, Check] = {
    "text": Shape({"text": string(LONGEST)}, {"style": STYLE}),
    "emoji": Shape(
        {"name": pattern(r"[^\s:]+", "must be an emoji name without colons")},
        {"unicode": string(255), "style": STYLE, "skin_tone": whole(1, 6)},
    ),
    "link": Shape({"url": string(3000)}, {"text": string(LONGEST), "unsafe": flag, "style": STYLE}),
    "user": Shape({"user_id": string(255)}, {"style": MENTION}),
    "usergroup": Shape({"usergroup_id": string(255)}, {"style": MENTION}),
    "channel": Shape({"channel_id": string(255)}, {"style": MENTION}),
    "broadcast": Shape({"range": choice("here", "channel", "everyone")}, {"style": STYLE}),
    "date": Shape(
        {"timestamp": whole(0, 9_999_999_999), "format": _format},
        {"url": string(3000), "fallback": string(LONGEST), "style": STYLE},
    ),
    "color": Shape({"value": pattern(r"#[0-9a-fA-F]{6}", "must be a hex colour")}),
}
WORDS = items(typed(RICH), 1, 1000)
SECTION = Shape({"elements": WORDS})
BORDER: dict[str, Check] = {"border": choice(0, 1)}
PARTS: dict[str, Check] = {
    "rich_text_section": SECTION,
    "rich_text_list": Shape(
        {"elements": items(typed({"rich_text_section": SECTION}), 1, 1000), "style": choice("bullet", "ordered")},
        {**BORDER, "indent": whole(0, 8), "offset": whole(0, 10_000)},
    ),
    "rich_text_quote": Shape({"elements": WORDS}, BORDER),
    "rich_text_preformatted": Shape(
        {"elements": items(typed(RICH, ("text", "link")), 1, 1000)}, {**BORDER, "language": string(50)}
    ),
}
ELEMENTS_OF_RICH_TEXT = items(typed(PARTS), 1, 1000)
