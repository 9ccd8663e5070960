"""Once a night the service proves that the stored state breaks none of its rules, and rings when it does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain import tell
from bot.domain.journal import Entry
from bot.domain.store import Records

HOUR = 3  # of the practice's night: nobody waits for a card then


def due(records: Records, *, now: datetime) -> str:
    """The night whose proof nobody has begun yet, as its date; "" when it is too early, or done.

    That it began is a row of the journal: of several replicas one does it, and a restart does not repeat it.
    """
    local = now.astimezone(ZoneInfo(tell.in_force(records).timezone))
    night = local.date().isoformat()
    if local.hour < HOUR:
        return ""
    records.alone("verify")
    if records.history(_subject(night)):
        return ""
    records.journal(Entry(at=now, actor="service", action="verify.begun", subject=_subject(night)))
    return night


def done(records: Records, *, night: str, broken: Sequence[str], now: datetime) -> None:
    """What came of it: `broken` are SAFETY's names of the rules that do not hold."""
    if broken:
        names = ", ".join(dict.fromkeys(broken))
        tell.ring(
            records,
            key=f"verify:{night}",
            words=f"Tonight's proof found stored state that breaks a rule ({names}). Run `portaldesk verify`: "
            "it names the rows. Nothing was changed.",
            now=now,
        )
    records.journal(
        Entry(
            at=now,
            actor="service",
            action="verify.done",
            subject=_subject(night),
            outcome="failed" if broken else "done",
        )
    )


def _subject(night: str) -> str:
    return f"night:{night}"
