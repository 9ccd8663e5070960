"""What waits for a time that a clock which was set back will not show for long: it waits as if it had begun now."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.delivery import DECIDE_WITHIN, LEASE
from storage.sql import Sql
from storage.transaction import Transaction
from storage.types import SOUND, micros, moment

_LONGEST = timedelta(hours=1)  # between two tries, whatever Slack or a portal asks for (CONTRACT section 5)
_NEWEST = Sql(f"SELECT at FROM journal WHERE at {SOUND} ORDER BY n DESC LIMIT 1")  # noqa: S608 - our own words
# A whole lease more than a lease can be: so none that its holder counts on ends before its holder thinks.
_LEASES = Sql(
    "UPDATE deliveries SET lease_until = {clock} + :lease"
    " WHERE state = 'sending' AND lease_until > {clock} + 2 * :lease"
)
_PACES = Sql("UPDATE paces SET last_at = {clock} WHERE last_at > {clock} + :longest")
_OPEN = "WHERE state IN ('pending', 'sending', 'unclear') AND state = 'pending'"  # said as the index says it
# Redraws that wait for a promise to be over wait for as long as that takes.
_SOON = "(fold IS NULL OR fold NOT LIKE '%later')"
_AHEAD = Sql(  # hardly ever any, and a backlog is looked through once
    f"SELECT 1 FROM deliveries {_OPEN}"  # noqa: S608 - our own words
    f" AND (created_at > {{clock}} + :lease OR not_before > {{clock}} + :longest) AND {_SOON} LIMIT 1"
)
# What was tried may stand in Slack since before now: it is looked for from when it was made on.
_TO_COME = Sql(
    "UPDATE deliveries SET not_before = not_before - created_at + {clock},"  # noqa: S608 - our own words
    " created_at = {clock} - CASE WHEN attempts > 0 OR maybe_sent THEN :longest ELSE 0 END"
    f" {_OPEN} AND created_at > {{clock}} + :lease AND {_SOON}"
)
_TRIES = Sql(
    f"UPDATE deliveries SET not_before = {{clock}} {_OPEN} AND not_before > {{clock}} + :longest"  # noqa: S608 - our own words
    f" AND {_SOON}"
)
_DOUBTS = Sql(
    "UPDATE replies SET decide_by = {clock} + :hour WHERE state = 'unclear' AND decide_by > {clock} + :lease + :hour"
)


def newest_entry(t: Transaction) -> datetime | None:
    """When the journal's newest row was written, by the clock of then."""
    row = t.one(_NEWEST)
    return moment(row[0]) if row else None


def wait_anew(t: Transaction, *, now: datetime) -> int:
    """Claims, tries, pauses and deadlines that lie further ahead than any can; how many there were.

    Where several processes work it is the database's clock that counts: one whose own is wrong changes nothing of the
    others' waiting.
    """
    lease, longest = _number(LEASE), _number(_LONGEST + LEASE)
    told = {} if t.shared else {"now": micros(now)}
    moved = t.run(_LEASES, lease=lease, **told)
    moved += t.run(_PACES, longest=longest) if t.shared else 0
    if t.one(_AHEAD, lease=lease, longest=longest, **told):
        moved += t.run(_TO_COME, lease=lease, longest=longest, **told)
        moved += t.run(_TRIES, longest=longest, **told)
    return moved + t.run(_DOUBTS, lease=lease, hour=_number(DECIDE_WITHIN), **told)


def _number(span: timedelta) -> int:
    return int(span.total_seconds() * 1_000_000)
