"""The note window: for colleagues only."""

from __future__ import annotations

from datetime import datetime

from bot.domain.entitled import Seat
from bot.domain.forward import NOTE_LIMIT
from bot.domain.window import Window
from bot.slack import blocks as kit
from bot.slack import form, names
from bot.slack.blocks import Block
from bot.slack.clock import Clock
from bot.slack.form import View
from bot.slack.forward import INSIDE
from bot.slack.people import child_header


def build(opened: tuple[Window, Seat], now: datetime) -> Block:
    """The window, empty."""
    window, seat = opened
    element: Block = {"type": "plain_text_input", "action_id": names.NOTE_TEXT, "multiline": True}
    element["max_length"] = NOTE_LIMIT
    blocks = [
        *child_header(seat.picture, Clock.of(seat.picture.practice, now)),
        kit.field("Note", element, block_id=names.NOTE_TEXT, hint=INSIDE),
    ]
    return kit.modal("Add note", blocks, callback=names.NOTE, metadata=window.id, submit="Keep note", close="Cancel")


def read(view: View) -> tuple[str, str]:
    """The window's reference, and what was written."""
    return form.window_id(view), form.value(view, names.NOTE_TEXT)
