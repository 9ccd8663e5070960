"""Once a night the service proves that the stored state breaks none of its rules, and rings when it does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain import tell
from bot.domain.journal import Entry
from bot.domain.store import Records

HOUR = 3  # of the practice's night: nobody waits for a card then
PATIENCE = timedelta(hours=1)  # a proof that did not come to its end by then is begun again: a reader has half of it
TRIES = 3  # a night


def due(records: Records, *, now: datetime) -> str:
    """The night whose proof is to be made now, as its date; "" when it is too early, under way, or done.

    That it began is a row of the journal: of several replicas one does it, and a restart does not repeat it. One that
    began and was never done (the process ended, the database was away) is begun again; after the last try it rings. A
    night lasts until the next one begins: what began late in the evening is not forgotten at midnight.
    """
    local = now.astimezone(ZoneInfo(tell.in_force(records).timezone))
    night = (local - timedelta(hours=HOUR)).date().isoformat()
    records.alone("verify")
    rows = records.history(_subject(night))
    begun = [row.at for row in rows if row.action == "verify.begun"]
    if local.hour < HOUR and not begun:
        return ""
    if len(begun) < len(rows) or (begun and now - begun[-1] < PATIENCE):
        return ""
    if len(begun) >= TRIES:
        _given_up(records, night=night, now=now)
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


def _given_up(records: Records, *, night: str, now: datetime) -> None:
    """Say that nobody knows tonight; the row keeps it from being said again."""
    tell.ring(
        records,
        key=f"verify:{night}",
        words=f"Tonight's proof of the stored state could not be made: it was begun {TRIES} times and never came to "
        "its end. Run `portaldesk verify`: it makes the proof, or says what keeps it.",
        now=now,
    )
    records.journal(Entry(at=now, actor="service", action="verify.given_up", subject=_subject(night), outcome="failed"))


def _subject(night: str) -> str:
    return f"night:{night}"
