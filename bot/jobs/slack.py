"""Carries to Slack: cards, posts in their threads, pings and alarms."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot import log
from bot.domain import carry, place
from bot.domain.delivery import LEASE_OVER, PATIENCE, QUIET, Claim, Outcome, State, What, backoff, is_redraw, slack_lane
from bot.domain.store import Records, Store
from bot.failpoint import failpoint
from bot.jobs.outbox import still_ours
from bot.jobs.rush import Rush
from bot.slack.pace import MOST, Pace
from bot.slack.poster import Poster
from bot.slack.verdict import NOT_FOUND, OPEN, Called, Verdict, channel_trouble

logger = logging.getLogger("portaldesk.slack")

NO_CHANNEL = timedelta(seconds=3)  # before a card is tried again that no channel can take
LONGEST_TURN = 5.0  # seconds that a claimed redraw waits for its turn
_CARDS, _URGENT = slack_lane(""), slack_lane("urgent")
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
    rush: Rush = field(default_factory=Rush)
    health: SlackHealth = field(default_factory=SlackHealth)
    _locks: dict[str, asyncio.Lock] = field(default_factory=dict)
    _last: dict[str, str] = field(default_factory=dict)
    _leaving: asyncio.Lock = field(default_factory=asyncio.Lock)
    _next_redraw: str = ""  # the lane that has it

    @asynccontextmanager
    async def turn(self, lane: str) -> AsyncIterator[None]:
        """The lane's turn to claim; what comes to it meanwhile and is more urgent is claimed first.

        Redraws share one pace: they are claimed one after the other, each when the call of the one before has left.
        """
        if is_redraw(lane):
            await self._leaving.acquire()
            self._next_redraw = lane
        try:
            await self._rest(lane)
            yield
        finally:
            self._left(lane)

    def _left(self, lane: str) -> None:
        """The lane's call has left, or there will be none."""
        if self._next_redraw == lane:
            self._next_redraw = ""
            self._leaving.release()

    async def _rest(self, lane: str) -> None:
        """Keep the pace; while portals' events pour in, all posts but the urgent channel's let them pass."""
        now = time.monotonic()
        if is_redraw(lane):
            wait = self.pace.update_in(now=now)
        else:
            wait = self.pace.post_in(self._last[lane], now=now) if lane in self._last else 0.0
        if wait > 0:
            await asyncio.sleep(wait)
        if lane.startswith(_CARDS) and lane != _URGENT:
            await self.rush.over()

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
        self._left(claim.lane)  # no redraw after all
        self._last[claim.lane] = channel
        async with self._lock(channel):
            if claim.maybe_sent:
                since = (claim.first_sent_at or claim.created_at).timestamp() - 60
                found = await self.poster.find(channel, key=key, since=since, thread=thread)
                if not found.done or found.data.get("ts"):
                    return found
            wait = max(self.pace.post_in(channel, now=time.monotonic()), self.pace.left(claim.rested))
            if wait > 0:
                await asyncio.sleep(wait)
            if not still_ours(claim, now=self.clock()) or not await self._may_arrive(claim):
                return Called(verdict=Verdict.UNSENT, code=LEASE_OVER)
            called = await self.poster.post(channel, message, key=key, thread=thread, broadcast=broadcast)
            now = time.monotonic()
            if called.verdict is Verdict.LIMITED:
                self.pace.hold(channel, wait=called.wait, now=now)
            elif called.verdict is not Verdict.UNSENT:
                self.pace.posted(channel, now=now)
        return called

    async def _may_arrive(self, claim: Claim) -> bool:
        """A redraw may be made again at once, but not when it has become a post: write that down; False when fenced."""
        return not is_redraw(claim.lane) or await self.store.run(_mark, claim=claim, now=self.clock())

    def _lock(self, channel: str) -> asyncio.Lock:
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
            return Called(verdict=Verdict.UNSENT, code=LEASE_OVER)
        self.pace.updated()
        self._left(claim.lane)
        called = await self.poster.update(channel, ts, message)
        if called.verdict is Verdict.LIMITED:
            self.pace.hold_updates(wait=called.wait, now=time.monotonic())
        return called

    async def take_away(self, channel: str, ts: str, why: Called) -> Called:
        """Delete what `why` says nobody may change any more: then it is as GONE as what somebody deleted.

        Otherwise what to do: ask again, or `why`, since it still stands.
        """
        if why.verdict is not Verdict.GONE or why.code == NOT_FOUND:
            return why
        away = await self.poster.delete(channel, ts)
        if away.done or away.code == NOT_FOUND:
            return replace(why, code=NOT_FOUND)
        if away.verdict is Verdict.LIMITED:  # by Slack's count of chat.delete, which says nothing about redraws
            return replace(away, code="delete_limited")
        return away if away.verdict in OPEN else why

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
                return await self._no_channel(claim, called, channel=channel, now=now)
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

    async def _no_channel(self, claim: Claim, called: Called, *, channel: str, now: datetime) -> Outcome:
        """A channel of the practice's: what goes there goes elsewhere, and a post in a thread follows its card.

        Nothing changes for a direct message, or for a channel that the practice does not use any more: that is refused.
        """
        trouble = channel_trouble(called.code)
        if not await self.store.run(place.troubled, channel_id=channel, trouble=trouble, now=now):
            return await self._refused(claim, called, now=now)
        again = now if claim.what is What.CARD else now + patience(claim, now=now)
        return Outcome(state=State.PENDING, again_at=again, maybe_sent=False, counted=False, code=called.code)

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


def _mark(records: Records, *, claim: Claim, now: datetime) -> bool:
    return records.mark_sending(claim, now=now)
