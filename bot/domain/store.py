"""What must be remembered: the two protocols between the acts and whatever keeps their rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from bot.domain.alarm import Alarm, Channel, Place
from bot.domain.delivery import Claim, Delivery, Outcome, State, What
from bot.domain.journal import Entry
from bot.domain.life import LifeRecords
from bot.domain.overview import OverviewRecords
from bot.domain.records import AnswerRecords, InboxRow, InboxState, MessageRecords
from bot.domain.tail import Tail
from bot.domain.unshown import UnshownRecords

__all__ = [
    "InboxRow",
    "InboxState",
    "Records",
    "Store",
    "StoreDamaged",
    "StoreFull",
    "StoreTooSlow",
    "StoreUnavailable",
]

T = TypeVar("T")


class StoreUnavailable(Exception):  # noqa: N818 - a state of the world
    """The database is away, full or locked: nothing was written. Ask again later."""


class StoreTooSlow(StoreUnavailable):
    """The act did not commit within its time and was taken back: nothing was written."""


class StoreFull(StoreUnavailable):
    """The database's disk is full or cannot be written: nothing was. It passes when somebody makes room."""


class StoreDamaged(StoreUnavailable):
    """What stands at the address is damaged, or no database. It does not pass by itself."""


class Records(MessageRecords, AnswerRecords, OverviewRecords, UnshownRecords, LifeRecords, Protocol):
    """The rows, inside one transaction. Everything that an act reads or writes goes through here.

    Every `add_*`, `save_*` takes effect with the transaction, or not at all.
    """

    # places in Slack
    def place(self, *, conversation_id: str, slot: str) -> Place | None:
        """Where that card stands, or None."""
        ...

    def places_of(self, *, conversation_id: str) -> Sequence[Place]:
        """Everywhere that conversation's card stands, or is about to."""
        ...

    def place_at(self, *, channel: str, ts: str) -> Place | None:
        """The card that stands there, or None."""
        ...

    def open_places(self, *, channel: str) -> Sequence[Place]:
        """Cards of conversations that are not closed, standing in that channel (Slack's id)."""
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
        """Put something in the outbox, or fold it into a pending one; wakes its lane after the commit."""
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

    def inherit(self, *, by: str, now: datetime) -> int:
        """Free what a former life of the only service had in hand for Slack; how many. `by`: this one's name.

        A redraw may be made at once; a post is looked for after the time that a call takes at most. An answer keeps its
        lease: the portal may still be at it. Where several services work (PostgreSQL) nothing is freed.
        """
        ...

    def park(self, *, now: datetime) -> tuple[Sequence[str], int]:
        """After a restore: each answer on its way is UNCLEAR (their ids), every post may have been made (how many)."""
        ...

    def redeliver(self, delivery_id: str, *, now: datetime, maybe_sent: bool | None) -> bool:
        """Make a failed or unclear delivery pending again, at once; False if it is in another state."""
        ...

    def drop(self, delivery_id: str, *, state: State, code: str, now: datetime) -> bool:
        """Settle without sending, as DROPPED, DELIVERED or FAILED; False if it is settled already."""
        ...

    def delivery_of(self, *, what: What, subject: str) -> str | None:
        """The id of the newest delivery of that kind for that subject."""
        ...

    def failed(self, *, what: What, code: str) -> bool:
        """Whether one of that kind stands as failed with that code."""
        ...

    def redraw_waits(self, conversation_id: str) -> bool:
        """Whether its card is still to be redrawn as it is now; one that waits for its own time does not count."""
        ...

    def deliveries(self, *, states: Sequence[State], limit: int) -> Sequence[dict[str, Any]]:
        """The deliveries in those states, newest first, without words.

        Keys: id, what, lane, state, attempts, created_at, not_before, code, number (of the conversation).
        """
        ...

    def undelivered(self, *, now: datetime, limit: int) -> tuple[Sequence[dict[str, Any]], int]:
        """For `portaldesk deliveries list`, with the same keys, and how many there are in all.

        What failed comes first, then what is unclear, then what is on its way; each newest first. No redraws for later.
        """
        ...

    def tails(self, *, now: datetime) -> Sequence[Tail]:
        """What waits to be posted in each department's channel, as far as it may go by now."""
        ...

    # events that wait for their message
    def waiting_for(self, *, portal: str, about: tuple[str, str]) -> Sequence[str]:
        """Ids of events that wait for either of these, oldest first."""
        ...

    def waits(self, inbox_id: str) -> bool:
        """Whether that event still waits; also when nobody can read it."""
        ...

    def waiting_event(self, inbox_id: str) -> InboxRow | None:
        """The event of that id with its raw bytes, while it waits."""
        ...

    def waiting_since(self, *, before: datetime) -> Sequence[str]:
        """Ids of events that wait since before then, oldest first; nobody else settles them meanwhile."""
        ...

    # portals
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

    async def read(
        self, query: Callable[..., T], *, within: float | None = None, patient: bool = False, **arguments: Any
    ) -> T:
        """Run `query(records, **arguments)` on a read-only connection; StoreTooSlow after `within` seconds.

        `patient`: it may be at work for any time, as what looks through everything is.
        """
        ...

    def on_work(self, wake: Callable[[frozenset[str]], None]) -> None:
        """Call `wake(lanes)` after each commit that put something in the outbox, from any thread."""
        ...

    def on_full(self, tell: Callable[[], None]) -> None:
        """Call `tell()` whenever the database's disk took no more, from any thread."""
        ...

    def on_alarm(self, tell: Callable[[Sequence[tuple[str, bool]]], None]) -> None:
        """Call `tell(changes)` after commits that raised alarms or closed some, from any thread.

        Each change is the alarm's key, and whether it is over.
        """
        ...

    def forsaken(self, *, reads: bool = True) -> float:
        """For how many seconds at most something is at work for nobody: its caller went when its time was over.

        Or longer than anything may be, that was not asked for as `patient`. `reads`: whether queries count as well.
        """
        ...

    def moved_at(self) -> float:
        """When the writer was last through with something, whatever came of it, by the steady clock."""
        ...

    async def close(self) -> None:
        """Finish what is queued and let go of the database."""
        ...
