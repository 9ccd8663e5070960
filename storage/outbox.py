"""The outbox: claimed by lane, marked before the first byte leaves, settled by whoever holds the token."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select

from bot.domain.delivery import (
    LEASE,
    LEASE_OVER,
    QUIET,
    REDRAW_LANE,
    REDRAWS_A_MINUTE,
    REDRAWS_AT_ONCE,
    Claim,
    Delivery,
    Outcome,
    State,
    What,
    is_redraw,
)
from bot.failpoint import failpoint
from storage import mapping
from storage.fold import pending_again
from storage.sql import Sql, at
from storage.tables import deliveries
from storage.transaction import Transaction
from storage.types import micros, moment, text_safe

_LEASE = int(LEASE.total_seconds() * 1_000_000)
_REPLY = "reply:"
_d = deliveries.c

# While one of the same fold is pending, it takes the new one's place: its lane (the card stands by now, or belongs to
# another department), the earlier time, and the greater urgency. A post that may have arrived keeps its own time:
# looked for too early, it would be made twice.
_ADD = Sql(
    "INSERT INTO deliveries (id, what, lane, subject, conversation_id, slot, urgent, portal, fold, state, created_at,"
    " not_before, attempts, maybe_sent, marked, code)"
    " VALUES (:id, :what, :lane, :subject, :conversation_id, :slot, :urgent, :portal, :fold, 'pending', :created_at,"
    " :not_before, 0, FALSE, FALSE, '')"
    " ON CONFLICT (fold) WHERE state = 'pending' DO UPDATE SET lane = excluded.lane,"
    " not_before = CASE WHEN deliveries.maybe_sent AND NOT (excluded.lane >= 'slack:redraw'"
    " AND excluded.lane < 'slack:redraw;') THEN deliveries.not_before"
    " ELSE {least}(deliveries.not_before, excluded.not_before) END,"
    " urgent = (deliveries.urgent OR excluded.urgent)"
)
# PostgreSQL judges the outer conditions again on the row as it is after waiting for its lock, the inner query not:
# so what makes a row claimable stands in both.
_CLAIMABLE = "((d.state = 'pending' AND d.not_before <= :now) OR (d.state = 'sending' AND d.lease_until <= {clock}))"
_GOES_ON = "(d.portal IS NULL OR NOT EXISTS (SELECT 1 FROM stopped_portals s WHERE s.portal = d.portal))"
_TAKE = (
    "UPDATE deliveries AS d SET state = 'sending', attempts = d.attempts + 1, token = :token, claimed_by = :by,"
    " lease_until = {clock} + :lease, maybe_sent = (d.maybe_sent OR d.state = 'sending'), marked = FALSE"
    " WHERE d.n ="
)
_RETURNING = (
    " RETURNING id, what, subject, conversation_id, slot, urgent, attempts, maybe_sent, created_at, first_sent_at"
)
_OPEN = "state IN ('pending', 'sending', 'unclear')"  # said as the index says it
# A reply lane goes by its oldest unsettled one, or not at all; when an earlier one is tried again, by that in flight.
_CLAIM_REPLY = Sql(
    f"{_TAKE} COALESCE((SELECT f.n FROM deliveries f"  # noqa: S608 - our own words
    " WHERE f.lane = :lane AND f.state = 'sending'),"
    f" (SELECT MIN(o.n) FROM deliveries o WHERE o.lane = :lane AND o.{_OPEN}))"
    f" AND {_CLAIMABLE} AND {_GOES_ON}{_RETURNING}"
)
# Any other lane: the one in flight if its lease is over, else urgent ones, then the oldest whose time has come. The
# index gives them in this order, however many wait.
_CLAIM = Sql(
    f"{_TAKE} COALESCE((SELECT f.n FROM deliveries f"  # noqa: S608 - our own words
    " WHERE f.lane = :lane AND f.state = 'sending'), (SELECT d.n FROM deliveries d"
    f" WHERE d.lane = :lane AND d.{_OPEN} AND d.state = 'pending' AND d.not_before <= :now"
    f" AND {_GOES_ON} ORDER BY d.urgent DESC, d.n LIMIT 1)) AND d.lane = :lane"
    f" AND {_CLAIMABLE} AND {_GOES_ON}{_RETURNING}"
)
# On PostgreSQL several processes post in one channel, one after the other: each learns when the last one did, by the
# database's clock, in the transactions that there are anyway.
_RESTED = Sql("SELECT {clock} - last_at FROM paces WHERE lane = :lane")
_PACED = Sql(
    "INSERT INTO paces (lane, last_at) VALUES (:lane, {clock} + :wait)"
    " ON CONFLICT (lane) DO UPDATE SET last_at = excluded.last_at"
)
# Redraws are counted for all channels together: one number says how far the processes have drawn on what may come.
_DRAWN = Sql(
    "INSERT INTO paces (lane, last_at) VALUES (:lane, {clock} + :apart)"
    " ON CONFLICT (lane) DO UPDATE SET last_at = {most}(paces.last_at, {clock}) + :apart"
    " RETURNING last_at - {clock}"
)
_APART = 60_000_000 // REDRAWS_A_MINUTE
_NOT_DRAWN = Sql("UPDATE paces SET last_at = last_at - :apart WHERE lane = :lane")
_NOT_CALLED = frozenset({"paced", LEASE_OVER})  # codes of a claim that never came to its call
_HELD = " WHERE id = :id AND token = :token AND state = 'sending'"
# Marking proves that the holder is alive, so the lease starts anew: one call takes well under half of it.
_MARK = Sql(
    "UPDATE deliveries SET maybe_sent = TRUE, marked = TRUE,"  # noqa: S608 - our own words
    " first_sent_at = COALESCE(first_sent_at, :now),"
    " lease_until = {clock} + :lease" + _HELD
)
_SETTLE = Sql(
    "UPDATE deliveries SET state = :state, token = NULL, claimed_by = NULL,"  # noqa: S608 - our own words
    " lease_until = NULL, not_before = :not_before, maybe_sent = :maybe_sent,"
    " attempts = attempts - :uncounted, settled_at = :settled_at, code = :code, fate_sealed = :fate_sealed" + _HELD
)
# A post that had waited and went: the channel takes posts again, and what is urgent does not wait for its next try.
_HASTEN = Sql(
    "UPDATE deliveries SET not_before = :now"  # noqa: S608 - our own words
    f" WHERE lane = :lane AND {_OPEN} AND urgent = TRUE AND state = 'pending' AND not_before > :now AND code <> ''"
)
_FOLD_OF_HELD = Sql(
    select(_d.fold)
    .where(_d.id == bindparam("delivery_id"), _d.token == bindparam("held"), _d.state == State.SENDING.value)
    .with_for_update()
)
_RELEASABLE = Sql(
    select(_d.id, _d.fold)
    .where(_d.claimed_by == bindparam("holder"), _d.state == State.SENDING.value, _d.marked.is_(False))
    .with_for_update()
)
_RELEASE = Sql(
    "UPDATE deliveries SET state = 'pending', token = NULL, claimed_by = NULL, lease_until = NULL,"
    " attempts = attempts - 1, maybe_sent = (maybe_sent OR NOT (lane >= 'reply:' AND lane < 'reply;'))"
    " WHERE id = :id AND claimed_by = :by AND state = 'sending' AND NOT marked"
)
_OPEN_REPLIES = Sql(
    "SELECT d.lane, d.state, d.not_before, d.lease_until FROM deliveries d"  # noqa: S608 - our own words
    " WHERE d.n IN (SELECT COALESCE(MIN(CASE WHEN o.state = 'sending' THEN o.n END), MIN(o.n)) FROM deliveries o"
    f" WHERE o.{_OPEN} AND o.lane >= 'reply:' AND o.lane < 'reply;'"
    f" GROUP BY o.lane) AND d.state <> 'unclear' AND (d.state = 'pending' OR d.lease_until <= {{clock}}) AND {_GOES_ON}"
)
# From one lane to the next by the index, past all replies: however many wait in a lane, the first that may go will do.
_IS_REPLY = "lanes.lane >= 'reply:' AND lanes.lane < 'reply;'"
_OF_LANE = f"FROM deliveries d WHERE d.lane = lanes.lane AND d.{_OPEN} AND {_GOES_ON}"
_WAITS = f"{_OF_LANE} AND d.state = 'pending'"
_OPEN_OTHERS = Sql(
    f"WITH RECURSIVE lanes (lane) AS (SELECT MIN(lane) FROM deliveries WHERE {_OPEN}"  # noqa: S608 - our own words
    f" UNION ALL SELECT (SELECT MIN(o.lane) FROM deliveries o WHERE o.{_OPEN}"
    f" AND o.lane > CASE WHEN {_IS_REPLY} THEN 'reply;' ELSE lanes.lane END) FROM lanes WHERE lanes.lane IS NOT NULL)"
    " SELECT lanes.lane,"
    f" COALESCE((SELECT d.not_before {_WAITS} AND d.not_before <= :now LIMIT 1), (SELECT MIN(d.not_before) {_WAITS})),"
    f" (SELECT d.lease_until {_OF_LANE} AND d.state = 'sending'), {{clock}}"
    f" FROM lanes WHERE lanes.lane IS NOT NULL AND NOT ({_IS_REPLY})"
)


def add_delivery(t: Transaction, delivery: Delivery, *, now: datetime) -> None:
    """Put something in the outbox, or fold it into a pending one; its lane is woken after the commit.

    What may not go yet wakes nobody: every open card has a redraw that waits, and each waking looks at all of them.
    """
    created = micros(now)
    t.run(
        _ADD,
        id=delivery.id,
        what=delivery.what.value,
        lane=delivery.lane,
        subject=delivery.subject,
        conversation_id=delivery.conversation_id,
        slot=delivery.slot,
        urgent=delivery.urgent,
        portal=delivery.portal,
        fold=delivery.fold,
        created_at=created,
        not_before=micros(delivery.not_before) if delivery.not_before else created,
    )
    if delivery.not_before is None or delivery.not_before <= now:
        t.woken.add(delivery.lane)


def lanes(t: Transaction, *, now: datetime) -> Sequence[tuple[str, datetime]]:
    """Lanes with work, each with the time when its first one may go."""
    told = micros(now)
    found = [(row[0], moment(row[2] if row[1] == "pending" else row[3])) for row in t.rows(_OPEN_REPLIES, now=told)]
    for lane, first, lease_until, clock in t.rows(_OPEN_OTHERS, now=told):
        if lease_until is not None and lease_until <= clock:
            found.append((lane, moment(lease_until)))
        elif first is not None:
            found.append((lane, moment(max(first, lease_until or first))))
    return found


def claim(t: Transaction, lane: str, *, now: datetime, by: str) -> Claim | None:
    """Claim the lane's next delivery that may go now, counting the attempt before the work (SAFETY I25)."""
    token = t.new_id("t")
    sql = _CLAIM_REPLY if lane.startswith(_REPLY) else _CLAIM
    row = t.one(sql, lane=lane, now=micros(now), token=token, by=by, lease=_LEASE)
    if row is None:
        return None
    failpoint("outbox.claimed")
    return Claim(
        id=row[0],
        what=What(row[1]),
        lane=lane,
        subject=row[2],
        conversation_id=row[3],
        slot=row[4],
        urgent=bool(row[5]),
        attempts=row[6],
        token=token,
        maybe_sent=bool(row[7]),
        created_at=moment(row[8]),
        first_sent_at=at(row[9]),
        lease_until=now + LEASE,  # by the claimer's own clock: however that of the database goes, this is not later
        rested=_rested(t, lane),
        ahead=_ahead(t, lane),
    )


def _paced(t: Transaction, lane: str) -> bool:
    """Whether several processes post in that lane, so that the pace of its channel must be kept between them."""
    return t.shared and lane.startswith("slack:") and not is_redraw(lane)


def _rested(t: Transaction, lane: str) -> float | None:
    row = t.one(_RESTED, lane=lane) if _paced(t, lane) else None
    return None if row is None else row[0] / 1_000_000


def _ahead(t: Transaction, lane: str) -> float | None:
    if not t.shared or not is_redraw(lane):
        return None
    row = t.one(_DRAWN, lane=REDRAW_LANE, apart=_APART)
    return None if row is None else row[0] / 1_000_000


def mark_sending(t: Transaction, claim: Claim, *, now: datetime) -> bool:
    """Write down that it may have been sent from now on; False when the claim is lost."""
    failpoint("outbox.mark")
    return bool(t.run(_MARK, id=claim.id, token=claim.token, now=micros(now), lease=_LEASE))


def settle(t: Transaction, claim: Claim, outcome: Outcome, *, now: datetime) -> bool:
    """Settle with the claim's token; False when fenced, and then nothing was written.

    Doubt from an earlier try stays: a later try that surely did not arrive says nothing about the earlier one.
    """
    again, fold = outcome.state is State.PENDING, None
    if again:
        held = t.one(_FOLD_OF_HELD, delivery_id=claim.id, held=claim.token)
        if held is None:
            return False
        fold = held[0]
    fate = None
    if outcome.words or outcome.ref is not None:
        told = mapping.to_bytes(mapping.Fate(outcome.words, outcome.ref))
        fate = t.seal(told, "deliveries", claim.id, "fate")
    with pending_again(t, claim.id, fold, now=now):
        settled = t.run(
            _SETTLE,
            id=claim.id,
            token=claim.token,
            state=outcome.state.value,
            not_before=micros(outcome.again_at or now),
            maybe_sent=claim.maybe_sent or outcome.maybe_sent,
            uncounted=0 if outcome.counted else 1,
            settled_at=None if again else micros(now),
            code=text_safe(outcome.code),
            fate_sealed=fate,
        )
    failpoint("outbox.settle")
    if settled and t.shared:
        _keep_pace(t, claim, outcome, now=now)
    if settled and outcome.state is State.DELIVERED and _had_waited(claim, now=now):
        t.run(_HASTEN, lane=claim.lane, now=micros(now))
    return bool(settled)


def _keep_pace(t: Transaction, claim: Claim, outcome: Outcome, *, now: datetime) -> None:
    """Let the other processes know when the lane's post was answered, or how long Slack's 429 holds."""
    limited = outcome.code == "ratelimited" and outcome.again_at is not None
    wait = max(0, micros(outcome.again_at) - micros(now)) if limited and outcome.again_at else 0
    if is_redraw(claim.lane):
        if outcome.code in _NOT_CALLED:  # kept, it would grow with each claim that waits, faster than time goes on
            t.run(_NOT_DRAWN, lane=REDRAW_LANE, apart=_APART)
        elif limited:
            t.run(_PACED, lane=REDRAW_LANE, wait=wait + REDRAWS_AT_ONCE * _APART)
    elif _paced(t, claim.lane) and (limited or outcome.state is State.DELIVERED):
        t.run(_PACED, lane=claim.lane, wait=wait)


def _had_waited(claim: Claim, *, now: datetime) -> bool:
    return claim.lane.startswith("slack:") and not is_redraw(claim.lane) and now - claim.created_at > QUIET


def release(t: Transaction, *, by: str, now: datetime) -> int:
    """Give back all claims of this process that were not marked as sending; how many. Such a try does not count.

    An answer that was not marked has surely not left. A post may have: it is looked for before it is posted again.
    """
    released = 0
    for row in t.rows(_RELEASABLE, holder=by):
        with pending_again(t, row[0], row[1], now=now):
            released += t.run(_RELEASE, id=row[0], by=by)
    return released
