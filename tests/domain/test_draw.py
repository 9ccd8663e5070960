"""When a card is drawn: at once, or with what is about to become known."""

from __future__ import annotations

from datetime import datetime

from bot.domain import tell
from bot.domain.alarm import Place
from bot.domain.conversation import Conversation
from bot.domain.delivery import State, redraw_lane, slack_lane
from bot.domain.store import Records, Store
from tests.storage.family import NOW, taken_in

SLOTS = ("department", "dm:U0DR:f_1", "post:1")


def posted(records: Records) -> Conversation:
    """A message that nothing waits for."""
    made = taken_in(records)
    for one in records.deliveries(states=[State.PENDING], limit=100):
        assert records.drop(one["id"], state=State.DELIVERED, code="seen", now=NOW)
    return made


def stands(records: Records) -> Conversation:
    """A card that stands in its channel and with a colleague, with a post below it."""
    made = posted(records)
    for n, slot in enumerate(SLOTS):
        records.save_place(Place(conversation_id=made.id, slot=slot, key=f"k{n}", channel=f"C{n}", ts=f"{n}.0"))
    return made


async def waiting(store: Store, made: Conversation) -> list[tuple[str, datetime]]:
    """The lane and time of each redraw or post of a card that waits."""
    found = await store.read(lambda r: r.deliveries(states=[State.PENDING], limit=100))
    return [(one["lane"], one["not_before"]) for one in found if one["number"] == made.number]


async def test_after_send_the_card_waits_for_what_the_portal_says(one_process: Store):
    """One redraw for each card: it goes at once when more is known, and by itself a moment later."""
    made = await one_process.run(stands)
    lane, woken = redraw_lane(made.id), list[str]()
    one_process.on_work(woken.extend)
    await one_process.run(tell.draw_with_what_comes, conversation=made, now=NOW)
    assert await waiting(one_process, made) == [(lane, NOW + tell.MEANWHILE)] * 2
    assert lane not in woken
    assert await one_process.read(lambda r: r.redraw_waits(made.id))
    await one_process.run(tell.draw, conversation=made, now=NOW)
    assert await waiting(one_process, made) == [(lane, NOW)] * 2
    assert lane in woken


async def test_a_card_that_does_not_stand_yet_waits_for_nothing(one_process: Store):
    """People have to see it first."""
    made = await one_process.run(posted)
    await one_process.run(tell.draw_with_what_comes, conversation=made, now=NOW)
    assert await waiting(one_process, made) == [(slack_lane(f"dep:{made.department}"), NOW)]


async def test_a_channels_trouble_moves_no_card_in_direct_messages(one_process: Store):
    """Slack counts every redraw, and such a card would look the same."""
    made = await one_process.run(stands)
    await one_process.run(tell.draw_in_channels, conversation=made, now=NOW, at=NOW)
    assert await waiting(one_process, made) == [(redraw_lane(made.id), NOW)]
