"""Small builders of Block Kit that know Slack's limits. Every text becomes plain_text or a rich_text text element."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal, TypedDict

from bot.slack import text as words
from bot.slack.clock import Clock

Block = dict[str, Any]
Piece = dict[str, Any]  # an inline element of rich text
Line = list[Piece]

HEADER, BLOCK_TEXT, LABEL, BUTTON, OPTION, TITLE = 150, 3000, 2000, 75, 75, 24
PRETTY = "{date_short_pretty} at {time}"
TIME, TIME_FIRST = "{time}", "{time}, {date_short_pretty}"
AGO = "{ago}"
_FALLBACKS = {TIME: Clock.time, TIME_FIRST: Clock.time_first}  # how a time without Slack's help is written; else: whole
NOTHING = "–"  # Slack refuses an empty text


class Message(TypedDict):
    """What chat.postMessage takes besides the channel. `text` is the notification: no patient's words or names."""

    text: str
    blocks: list[Block]


def plain(text: str, limit: int = BLOCK_TEXT) -> Block:
    """A plain_text object, cut to `limit`."""
    if len(text) > limit or not words.is_quiet(text):
        text = words.cut(words.clean(text), limit)
    return {"type": "plain_text", "text": text if text.strip() else NOTHING, "emoji": False}


def notification(text: str) -> str:
    """A message's top-level text, which Slack parses as mrkdwn: escaped, on one line, short."""
    flat = words.line(text, 1000) or "Portal Desk"
    return flat.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def header(text: str) -> Block:
    """A header of at most 150 characters."""
    return {"type": "header", "text": plain(text, HEADER)}


def named_header(before: str, name: str, after: str) -> Block:
    """A header in which only the name is cut: "General · Mateo Delgado, 6 y"."""
    room = HEADER - words.length(before) - words.length(after)
    return header(before + words.line(name, room) + after)


def divider() -> Block:
    """A thin line."""
    return {"type": "divider"}


def context(text: str) -> Block:
    """Small print."""
    return {"type": "context", "elements": [plain(text)]}


def alert(text: str, level: Literal["info", "warning", "error"] = "warning") -> Block:
    """A coloured box; windows only."""
    return {"type": "alert", "level": level, "text": plain(text)}


def say(text: str, *, bold: bool = False) -> Piece:
    """A piece of text in rich text; an empty one is left out by what it is put into."""
    piece: Piece = {"type": "text", "text": words.clean(text)}
    if bold:
        piece["style"] = {"bold": True}
    return piece


def channel(named: str) -> Piece:
    """A channel that the practice file names: Slack shows an id by its name, and pings nobody."""
    known = named[:1] in {"C", "G"} and named.isascii() and named.isalnum() and named.isupper()
    return {"type": "channel", "channel_id": named} if known else say(words.line(named, 80))


def emoji(name: str) -> Piece:
    """A mark of ours, by name; never from outside."""
    return {"type": "emoji", "name": name}


def when(clock: Clock, at: datetime, *, form: str = PRETTY, bold: bool = False) -> Piece:
    """A time that the reader's Slack writes in the reader's zone; the fallback is in the practice's."""
    fallback = _FALLBACKS.get(form, Clock.stamp)(clock, at)
    piece: Piece = {"type": "date", "timestamp": int(at.timestamp()), "format": form, "fallback": fallback}
    if bold:
        piece["style"] = {"bold": True}
    return piece


def _pieces(pieces: Iterable[Piece]) -> list[Piece]:
    kept = [p for p in pieces if p["type"] != "text" or p["text"]]
    return kept or [say(NOTHING)]


def section(*pieces: Piece) -> Block:
    """A paragraph of rich text."""
    return {"type": "rich_text_section", "elements": _pieces(pieces)}


def quote(*pieces: Piece) -> Block:
    """Somebody's words, with a line at their side."""
    return {"type": "rich_text_quote", "elements": _pieces(pieces)}


def listed(items: Sequence[Line], style: Literal["bullet", "ordered"] = "bullet") -> Block:
    """A list; at least one item."""
    return {"type": "rich_text_list", "style": style, "indent": 0, "elements": [section(*item) for item in items]}


def rich(*elements: Block) -> Block:
    """A rich_text block of sections, lists and quotes."""
    return {"type": "rich_text", "elements": list(elements)}


def joined(lines: Iterable[Line]) -> Line:
    """Lines as one paragraph."""
    pieces: Line = []
    for one in lines:
        if pieces:
            pieces.append(say("\n"))
        pieces += one
    return pieces


def button(label: str, *, action: str, value: str, style: str = "", ask: Block | None = None) -> Block:
    """A button. `style`: "primary", "danger" or ""."""
    made: Block = {"type": "button", "action_id": action, "text": plain(label, BUTTON), "value": value}
    if style:
        made["style"] = style
    if ask:
        made["confirm"] = ask
    return made


def confirm(title: str, text: str, *, yes: str, danger: bool = False) -> Block:
    """The second question before a press counts."""
    asked = {
        "title": plain(title, 100),
        "text": plain(text, 300),
        "confirm": plain(yes, 30),
        "deny": plain("Back", 30),
    }
    return asked | {"style": "danger"} if danger else asked


def overflow(action: str, options: Sequence[tuple[str, str]]) -> Block:
    """The menu behind the three dots: (label, value), one to five."""
    return {
        "type": "overflow",
        "action_id": action,
        "options": [{"text": plain(label, OPTION), "value": value} for label, value in options[:5]],
    }


def actions(elements: Sequence[Block], block_id: str = "") -> Block:
    """A row of buttons."""
    made: Block = {"type": "actions", "elements": list(elements)}
    return made | {"block_id": block_id} if block_id else made


def field(label: str, element: Block, *, block_id: str, hint: str = "", optional: bool = False) -> Block:
    """An input block of a window."""
    made: Block = {"type": "input", "block_id": block_id, "label": plain(label, LABEL), "element": element}
    if hint:
        made["hint"] = plain(hint, LABEL)
    return made | {"optional": True} if optional else made


def tick(label: str, *, action: str, value: str, described: str = "", ticked: bool = False) -> Block:
    """One checkbox."""
    option: Block = {"text": plain(label, OPTION), "value": value}
    if described:
        option["description"] = plain(described, OPTION)
    made: Block = {"type": "checkboxes", "action_id": action, "options": [option]}
    return made | {"initial_options": [option]} if ticked else made


def modal(
    title: str, blocks: list[Block], *, callback: str, metadata: str, submit: str = "", close: str = "Close"
) -> Block:
    """A window; at most 100 blocks."""
    view: Block = {"type": "modal", "callback_id": callback, "title": plain(title, TITLE)}
    if submit:
        view["submit"] = plain(submit, TITLE)
    return view | {"close": plain(close, TITLE), "private_metadata": metadata, "blocks": blocks}


def packed(lines: Iterable[Line], limit: int = BLOCK_TEXT - 100) -> list[Block]:
    """Lines in as many rich_text blocks as they need; nothing is left out."""
    blocks: list[Block] = []
    held: list[Line] = []
    size = 0
    for whole in lines:
        for one in _parted(whole, limit):
            more = measured(one) + 1
            if held and size + more > limit:
                blocks.append(rich(section(*joined(held))))
                held, size = [], 0
            held.append(one)
            size += more
    return [*blocks, rich(section(*joined(held)))] if held else blocks


def measured(pieces: Iterable[Piece]) -> int:
    """How long a line is, dates counted by their fallback."""
    return sum(words.length(p.get("text") or p.get("fallback") or "") for p in pieces)


def _parted(one: Line, limit: int) -> list[Line]:
    if measured(one) <= limit:
        return [one]
    parts: list[Line] = [[]]
    for piece in one:
        for bit in words.split(piece["text"], limit) if piece["type"] == "text" else [""]:
            if parts[-1] and measured([*parts[-1], piece | {"text": bit}]) > limit:
                parts.append([])
            parts[-1].append(piece | {"text": bit} if bit else piece)
    return parts
