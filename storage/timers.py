"""Rules about time that the stored state can show: what should have happened by itself, once (SAFETY I17, I18).

No row says when a tick ran, and a time alone proves little: the service may have been away, or a clock set. The
journal's chain knows both. Its rows are sealed every two seconds by a process that also wakes, reminds and takes over,
in an order that no clock changes. So what was due before the oldest row of the last TICKS seconds with a seal in them
was due through all of those. After an outage they are the seconds before it, when it was not due yet; a clock that was
set back has a row of its own there (bot.domain.set_back), with an early time. A service that journals nothing is not
proven anything about: what is wrong is found later then, and nothing is found wrongly.

Three things cannot be told so, and tests show them instead (tests/domain/test_time_table.py): whether a post waits too
long, as Slack's pace, its 429 and a channel's trouble hold it back rightly; whether an event that waits was shown in
time, as fifty are at once and more than that may come with an outage's end; and leases on PostgreSQL, which go by the
database's clock while the journal goes by ours.
"""

from __future__ import annotations

from collections.abc import Iterator

from storage.sql import Sql
from storage.transaction import Row, Transaction
from storage.types import SOUND

TICKS = 450  # seconds with a seal: a quarter of an hour at least, in which 1,500 doubts can ring
_SECOND = 1_000_000

_NEWEST = Sql(f"SELECT MAX(sealed_at) FROM journal WHERE sealed_at {SOUND}")  # noqa: S608 - our own words
_LOOSE = Sql(f"SELECT MIN(at) FROM journal WHERE sealed_at IS NULL AND at {SOUND}")  # noqa: S608 - our own words
_BEFORE = Sql(
    f"SELECT sealed_at, n, at FROM journal WHERE sealed_at {SOUND} AND (sealed_at, n) < (:sealed_at, :n)"  # noqa: S608 - our own words
    f" AND at {SOUND} ORDER BY sealed_at DESC, n DESC LIMIT 1000"
)
_HELD = Sql(
    "SELECT d.id FROM deliveries d WHERE d.state = 'sending' AND d.lease_until < :before"
    " AND d.what IN ('reply', 'look_up')"
    " AND (d.portal IS NULL OR NOT EXISTS (SELECT 1 FROM stopped_portals s WHERE s.portal = d.portal))"
)
_ASLEEP = Sql("SELECT id FROM conversations WHERE snoozed_until IS NOT NULL AND snoozed_until < :before")
_UNHEARD = Sql(
    "SELECT r.id FROM replies r WHERE r.state = 'unclear' AND r.decide_by < :before AND NOT EXISTS"
    " (SELECT 1 FROM alarms a WHERE a.over_at IS NULL AND a.key = 'doubt:' || r.conversation_id)"
)
_SENT = "'reply.sent', 'decision.sent', 'reply.sent_again', 'reply.retried'"
_CAUSES = {"message.woke": "'message.snoozed'", "doubt.late": f"{_SENT}, 'reply.unclear'", "reply.unread": _SENT}
# Since the same effect before, or since ever, nothing came that it may follow.
_TWICE = Sql(
    " UNION ALL ".join(
        f"SELECT e.subject FROM journal e WHERE e.action = '{effect}'"  # noqa: S608 - our own words
        " AND COALESCE((SELECT MAX(c.n) FROM journal c WHERE c.subject = e.subject AND c.n < e.n"
        f" AND c.action IN ({causes})), 0) <= COALESCE((SELECT MAX(o.n) FROM journal o WHERE o.subject = e.subject"
        " AND o.n < e.n AND o.action = e.action), 0)"
        for effect, causes in _CAUSES.items()
    )
)


def lapsed(t: Transaction) -> Iterator[str]:
    """Answers whose claim is over, and that nobody took over though the service ran on."""
    return iter(()) if t.shared else _overlooked(t, _HELD)


def asleep(t: Transaction) -> Iterator[str]:
    """Conversations that were put aside until a time long past."""
    return _overlooked(t, _ASLEEP)


def unheard(t: Transaction) -> Iterator[str]:
    """Unclear answers whose deadline is long past without an alarm."""
    return _overlooked(t, _UNHEARD)


def twice(t: Transaction) -> Iterator[str]:
    """Conversations that woke, or whose people were told, once more than there was a cause."""
    return (str(row[0]) for row in t.rows(_TWICE))


def _overlooked(t: Transaction, late: Sql) -> Iterator[str]:
    before = _ran_since(t)
    return iter(()) if before is None else (str(row[0]) for row in t.rows(late, before=before))


def _ran_since(t: Transaction) -> int | None:
    """The earliest time in the journal's last TICKS seconds with a seal; None when there are fewer."""
    newest = _number(t.one(_NEWEST))
    if newest is None:
        return None
    earliest = _number(t.one(_LOOSE))
    after, n, second, seconds = newest + 1, 0, newest + 2 * _SECOND, 0
    while rows := t.rows(_BEFORE, sealed_at=after, n=n):
        for after, n, at in rows:  # noqa: B007 - the last row's are where the next page begins
            if second - after >= _SECOND:
                second, seconds = after, seconds + 1
                if seconds > TICKS:
                    return earliest
            earliest = at if earliest is None else min(earliest, at)
    return None


def _number(row: Row | None) -> int | None:
    return None if row is None else row[0]
