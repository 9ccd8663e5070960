"""The workers of the outbox at a clean end: what they hold is finished, or given back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.domain.delivery import QUIET, Claim, State, What
from bot.jobs.outbox import Outbox, Tools
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


def outbox(desk: Desk, line: Line, *, ready: Callable[[str], Awaitable[None]] | None = None) -> Outbox:
    async def at_once(_: str) -> None:
        return

    tools = Tools(
        store=desk.store,
        clock=now,
        chance=lambda: 0.5,
        name="one",
        ready=ready or at_once,
        tried=lambda _: None,
    )
    return Outbox(tools, dict.fromkeys(What, line))


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

    async def ready(_: str) -> None:
        waits.set()
        await asyncio.sleep(60)

    carrying = outbox(desk, Line(desk), ready=ready)
    made = await desk.add(desk.of)
    carrying.wake(frozenset({LANE}))
    await waits.wait()
    async with asyncio.timeout(5):
        await carrying.stop(grace=30)
    assert (await desk.claim()).id == made
