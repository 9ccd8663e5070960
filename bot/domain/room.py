"""A disk that was full has room again: the admins are told, since it will be full once more."""

from __future__ import annotations

from datetime import datetime

from bot.domain import tell
from bot.domain.store import Records


def again(records: Records, *, since: datetime, now: datetime) -> bool:
    """Ring, once a day. That this can be written is the proof that there is room; False when it rang already."""
    minutes = max(1, round((now - since).total_seconds() / 60))
    return tell.ring(
        records,
        key=f"disk:{now.date().isoformat()}",
        words=f"The database's disk was full or could not be written for {minutes} min: portals were asked to send "
        "again later, and nobody could save anything. Nothing that was acknowledged is lost. Please make room there.",
        now=now,
    )
