"""What Home asks about all conversations at once: one statement each, however many wait."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, bindparam, func, or_, select

from bot.domain.conversation import Status
from bot.domain.delivery import State
from bot.domain.message import Kind
from storage.sql import Sql
from storage.tables import conversations, messages, replies
from storage.transaction import Transaction
from storage.work_tables import decisions

_c, _r = conversations.c, replies.c
_later = replies.alias("later")
_DECIDED = select(decisions.c.id).where(decisions.c.conversation_id == _c.id).exists()
_UNDECIDED = Sql(select(_c.id).where(_c.status == Status.OPEN.value, _c.kind == Kind.REFILL.value, ~_DECIDED))
# The rule of bot.domain.phase.failed: an answer that was written after the failure was known, and arrived, heals it.
_HEALED = (
    select(_later.c.id)
    .where(
        _later.c.conversation_id == _r.conversation_id,
        _later.c.state == State.DELIVERED.value,
        _later.c.written_at > func.coalesce(_r.portal_status_at, _r.last_tried_at, _r.written_at),
    )
    .exists()
)
_IN_TROUBLE = Sql(
    select(_r.conversation_id)
    .join_from(replies, conversations, _c.id == _r.conversation_id)
    .where(
        _c.status == Status.OPEN.value,
        or_(_r.state == State.UNCLEAR.value, and_(_r.state == State.FAILED.value, ~_HEALED)),
    )
)
_ANSWERED = Sql(
    select(_c.department, func.count(_r.conversation_id.distinct()))
    .join_from(replies, conversations, _c.id == _r.conversation_id)
    .where(
        _r.state == State.DELIVERED.value,
        _r.written_at >= bindparam("since"),
        # a decision that went alone answers nobody, and leaves it open
        or_(_c.status == Status.ANSWERED.value, _c.status == Status.DONE.value),
    )
    .group_by(_c.department)
)
_LAST_CAME = Sql(select(messages.c.received_at).order_by(messages.c.id.desc()).limit(1))  # a greater id came later


def undecided(t: Transaction) -> frozenset[str]:
    """Ids of the open refills that nobody has decided."""
    return frozenset(row[0] for row in t.rows(_UNDECIDED))


def in_trouble(t: Transaction) -> frozenset[str]:
    """Ids of open conversations with an answer that did not arrive (and none since that did), or may not have."""
    return frozenset(row[0] for row in t.rows(_IN_TROUBLE))


def answered(t: Transaction, *, since: datetime) -> dict[str, int]:
    """Per department: how many conversations have an answer, written since then, that the portal took."""
    return {row[0]: int(row[1]) for row in t.rows(_ANSWERED, since=since)}


def last_came(t: Transaction) -> datetime | None:
    """When the newest message came from a portal, None before the first."""
    row = t.one(_LAST_CAME)
    return row[0] if row else None
