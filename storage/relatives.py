"""What else a family wrote: its other children, and what else was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import bindparam, or_, select

from bot.domain.message import Kind, Patient
from bot.domain.refill import Asked, RefillRequest
from storage import mapping
from storage.sql import Sql
from storage.tables import conversations, messages
from storage.transaction import Row, Transaction

MOST = 100  # messages of one family that are looked through, the newest
BACK = timedelta(days=90)

_c = conversations.c
_m = messages.c
_SELF = Sql(select(_c.account_hash, _c.patient_hash, _c.came_at).where(_c.id == bindparam("conversation_id")))
_CHILDREN = Sql(
    select(_m.id, _m.content_sealed)
    .join_from(conversations, messages, _m.conversation_id == _c.id)
    .where(
        _c.account_hash == bindparam("account_hash"),
        _c.id != bindparam("conversation_id"),
        _c.confidential.is_(False),
    )
    .order_by(_m.id.desc())
    .limit(MOST)
)
_REFILLS = Sql(
    select(_c.id, _c.number, _c.patient_hash, _c.account_hash, _m.id, _m.content_sealed, _m.received_at)
    .join_from(conversations, messages, _m.conversation_id == _c.id)
    .where(
        or_(_c.account_hash == bindparam("account_hash"), _c.patient_hash == bindparam("patient_hash")),
        _c.kind == Kind.REFILL.value,
        _c.id != bindparam("conversation_id"),
        _c.confidential.is_(False),
        _c.came_at > bindparam("after"),
    )
    .order_by(_m.id.desc())
    .limit(MOST)
)


def children_of(t: Transaction, conversation_id: str) -> Sequence[Patient]:
    """The children whom the same account wrote about in other conversations, each once, without confidential ones."""
    own = t.one(_SELF, conversation_id=conversation_id)
    if own is None:
        return ()
    rows = t.rows(_CHILDREN, account_hash=own[0], conversation_id=conversation_id)
    found: dict[tuple[object, ...], Patient] = {}
    for message_id, sealed in rows:
        child = mapping.child_of(t.unseal(sealed, "messages", message_id, "content"))
        found.setdefault((child.id, child.name, child.birth_date), child)
    return tuple(found.values())


def refills_asked(t: Transaction, conversation_id: str) -> Sequence[Asked]:
    """Refill requests of the last 90 days: for the same child, and by the same account for other children."""
    own = t.one(_SELF, conversation_id=conversation_id)
    if own is None:
        return ()
    account, patient, came = own
    rows = t.rows(
        _REFILLS, account_hash=account, patient_hash=patient, conversation_id=conversation_id, after=came - BACK
    )
    return tuple(asked for row in rows if (asked := _asked(t, row, patient=patient)) is not None)


def _asked(t: Transaction, row: Row, *, patient: bytes | None) -> Asked | None:
    conversation_id, number, other, _, message_id, sealed, at = row
    content = mapping.from_content(t.unseal(sealed, "messages", message_id, "content"))[1]
    if not isinstance(content.request, RefillRequest):
        return None
    same = patient is not None and other is not None and bytes(patient) == bytes(other)
    return Asked(
        conversation_id=conversation_id,
        number=number,
        at=at,
        sibling=None if same else content.patient.name,
        medications=content.request.medications,
    )
