"""What waits for a time that a clock which was set back will not show for long: it waits as if it had begun now."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.delivery import DECIDE_WITHIN, LEASE
from storage.sql import Sql
from storage.transaction import Transaction
from storage.types import micros, moment

_LONGEST = timedelta(hours=1)  # between two tries, whatever Slack or a portal asks for (CONTRACT section 5)
_NEWEST = Sql("SELECT at FROM journal ORDER BY n DESC LIMIT 1")
# A whole lease more than a lease can be: so none that its holder counts on ends before its holder thinks.
_LEASES = Sql(
    "UPDATE deliveries SET lease_until = {clock} + :lease"
    " WHERE state = 'sending' AND lease_until > {clock} + 2 * :lease"
)
_PACES = Sql("UPDATE paces SET last_at = {clock} WHERE last_at > {clock} + :lease")
_OPEN = "WHERE state IN ('pending', 'sending', 'unclear') AND state = 'pending'"  # said as the index says it
# Redraws that wait for a promise to be over wait for as long as that takes.
_SOON = "(fold IS NULL OR fold NOT LIKE '%later')"
_TO_COME = Sql(
    "UPDATE deliveries SET not_before = not_before - created_at + :now, created_at = :now"  # noqa: S608 - our own words
    f" {_OPEN} AND created_at > :now + :lease AND {_SOON}"
)
_TRIES = Sql(f"UPDATE deliveries SET not_before = :now {_OPEN} AND not_before > :now + :longest AND {_SOON}")  # noqa: S608 - our own words
_DOUBTS = Sql("UPDATE replies SET decide_by = :now + :hour WHERE state = 'unclear' AND decide_by > :now + :hour")


def newest_entry(t: Transaction) -> datetime | None:
    """When the journal's newest row was written, by the clock of then."""
    row = t.one(_NEWEST)
    return moment(row[0]) if row else None


def wait_anew(t: Transaction, *, now: datetime) -> int:
    """Claims, tries, pauses and deadlines that lie further ahead than any can; how many there were."""
    told, lease = micros(now), _number(LEASE)
    moved = t.run(_LEASES, lease=lease, **({} if t.shared else {"now": told}))
    moved += t.run(_PACES, lease=lease) if t.shared else 0
    moved += t.run(_TO_COME, now=told, lease=lease)
    moved += t.run(_TRIES, now=told, longest=_number(_LONGEST + LEASE))
    return moved + t.run(_DOUBTS, now=told, hour=_number(DECIDE_WITHIN))


def _number(span: timedelta) -> int:
    return int(span.total_seconds() * 1_000_000)
