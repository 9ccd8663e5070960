"""Events as they came in: raw bytes first, found again by the hash of their id."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select, update

from bot.domain.store import InboxRow, InboxState
from storage.sql import Sql
from storage.tables import inbox
from storage.transaction import Row, Transaction
from storage.types import text_safe


class _Event(NamedTuple):
    portal: str
    id: str
    sha256: bytes
    raw: bytes


_COLUMNS = (inbox.c.id, inbox.c.event_sealed, inbox.c.state, inbox.c.received_at)
_ADD = Sql(lambda insert: insert(inbox).on_conflict_do_nothing())
_KNOWN = Sql(
    select(*_COLUMNS).where(inbox.c.event_hash == bindparam("event_hash"), inbox.c.state != InboxState.CONFLICT.value)
)
_SETTLE = Sql(
    update(inbox).where(inbox.c.id == bindparam("inbox_id")), columns=("state", "type", "about_hash", "reason_sealed")
)
_WAITING_FOR = Sql(
    select(*_COLUMNS, inbox.c.raw_sealed)
    .where(
        inbox.c.about_hash == bindparam("about_hash"),
        inbox.c.portal == bindparam("portal"),
        inbox.c.state == InboxState.WAITING.value,
    )
    .order_by(inbox.c.received_at, inbox.c.id)
)
_WAITING_SINCE = Sql(
    select(*_COLUMNS)
    .where(inbox.c.state == InboxState.WAITING.value, inbox.c.received_at < bindparam("before"))
    .order_by(inbox.c.received_at, inbox.c.id)
)


def inbox_row(t: Transaction, *, portal: str, event_id: str) -> InboxRow | None:
    """The event of that id, without its raw bytes."""
    row = t.one(_KNOWN, event_hash=t.hash("event", portal, event_id))
    return _row(t, row) if row else None


def add_inbox(t: Transaction, *, portal: str, event_id: str, sha256: bytes, raw: bytes, now: datetime) -> str | None:
    """Keep the raw event; its id, None if it is there already."""
    event = _Event(portal, event_id, sha256, raw)
    return _add(t, event, state=InboxState.DONE, now=now)


def add_conflict(t: Transaction, *, portal: str, event_id: str, sha256: bytes, raw: bytes, now: datetime) -> str | None:
    """Keep an event whose id was seen with another body; None if exactly this one was kept before."""
    event = _Event(portal, event_id, sha256, raw)
    return _add(t, event, state=InboxState.CONFLICT, now=now)


def _add(t: Transaction, came: _Event, *, state: InboxState, now: datetime) -> str | None:
    inbox_id = t.new_id("i")
    # The hash of a body stands sealed too: a short body could be guessed from its plain hash.
    event = bytes((len(came.sha256),)) + came.sha256 + came.id.encode("utf-8", "surrogatepass")
    added = t.run(
        _ADD,
        id=inbox_id,
        portal=came.portal,
        event_hash=t.hash("event", came.portal, came.id),
        body_hash=t.hash("body", came.portal, came.sha256.hex()) if state is InboxState.CONFLICT else None,
        event_sealed=t.seal(event, "inbox", inbox_id, "event"),
        raw_sealed=t.seal(came.raw, "inbox", inbox_id, "raw"),
        state=state.value,
        type="",
        about_hash=None,
        reason_sealed=None,
        received_at=now,
    )
    return inbox_id if added else None


def settle_inbox(
    t: Transaction,
    inbox_id: str,
    *,
    state: InboxState,
    type: str,
    about: str | None = None,
    reason: str = "",
) -> None:
    """What became of an event. `about`: what a WAITING one needs."""
    t.run(
        _SETTLE,
        inbox_id=inbox_id,
        state=state.value,
        type=text_safe(type),
        about_hash=t.hash("about", "", about) if about else None,
        reason_sealed=t.seal(reason.encode("utf-8", "replace"), "inbox", inbox_id, "reason") if reason else None,
    )


def waiting_for(t: Transaction, *, portal: str, about: str) -> Sequence[InboxRow]:
    """Events that wait for this, oldest first, with raw bytes."""
    rows = t.rows(_WAITING_FOR, portal=portal, about_hash=t.hash("about", "", about))
    return [_row(t, row) for row in rows]


def waiting_since(t: Transaction, *, before: datetime) -> Sequence[InboxRow]:
    """Events that wait since before then."""
    return [_row(t, row) for row in t.rows(_WAITING_SINCE, before=before)]


def _row(t: Transaction, row: Row) -> InboxRow:
    event = t.unseal(row[1], "inbox", row[0], "event")
    return InboxRow(
        id=row[0],
        sha256=event[1 : 1 + event[0]],
        state=InboxState(row[2]),
        received_at=row[3],
        raw=t.unseal(row[4], "inbox", row[0], "raw") if len(row) > 4 else b"",
    )
