"""Taking in what a portal sent: kept first, understood second, never dropped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial

from bot.domain import follow_up, intake, standing, tell
from bot.domain.event import (
    Event,
    HandledElsewhere,
    MessageCreated,
    MessageUpdated,
    MessageWithdrawn,
    Ping,
    ReplyStatus,
    ThreadClosed,
    Unknown,
)
from bot.domain.journal import Entry
from bot.domain.store import InboxState, Records


class Taken(StrEnum):
    """How the portal is answered."""

    STORED = "stored"  # kept and applied, or kept until what it is about is there
    SAME = "same"  # seen before with the same body, or the same content under another event id
    CONFLICT = "conflict"  # the event id was seen with another body
    QUARANTINED = "quarantined"  # kept; a person is shown it


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of a delivery; `id` is the inbox row's, None for a conflict that was known already."""

    taken: Taken
    id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """A signed event that cannot be used, and why: field names only, no values."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """One signed event as it came: from which portal, under which id, its bytes and their hash."""

    portal: str
    event_id: str
    sha256: bytes
    raw: bytes


STUMBLED = "it could not be taken in here; the log says where"
Reader = Callable[[bytes, datetime], Event | Unusable]


def receive(records: Records, *, signed: Signed, read: Reader, now: datetime, alone: bool = False) -> Answer:
    """Keep one signed event and apply it, all in this transaction (SAFETY I1 to I4).

    With it goes what had waited for it, unless it is taken in `alone`: then `apply_one` is for each of those.
    """
    event, portal = read(signed.raw, now), signed.portal
    kind = "" if isinstance(event, Unusable) else _type(event)
    inbox_id = records.add_inbox(
        portal=portal, event_id=signed.event_id, sha256=signed.sha256, raw=signed.raw, type=kind, now=now
    )
    if inbox_id is None:
        answer = _seen_before(records, signed, now=now)
        if answer.taken is Taken.SAME and not alone:
            _what_waited(records, event, portal=portal, read=read, now=now)
        return answer
    if isinstance(event, Unusable):
        intake.quarantine(records, inbox_id=inbox_id, portal=portal, reason=event.reason, now=now)
        return Answer(taken=Taken.QUARANTINED, id=inbox_id)
    fresh, about = _apply(records, event, inbox_id=inbox_id, portal=portal, now=now)
    if about:
        records.settle_inbox(inbox_id, state=InboxState.WAITING, type=kind, about=about)
    if not alone:
        _what_waited(records, event, portal=portal, read=read, now=now)
    return Answer(taken=Taken.STORED if fresh else Taken.SAME, id=inbox_id)


def _what_waited(records: Records, event: Event | Unusable, *, portal: str, read: Reader, now: datetime) -> None:
    """Apply what had waited for this message; also when it comes once more, after a try that did not come so far."""
    if isinstance(event, MessageCreated):
        for waiting in _waiting_for(records, event, portal=portal):
            apply_one(records, inbox_id=waiting, portal=portal, read=read, now=now)


def _seen_before(records: Records, signed: Signed, *, now: datetime) -> Answer:
    portal = signed.portal
    known = records.inbox_row(portal=portal, event_id=signed.event_id)
    if known is not None and known.sha256 == signed.sha256:
        quarantined = known.state is InboxState.QUARANTINED
        return Answer(taken=Taken.QUARANTINED if quarantined else Taken.SAME, id=known.id)
    conflict = records.add_conflict(
        portal=portal, event_id=signed.event_id, sha256=signed.sha256, raw=signed.raw, now=now
    )
    if conflict is not None:
        tell.ring(
            records,
            key=f"conflict:{portal}",
            words=f"The portal {portal} sent an event id twice with different content. Both are kept; "
            "the first one counts. Ask the portal's vendor to look into it.",
            now=now,
        )
        records.journal(
            Entry(at=now, actor=f"portal:{portal}", action="event.conflict", subject=conflict, outcome="refused")
        )
    return Answer(taken=Taken.CONFLICT, id=conflict)


def _apply(records: Records, event: Event, *, inbox_id: str, portal: str, now: datetime) -> tuple[bool, str | None]:
    """Apply one event: False when it changed nothing because its content was known; what it has to wait for, if so."""
    about: str | None = None
    fresh = True
    match event:
        case MessageCreated():
            fresh = intake.created(records, event, portal=portal, inbox_id=inbox_id, now=now)
        case MessageUpdated():
            about = _missing(records, portal, event.message.message_id)
            if about is None:
                fresh = follow_up.updated(records, event, portal=portal, now=now)
        case MessageWithdrawn() | HandledElsewhere():
            about = _missing(records, portal, event.message_id)
            if about is None:
                standing.changed(records, event, portal=portal, now=now)
        case ThreadClosed():
            close = partial(standing.thread_closed, records, event, portal=portal, now=now)
            about = _awaited(records, close, portal=portal, about=f"thread:{event.thread_id}")
        case ReplyStatus():
            known = standing.reply_status(records, event, portal=portal, now=now)
            about = None if known else f"reply:{event.reply_id}"
        case Ping() | Unknown():
            pass
    return fresh, about


def _missing(records: Records, portal: str, message_id: str) -> str | None:
    look = partial(records.message_of, portal=portal, message_id=message_id)
    return _awaited(records, look, portal=portal, about=f"message:{message_id}")


def _awaited(records: Records, look: Callable[[], object], *, portal: str, about: str) -> str | None:
    """What to wait for; None when `look` finds it, also at a second look: it may be coming in at this very moment."""
    return None if look() or (records.under_way(portal=portal, about=about) and look()) else about


def _waiting_for(records: Records, event: MessageCreated, *, portal: str) -> Sequence[str]:
    about = (f"message:{event.message.message_id}", f"thread:{event.message.thread_id}")
    return records.waiting_for(portal=portal, about=about)


def waited_for(records: Records, *, signed: Signed, read: Reader, now: datetime) -> Sequence[str]:
    """Ids of the events that had waited for the message in this one, and do so still."""
    event = read(signed.raw, now)
    return _waiting_for(records, event, portal=signed.portal) if isinstance(event, MessageCreated) else ()


def apply_one(records: Records, *, inbox_id: str, portal: str, read: Reader, now: datetime) -> bool:
    """Apply an event that waited, as of when it came; False when it does not wait any more, or cannot be used."""
    row = records.waiting_event(inbox_id)
    if row is None:
        return False
    event = read(row.raw, row.received_at)
    if isinstance(event, Unusable):
        return False
    _, about = _apply(records, event, inbox_id=row.id, portal=portal, now=now)
    state = InboxState.WAITING if about else InboxState.DONE
    records.settle_inbox(row.id, state=state, type=_type(event), about=about)
    return True


def give_up(records: Records, *, inbox_id: str, portal: str, now: datetime, reason: str = STUMBLED) -> None:
    """Show to a person that an event which waited cannot be taken in, if it still does."""
    if not records.waits(inbox_id):
        return
    intake.quarantine(records, inbox_id=inbox_id, portal=portal, reason=reason, now=now)


def _type(event: Event) -> str:
    if isinstance(event, Unknown):
        return "unknown"
    return type(event).__name__


__all__ = ["Answer", "Reader", "Signed", "Taken", "Unusable", "apply_one", "give_up", "receive", "waited_for"]
