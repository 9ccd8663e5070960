"""One conversation as a whole, for whoever draws it or asks after it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, func, select, union_all

from bot.domain.conversation import Related
from bot.domain.message import Kind
from bot.domain.picture import Picture
from bot.domain.reply import Reply
from storage import conversations, decisions, forwards, mapping, messages, practices, relatives, replies
from storage.sql import Sql
from storage.tables import conversations as conversations_table
from storage.tables import messages as messages_table
from storage.tables import notes, places, stopped_portals
from storage.transaction import Row, Transaction

RELATED = 5  # more than a card can show

_c = conversations_table.c
_m = messages_table.c
_NOTES = select(func.count()).where(notes.c.conversation_id == _c.id).scalar_subquery()
_STOPPED = select(stopped_portals.c.since).where(stopped_portals.c.portal == _c.portal).scalar_subquery()
_ONE = Sql(
    select(
        *conversations.COLUMNS, _NOTES, _STOPPED, practices.NEWEST.scalar_subquery(), _c.thread_hash, _c.account_hash
    ).where(_c.id == bindparam("conversation_id"))
)
_other = messages_table.alias("newest")
_NEWEST = (
    select(func.max(_other.c.id))
    .where(_other.c.conversation_id == _c.id)
    .correlate(conversations_table)
    .scalar_subquery()
)
# Each with its newest message, for the child's name; an id that is greater was made later.
_OTHER = (
    select(_c.id, _c.number, _c.kind, _c.thread_hash, _c.account_hash, _m.id.label("message_id"), _m.content_sealed)
    .join_from(conversations_table, messages_table, _m.id == _NEWEST)
    .where(_c.id != bindparam("conversation_id"), _c.confidential.is_(False))  # not even its number stands elsewhere
    .order_by(_c.number.desc())
    .limit(RELATED)
)
_RELATED = Sql(
    union_all(
        select(_OTHER.where(_c.account_hash == bindparam("account_hash")).subquery("family")),
        select(
            _OTHER.where(
                _c.thread_hash == bindparam("thread_hash"), _c.account_hash != bindparam("account_hash")
            ).subquery("thread")
        ),
    )
)
_CARDS = Sql(
    select(func.count())
    .select_from(places)
    .where(places.c.conversation_id == bindparam("conversation_id"), places.c.ts.is_not(None))
)


def picture(t: Transaction, conversation_id: str) -> Picture | None:
    """Everything a card or a window shows; None without the conversation, its messages or a practice."""
    row = t.one(_ONE, conversation_id=conversation_id)
    if row is None:
        return None
    notes, stopped, version, thread, account = row[len(conversations.COLUMNS) :]
    practice = practices.of_version(t, version)
    if practice is None:
        return None
    found = messages.messages_of(t, conversation_id)
    if not found:
        return None
    talk = conversations.from_row(t, row)
    moved = talk.version > 1  # before its first change nothing was answered, forwarded or decided
    return Picture(
        conversation=talk,
        practice=practice,
        messages=found,
        replies=replies.replies_of(t, conversation_id) if moved else (),
        notes=notes,
        forwards=forwards.forwards_of(t, conversation_id) if moved else (),
        decisions=decisions.decisions_of(t, conversation_id) if moved else (),
        asked=tuple(relatives.refills_asked(t, conversation_id)) if talk.kind is Kind.REFILL else (),
        related=_related(t, conversation_id, thread=thread, account=account),
        stopped=stopped,
    )


def _related(t: Transaction, conversation_id: str, *, thread: bytes, account: bytes) -> tuple[Related, ...]:
    rows = t.rows(_RELATED, conversation_id=conversation_id, account_hash=account, thread_hash=thread)
    rows.sort(key=lambda row: (row[3] != thread, -row[1]))
    return tuple(_pointer(t, row, "family" if row[4] == account else "thread") for row in rows[:RELATED])


def _pointer(t: Transaction, row: Row, why: str) -> Related:
    child = mapping.child_of(t.unseal(row[6], "messages", row[5], "content"))
    return Related(
        id=row[0],
        number=row[1],
        kind=Kind(row[2]),
        why=why,
        patient_name=child.name,
        patient_id=child.id,
    )


def message_state(t: Transaction, *, portal: str, message_id: str) -> dict[str, Any] | None:
    """For the portal's own reconciliation: ids, states and times, no words."""
    message = messages.message_of(t, portal=portal, message_id=message_id)
    row = t.one(_ONE, conversation_id=message.conversation_id) if message else None
    if message is None or row is None:
        return None
    conversation = conversations.from_row(t, row)
    cards = t.one(_CARDS, conversation_id=conversation.id)
    return {
        "message_id": message.content.message_id,
        "thread_id": message.content.thread_id,
        "kind": message.content.kind.value,
        "received_at": message.received_at,
        "standing": message.standing.value,
        "status": conversation.status.value,
        "department": conversation.department,
        "card": "posted" if cards and cards[0] else "waiting",
        "replies": [_reply_state(reply) for reply in replies.replies_of(t, conversation.id)],
    }


def _reply_state(reply: Reply) -> dict[str, Any]:
    return {
        "reply_id": reply.id,
        "state": reply.state.value,
        "written_at": reply.written_at,
        "delivered_at": reply.delivered_at,
    }
