"""The family's messages: sealed as a whole, found by the hash of the portal's id."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select, update

from bot.domain.message import Standing, StoredMessage
from storage import mapping
from storage.sql import Sql
from storage.tables import messages
from storage.transaction import Row, Transaction

_m = messages.c
COLUMNS = (
    _m.id, _m.conversation_id, _m.portal, _m.content_sealed, _m.received_at, _m.standing, _m.standing_at,
    _m.standing_sealed,
)  # fmt: skip
_OF = Sql(select(*COLUMNS).where(_m.message_hash == bindparam("message_hash")))
_ALL = Sql(select(*COLUMNS).where(_m.conversation_id == bindparam("conversation_id")))
_ADD = Sql(insert(messages).inline())
_SAVE = Sql(
    update(messages).where(_m.id == bindparam("message_id")),
    columns=("content_sealed", "received_at", "standing", "standing_at", "standing_sealed"),
)


def message_of(t: Transaction, *, portal: str, message_id: str) -> StoredMessage | None:
    """The message with that portal's id."""
    row = t.one(_OF, message_hash=t.hash("message", portal, message_id))
    return from_row(t, row) if row else None


def messages_of(t: Transaction, conversation_id: str) -> tuple[StoredMessage, ...]:
    """All messages of a conversation, oldest first as the family wrote them."""
    found = [from_row(t, row) for row in t.rows(_ALL, conversation_id=conversation_id)]
    if len(found) > 1:
        found.sort(key=lambda m: (m.content.sent_at, m.received_at, m.id))
    return tuple(found)


def add_message(t: Transaction, message: StoredMessage) -> None:
    """Keep a message."""
    t.run(
        _ADD,
        id=message.id,
        conversation_id=message.conversation_id,
        portal=message.portal,
        message_hash=t.hash("message", message.portal, message.content.message_id),
        **_changes(t, message),
    )


def save_message(t: Transaction, message: StoredMessage) -> None:
    """Keep its new content, with the time when that came, or its new standing."""
    t.run(_SAVE, message_id=message.id, **_changes(t, message))


def _changes(t: Transaction, message: StoredMessage) -> dict[str, object]:
    words = None
    if message.standing_by is not None or message.standing_reason is not None:
        told = mapping.to_bytes(mapping.StandingWords(message.standing_by, message.standing_reason))
        words = t.seal(told, "messages", message.id, "standing")
    content = mapping.to_content(message.content, message.content_sha256)
    return {
        "content_sealed": t.seal(content, "messages", message.id, "content"),
        "received_at": message.received_at,
        "standing": message.standing.value,
        "standing_at": message.standing_at,
        "standing_sealed": words,
    }


def from_row(t: Transaction, row: Row) -> StoredMessage:
    """The message of a row of COLUMNS."""
    sha256, content = mapping.from_content(t.unseal(row[3], "messages", row[0], "content"))
    words = None
    if row[7]:
        words = mapping.read_standing(t.unseal(row[7], "messages", row[0], "standing"))
    return StoredMessage(
        id=row[0],
        conversation_id=row[1],
        portal=row[2],
        content=content,
        content_sha256=sha256,
        received_at=row[4],
        standing=Standing(row[5]),
        standing_at=row[6],
        standing_by=words.by if words else None,
        standing_reason=words.reason if words else None,
    )
