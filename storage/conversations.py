"""Conversations: found by the hashes of their thread and account, locked while an act works on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update

from bot.domain.conversation import Conversation, Status
from bot.domain.message import Kind
from bot.domain.turn import Turn
from storage import mapping
from storage.shared import one_at_a_time
from storage.sql import Sql
from storage.tables import conversation_number, conversations
from storage.transaction import Row, Transaction
from storage.work_tables import forwards

_c = conversations.c
COLUMNS = (
    _c.id, _c.number, _c.portal, _c.kind, _c.department, _c.status, _c.came_at, _c.due_at, _c.version, _c.holder,
    _c.held_since, _c.urgent, _c.confidential, _c.opened_again, _c.closed_at, _c.closed_by, _c.why_sealed, _c.turn,
    _c.snoozed_until,
)  # fmt: skip
_CHANGES = (
    "kind", "department", "status", "came_at", "due_at", "version", "holder", "held_since", "urgent", "confidential",
    "opened_again", "closed_at", "closed_by", "why_sealed", "turn", "snoozed_until",
)  # fmt: skip
_ONE = select(*COLUMNS).where(_c.id == bindparam("conversation_id"))
_THREAD = select(*COLUMNS).where(_c.thread_hash == bindparam("thread_hash"))
_NEWEST = _THREAD.where(_c.account_hash == bindparam("account_hash")).order_by(_c.number.desc()).limit(1)
# FOR NO KEY UPDATE: a second holder waits, while a row that only refers to the conversation does not.
_LOCKED = Sql(_ONE.with_for_update(key_share=True))
_UNLOCKED = Sql(_ONE)
_NEWEST_LOCKED = Sql(_NEWEST.with_for_update(key_share=True))
_NEWEST_UNLOCKED = Sql(_NEWEST)
# One look says it of nearly every message; only for the others is it asked what is known, and how.
_HEARD = Sql(
    "SELECT 1 FROM conversations WHERE thread_hash = :thread_hash"
    " UNION ALL SELECT 1 FROM messages WHERE message_hash = :message_hash LIMIT 1"
)
_OF_THREAD = Sql(_THREAD.where(_c.id != bindparam("besides")).order_by(_c.number))
_OPEN = select(*COLUMNS).where(_c.status == Status.OPEN.value)
_OF_DEPARTMENT = Sql(_OPEN.where(_c.department == bindparam("department")).order_by(_c.due_at, _c.number))
_OF_HOLDER = Sql(_OPEN.where(_c.holder == bindparam("holder")).order_by(_c.due_at, _c.number))
_OF_ANYBODY = Sql(_OPEN.order_by(_c.due_at, _c.number))
_FORWARDED = Sql(
    _OPEN.where(
        _c.id.in_(
            select(forwards.c.conversation_id).where(forwards.c.by == bindparam("slack"), forwards.c.state == "open")
        )
    ).order_by(_c.due_at, _c.number)
)
_SNOOZED = Sql(
    select(_c.id)
    .where(_c.snoozed_until.is_not(None), _c.snoozed_until <= bindparam("before"))
    .order_by(_c.snoozed_until)
    .limit(bindparam("most"))
)
_ADD = Sql(insert(conversations).inline())
_SAVE = Sql(update(conversations).where(_c.id == bindparam("conversation_id")), columns=_CHANGES)
_NEXT_IN_SEQUENCE = Sql(select(conversation_number.next_value()))
_NEXT_COUNTED = Sql(
    "INSERT INTO counters (name, value) VALUES ('conversation', 1) "
    "ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value"
)


def next_number(t: Transaction) -> int:
    """The next number that people say to each other."""
    row = t.one(_NEXT_IN_SEQUENCE if t.shared else _NEXT_COUNTED)
    assert row is not None
    return int(row[0])


def conversation(t: Transaction, conversation_id: str) -> Conversation | None:
    """The conversation, locked when the transaction may write."""
    row = t.one(_LOCKED if t.locks else _UNLOCKED, conversation_id=conversation_id)
    return from_row(t, row) if row else None


def first_heard(t: Transaction, *, portal: str, thread_id: str, message_id: str) -> bool:
    """Whether neither the thread nor the message is known; two intakes of one thread go one after the other."""
    thread, message = t.hash("thread", portal, thread_id), t.hash("message", portal, message_id)
    if t.locks:
        one_at_a_time(t, thread, message)
    return t.one(_HEARD, thread_hash=thread, message_hash=message) is None


def under_way(t: Transaction, *, portal: str, about: str) -> bool:
    """Wait for whoever brings that message or thread just now; False where nobody else can."""
    kind, _, of = about.partition(":")
    one_at_a_time(t, t.hash(kind, portal, of))
    return t.shared


def conversation_of(t: Transaction, *, portal: str, thread_id: str, portal_user_id: str) -> Conversation | None:
    """The newest conversation of that thread with that account."""
    row = t.one(
        _NEWEST_LOCKED if t.locks else _NEWEST_UNLOCKED,
        thread_hash=t.hash("thread", portal, thread_id),
        account_hash=t.hash("account", portal, portal_user_id),
    )
    return from_row(t, row) if row else None


def conversations_of_thread(
    t: Transaction, *, portal: str, thread_id: str, besides: str = ""
) -> Sequence[Conversation]:
    """All conversations of that thread, oldest first; without the one of that id."""
    rows = t.rows(_OF_THREAD, thread_hash=t.hash("thread", portal, thread_id), besides=besides)
    return [from_row(t, row) for row in rows]


def add_conversation(
    t: Transaction, conversation: Conversation, *, thread_id: str, portal_user_id: str, patient_id: str | None
) -> None:
    """Keep a new conversation; the portal's ids stand in hashes, and sealed beside them."""
    portal = conversation.portal
    ids = mapping.to_bytes(mapping.Ids(thread_id, portal_user_id, patient_id))
    t.run(
        _ADD,
        id=conversation.id,
        number=conversation.number,
        portal=portal,
        thread_hash=t.hash("thread", portal, thread_id),
        account_hash=t.hash("account", portal, portal_user_id),
        patient_hash=t.hash("patient", portal, patient_id) if patient_id else None,
        ids_sealed=t.seal(ids, "conversations", conversation.id, "ids"),
        **_changes(t, conversation),
    )


def waiting(t: Transaction, *, department: str | None = None, holder: str | None = None) -> Sequence[Conversation]:
    """Open conversations of a department, or of a holder, or all; the most pressing first."""
    if department is None and holder is None:
        return [from_row(t, row) for row in t.rows(_OF_ANYBODY)]
    if department is not None:
        return [from_row(t, row) for row in t.rows(_OF_DEPARTMENT, department=department)]
    return [from_row(t, row) for row in t.rows(_OF_HOLDER, holder=holder)]


def forwarded_by(t: Transaction, slack: str) -> Sequence[Conversation]:
    """Open conversations that this person forwarded and that have to come back."""
    return [from_row(t, row) for row in t.rows(_FORWARDED, slack=slack)]


def snoozed_until(t: Transaction, *, before: datetime, limit: int) -> Sequence[str]:
    """Ids of conversations that were put aside until then."""
    return [row[0] for row in t.rows(_SNOOZED, before=before, most=limit)]


def save_conversation(t: Transaction, conversation: Conversation) -> None:
    """Keep its present state; its number, portal and ids never change."""
    t.run(_SAVE, conversation_id=conversation.id, **_changes(t, conversation))


def _changes(t: Transaction, c: Conversation) -> dict[str, object]:
    return {
        "kind": c.kind.value,
        "department": c.department,
        "status": c.status.value,
        "came_at": c.came_at,
        "due_at": c.due_at,
        "version": c.version,
        "holder": c.holder,
        "held_since": c.held_since,
        "urgent": c.urgent,
        "confidential": c.confidential,
        "opened_again": c.opened_again,
        "closed_at": c.closed_at,
        "closed_by": c.closed_by,
        "why_sealed": t.seal(c.why_here.encode("utf-8", "replace"), "conversations", c.id, "why")
        if c.why_here
        else None,
        "turn": c.turn.value,
        "snoozed_until": c.snoozed_until,
    }


def from_row(t: Transaction, row: Row) -> Conversation:
    """The conversation of a row of COLUMNS."""
    return Conversation(
        id=row[0],
        number=row[1],
        portal=row[2],
        kind=Kind(row[3]),
        department=row[4],
        status=Status(row[5]),
        came_at=row[6],
        due_at=row[7],
        version=row[8],
        holder=row[9],
        held_since=row[10],
        urgent=bool(row[11]),
        confidential=bool(row[12]),
        opened_again=bool(row[13]),
        closed_at=row[14],
        closed_by=row[15],
        why_here=t.unseal(row[16], "conversations", row[0], "why").decode() if row[16] else "",
        turn=Turn(row[17]),
        snoozed_until=row[18],
    )
