"""Deliveries beside carrying them: listed, tried again, taken out, freed; and portals whose queue stands still."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, or_, select, text

from bot.domain.delivery import CALL_LIMIT, State, What, card_fold, is_redraw, redraw_lane
from bot.domain.tail import Tail
from storage.fold import pending_again
from storage.sql import Sql
from storage.tables import conversations, stopped_portals
from storage.tables import deliveries as table
from storage.transaction import Transaction
from storage.types import micros, moment, text_safe

_d = table.c
_OF = {
    what: Sql(
        select(_d.id).where(_d.subject == bindparam("about"), _d.what == what.value).order_by(_d.n.desc()).limit(1)
    )
    for what in What
}
_LANE = Sql("SELECT lane FROM deliveries WHERE id = :id")
_SETTLED = Sql(
    select(_d.lane, _d.fold, _d.maybe_sent)
    .where(_d.id == bindparam("delivery_id"), or_(_d.state == State.FAILED.value, _d.state == State.UNCLEAR.value))
    .with_for_update()
)
_REDELIVER = Sql(
    "UPDATE deliveries SET state = 'pending', not_before = :now, maybe_sent = :maybe_sent, settled_at = NULL, code = ''"
    " WHERE id = :id"
)
_DEPARTMENT = "slack:dep:"
_TAILS = Sql(  # the states are said as the index says them
    "SELECT lane, COUNT(*), SUM(CASE WHEN urgent THEN 1 ELSE 0 END), MIN(created_at) FROM deliveries"
    " WHERE state IN ('pending', 'sending', 'unclear') AND state = 'pending' AND what = 'card'"
    " AND lane >= 'slack:dep:' AND lane < 'slack:dep;' AND not_before <= :now GROUP BY lane"
)
_HELD = Sql("SELECT id, fold FROM deliveries WHERE state = 'sending'")
_LET_GO = Sql(
    "UPDATE deliveries SET state = 'pending', token = NULL, claimed_by = NULL, lease_until = NULL, marked = FALSE,"
    " not_before = :now WHERE id = :id"
)
_ORPHANS = Sql(
    "SELECT id, fold, lane, marked FROM deliveries"
    " WHERE state = 'sending' AND claimed_by <> :by AND lane >= 'slack:' AND lane < 'slack;'"
)
_INHERIT = Sql(
    "UPDATE deliveries SET state = 'pending', token = NULL, claimed_by = NULL, lease_until = NULL, marked = FALSE,"
    " maybe_sent = TRUE, not_before = :again_at WHERE id = :id"
)
_ANSWERS = Sql("SELECT subject FROM deliveries WHERE state = 'pending' AND what = 'reply' ORDER BY n")
_DOUBT = Sql(
    "UPDATE deliveries SET state = 'unclear', code = 'restored', maybe_sent = TRUE, settled_at = :now"
    " WHERE state = 'pending' AND what = 'reply'"
)
_MAYBE = Sql("UPDATE deliveries SET maybe_sent = TRUE WHERE state = 'pending' AND what <> 'look_up'")
_DROP = Sql(
    "UPDATE deliveries SET state = :state, code = :code, settled_at = :now"
    " WHERE id = :id AND state IN ('pending', 'failed', 'unclear')"
)
_FAILED = Sql(
    "SELECT 1 FROM deliveries WHERE state IN ('failed', 'dropped') AND state = 'failed' AND what = :what"
    " AND code = :code LIMIT 1"
)
_REDRAW = Sql(
    "SELECT 1 FROM deliveries"
    " WHERE state IN ('pending', 'sending', 'unclear') AND lane = :lane AND fold = :fold LIMIT 1"
)
_KEYS = ("id", "what", "lane", "state", "attempts", "created_at", "not_before", "code", "number")
_LIST = (
    select(
        _d.id, _d.what, _d.lane, _d.state, _d.attempts, _d.created_at, _d.not_before, _d.code, conversations.c.number
    )
    .select_from(table.outerjoin(conversations, conversations.c.id == _d.conversation_id))
    .where(_d.state == bindparam("state"))
    .order_by(_d.n.desc())
    .limit(bindparam("most"))
)
# Said as the indexes say it, so that a list of what failed does not walk through all that arrived.
_NEWEST = {
    state: Sql(_LIST.where(text(rows)))
    for rows, states in (
        ("deliveries.state IN ('pending', 'sending', 'unclear')", (State.PENDING, State.SENDING, State.UNCLEAR)),
        ("deliveries.state IN ('failed', 'dropped')", (State.FAILED, State.DROPPED)),
        ("1 = 1", (State.DELIVERED,)),
    )
    for state in states
}
# Every open card has a redraw that waits for its own time: nobody has to know of it before anything went wrong with it.
_OVERDUE = or_(
    _d.state != State.PENDING.value, _d.attempts > 0, text("deliveries.code <> ''"), _d.not_before <= bindparam("now")
)
_SETTLED_SO = text("deliveries.state IN ('failed', 'dropped')")
_OPEN_SO = text("deliveries.state IN ('pending', 'sending', 'unclear')")
_UNDELIVERED = {
    state: Sql(_LIST.where(_SETTLED_SO if state is State.FAILED else _OPEN_SO, _OVERDUE))
    for state in (State.FAILED, State.UNCLEAR, State.SENDING, State.PENDING)
}
_ALL_FAILED = Sql(select(func.count()).where(_SETTLED_SO, _d.state == State.FAILED.value))
_ALL_OPEN = Sql(select(func.count()).select_from(table).where(_OPEN_SO, _OVERDUE))
_STOP = Sql(lambda insert: insert(stopped_portals).on_conflict_do_nothing())
_START = Sql("DELETE FROM stopped_portals WHERE portal = :portal")
_AT_ONCE = Sql(
    "UPDATE deliveries SET not_before = created_at"
    " WHERE portal = :portal AND state = 'pending' AND code = 'unauthorized'"
)
_LANES_OF = Sql(
    "SELECT DISTINCT lane FROM deliveries WHERE state IN ('pending', 'sending', 'unclear') AND state <> 'unclear'"
    " AND portal = :portal"
)


def tails(t: Transaction, *, now: datetime) -> Sequence[Tail]:
    """What waits to be posted in each department's channel, as far as it may go by now."""
    return [
        Tail(department=row[0].removeprefix(_DEPARTMENT), cards=row[1], urgent=row[2], oldest=moment(row[3]))
        for row in t.rows(_TAILS, now=micros(now))
    ]


def park(t: Transaction, *, now: datetime) -> tuple[Sequence[str], int]:
    """After a restore: each answer on its way is UNCLEAR (their ids), every post may have been made (how many)."""
    for row in t.rows(_HELD):
        with pending_again(t, row[0], row[1], now=now):
            t.run(_LET_GO, id=row[0], now=micros(now))
    answers = [row[0] for row in t.rows(_ANSWERS)]
    t.run(_DOUBT, now=micros(now))
    return answers, t.run(_MAYBE)


def inherit(t: Transaction, *, by: str, now: datetime) -> int:
    """Free what a former life had in hand; how many. On SQLite only: there nobody else lives who could hold it.

    A post may still arrive, so it is made again when its call must be over; its lane goes on meanwhile.
    """
    if t.shared:
        return 0
    orphans = t.rows(_ORPHANS, by=by)
    for delivery_id, fold, lane, posting in orphans:
        soon = is_redraw(lane) and not posting
        with pending_again(t, delivery_id, fold, now=now):
            t.run(_INHERIT, id=delivery_id, again_at=micros(now if soon else now + CALL_LIMIT))
    return len(orphans)


def redeliver(t: Transaction, delivery_id: str, *, now: datetime, maybe_sent: bool | None) -> bool:
    """Make a failed or unclear delivery pending again, at once; False if it is in another state. None: doubt stays."""
    row = t.one(_SETTLED, delivery_id=delivery_id)
    if row is None:
        return False
    doubt = bool(row[2]) if maybe_sent is None else maybe_sent
    with pending_again(t, delivery_id, row[1], now=now):
        t.run(_REDELIVER, id=delivery_id, now=micros(now), maybe_sent=doubt)
    t.woken.add(row[0])
    return True


def drop(t: Transaction, delivery_id: str, *, state: State, code: str, now: datetime) -> bool:
    """Take a delivery out, or say that it arrived; False for one that is in flight or settled. Frees its lane."""
    row = t.one(_LANE, id=delivery_id)
    if row is None or not t.run(_DROP, id=delivery_id, state=state.value, code=code, now=micros(now)):
        return False
    t.woken.add(row[0])
    return True


def delivery_of(t: Transaction, *, what: What, subject: str) -> str | None:
    """The id of the newest delivery of that kind for that subject."""
    row = t.one(_OF[what], about=subject)
    return str(row[0]) if row else None


def failed(t: Transaction, *, what: What, code: str) -> bool:
    """Whether one of that kind stands as failed with that code."""
    return t.one(_FAILED, what=what.value, code=text_safe(code)) is not None


def redraw_waits(t: Transaction, conversation_id: str) -> bool:
    """Whether its card is still to be redrawn as it is now; one that waits for its own time does not count."""
    folds = (card_fold(conversation_id, slot) for slot in ("department", "urgent"))
    return any(t.one(_REDRAW, lane=redraw_lane(conversation_id), fold=fold) is not None for fold in folds)


def deliveries(t: Transaction, *, states: Sequence[State], limit: int) -> Sequence[dict[str, Any]]:
    """The newest deliveries in those states, without words."""
    found = [
        dict(zip(_KEYS, row, strict=True))
        for state in dict.fromkeys(states)
        for row in t.rows(_NEWEST[state], state=state.value, most=limit)
    ]
    found.sort(key=lambda one: one["created_at"], reverse=True)
    return found[:limit]


def undelivered(t: Transaction, *, now: datetime, limit: int) -> tuple[Sequence[dict[str, Any]], int]:
    """What is not delivered, failed and unclear ones first, without redraws for later; how many there are in all."""
    found: list[dict[str, Any]] = []
    for state, sql in _UNDELIVERED.items():
        rows = t.rows(sql, state=state.value, now=now, most=limit - len(found))
        found += [dict(zip(_KEYS, row, strict=True)) for row in rows]
    counted = (t.one(_ALL_FAILED), t.one(_ALL_OPEN, now=now))
    return found, sum(int(row[0]) for row in counted if row)


def stop_portal(t: Transaction, portal: str, *, now: datetime) -> bool:
    """Stop its queue; False when it stands already."""
    return bool(t.run(_STOP, portal=portal, since=now))


def start_portal(t: Transaction, portal: str) -> bool:
    """Let its queue go on, and wake its lanes; False when it was not stopped."""
    if not t.run(_START, portal=portal):
        return False
    t.run(_AT_ONCE, portal=portal)
    t.woken.update(row[0] for row in t.rows(_LANES_OF, portal=portal))
    return True
