"""Carries the outbox: one worker a lane, woken by commits, with a tick as the net below."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot import log
from bot.domain import carry
from bot.domain.delivery import CALL_LIMIT, QUIET, REPLY_LANE, Claim, Outcome, State, What, backoff
from bot.domain.store import Records, Store, StoreUnavailable
from bot.failpoint import failpoint

logger = logging.getLogger("portaldesk.outbox")

MOST_BUGS = 8  # tries that our own code may stumble over, before people are told instead (SAFETY I25)
AT_ONCE = 32  # posts on the wire at the same time, and as many answers: a portal that hangs must not hold up cards
MOST_LANES = 1_000  # workers; after an outage thousands of conversations may have an answer that waits


class Carrier(Protocol):
    """Carries claims of some kinds, and settles each of them."""

    async def carry(self, claim: Claim) -> None:
        """Send it and settle it. Whatever it raises counts as a bug: the delivery is tried again later."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What the workers work with. `clock` gives aware UTC, `chance` a number in [0, 1), `name` this process's.

    `turn` is a lane's turn to claim; `tried` counts a try of a kind.
    """

    store: Store
    clock: Callable[[], datetime]
    chance: Callable[[], float]
    name: str
    turn: Callable[[str], AbstractAsyncContextManager[None]]
    tried: Callable[[str], None]


class Outbox:
    """Every lane with work has one worker in this process; the claim in the database keeps replicas apart."""

    def __init__(self, tools: Tools, carriers: dict[What, Carrier]) -> None:
        self._tools = tools
        self._carriers = carriers
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._claiming: set[str] = set()
        self._held: dict[str, Claim] = {}
        self._again: set[str] = set()
        self._to_slack, self._to_portals = asyncio.Semaphore(AT_ONCE), asyncio.Semaphore(AT_ONCE)
        self._loop = asyncio.get_running_loop()
        self._open, self._begun = True, False
        tools.store.on_work(self._from_any_thread)

    def _from_any_thread(self, lanes: frozenset[str]) -> None:
        if self._open and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.wake, lanes)

    def wake(self, lanes: frozenset[str]) -> None:
        """Something was put into these lanes. An answer for which there is no worker now waits for the next tick."""
        for lane in lanes:
            if not self._open:
                return
            if lane in self._workers:
                self._again.add(lane)
            elif len(self._workers) < MOST_LANES or not _answers(lane):
                self._workers[lane] = asyncio.create_task(self._work(lane))

    async def tick(self) -> None:
        """Wake every lane whose time has come: retries, lapsed leases, what other processes put in."""
        now = self._tools.clock()
        if not self._begun:
            await self._tools.store.run(_inherit, by=self._tools.name, now=now)
            self._begun = True
        # Claims that could not be settled, since the database was away, and whose lanes others have carried on.
        self._held = {lane: claim for lane, claim in self._held.items() if lane in self._workers or _kept(claim, now)}
        lanes = await self._tools.store.read(_lanes, now=now)
        self.wake(frozenset(lane for lane, ready_at in lanes if ready_at <= now))

    async def stop(self, *, grace: float = CALL_LIMIT.total_seconds() + 3) -> None:
        """Claim nothing more, finish what is on the wire within `grace` seconds, give back the rest.

        Nobody has to wait for a lease afterwards, neither another replica nor this one's next start.
        """
        self._open = False
        workers = dict(self._workers)
        for lane, worker in workers.items():
            if lane not in self._claiming and lane not in self._held:
                worker.cancel()  # waits for its turn, with nothing in hand
        if workers:
            await asyncio.wait(workers.values(), timeout=grace)
        for worker in workers.values():
            worker.cancel()
        await asyncio.gather(*workers.values(), return_exceptions=True)
        failpoint("outbox.release")
        try:
            await self._give_back(list(self._held.values()))
        except StoreUnavailable:
            log.event(logger, "outbox.database-away", level=logging.WARNING)

    async def _give_back(self, cut: list[Claim]) -> None:
        """Let go of all claims. A call that was cut off may have arrived: it is looked for before it is made again.

        An answer knows by its mark whether it may have left; a post to Slack does not, so it counts as if it had.
        """
        posts = [claim for claim in cut if claim.what is not What.REPLY]
        replies = [claim for claim in cut if claim.what is What.REPLY]
        for claim in posts:
            await self._cut_off(claim)
        await self._tools.store.run(_release, by=self._tools.name, now=self._tools.clock())
        for claim in replies:
            await self._cut_off(claim)

    async def _cut_off(self, claim: Claim) -> None:
        now = self._tools.clock()
        outcome = Outcome(state=State.PENDING, again_at=now + QUIET, maybe_sent=True, counted=False, code="stopped")
        await self._tools.store.run(_settle, claim=claim, outcome=outcome, now=now)

    async def _work(self, lane: str) -> None:
        try:
            carried = True
            while self._open and (carried or lane in self._again):
                self._again.discard(lane)
                async with self._tools.turn(lane), self._to_portals if _answers(lane) else self._to_slack:
                    carried = await self._carry_next(lane)
        except StoreUnavailable:
            log.event(logger, "outbox.database-away", level=logging.WARNING)
        finally:
            self._workers.pop(lane, None)
            if lane in self._again and self._open:
                self._again.discard(lane)
                self.wake(frozenset({lane}))

    async def _carry_next(self, lane: str) -> bool:
        claim = await self._next(lane)
        if claim is None or not self._open:  # what was claimed while we stop is given back
            return False
        self._held[lane] = claim
        await self._carry(claim)
        del self._held[lane]
        failpoint("outbox.carried")
        return True

    async def _next(self, lane: str) -> Claim | None:
        if not self._open:
            return None
        self._claiming.add(lane)
        try:
            return await self._tools.store.run(_claim, lane=lane, now=self._tools.clock(), by=self._tools.name)
        finally:
            self._claiming.discard(lane)

    async def _carry(self, claim: Claim) -> None:
        failpoint("outbox.before_carry")
        self._tools.tried(claim.what.value)
        try:
            await self._carriers[claim.what].carry(claim)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - one bad delivery stops no other (SAFETY I25)
            log.failure(logger, "outbox.bug", error, delivery=claim.id, what=claim.what.value)
            await self._after_bug(claim, type(error).__name__)

    async def _after_bug(self, claim: Claim, code: str) -> None:
        now = self._tools.clock()
        if claim.attempts >= MOST_BUGS:
            await self._tools.store.run(_give_up, claim=claim, code=f"bug:{code}", now=now)
            return
        wait = backoff(attempts=claim.attempts, chance=self._tools.chance())
        outcome = Outcome(state=State.PENDING, again_at=now + wait, maybe_sent=True, code=f"bug:{code}")
        await self._tools.store.run(_settle, claim=claim, outcome=outcome, now=now)


def _answers(lane: str) -> bool:
    return lane.startswith(REPLY_LANE)


def _kept(claim: Claim, now: datetime) -> bool:
    return now < claim.lease_until


def still_ours(claim: Claim, *, now: datetime) -> bool:
    """Whether there is time left on the lease for one whole call: a worker that was frozen must not send late."""
    return now + CALL_LIMIT < claim.lease_until


def _claim(records: Records, *, lane: str, now: datetime, by: str) -> Claim | None:
    return records.claim(lane, now=now, by=by)


def _inherit(records: Records, *, by: str, now: datetime) -> int:
    return records.inherit(by=by, now=now)


def _release(records: Records, *, by: str, now: datetime) -> int:
    return records.release(by=by, now=now)


def _settle(records: Records, *, claim: Claim, outcome: Outcome, now: datetime) -> bool:
    return records.settle(claim, outcome, now=now)


def _give_up(records: Records, *, claim: Claim, code: str, now: datetime) -> bool:
    """Our own code stumbled over it again and again: an answer asks its writer on the card, a post rings an alarm."""
    if claim.what is What.REPLY:
        words = "I stumbled over it again and again, so it may or may not have arrived"
        outcome = Outcome(state=State.UNCLEAR, maybe_sent=True, code=code, words=words)
        return carry.settle_reply(records, claim=claim, outcome=outcome, now=now)
    return carry.settle(records, claim=claim, outcome=Outcome(state=State.FAILED, code=code), now=now)


def _lanes(records: Records, *, now: datetime) -> list[tuple[str, datetime]]:
    return list(records.lanes(now=now))
