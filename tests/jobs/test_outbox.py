"""The workers of the outbox at a clean end: what they hold is finished, or given back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from bot.domain.delivery import QUIET, REDRAW_LANE, Claim, State, What
from bot.domain.store import Store
from bot.jobs.outbox import AT_ONCE, MOST_LANES, Outbox, Tools
from tests.storage.desk import LANE, Desk, now
from tests.storage.family import sent


class Line:
    """A carrier whose calls never end by themselves. `mark`: it writes down first that an answer may leave."""

    def __init__(self, desk: Desk, *, mark: bool = False) -> None:
        self.desk = desk
        self.mark = mark
        self.began = asyncio.Event()

    async def carry(self, claim: Claim) -> None:
        if self.mark:
            await self.desk.mark(claim)
        self.began.set()
        await asyncio.Event().wait()


class Settles:
    """A carrier that has done it at once."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def carry(self, claim: Claim) -> None:
        await self.desk.settle(claim)


class Counting:
    """A store that counts how many acts it has in hand."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.read, self.on_work = store.read, store.on_work
        self.now = self.most = self.done = 0

    async def run(self, act: Callable[..., Any], **arguments: Any) -> Any:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            return await self._store.run(act, **arguments)
        finally:
            self.now -= 1
            self.done += 1


def outbox(desk: Desk, line: Line, *, turn: Callable[[str], AbstractAsyncContextManager[None]] | None = None) -> Outbox:
    @asynccontextmanager
    async def at_once(_: str) -> AsyncIterator[None]:
        yield

    tools = Tools(
        store=desk.store,
        clock=now,
        chance=lambda: 0.5,
        name="one",
        turn=turn or at_once,
        tried=lambda _: None,
    )
    return Outbox(tools, dict.fromkeys(What, line))


async def test_a_portal_that_hangs_does_not_hold_up_cards(desk: Desk):
    """Hundreds of answers wait for a portal that does not answer, so many of them on the wire: a card goes all the same."""
    hangs, goes = Line(desk), Line(desk)
    carrying = outbox(desk, goes)
    carrying._carriers[What.REPLY] = hangs
    await desk.store.run(lambda r: sent(r, desk.of))
    carrying.wake(frozenset({f"reply:{desk.of.id}"}))
    await hangs.began.wait()
    for _ in range(AT_ONCE - 1):
        await carrying._to_portals.acquire()  # as many more that hang
    carrying.wake(frozenset(f"reply:c_{n}" for n in range(3 * MOST_LANES)))
    assert len(carrying._workers) == MOST_LANES
    await desk.add(desk.of)
    carrying.wake(frozenset({LANE}))
    async with asyncio.timeout(20):
        await goes.began.wait()
    await carrying.stop(grace=0.05)


async def test_the_intake_does_not_queue_behind_what_waits_to_be_drawn(desk: Desk):
    """However much waits in the outbox, at most one act a worker is with the database at a time."""
    counting = Counting(desk.store)
    carrying = outbox(Desk(counting), Settles(Desk(counting)))
    for n in range(400):
        await desk.add(desk.of, lane="slack:redraw" if n % 2 else f"slack:dep:{n % 20}", fold=f"f{n}")
    await carrying.tick()
    async with asyncio.timeout(60):
        while await desk.lanes():
            await asyncio.sleep(0.02)
    await carrying.stop(grace=1)
    assert counting.done > 800
    assert counting.most <= 11  # ten channels and one redraw


async def test_a_redraw_that_died_with_the_service_is_made_at_its_next_start(url: str, desk: Desk):
    """All cards are redrawn one after the other: they do not wait for the lease of a life that is over."""
    former, line = Desk(desk.store, "former life"), Line(desk)
    await former.add(desk.of, lane=REDRAW_LANE)
    assert await former.claim(REDRAW_LANE)
    carrying = outbox(desk, line)
    await carrying.tick()
    if url.startswith("sqlite"):
        async with asyncio.timeout(20):
            await line.began.wait()
    else:  # it may be alive
        assert REDRAW_LANE not in carrying._workers
    await carrying.stop(grace=0.05)


async def test_a_post_that_was_cut_off_is_looked_for_before_it_is_made_again(desk: Desk):
    """Nobody knows whether Slack has it: it waits until a late call is over, counts as perhaps sent, and as no try."""
    line = Line(desk)
    carrying = outbox(desk, line)
    await desk.add(desk.of)
    carrying.wake(frozenset({LANE}))
    await line.began.wait()
    await carrying.stop(grace=0.05)
    assert await desk.listed(State.SENDING) == []
    assert await desk.claim() is None
    again = await desk.claim(at=now() + 2 * QUIET)
    assert (again.maybe_sent, again.attempts) == (True, 1)


async def test_an_answer_that_had_not_left_is_free_at_once(desk: Desk):
    """It was not marked, so it is not in doubt: nobody is asked about it."""
    line = Line(desk)
    carrying, reply = outbox(desk, line), await desk.store.run(lambda r: sent(r, desk.of))
    lane = f"reply:{desk.of.id}"
    carrying.wake(frozenset({lane}))
    await line.began.wait()
    await carrying.stop(grace=0.05)
    again = await desk.claim(lane)
    assert (again.subject, again.maybe_sent, again.attempts) == (reply.id, False, 1)


async def test_an_answer_that_may_have_left_is_in_doubt(desk: Desk):
    """It was marked, and its call was cut off: whoever takes it over knows that."""
    line = Line(desk, mark=True)
    carrying = outbox(desk, line)
    await desk.store.run(lambda r: sent(r, desk.of))
    lane = f"reply:{desk.of.id}"
    carrying.wake(frozenset({lane}))
    await line.began.wait()
    await carrying.stop(grace=0.05)
    assert await desk.listed(State.SENDING) == []
    assert (await desk.claim(lane, at=now() + 2 * QUIET)).maybe_sent


async def test_a_lane_that_waits_for_its_turn_does_not_hold_up_the_end(desk: Desk):
    """After a 429 a lane may wait for long; it holds nothing, so stopping does not wait with it."""
    waits = asyncio.Event()

    @asynccontextmanager
    async def turn(_: str) -> AsyncIterator[None]:
        waits.set()
        await asyncio.sleep(60)
        yield

    carrying = outbox(desk, Line(desk), turn=turn)
    made = await desk.add(desk.of)
    carrying.wake(frozenset({LANE}))
    await waits.wait()
    async with asyncio.timeout(5):
        await carrying.stop(grace=30)
    assert (await desk.claim()).id == made
