"""Slack reads, and refuses or holds back what we write: nobody is left looking at an old card without a word."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from bot.jobs.rounds import ChannelRound
from bot.sandbox.slack.config import SlackConfig, Timing
from tests.journeys.conftest import OpenDesk
from tests.world import CHANNELS, PEOPLE, World, message, until, words


async def test_a_channel_that_does_not_let_us_post(open_desk: OpenDesk):
    """Its cards go elsewhere at once; looks, which find nothing wrong with it, neither bring them back nor ring anew."""
    channels = tuple(replace(c, is_read_only=c.id == "C0REFILLS") for c in CHANNELS)
    desk = await open_desk(slack=SlackConfig(people=PEOPLE, channels=channels, limits=False))
    await desk.write(message("refill"))
    card = await desk.card("Rosa Delgado", channel="C0FRONT", who="U0BEN")
    await desk.alarm("does not let me post")
    assert desk.service._front
    for _ in range(2):
        await ChannelRound(desk.service.store, desk.service._front.poster, desk.clock).run()
        await desk.quiet()
    assert [one["ts"] for one in await desk.cards("C0FRONT", "U0BEN")] == [card["ts"]]
    assert await desk.rows("SELECT COUNT(*) FROM alarms") == [(1,)]


async def test_a_press_whose_redraw_waits_is_answered(desk: World):
    """Slack holds redraws back for seconds: whoever pressed is told at once, and the card follows by itself."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.quiet()
    await desk.do("faults", faults=[{"kind": "ratelimited", "method": "chat.update", "nth": [1], "retry_after": 4}])
    await desk.press(card, "Done")
    await desk.notice("No. 1: your press counts. Slack makes me wait")
    assert await desk.cards() == [card]
    await desk.card("closed by")


async def test_a_card_that_may_not_be_changed_any_more(open_desk: OpenDesk):
    """The workspace lets nobody edit what is a while old: a new card takes the old one's place, at once."""
    desk = await open_desk(slack=SlackConfig(people=PEOPLE, channels=CHANNELS, limits=False, timing=Timing(edits=0.0)))
    await desk.write(message())
    old = await desk.card("Ear drops and swimming")
    await desk.press(old, "Take it")

    async def replaced() -> bool:
        return [card["ts"] for card in await desk.cards()] == [(await desk.card("Alice Moreno"))["ts"]]

    await until(replaced, what="the new card alone")
    await desk.quiet()
    assert [card["ts"] != old["ts"] for card in await desk.cards()] == [True]
    assert {row["answer"].get("error") for row in desk.calls("chat.update")} == {"edit_window_closed"}
    assert len(desk.calls("chat.delete")) == 1


async def test_a_new_card_in_its_place_is_one_though_its_answer_is_lost(open_desk: OpenDesk):
    """The same, and Slack's answers to taking the old one away and to the new post are both lost: one card stands."""
    desk = await open_desk(slack=SlackConfig(people=PEOPLE, channels=CHANNELS, limits=False, timing=Timing(edits=0.0)))
    await desk.write(message())
    old = await desk.card("Ear drops and swimming")
    await desk.do(
        "faults",
        faults=[
            {"kind": "reset_after", "method": "chat.delete", "nth": [1]},
            {"kind": "reset_after", "method": "chat.postMessage", "nth": [1]},
        ],
    )
    await desk.press(old, "Take it")

    async def taken() -> bool:
        await desk.later(seconds=16)
        cards = await desk.cards()
        return len(cards) == 1 and "Alice Moreno" in words(cards[0])

    await until(taken, what="the new card")
    await desk.quiet()
    assert len(await desk.cards()) == 1


async def test_a_later_message_that_may_not_be_changed_stays_readable(open_desk: OpenDesk):
    """The same, and the first message is withdrawn: the post of the later one, which is true still, is left there."""
    edits = 5.0  # until then the card is changed as ever, and the later message stands under it
    slack = SlackConfig(people=PEOPLE, channels=CHANNELS, limits=False, timing=Timing(edits=edits))
    desk = await open_desk(slack=slack)
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    body = {"format": "plain", "text": "It is the left ear.", "lang": "en"}
    await desk.write(message(n="2", thread_id="t-1", body=body))

    async def posted() -> Any:
        return next((post["ts"] for post in await desk.thread(card) if "left ear" in words(post)), None)

    ts = await until(posted, what="the later message")
    await desk.quiet()
    await asyncio.sleep(edits)
    gone = {"message_id": "m-1", "at": "2026-11-22T19:09:00Z", "by": "Rosa Delgado"}
    await desk.event({"type": "portal.message.withdrawn", "timestamp": gone["at"], "data": gone}, "evt-gone")
    await desk.quiet()
    assert ts not in {row["args"].get("ts") for row in desk.calls("chat.delete")}
