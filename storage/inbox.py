"""Events as they came in: raw bytes first, found again by the hash of their id."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, or_, select, update

from bot.domain.store import InboxRow, InboxState
from storage.sql import Sql
from storage.tables import conflicts, inbox
from storage.transaction import Row, Transaction
from storage.types import text_safe

_i = inbox.c
_ROW = select(_i.id, _i.event_sealed, _i.state, _i.received_at)
_ADD = Sql(
    lambda insert: insert(inbox).on_conflict_do_nothing(),
    columns=("id", "portal", "event_hash", "event_sealed", "state", "type", "received_at"),
)
_ADD_CONFLICT = Sql(lambda insert: insert(conflicts).on_conflict_do_nothing())
_KNOWN = Sql(_ROW.where(_i.event_hash == bindparam("event")))
_DONE = Sql(update(inbox).where(_i.id == bindparam("inbox_id")), columns=("state", "type"))
_SETTLE = Sql(
    update(inbox).where(_i.id == bindparam("inbox_id")), columns=("state", "type", "about_hash", "reason_sealed")
)
_WAITING_FOR = Sql(  # nearly always nothing: not sorted here, as SQLite would prepare to do so
    select(_i.id, _i.received_at).where(
        _i.state == InboxState.WAITING.value,
        or_(_i.about_hash == bindparam("about"), _i.about_hash == bindparam("or_about")),
        _i.portal == bindparam("of_portal"),
    )
)
_WAITING = Sql(_ROW.where(_i.id == bindparam("inbox_id"), _i.state == InboxState.WAITING.value))
_SINCE = (
    select(_i.id)
    .where(_i.state == InboxState.WAITING.value, _i.received_at < bindparam("before"))
    .order_by(_i.received_at, _i.id)
)
_WAITING_SINCE = Sql(_SINCE)
_WAITING_SINCE_LOCKED = Sql(_SINCE.with_for_update())  # a second replica waits, and then finds them settled


def inbox_row(t: Transaction, *, portal: str, event_id: str) -> InboxRow | None:
    """The event of that id, without its raw bytes."""
    row = t.one(_KNOWN, event=t.hash("event", portal, event_id))
    return _row(t, row, with_raw=False) if row else None


def add_inbox(
    t: Transaction, *, portal: str, event_id: str, sha256: bytes, raw: bytes, now: datetime, type: str = ""
) -> str | None:
    """Keep the raw event as done; its id, None if it is there already."""
    inbox_id = t.new_id("i")
    added = t.run(
        _ADD,
        id=inbox_id,
        portal=portal,
        event_hash=t.hash("event", portal, event_id),
        event_sealed=t.seal(_packed(event_id, sha256, raw), "inbox", inbox_id, "event"),
        state=InboxState.DONE.value,
        type=text_safe(type),
        received_at=now,
    )
    return inbox_id if added else None


def add_conflict(t: Transaction, *, portal: str, event_id: str, sha256: bytes, raw: bytes, now: datetime) -> str | None:
    """Keep an event whose id was seen with another body; None if exactly this one was kept before."""
    conflict_id = t.new_id("i")
    added = t.run(
        _ADD_CONFLICT,
        id=conflict_id,
        portal=portal,
        event_hash=t.hash("event", portal, event_id),
        body_hash=t.hash("body", portal, sha256.hex()),
        event_sealed=t.seal(_packed(event_id, sha256, raw), "conflicts", conflict_id, "event"),
        received_at=now,
    )
    return conflict_id if added else None


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
    if about is None and not reason:
        t.run(_DONE, inbox_id=inbox_id, state=state.value, type=text_safe(type))
        return
    t.run(
        _SETTLE,
        inbox_id=inbox_id,
        state=state.value,
        type=text_safe(type),
        about_hash=t.hash("about", "", about) if about else None,
        reason_sealed=t.seal(reason.encode("utf-8", "replace"), "inbox", inbox_id, "reason") if reason else None,
    )


def waiting_for(t: Transaction, *, portal: str, about: tuple[str, str]) -> Sequence[str]:
    """Ids of events that wait for either of these, oldest first."""
    one, other = (t.hash("about", "", what) for what in about)
    rows = t.rows(_WAITING_FOR, of_portal=portal, about=one, or_about=other)
    return [row[0] for row in sorted(rows, key=lambda row: (row[1], row[0]))]


def waits(t: Transaction, inbox_id: str) -> bool:
    """Whether that event still waits; also when nobody can read it."""
    return t.one(_WAITING, inbox_id=inbox_id) is not None


def waiting_event(t: Transaction, inbox_id: str) -> InboxRow | None:
    """The event of that id with its raw bytes, while it waits."""
    row = t.one(_WAITING, inbox_id=inbox_id)
    return _row(t, row, with_raw=True) if row else None


def waiting_since(t: Transaction, *, before: datetime) -> Sequence[str]:
    """Ids of events that wait since before then, oldest first; locked when the transaction may write."""
    rows = t.rows(_WAITING_SINCE_LOCKED if t.locks else _WAITING_SINCE, before=before)
    return [row[0] for row in rows]


def _packed(event_id: str, sha256: bytes, raw: bytes) -> bytes:
    # The plain hash of a body is sealed with it: a short body could be guessed from it.
    name = event_id.encode("utf-8", "surrogatepass")
    return b"".join((len(sha256).to_bytes(2, "big"), sha256, len(name).to_bytes(2, "big"), name, raw))


def _row(t: Transaction, row: Row, *, with_raw: bool) -> InboxRow:
    event = t.unseal(row[1], "inbox", row[0], "event")
    name_at = 2 + int.from_bytes(event[:2], "big")
    raw_at = name_at + 2 + int.from_bytes(event[name_at : name_at + 2], "big")
    return InboxRow(
        id=row[0],
        sha256=event[2:name_at],
        state=InboxState(row[2]),
        received_at=row[3],
        raw=event[raw_at:] if with_raw else b"",
    )
