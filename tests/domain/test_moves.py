"""When a channel cannot be used, its cards move at a pace that leaves room for people; not where others can read them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain import place, setup
from bot.domain.alarm import Channel, Place
from bot.domain.delivery import REDRAW_LANE, REDRAWS_A_MINUTE, Outcome, State, What
from bot.domain.store import Records, Store
from tests.storage.family import NOW, taken_in

PRACTICE = """
practice: {name: Bright Kids, timezone: America/New_York}
card_detail: minimal
hours: {mon-fri: "08:00-17:00"}
urgent_channel: C0URGENT
departments:
  - {name: Refills, channel: C0REFILLS}
  - {name: Front Desk, channel: C0FRONT}
default_department: Front Desk
staff:
  - {slack: U0PAT, name: Pat Quinn, roles: [admin, staff], departments: [Front Desk]}
"""
CARDS = 6


def stand(records: Records) -> None:
    """Cards in the Refills channel; the newest is urgent."""
    records.save_channel(Channel(named="C0REFILLS", id="C0REFILLS"))
    for n in range(1, CARDS + 1):
        made = taken_in(records, n=n)
        records.save_conversation(replace(made, department="Refills", urgent=n == CARDS))
        records.save_place(
            Place(conversation_id=made.id, slot="department", key=f"key{n}", channel="C0REFILLS", ts=f"{n}.000000")
        )


async def moves(store: Store, trouble: str, *, and_: Callable[[Records], None] = lambda _: None) -> list[float]:
    """After how many seconds each card's move may go, the oldest card first."""
    await store.run(setup.apply_practice, document=PRACTICE, by="cli:test", now=NOW)
    await store.run(stand)
    await store.run(and_)
    await store.run(place.troubled, channel_id="C0REFILLS", trouble=trouble, now=NOW)
    found = await store.read(lambda r: r.deliveries(states=[State.PENDING], limit=100))
    cards = sorted((one["number"], one["not_before"]) for one in found if one["lane"].startswith(REDRAW_LANE))
    return [(at - NOW).total_seconds() for _, at in cards]


async def test_an_archived_channels_cards_move_one_after_the_other(one_process: Store):
    """Urgent ones at once; the others more slowly than Slack would take them, so that a press between them is drawn."""
    apart = place.MOVES_APART.total_seconds()
    assert timedelta(minutes=1) / REDRAWS_A_MINUTE < place.MOVES_APART
    assert await moves(one_process, "archived") == [apart * n for n in range(1, CARDS)] + [0.0]


async def test_a_cards_thread_does_not_hold_up_the_others(one_process: Store):
    """A card whose family wrote again has posts below it, which stand in the channel as well: it is one card."""

    def thread(records: Records) -> None:
        for card in records.open_places(channel="C0REFILLS"):
            below = [replace(card, slot=f"post:{n}", key=f"{card.key}{n}", ts=f"9{n}{card.ts}") for n in range(4)]
            for post in below:
                records.save_place(post)

    assert await moves(one_process, "archived", and_=thread) == [
        place.MOVES_APART.total_seconds() * n for n in range(1, CARDS)
    ] + [0.0]


async def test_a_card_that_was_urgent_once_leaves_the_urgent_channel_with_the_others(one_process: Store):
    """Somebody pressed Not urgent: its card stands there still, and nobody can press it in an archived channel."""

    def calm(records: Records) -> None:
        records.save_channel(Channel(named="C0URGENT", id="C0URGENT"))
        for card in records.open_places(channel="C0REFILLS"):
            made = records.conversation(card.conversation_id)
            assert made is not None
            records.save_conversation(replace(made, urgent=False))
            records.save_place(replace(card, slot="urgent", key=f"{card.key}u", channel="C0URGENT", ts=f"9{card.ts}"))

    await one_process.run(setup.apply_practice, document=PRACTICE, by="cli:test", now=NOW)
    await one_process.run(stand)
    await one_process.run(calm)
    await one_process.run(place.troubled, channel_id="C0URGENT", trouble="archived", now=NOW)
    later = NOW + CARDS * place.MOVES_APART
    slots: list[str] = []
    for lane, _ in await one_process.read(lambda r: r.lanes(now=NOW)):
        while claim := await one_process.run(lambda r, lane=lane: r.claim(lane, now=later, by="test")):
            slots += [claim.slot] if claim.what is What.CARD else []
            await one_process.run(lambda r, c=claim: r.settle(c, Outcome(state=State.DELIVERED), now=later))
    assert slots.count("urgent") == CARDS


@pytest.mark.parametrize("trouble", ["shared_outside", "replaced"])
async def test_where_others_may_read_them_all_move_at_once(one_process: Store, trouble: str):
    """Words do not stay for politeness' sake where another company reads them."""
    assert await moves(one_process, trouble) == [0.0] * CARDS
