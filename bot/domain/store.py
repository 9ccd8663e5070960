"""What must be remembered: the two protocols between the acts and whatever keeps their rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from bot.domain.alarm import Alarm, Channel, Place
from bot.domain.conversation import Conversation, Note
from bot.domain.delivery import Claim, Delivery, Outcome, State, What
from bot.domain.journal import Entry
from bot.domain.message import StoredMessage
from bot.domain.picture import Picture
from bot.domain.practice import Practice
from bot.domain.reply import Reply
from bot.domain.window import Window

T = TypeVar("T")


class StoreUnavailable(Exception):  # noqa: N818 - a state of the world
    """The database is away, full or locked: nothing was written. Ask again later."""


class StoreTooSlow(StoreUnavailable):
    """The act did not commit within its time and was taken back: nothing was written."""


class InboxState(StrEnum):
    """What became of an event that came in."""

    DONE = "done"  # understood and applied, or knowingly ignored
    WAITING = "waiting"  # is about a message that is not there yet
    QUARANTINED = "quarantined"  # signed, but cannot be used; a person was shown it
    CONFLICT = "conflict"  # the same event id with another body; kept apart


class InboxRow:
    """What the inbox remembers of one event: `id`, `sha256` (bytes), `state` (InboxState), `raw` (bytes, if asked for)."""

    __slots__ = ("id", "raw", "received_at", "sha256", "state")

    def __init__(
        self,
        *,
        id: str,
        sha256: bytes,
        state: InboxState,
        received_at: datetime,
        raw: bytes = b"",  # noqa: A002
    ) -> None:
        self.id = id
        self.sha256 = sha256
        self.state = state
        self.received_at = received_at
        self.raw = raw


class Records(Protocol):
    """The rows, inside one transaction. Everything that an act reads or writes goes through here.

    Every `add_*`, `save_*` takes effect with the transaction, or not at all.
    """

    # identity and the practice
    def new_id(self, prefix: str) -> str:
        """A new opaque id, `prefix_` and at least 16 characters of [A-Za-z0-9]; sorts by time of making."""
        ...

    def practice(self) -> Practice | None:
        """The practice in force, None before the first `practice apply`."""
        ...

    def save_practice(self, document: str, *, by: str, now: datetime) -> int:
        """Keep a new practice file (YAML text, encrypted) and make it the one in force; its version."""
        ...

    def practice_document(self) -> str | None:
        """The practice file in force, as it was applied."""
        ...

    # inbox
    def inbox_row(self, *, portal: str, event_id: str) -> InboxRow | None:
        """The event of that id, without its raw bytes. Conflicts are not looked at."""
        ...

    def add_inbox(self, *, portal: str, event_id: str, sha256: bytes, raw: bytes, now: datetime) -> str | None:
        """Keep the raw event (state DONE until told otherwise); its id. None if another transaction was faster."""
        ...

    def add_conflict(self, *, portal: str, event_id: str, sha256: bytes, raw: bytes, now: datetime) -> str | None:
        """Keep an event whose id was seen with another body. None if exactly this one was kept before."""
        ...

    def settle_inbox(
        self,
        inbox_id: str,
        *,
        state: InboxState,
        type: str,
        about: str | None = None,
        reason: str = "",  # noqa: A002
    ) -> None:
        """What became of it. `about`: the portal's message, thread or reply id that a WAITING event needs."""
        ...

    def waiting_for(self, *, portal: str, about: str) -> Sequence[InboxRow]:
        """Events that wait for this message or reply, oldest first, with raw bytes."""
        ...

    def waiting_since(self, *, before: datetime) -> Sequence[InboxRow]:
        """Events that wait since before then."""
        ...

    # conversations and messages
    def next_number(self) -> int:
        """The next number that people say to each other. Gaps are allowed, repeats are not."""
        ...

    def conversation(self, conversation_id: str) -> Conversation | None:
        """The conversation, locked for this transaction, or None."""
        ...

    def conversation_of(self, *, portal: str, thread_id: str, portal_user_id: str) -> Conversation | None:
        """The newest conversation of that portal thread with that account, locked; None when there is none.

        Serialises concurrent transactions on the same thread, also when there is none yet.
        """
        ...

    def conversations_of_thread(self, *, portal: str, thread_id: str) -> Sequence[Conversation]:
        """All conversations of that portal thread, oldest first."""
        ...

    def add_conversation(
        self, conversation: Conversation, *, thread_id: str, portal_user_id: str, patient_id: str | None
    ) -> None:
        """Keep a new conversation."""
        ...

    def save_conversation(self, conversation: Conversation) -> None:
        """Keep its present state."""
        ...

    def message_of(self, *, portal: str, message_id: str) -> StoredMessage | None:
        """The message with that portal's id. Ids are never forgotten."""
        ...

    def add_message(self, message: StoredMessage) -> None:
        """Keep a message."""
        ...

    def save_message(self, message: StoredMessage) -> None:
        """Keep its new content or standing."""
        ...

    def picture(self, conversation_id: str) -> Picture | None:
        """Everything a card or a window shows, or None."""
        ...

    def message_state(self, *, portal: str, message_id: str) -> dict[str, Any] | None:
        """For the portal's reconciliation, without words.

        Keys: message_id, thread_id, kind, received_at, standing, status, department, card ("posted" or "waiting"),
        replies (each reply_id, state, written_at, delivered_at).
        """
        ...

    # replies, notes, windows
    def add_reply(self, reply: Reply) -> None:
        """Keep an answer; its delivery is added apart."""
        ...

    def reply(self, reply_id: str) -> Reply | None:
        """The answer, or None."""
        ...

    def save_reply(self, reply: Reply) -> None:
        """Keep what became of it. Its words, author and recipient never change."""
        ...

    def reply_delivered_by(self, delivery_id: str) -> Reply | None:
        """The answer that this delivery carries, None when it carries something else or is not known."""
        ...

    def replies_due(self, *, state: State, before: datetime) -> Sequence[Reply]:
        """Answers in that state, written before then and still without a receipt."""
        ...

    def add_note(self, note: Note, *, channel: str, ts: str) -> bool:
        """Keep a note of the Slack message (channel, ts); False if it is kept already."""
        ...

    def change_note(self, *, channel: str, ts: str, text: str | None, now: datetime) -> str | None:
        """Keep a note's new words (None: it was deleted in Slack; our copy says so and stays); the conversation's id."""
        ...

    def notes(self, conversation_id: str) -> Sequence[Note]:
        """All notes, oldest first."""
        ...

    def open_places(self, *, channel: str) -> Sequence[Place]:
        """Cards of conversations that are not closed, standing in that channel (Slack's id)."""
        ...

    def add_window(self, window: Window) -> None:
        """Remember an opened window."""
        ...

    def window(self, window_id: str) -> Window | None:
        """The window, locked for this transaction, or None."""
        ...

    def save_window(self, window: Window) -> None:
        """Keep what it has seen, or what its Send made."""
        ...

    # places in Slack
    def place(self, *, conversation_id: str, slot: str) -> Place | None:
        """Where that card stands, or None."""
        ...

    def place_at(self, *, channel: str, ts: str) -> Place | None:
        """The card that stands there, or None."""
        ...

    def save_place(self, place: Place) -> None:
        """Keep where a card stands."""
        ...

    def channel(self, named: str) -> Channel | None:
        """What is known of a channel that the practice file names so, or that has this id."""
        ...

    def save_channel(self, channel: Channel) -> None:
        """Keep what is known of a channel."""
        ...

    # alarms
    def raise_alarm(self, *, key: str, words: str, now: datetime) -> Alarm | None:
        """Open the alarm of that cause; None when it is open already (then only counted)."""
        ...

    def close_alarm(self, *, key: str, now: datetime) -> bool:
        """The cause is gone; False when no such alarm was open."""
        ...

    def alarm(self, alarm_id: str) -> Alarm | None:
        """The alarm, open or over."""
        ...

    def open_alarms(self) -> Sequence[Alarm]:
        """All open alarms, oldest first."""
        ...

    # the outbox
    def add_delivery(self, delivery: Delivery, *, now: datetime) -> None:
        """Put something in the outbox; folded into a pending one with the same `fold`. Wakes its lane after the commit."""
        ...

    def lanes(self, *, now: datetime) -> Sequence[tuple[str, datetime]]:
        """Lanes with work (pending, or a lease that ran out), each with the time when its first one may go."""
        ...

    def claim(self, lane: str, *, now: datetime, by: str) -> Claim | None:
        """Claim the lane's next delivery that may go now, counting the attempt, if none of the lane is in flight.

        A lapsed lease is taken over, with `maybe_sent` set. On a `reply:` lane an earlier pending or unclear one
        blocks, and so does a stopped portal.
        """
        ...

    def mark_sending(self, claim: Claim, *, now: datetime) -> bool:
        """Write down, before the first byte leaves, that it may have been sent. False: the claim is lost (fenced)."""
        ...

    def settle(self, claim: Claim, outcome: Outcome, *, now: datetime) -> bool:
        """Settle with the claim's token; PENDING again at `again_at`. False: fenced, nothing was written."""
        ...

    def release(self, *, by: str, now: datetime) -> int:
        """Give back all claims of this process that were not marked as sending; how many."""
        ...

    def redeliver(self, delivery_id: str, *, now: datetime, maybe_sent: bool) -> bool:
        """Make a failed or unclear delivery pending again, at once; False if it is in another state."""
        ...

    def drop(self, delivery_id: str, *, state: State, code: str, now: datetime) -> bool:
        """Settle a waiting or unclear delivery without sending: DROPPED, DELIVERED or FAILED; False if it is settled."""
        ...

    def delivery_of(self, *, what: What, subject: str) -> str | None:
        """The id of the newest delivery of that kind for that subject."""
        ...

    def deliveries(self, *, states: Sequence[State], limit: int) -> Sequence[dict[str, Any]]:
        """For `portaldesk deliveries list`, newest first, without words.

        Keys: id, what, lane, state, attempts, created_at, not_before, code, number (of the conversation).
        """
        ...

    # portals
    def portal_stopped(self, portal: str) -> datetime | None:
        """Since when that portal's queue stands still (401), or None."""
        ...

    def stop_portal(self, portal: str, *, now: datetime) -> bool:
        """Stop its queue; False when it stands already."""
        ...

    def start_portal(self, portal: str) -> bool:
        """Let its queue go on; False when it was not stopped."""
        ...

    # the journal
    def journal(self, entry: Entry) -> None:
        """Write one row; it stands or falls with this transaction."""
        ...

    def history(self, subject: str) -> Sequence[Entry]:
        """The rows about one subject, oldest first."""
        ...


class Store(Protocol):
    """Runs acts, each in one transaction, on its own threads."""

    async def run(self, act: Callable[..., T], *, within: float | None = None, **arguments: Any) -> T:
        """Run `act(records, **arguments)` and commit; its result, or what it raised (nothing is written then).

        A Refused that the act raised is journalled by the store's caller. `within` seconds without a commit take the
        act back and raise StoreTooSlow. StoreUnavailable when the database is away.
        """
        ...

    async def read(self, query: Callable[..., T], **arguments: Any) -> T:
        """Run `query(records, **arguments)` on a read-only connection."""
        ...

    def on_work(self, wake: Callable[[frozenset[str]], None]) -> None:
        """Call `wake(lanes)` after each commit that put something in the outbox, from any thread."""
        ...

    async def close(self) -> None:
        """Finish what is queued and let go of the database."""
        ...
