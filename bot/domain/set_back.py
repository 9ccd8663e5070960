"""A clock that was set back: nothing waits until it shows the old time again, and the journal says that it happened."""

from __future__ import annotations

from datetime import datetime

from bot.domain.delivery import LEASE
from bot.domain.journal import Entry
from bot.domain.store import Records


def notice(records: Records, *, now: datetime) -> int:
    """Let what was timed by a clock that ran ahead wait as if it had begun now; how many there were.

    The journal's order does not depend on the clock, so its newest row tells that the clock ran ahead of the present.
    A row of ours then ends it, and shows to whoever reads the times that they are not in order here.
    """
    records.alone("clock")
    newest = records.newest_entry()
    moved = records.wait_anew(now=now)
    if newest is not None and newest > now + LEASE:
        detail: dict[str, str | int | bool | None] = {"seconds": int((newest - now).total_seconds()), "moved": moved}
        records.journal(Entry(at=now, actor="service", action="clock.set_back", subject="clock", detail=detail))
    return moved
