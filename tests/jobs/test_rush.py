"""While portals' events pour in, posts to Slack let them pass, for a moment at most."""

from __future__ import annotations

import time

import pytest

from bot.jobs.rush import LONGEST, MANY, WITHIN, Rush


class Clock:
    """Seconds that go on when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_rush_is_many_events_in_a_blink():
    """Two hundred a second are one; as many at half the pace are an ordinary busy morning."""
    for apart, rush in ((WITHIN / MANY, True), (2 * WITHIN / MANY, False)):
        clock = Clock()
        events = Rush(steady=clock)
        for _ in range(3 * MANY):
            clock.now += apart
            events.came()
        assert events.on() is rush


def test_it_is_over_a_blink_after_the_last():
    """Nothing has to say that it ended; and seven events at once are none."""
    clock = Clock()
    events = Rush(steady=clock)
    for _ in range(MANY - 1):
        events.came()
    assert not events.on()
    events.came()
    assert events.on()
    clock.now += WITHIN
    assert not events.on()


async def test_a_post_waits_no_longer_than_a_channel_makes_it_wait():
    """A rush without end holds nothing up for longer than that; without one nobody waits."""
    quiet, endless = Rush(), Rush(steady=Clock())
    for _ in range(MANY):
        endless.came()
    with pytest.raises(StopIteration):
        quiet.over().send(None)  # it ends without waiting once
    began = time.monotonic()
    await endless.over()
    assert endless.on()
    assert time.monotonic() - began + WITHIN >= LONGEST
