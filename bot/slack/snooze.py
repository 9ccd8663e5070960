"""The Snooze window: put aside until one of the usual times, or a chosen one."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from bot.domain.entitled import Seat
from bot.domain.window import Window
from bot.slack import blocks as kit
from bot.slack import form, names
from bot.slack.blocks import Block
from bot.slack.clock import Clock
from bot.slack.form import View
from bot.slack.people import child_header

MORNING = time(8)
FAR = 100_000_000_000  # UNIX seconds beyond which no calendar goes


def build(opened: tuple[Window, Seat], now: datetime) -> Block:
    """The window; the usual times are written out, so that nobody has to count."""
    window, seat = opened
    clock = Clock.of(seat.picture.practice, now)
    options = [{"text": kit.plain(label, kit.OPTION), "value": str(int(at.timestamp()))} for label, at in usual(clock)]
    picked: Block = {"type": "static_select", "action_id": names.SNOOZE_FOR, "options": options}
    picked["placeholder"] = kit.plain("Choose", 150)
    own: Block = {"type": "datetimepicker", "action_id": names.SNOOZE_UNTIL}
    blocks = [
        *child_header(seat.picture, clock),
        kit.field("Snooze until", picked, block_id=names.SNOOZE_FOR, optional=True),
        kit.field("Or until another time", own, block_id=names.SNOOZE_UNTIL, optional=True),
        kit.context(
            f"It comes back by itself. The family's clock goes on: due {clock.stamp(seat.conversation.due_at)}."
        ),
    ]
    return kit.modal("Snooze", blocks, callback=names.SNOOZE, metadata=window.id, submit="Snooze", close="Cancel")


def usual(clock: Clock) -> list[tuple[str, datetime]]:
    """The usual times with their labels: some time from now, and eight in the next mornings of the practice."""
    soon = [(label, clock.now + delta) for label, delta in _SOON]
    tomorrow = clock.today + timedelta(days=1)
    monday = clock.today + timedelta(days=7 - clock.today.weekday())
    days = dict.fromkeys((tomorrow, monday))
    mornings = [datetime.combine(day, MORNING, tzinfo=clock.zone).astimezone(UTC) for day in days]
    return [(f"{label}, {clock.time(at)}", at) for label, at in soon] + [(clock.stamp(at), at) for at in mornings]


_SOON = (("30 minutes", timedelta(minutes=30)), ("1 hour", timedelta(hours=1)), ("3 hours", timedelta(hours=3)))


def read(view: View) -> tuple[str, datetime | None]:
    """The window's reference and the time; a time of one's own counts before a usual one."""
    chosen = form.moment(view, names.SNOOZE_UNTIL)
    usual = form.chosen(view, names.SNOOZE_FOR)
    seconds = chosen if chosen is not None else int(usual) if usual.isdecimal() and len(usual) < 12 else None
    known = seconds is not None and 0 <= seconds < FAR
    return form.window_id(view), datetime.fromtimestamp(seconds or 0, UTC) if known else None
