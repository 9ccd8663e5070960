"""Slack was away for hours: urgent cards first, then one message that says what waits, then every single card."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.domain import backlog
from tests.journeys.conftest import OpenDesk
from tests.world import World, message, until, words

TAIL = 70  # more than backlog.MANY
IN_HAND = 1  # a channel's cards have one worker, and that one claim at a time


async def away(desk: World, *, messages: int) -> None:
    """Slack refuses every post while families write; every tenth message is urgent."""
    down = {"kind": "error_500_before", "method": "chat.postMessage", "probability": 1}
    await desk.do("faults", faults=[down])
    for n in range(messages):
        urgent = {"priority": "urgent"} if n % 35 == 20 else {}
        patient = {"id": f"p-{n}", "mrn": f"9{n}", "name": f"Child{n:03d} Doe", "birth_date": "2020-08-14"}
        await desk.write(message(n=str(n), patient=patient, **urgent))
    await desk.later(hours=8)
    assert await desk.cards() == []


async def posted(desk: World) -> list[dict[str, Any]]:
    """What stands in the channel, in the order in which it was posted."""
    return sorted(await desk.messages(), key=lambda m: float(m["ts"]))


@pytest.mark.timeout(180)
async def test_urgent_first_then_one_word_then_all_of_it(open_desk: OpenDesk):
    """No card is skipped, none stands twice; the digest stands once, behind the urgent ones, and names no child."""
    desk = await open_desk()
    await away(desk, messages=TAIL)
    assert await desk.service.store.run(backlog.watch, now=desk.clock()) == 1
    assert await desk.service.store.run(backlog.watch, now=desk.clock()) == 0
    await desk.do("faults", faults=[])
    await desk.later(minutes=2)
    early = len(await desk.cards()) + IN_HAND  # tried again while nothing else was due yet, or claimed by then

    async def all_there() -> bool:
        await desk.later(seconds=31)
        await desk.quiet()  # a clock that leaps while a post is in hand makes it look late, and it is made once more
        return len(await desk.cards()) > TAIL  # the digest stands among them

    await until(all_there, what="every card", within=120)
    shown = [words(m) for m in await posted(desk)]
    (digest,) = [n for n, told in enumerate(shown) if "Catching up: Nursing" in told]
    urgent = [n for n, told in enumerate(shown) if "Urgent" in told and "Child" in told]
    assert len(urgent) == 2
    assert early < TAIL / 2  # else the rest of this says nothing
    assert max(urgent) <= early + len(urgent)
    assert digest <= early + len(urgent)
    assert "Child" not in shown[digest]
    assert "2 urgent" in shown[digest]
    children = {word for told in shown for word in told.split() if word.startswith("Child")}
    assert len(children) == TAIL


async def test_a_burst_is_no_outage(desk: World):
    """As many cards as that, but a moment old: nobody needs to be told."""
    down = {"kind": "error_500_before", "method": "chat.postMessage", "probability": 1}
    await desk.do("faults", faults=[down])
    for n in range(backlog.MANY + 2):
        await desk.write(message(n=str(n), patient={"id": f"p-{n}", "mrn": f"9{n}", "name": f"C{n} D"}))
    assert await desk.service.store.run(backlog.watch, now=desk.clock()) == 0
    await desk.do("faults", faults=[])


async def test_when_it_is_over_the_next_one_is_told_anew(desk: World):
    """The alarm ends when few are left; after a further outage the channel is told again."""

    await desk.write(message())
    await desk.card("Ear drops and swimming")
    await desk.quiet()
    now = desk.clock()
    opened = await desk.service.store.run(
        lambda r: r.raise_alarm(key="backlog:Nursing", words="x", now=now)  # as an outage before left it
    )
    assert opened is not None
    await desk.service.store.run(backlog.watch, now=now + timedelta(minutes=1))
    assert await desk.rows("SELECT COUNT(*) FROM alarms WHERE over_at IS NULL") == [(0,)]
