"""Answers: their words sealed once and for all, what became of them beside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, insert, literal, or_, select, text, update

from bot.domain.delivery import State
from bot.domain.reply import Author, Reply
from storage import mapping
from storage.sql import Sql
from storage.tables import conversations, replies
from storage.transaction import Row, Transaction
from storage.types import text_safe


class Words(msgspec.Struct):
    """What never changes of an answer: its words, its hash at Send, its author, its recipient."""

    in_reply_to: str
    thread_id: str
    to: str
    to_name: str | None
    text: str
    text_sha256: str
    author: Author
    decision: dict[str, Any] | None = None


_read = mapping.reader(Words)


_r = replies.c
COLUMNS = (
    _r.id, _r.conversation_id, _r.words_sealed, _r.written_at, _r.done_after, _r.state, _r.attempts,
    _r.first_tried_at, _r.last_tried_at, _r.next_try_at, _r.delivered_at, _r.code, _r.decide_by, _r.owner,
    _r.portal_status, _r.portal_status_at, _r.settled_by, _r.fate_sealed,
)  # fmt: skip
_CHANGES = (
    "state", "attempts", "first_tried_at", "last_tried_at", "next_try_at", "delivered_at", "code", "decide_by",
    "owner", "portal_status", "portal_status_at", "settled_by", "fate_sealed",
)  # fmt: skip
_ONE = Sql(select(*COLUMNS).where(_r.id == bindparam("reply_id")))
_ALL = Sql(select(*COLUMNS).where(_r.conversation_id == bindparam("conversation_id")).order_by(_r.written_at, _r.id))
_UNREAD = Sql(
    select(*COLUMNS)
    .where(
        _r.state == "delivered",
        _r.written_at.between(bindparam("since"), bindparam("before")),
        _r.portal_status == "delivered",
    )
    .order_by(_r.written_at, _r.id)
    .limit(bindparam("most"))
)
_DOUBTS = select(*COLUMNS).where(_r.state == "unclear", _r.decide_by <= bindparam("before"))
_FIRST = (_r.decide_by, _r.id)
_OVER = Sql(_DOUBTS.order_by(*_FIRST).limit(bindparam("most")))
_SAME_TIME = and_(_r.decide_by == bindparam("last_by"), _r.id > bindparam("last_id"))
_BEHIND = or_(_r.decide_by > bindparam("last_by"), _SAME_TIME)
_NEXT = Sql(_DOUBTS.where(_BEHIND).order_by(*_FIRST).limit(bindparam("most")))
_RINGS = "EXISTS (SELECT 1 FROM alarms a WHERE a.key = 'doubt:' || replies.conversation_id AND a.over_at IS NULL)"
_UNHEARD = Sql(_DOUBTS.where(text(f"NOT {_RINGS}")).order_by(*_FIRST).limit(bindparam("most")))
_READ = Sql(
    select(literal(1))
    .select_from(replies.join(conversations, conversations.c.id == _r.conversation_id))
    .where(
        _r.state == "delivered",
        _r.written_at >= bindparam("since"),
        _r.portal_status == "read",
        conversations.c.portal == bindparam("portal"),
    )
    .limit(1)
)
_CARRIED = Sql("SELECT subject FROM deliveries WHERE id = :delivery_id AND what = 'reply'")
_ADD = Sql(insert(replies).inline())
_SAVE = Sql(update(replies).where(_r.id == bindparam("reply_id")), columns=_CHANGES)


def add_reply(t: Transaction, reply: Reply) -> None:
    """Keep an answer."""
    words = Words(
        reply.in_reply_to,
        reply.thread_id,
        reply.to,
        reply.to_name,
        reply.text,
        reply.text_sha256,
        reply.author,
        dict(reply.decision) if reply.decision else None,
    )
    t.run(
        _ADD,
        id=reply.id,
        conversation_id=reply.conversation_id,
        words_sealed=t.seal(mapping.to_bytes_exactly(words), "replies", reply.id, "words"),
        written_at=reply.written_at,
        done_after=reply.done_after,
        **_changes(t, reply),
    )


def save_reply(t: Transaction, reply: Reply) -> None:
    """Keep what became of it. Its words, author and recipient are not among what this can write."""
    t.run(_SAVE, reply_id=reply.id, **_changes(t, reply))


def reply(t: Transaction, reply_id: str) -> Reply | None:
    """The answer, or None."""
    row = t.one(_ONE, reply_id=reply_id)
    return from_row(t, row) if row else None


def replies_of(t: Transaction, conversation_id: str) -> tuple[Reply, ...]:
    """All answers of a conversation, oldest first."""
    return tuple(from_row(t, row) for row in t.rows(_ALL, conversation_id=conversation_id))


def replies_unread(t: Transaction, *, since: datetime, before: datetime, limit: int) -> Sequence[Reply]:
    """Answers written between these times of which the portal told that the family has them, and nothing since."""
    return [from_row(t, row) for row in t.rows(_UNREAD, since=since, before=before, most=limit)]


def tells_of_reading(t: Transaction, portal: str, *, since: datetime) -> bool:
    """Whether the portal said of any answer written since then that it was read."""
    return t.one(_READ, portal=portal, since=since) is not None


def doubts_over(
    t: Transaction, *, before: datetime, limit: int, unheard: bool = False, after: tuple[datetime, str] | None = None
) -> Sequence[Reply]:
    """Unclear answers to be decided by then, the longest due first; `unheard`: those for which no alarm rings.

    `after`: only those that come after the one which is to be decided then and has that id.
    """
    if after:
        rows = t.rows(_NEXT, before=before, last_by=after[0], last_id=after[1], most=limit)
        return [from_row(t, row) for row in rows]
    return [from_row(t, row) for row in t.rows(_UNHEARD if unheard else _OVER, before=before, most=limit)]


def _changes(t: Transaction, reply: Reply) -> dict[str, object]:
    fate = None
    if reply.reason or reply.portal_message_id is not None or reply.portal_reason is not None:
        told = mapping.Fate(reply.reason, reply.portal_message_id, reply.portal_reason)
        fate = t.seal(mapping.to_bytes(told), "replies", reply.id, "fate")
    return {
        "state": reply.state.value,
        "attempts": reply.attempts,
        "first_tried_at": reply.first_tried_at,
        "last_tried_at": reply.last_tried_at,
        "next_try_at": reply.next_try_at,
        "delivered_at": reply.delivered_at,
        "code": text_safe(reply.code),
        "decide_by": reply.decide_by,
        "owner": reply.owner,
        "portal_status": text_safe(reply.portal_status) if reply.portal_status is not None else None,
        "portal_status_at": reply.portal_status_at,
        "settled_by": reply.settled_by,
        "fate_sealed": fate,
    }


def words_of(t: Transaction, reply_id: str, sealed: bytes) -> Words:
    """The words of a sealed column."""
    return _read(t.unseal(sealed, "replies", reply_id, "words"))


def from_row(t: Transaction, row: Row) -> Reply:
    """The answer of a row of COLUMNS."""
    words = words_of(t, row[0], row[2])
    fate = mapping.Fate()
    if row[17]:
        fate = mapping.read_fate(t.unseal(row[17], "replies", row[0], "fate"))
    return Reply(
        id=row[0],
        conversation_id=row[1],
        in_reply_to=words.in_reply_to,
        thread_id=words.thread_id,
        to=words.to,
        to_name=words.to_name,
        text=words.text,
        text_sha256=words.text_sha256,
        author=words.author,
        written_at=row[3],
        done_after=bool(row[4]),
        state=State(row[5]),
        attempts=row[6],
        first_tried_at=row[7],
        last_tried_at=row[8],
        next_try_at=row[9],
        delivered_at=row[10],
        code=row[11],
        decide_by=row[12],
        owner=row[13],
        portal_status=row[14],
        portal_status_at=row[15],
        settled_by=row[16],
        reason=fate.reason,
        portal_message_id=fate.ref,
        portal_reason=fate.portal_reason,
        decision=words.decision,
    )


def reply_delivered_by(t: Transaction, delivery_id: str) -> Reply | None:
    """The answer that this delivery carries, or None."""
    row = t.one(_CARRIED, delivery_id=delivery_id)
    return reply(t, row[0]) if row else None
