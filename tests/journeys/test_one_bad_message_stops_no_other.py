"""Poison: what our own code stumbles over ends visibly after some tries, and stops nobody else (SAFETY I25)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from bot import failpoint
from bot.jobs.outbox import MOST_BUGS
from bot.jobs.rounds import waiting_too_long
from storage.sql import Sql
from tests.journeys.conftest import OpenDesk
from tests.world import World, message, words

Poisoned = Callable[[str], None]


@pytest.fixture
def poisoned() -> Iterator[Poisoned]:
    """Names the failpoint at which this process stumbles from now on; "" for none."""
    where = [""]

    def stumble(name: str) -> None:
        if name == where[0]:
            raise LookupError("planned")

    def at(name: str) -> None:
        where[0] = name

    failpoint.arm(stumble)
    yield at
    failpoint.arm(None)


async def test_an_event_that_we_stumble_over_is_shown_and_taken(desk: World, poisoned: Poisoned):
    """The portal hears 202, a person is shown that something came, and the next message is a card as ever."""
    desk.bugs = True
    poisoned("webhook.parse")
    await desk.write(message(n="1"))
    await desk.quiet()
    (row,) = await desk.rows("SELECT state FROM inbox")
    assert row == ("quarantined",)
    shown = [words(m) for m in await desk.messages("C0FRONT", who="U0BEN")]
    assert any("could not be" in told for told in shown), shown
    assert "Ear drops" not in " ".join(shown)
    poisoned("")
    await desk.write(message(n="2"))
    await desk.card("Ear drops and swimming")


async def test_what_waits_and_cannot_be_read_takes_no_message_with_it(desk: World):
    """Of two events that came before their message one is damaged on our disk: the other counts, the message is a card.

    The damaged one is shown to a person at once.
    """
    desk.bugs = True
    gone = {"message_id": "m-1", "at": "2026-11-22T19:09:00Z", "by": "Rosa Delgado"}
    ended = {"thread_id": "t-1", "at": "2026-11-22T19:09:00Z"}
    await desk.event({"type": "portal.thread.closed", "timestamp": gone["at"], "data": ended}, "evt-damaged")
    damage = Sql("UPDATE inbox SET event_sealed = :junk")
    await desk.service.store.run(lambda records: records.run(damage, junk=b"x" * 64))
    await desk.event({"type": "portal.message.withdrawn", "timestamp": gone["at"], "data": gone}, "evt-early")
    await desk.write(message())
    await desk.card("Withdrawn")
    found = await desk.rows("SELECT state FROM inbox ORDER BY received_at, id")
    assert found == [("quarantined",), ("done",), ("done",)]
    await desk.quiet()
    assert any("could not be shown" in words(m) for m in await desk.messages("C0FRONT", who="U0BEN"))
    assert await desk.service.store.run(waiting_too_long, now=desk.clock()) == 0


async def test_a_post_that_we_stumble_over_is_given_up_with_an_alarm(desk: World, poisoned: Poisoned):
    """After so many tries the admins are told; what other channels wait for went out all the time."""
    desk.bugs = True
    poisoned("slack.before_post")
    await desk.write(message(n="1"))
    for _ in range(MOST_BUGS + 2):
        await desk.later(hours=1)
        await desk.quiet()
    poisoned("")
    await desk.later(hours=1)
    assert "bug:LookupError" in await desk.alarm("I stumbled over something")
    await desk.write(message("appointment", n="2", request={"reason": "cough"}))
    await desk.card("cough", channel="C0FRONT", who="U0BEN")


async def test_an_answer_that_we_stumble_over_asks_its_writer(open_desk: OpenDesk, poisoned: Poisoned):
    """It may have left: its card says so and asks. The portal, which drops repeats, showed it to the family once."""
    desk = await open_desk(portal={"receipts": "none"})
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    desk.bugs = True
    poisoned("portal.answered")
    assert (await desk.reply(card, "Stop the drops.")).get("closed")
    for _ in range(MOST_BUGS + 2):
        await desk.later(hours=1)
        await desk.quiet()
    poisoned("")
    assert "Stop the drops." in words(await desk.card("Unclear"))
    assert len(desk.shown()) == 1
