"""Events that could not be shown: where the post stands, and who looked into the portal; the event is the inbox's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select, tuple_

from bot.domain.store import InboxState
from bot.domain.unshown import Unshown
from storage.sql import Sql
from storage.tables import inbox
from storage.transaction import Row, Transaction
from storage.types import EPOCH, Moment, micros, text_safe
from storage.work_tables import unshown as table

_i, _u = inbox.c, table.c
_ROW = (
    select(_i.id, _i.portal, _i.received_at, _u.channel, _u.ts, _u.looked_by, _u.looked_at, _i.reason_sealed)
    .join_from(inbox, table, _u.inbox_id == _i.id, isouter=True)
    .where(_i.state == InboxState.QUARANTINED.value)
)
_ONE = Sql(_ROW.where(_i.id == bindparam("inbox_id")))
_WAITS = _ROW.where(_u.looked_at.is_(None))
_OPEN = Sql(_WAITS.order_by(_i.received_at, _i.id))
_SOME = Sql(
    _WAITS.where(tuple_(_i.received_at, _i.id) > tuple_(bindparam("since", type_=Moment()), bindparam("after")))
    .order_by(_i.received_at, _i.id)
    .limit(bindparam("most"))
)
_HOW_MANY = Sql(_WAITS.with_only_columns(func.count()))
_NO_POST = Sql(  # the states are said as the indexes say them
    "SELECT i.id FROM inbox i WHERE i.state = 'quarantined'"
    " AND i.id NOT IN (SELECT u.inbox_id FROM unshown u WHERE u.ts IS NOT NULL OR u.looked_at IS NOT NULL)"
    " AND i.id NOT IN (SELECT d.subject FROM deliveries d"
    " WHERE d.state IN ('pending', 'sending', 'unclear') AND d.what = 'unreadable')"
    " AND i.id NOT IN (SELECT d.subject FROM deliveries d"
    " WHERE d.state IN ('failed', 'dropped') AND d.state = 'failed' AND d.what = 'unreadable')"
    " ORDER BY i.received_at LIMIT :most"
)
_ADD = Sql("INSERT INTO unshown (inbox_id) VALUES (:inbox_id) ON CONFLICT (inbox_id) DO NOTHING")
_STANDS = Sql(
    "INSERT INTO unshown (inbox_id, channel, ts) VALUES (:inbox_id, :channel, :ts)"
    " ON CONFLICT (inbox_id) DO UPDATE SET channel = excluded.channel, ts = excluded.ts"
)
# One guarded statement: of two who press at once, one is the first. What is known of the post stays.
_LOOK = Sql(
    "INSERT INTO unshown (inbox_id, channel, ts, looked_by, looked_at) VALUES (:inbox_id, :channel, :ts, :by, :now)"
    " ON CONFLICT (inbox_id) DO UPDATE SET looked_by = excluded.looked_by, looked_at = excluded.looked_at,"
    " channel = COALESCE(unshown.channel, excluded.channel), ts = COALESCE(unshown.ts, excluded.ts)"
    " WHERE unshown.looked_at IS NULL"
)


def add_unshown(t: Transaction, inbox_id: str) -> bool:
    """It is about to get a post; False when it has one, or one is on its way."""
    return bool(t.run(_ADD, inbox_id=inbox_id))


def unshown(t: Transaction, inbox_id: str) -> Unshown | None:
    """The quarantined event of that id with its reason, or None."""
    row = t.one(_ONE, inbox_id=text_safe(inbox_id))
    if row is None:
        return None
    reason = t.unseal(row[7], "inbox", row[0], "reason").decode("utf-8", "replace") if row[7] else ""
    return _made(row, reason)


def not_looked_into(t: Transaction) -> Sequence[Unshown]:
    """Those that nobody looked for in the portal yet, oldest first, without reasons."""
    return [_made(row, "") for row in t.rows(_OPEN)]


def some_not_looked_into(t: Transaction, *, after: Unshown | None, limit: int) -> Sequence[Unshown]:
    """As many of those, the oldest that came after that one."""
    since, last = (after.came_at, after.id) if after else (EPOCH, "")
    return [_made(row, "") for row in t.rows(_SOME, since=since, after=last, most=limit)]


def how_many_not_looked_into(t: Transaction) -> int:
    """How many there are."""
    row = t.one(_HOW_MANY)
    return int(row[0]) if row else 0


def posted_nowhere(t: Transaction, *, limit: int) -> Sequence[str]:
    """Ids of those that nobody looked for and whose post stands nowhere, is not on its way and rings no alarm."""
    return [row[0] for row in t.rows(_NO_POST, most=limit)]


def unshown_stands(t: Transaction, inbox_id: str, *, channel: str, ts: str) -> None:
    """Where its post stands."""
    t.run(_STANDS, inbox_id=inbox_id, channel=channel, ts=ts)


def looked_into(t: Transaction, inbox_id: str, *, by: str, channel: str, ts: str, now: datetime) -> bool:
    """Somebody looked into the portal, at the post that stands there; False when somebody did before."""
    at = {"channel": text_safe(channel), "ts": text_safe(ts)}
    return bool(t.run(_LOOK, inbox_id=inbox_id, by=by, now=micros(now), **at))


def _made(row: Row, reason: str) -> Unshown:
    return Unshown(
        id=row[0],
        portal=row[1],
        came_at=row[2],
        reason=reason,
        channel=row[3],
        ts=row[4],
        looked_by=row[5],
        looked_at=row[6],
    )
