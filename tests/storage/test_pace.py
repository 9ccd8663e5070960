"""Several processes on one PostgreSQL keep Slack's pace between them: whoever claims next knows when the last one posted."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.domain.delivery import REDRAW_LANE, REDRAWS_A_MINUTE, REDRAWS_AT_ONCE, Outcome, State
from bot.slack.pace import Pace
from tests.storage.desk import Desk, now
from tests.storage.family import taken_in


@pytest.fixture
def shared(url: str) -> bool:
    """Whether several processes may post: on PostgreSQL."""
    return url.startswith("postgres")


async def test_the_next_claim_knows_when_the_lane_s_last_post_was(desk: Desk, shared: bool):
    """By the database's clock, whichever process it was; alone on SQLite a process knows it itself."""
    for _ in range(2):
        await desk.add(desk.of, lane="slack:dep:A")
    first = await desk.claim("slack:dep:A")
    assert first.rested is None
    await desk.settle(first, Outcome(state=State.DELIVERED))
    await asyncio.sleep(0.05)
    second = await Desk(desk.store, "two").claim("slack:dep:A")
    if not shared:
        assert second.rested is None
        return
    assert 0.05 <= second.rested < 5
    assert Pace(apart=10).left(second.rested) > 4
    assert Pace(apart=0).left(second.rested) == 0


async def test_a_429_holds_the_lane_for_everybody(desk: Desk, shared: bool):
    """Slack said to wait: another process that claims the next one waits as long."""
    for _ in range(2):
        await desk.add(desk.of, lane="slack:dep:A")
    first = await desk.claim("slack:dep:A")
    again = now() + timedelta(seconds=30)
    await desk.settle(first, Outcome(state=State.PENDING, again_at=again, counted=False, code="ratelimited"))
    second = await Desk(desk.store, "two").claim("slack:dep:A")
    if shared:
        assert -30 <= second.rested < -20
        assert 21 < Pace(apart=1).left(second.rested) <= 31
    else:
        assert second.rested is None


@pytest.mark.parametrize("lane", [REDRAW_LANE, "look_up:x"])
async def test_what_has_a_pace_of_its_own_is_not_held(desk: Desk, lane: str):
    """Redraws are counted by the minute, and a portal is no channel."""
    for _ in range(2):
        await desk.add(desk.of, lane=lane)
    await desk.settle(await desk.claim(lane), Outcome(state=State.DELIVERED))
    assert (await desk.claim(lane)).rested is None


async def test_redraws_are_counted_for_all_processes_together(url: str, opened, shared: bool):
    """Two processes that draw in turn: together they have twenty at once, and after that each waits its turn."""
    desks = [Desk(opened(url), name) for name in ("one", "two")]
    await desks[0].store.run(lambda r: r.save_practice("Bright Kids", by="cli:test", now=now()))
    of = await desks[0].store.run(taken_in)
    ahead = []
    for n in range(24):
        await desks[0].add(of, lane=REDRAW_LANE)
        claim = await desks[n % 2].claim(REDRAW_LANE)
        ahead.append(claim.ahead)
        await desks[n % 2].settle(claim)
    if not shared:
        assert set(ahead) == {None}
        return
    owing = [Pace(apart=1).owing(one) for one in ahead]
    assert owing[:REDRAWS_AT_ONCE] == [0.0] * REDRAWS_AT_ONCE
    assert sum(one == 0 for one in owing) < 24 or ahead[-1] < ahead[REDRAWS_AT_ONCE - 1]  # or the machine stood still
    assert Pace(apart=0).owing(1000.0) == 0


@pytest.mark.parametrize("code", ["paced", "lease_over"])
async def test_a_redraw_that_was_not_made_takes_nothing_from_the_others(desk: Desk, shared: bool, code: str):
    """Many replicas that claim, wait too long and let go: their debt does not grow with each try."""
    ahead = []
    await desk.add(desk.of, lane=REDRAW_LANE)
    for _ in range(5):
        claim = await desk.claim(REDRAW_LANE)
        ahead.append(claim.ahead)
        await desk.settle(claim, Outcome(state=State.PENDING, counted=False, code=code))
    assert set(ahead) == {None} if not shared else max(ahead) <= 60 / REDRAWS_A_MINUTE


async def test_a_429_for_a_redraw_holds_everybody_s(desk: Desk, shared: bool):
    """Another process that claims the next redraw knows how long Slack wants to be left alone."""
    for _ in range(2):
        await desk.add(desk.of, lane=REDRAW_LANE)
    first = await desk.claim(REDRAW_LANE)
    again = now() + timedelta(seconds=30)
    await desk.settle(first, Outcome(state=State.PENDING, again_at=again, counted=False, code="ratelimited"))
    second = await Desk(desk.store, "two").claim(REDRAW_LANE)
    if shared:
        assert 20 < Pace(apart=1).owing(second.ahead) <= 32
    else:
        assert second.ahead is None
