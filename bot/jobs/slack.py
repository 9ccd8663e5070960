"""Carries to Slack: cards, posts in their threads, pings and alarms."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot import log
from bot.domain import carry, place
from bot.domain.alarm import Place
from bot.domain.delivery import PATIENCE, QUIET, REDRAW_LANE, Claim, Outcome, State, backoff
from bot.domain.picture import Picture
from bot.domain.store import Records, Store
from bot.domain.tell import person_of
from bot.failpoint import failpoint
from bot.jobs.outbox import still_ours
from bot.slack.pace import MOST, Pace
from bot.slack.poster import Poster
from bot.slack.verdict import OPEN, Called, Verdict, channel_trouble

logger = logging.getLogger("portaldesk.slack")

NO_CHANNEL = timedelta(seconds=3)  # before a card is tried again that no channel can take
LONGEST_TURN = 5.0  # seconds that a claimed redraw waits for its turn
PLAIN_AFTER = 4  # attempts after which a card that cannot be drawn or taken is shown plain

Message = Mapping[str, Any]


def key_of(conversation_id: str, slot: str) -> str:
    """The opaque key in a card's metadata: the same for ever, so that a lost answer can be found after a crash."""
    return hashlib.sha256(f"card:{conversation_id}:{slot}".encode()).hexdigest()[:32]


@dataclass(slots=True, kw_only=True)
class SlackHealth:
    """What the last calls said about our standing with Slack; `trouble` is empty while all is well."""

    trouble: str = ""


@dataclass(slots=True, kw_only=True)
class SlackDesk:
    """What everything that carries to Slack shares. `clock` gives aware UTC, `chance` a number in [0, 1)."""

    store: Store
    poster: Poster
    pace: Pace
    clock: Callable[[], datetime]
    chance: Callable[[], float]
    health: SlackHealth = field(default_factory=SlackHealth)
    _locks: dict[str, asyncio.Lock] = field(default_factory=dict)
    _last: dict[str, str] = field(default_factory=dict)

    async def ready(self, lane: str) -> None:
        """Wait until the lane's next call may leave; urgent things that come meanwhile are claimed first."""
        now = time.monotonic()
        if lane == REDRAW_LANE:
            wait = self.pace.update_in(now=now)
        else:
            wait = self.pace.post_in(self._last[lane], now=now) if lane in self._last else 0.0
        if wait > 0:
            await asyncio.sleep(wait)

    async def post(
        self,
        claim: Claim,
        channel: str,
        message: Message,
        *,
        key: str,
        thread: str | None = None,
        broadcast: bool = False,
    ) -> Called:
        """Post once, in the channel's turn; after a doubt look first whether it is there already."""
        self._last[claim.lane] = channel
        async with self._turn(channel):
            if claim.maybe_sent:
                since = (claim.first_sent_at or claim.created_at).timestamp() - 60
                found = await self.poster.find(channel, key=key, since=since, thread=thread)
                if not found.done or found.data.get("ts"):
                    return found
            wait = max(self.pace.post_in(channel, now=time.monotonic()), self.pace.left(claim.rested))
            if wait > 0:
                await asyncio.sleep(wait)
            if not still_ours(claim, now=self.clock()):
                return Called(verdict=Verdict.UNSENT, code="lease_over")
            called = await self.poster.post(channel, message, key=key, thread=thread, broadcast=broadcast)
            now = time.monotonic()
            if called.verdict is Verdict.LIMITED:
                self.pace.hold(channel, wait=called.wait, now=now)
            elif called.verdict is not Verdict.UNSENT:
                self.pace.posted(channel, now=now)
        return called

    def _turn(self, channel: str) -> asyncio.Lock:
        if len(self._locks) > MOST:  # those that nobody holds are forgotten; where a lane posted last is a hint only
            self._locks = {one: lock for one, lock in self._locks.items() if lock.locked()}
            self._last.clear()
        return self._locks.setdefault(channel, asyncio.Lock())

    async def update(self, claim: Claim, channel: str, ts: str, message: Message) -> Called:
        """Redraw once, in the turn of all processes. A redraw may arrive twice: it shows the same."""
        if (wait := self.pace.owing(claim.ahead)) > LONGEST_TURN:  # Slack said 429 to another process
            self.pace.hold_updates(wait=wait, now=time.monotonic())
            return Called(verdict=Verdict.LIMITED, code="paced", wait=wait)
        if wait > 0:
            await asyncio.sleep(wait)
        if not still_ours(claim, now=self.clock()):
            return Called(verdict=Verdict.UNSENT, code="lease_over")
        self.pace.updated()
        called = await self.poster.update(channel, ts, message)
        if called.verdict is Verdict.LIMITED:
            self.pace.hold_updates(wait=called.wait, now=time.monotonic())
        return called

    async def settle(self, claim: Claim, outcome: Outcome) -> bool:
        """Settle a delivery that is not a card."""
        return await self.store.run(carry.settle, claim=claim, outcome=outcome, now=self.clock())

    async def outcome(self, claim: Claim, called: Called, *, channel: str) -> Outcome:
        """What Slack's answer means for the delivery; remembers troubles with the channel or the token."""
        failpoint("slack.before_settle")
        now = self.clock()
        match called.verdict:
            case Verdict.DONE:
                self.health.trouble = ""
                return Outcome(state=State.DELIVERED, ref=str(called.data.get("ts") or ""))
            case Verdict.LIMITED:
                return Outcome(
                    state=State.PENDING,
                    again_at=now + timedelta(seconds=called.wait),
                    maybe_sent=claim.maybe_sent,
                    counted=False,
                    code=called.code,
                )
            case Verdict.CHANNEL:
                await self.store.run(place.troubled, channel_id=channel, trouble=channel_trouble(called.code), now=now)
                return Outcome(state=State.PENDING, again_at=now, maybe_sent=False, counted=False, code=called.code)
            case Verdict.TOKEN:
                self.health.trouble = called.code
                log.event(logger, "slack.refuses-token", level=logging.ERROR, code=called.code)
                return Outcome(
                    state=State.PENDING, again_at=now + timedelta(seconds=15), counted=False, code=called.code
                )
            case Verdict.UNSURE | Verdict.UNSENT:
                again = now + patience(claim, now=now)
                doubt = claim.maybe_sent or called.verdict is Verdict.UNSURE
                return Outcome(state=State.PENDING, again_at=again, maybe_sent=doubt, counted=False, code=called.code)
            case _:
                return await self._refused(claim, called, now=now)

    async def _refused(self, claim: Claim, called: Called, *, now: datetime) -> Outcome:
        if claim.attempts <= PLAIN_AFTER:
            again = now + backoff(attempts=claim.attempts, chance=self.chance())
            return Outcome(state=State.PENDING, again_at=again, maybe_sent=claim.maybe_sent, code=called.code)
        return Outcome(state=State.FAILED, code=called.code, words=f"Slack said {called.code}")


def patience(claim: Claim, *, now: datetime) -> timedelta:
    """How long to wait when Slack cannot be reached: the longer, the longer it has been going on.

    Such tries are not counted, since the network's faults say nothing about the message (PLAIN_AFTER).
    """
    return max(QUIET, min(PATIENCE, (now - claim.created_at) / 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class CardJob:
    """Everything that one card needs, read in one go. `channel`: Slack's id, None when no channel can be used.

    `stopped`: since when the portal's queue stands still.
    """

    picture: Picture | None
    place: Place
    channel: str | None
    stopped: datetime | None


def card_job(records: Records, *, claim: Claim) -> CardJob:
    """Read what a card delivery draws."""
    picture = records.picture(claim.subject)
    known = records.place(conversation_id=claim.subject, slot=claim.slot) or Place(
        conversation_id=claim.subject, slot=claim.slot, key=key_of(claim.subject, claim.slot)
    )
    channel = place.usable(records, department=picture.conversation.department, slot=claim.slot) if picture else None
    return CardJob(
        picture=picture,
        place=known,
        channel=channel.id if channel else None,
        stopped=records.portal_stopped(picture.conversation.portal) if picture else None,
    )


class CardCarrier:
    """Posts a conversation's card, or redraws it, from its present state."""

    def __init__(
        self,
        desk: SlackDesk,
        *,
        draw: Callable[..., Message],
        plain: Callable[..., Message],
        moved: Callable[..., Message],
    ) -> None:
        self._desk = desk
        self._draw = draw
        self._plain = plain
        self._moved = moved

    async def carry(self, claim: Claim) -> None:
        """Post or redraw, and keep where it stands."""
        desk = self._desk
        job = await desk.store.read(card_job, claim=claim)
        if job.picture is None:
            await desk.settle(claim, Outcome(state=State.DROPPED, code="gone"))
            return
        picture = job.picture
        if claim.slot.startswith("dm:"):
            job = await self._direct(claim, job)
        if job.channel is None:
            again = desk.clock() + NO_CHANNEL
            await desk.settle(claim, Outcome(state=State.PENDING, again_at=again, counted=False, code="no_channel"))
            return
        message = self._message(claim, picture, job.stopped)
        called, stands = await self._put(claim, job, message)
        if called.verdict is Verdict.CONTENT:
            called, stands = await self._put(claim, job, self._plain(picture.conversation))
        if not await self._settle(claim, called, stands) and "channel" in called.data and stands.ts != job.place.ts:
            await self._withdraw(claim, stands)

    async def _direct(self, claim: Claim, job: CardJob) -> CardJob:
        """The same with the direct channel of the person whom the slot names."""
        if job.place.channel:
            return replace(job, channel=job.place.channel)
        opened = await self._desk.poster.direct_channel(person_of(claim.slot))
        return replace(job, channel=str((opened.data.get("channel") or {}).get("id") or "") or None)

    def _message(self, claim: Claim, picture: Picture, stopped: datetime | None) -> Message:
        if claim.attempts > PLAIN_AFTER:
            return self._plain(picture.conversation)
        return self._draw(picture, slot=claim.slot, now=self._desk.clock(), stopped=stopped)

    async def _put(self, claim: Claim, job: CardJob, message: Message) -> tuple[Called, Place]:
        desk, stands = self._desk, job.place
        assert job.channel is not None
        if stands.ts and stands.channel == job.channel:
            called = await desk.update(claim, job.channel, stands.ts, message)
            if called.verdict is not Verdict.GONE:
                return called, stands
            if called.code != "message_not_found":
                claim = replace(claim, maybe_sent=False)  # it is there, but not ours to change: not to be found again
        if job.picture and stands.ts and stands.channel and stands.channel != job.channel:
            # Its words go first where it stood, or it is all tried again: they must not stay with whom they left.
            left = await desk.update(claim, stands.channel, stands.ts, self._moved(job.picture.conversation))
            if left.verdict in OPEN:
                return left, stands
            claim = replace(claim, maybe_sent=True, first_sent_at=job.picture.conversation.came_at)  # here, once before
        called = await desk.post(claim, job.channel, message, key=stands.key)
        if called.done:
            stands = replace(stands, channel=job.channel, ts=str(called.data["ts"]))
            if "channel" not in called.data:  # found, not posted: it may show what was true then
                redrawn = await desk.update(claim, job.channel, str(called.data["ts"]), message)
                called = called if redrawn.done else redrawn
        return called, replace(stands, channel=stands.channel or job.channel)

    async def _settle(self, claim: Claim, called: Called, stands: Place) -> bool:
        desk = self._desk
        outcome = await desk.outcome(claim, called, channel=stands.channel or "")
        if called.verdict is Verdict.CHANNEL and not stands.ts:
            return await desk.store.run(carry.settle_elsewhere, claim=claim, code=called.code, now=desk.clock())
        if not called.done:
            return await desk.settle(claim, outcome)
        kept = await desk.store.run(carry.settle_card, claim=claim, outcome=outcome, place=stands, now=desk.clock())
        log.event(logger, "slack.card.drawn", conversation=claim.subject, delivery=claim.id, attempts=claim.attempts)
        return kept

    async def _withdraw(self, claim: Claim, stands: Place) -> None:
        """Take our card back: we stood still beyond the lease, and whoever took over posted one with the same key."""
        desk = self._desk
        for _ in range(3):
            await asyncio.sleep(QUIET.total_seconds())  # the other one may be about to post, or to find ours
            job = await desk.store.read(card_job, claim=claim)
            if not job.place.ts or job.place.ts == stands.ts:
                return
            failpoint("slack.before_delete")
            called = await desk.poster.delete(str(stands.channel), str(stands.ts))
            if called.done or called.code == "message_not_found":
                log.event(logger, "slack.card.withdrawn", conversation=claim.subject, delivery=claim.id)
                return
