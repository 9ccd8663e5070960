"""A card that was drawn is drawn again when it changes by itself, also if it changed while Slack answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain import carry, setup
from bot.domain.alarm import Place
from bot.domain.conversation import Conversation, Status
from bot.domain.delivery import TELL_AFTER, Outcome, State, redraw_lane
from bot.domain.store import Records, Store
from tests.domain.test_moves import PRACTICE
from tests.storage.family import MINUTE, NOW, card, sent, taken_in

LANE = "slack:dep:Refills"


def waits(records: Records) -> Conversation:
    """A card that is due in a minute, not posted yet."""
    made = replace(taken_in(records), department="Refills", due_at=NOW + MINUTE)
    records.save_conversation(made)
    records.add_delivery(card(records, made, lane=LANE), now=NOW)
    return made


async def carried(
    store: Store, lane: str, made: Conversation, *, at: datetime, took: timedelta = timedelta(seconds=1)
) -> str | None:
    """The slot of the card that the lane had to draw at that time, if any; Slack took it after a while."""
    claim = await store.run(lambda r: r.claim(lane, now=at, by="test"))
    if claim is None:
        return None
    place = Place(conversation_id=made.id, slot=claim.slot, key="key", channel="C0REFILLS", ts="1.000000")
    drawn = await store.read(lambda r: r.picture(made.id))
    done = Outcome(state=State.DELIVERED)
    assert await store.run(carry.settle_card, claim=claim, outcome=done, drawn=drawn, place=place, now=at + took)
    return claim.slot


@pytest.mark.parametrize("took", [timedelta(seconds=1), 2 * MINUTE])
async def test_a_card_that_became_late_while_slack_answered_is_drawn_late(one_process: Store, took: timedelta):
    """Nothing else would draw it: it would look as if there were time for as long as nobody touches it."""
    await one_process.run(setup.apply_practice, document=PRACTICE, by="cli:test", now=NOW)
    made = await one_process.run(waits)
    assert await carried(one_process, LANE, made, at=NOW, took=took)
    late = NOW + 3 * MINUTE
    assert await carried(one_process, redraw_lane(made.id), made, at=late, took=took)
    assert not await carried(one_process, redraw_lane(made.id), made, at=late + 60 * MINUTE, took=took)


@pytest.mark.parametrize("slot", ["urgent", "dm:U0DR:f_1"])
async def test_each_card_that_stands_sees_to_its_own_later_look(one_process: Store, slot: str):
    """The urgent channel's copy and the one in direct messages become late as the department's does."""
    await one_process.run(setup.apply_practice, document=PRACTICE, by="cli:test", now=NOW)
    made = await one_process.run(waits)
    await one_process.run(lambda r: r.add_delivery(replace(card(r, made, lane="slack:else"), slot=slot), now=NOW))
    assert await carried(one_process, "slack:else", made, at=NOW) == slot
    late = NOW + 3 * MINUTE
    assert await carried(one_process, redraw_lane(made.id), made, at=late) == slot
    assert await carried(one_process, redraw_lane(made.id), made, at=late + 60 * MINUTE) is None


async def test_a_card_of_something_done_shrinks_and_then_says_not_delivered_yet(one_process: Store):
    """Each look is followed by the next: the one that shrinks it must not be the last while its answer waits."""
    await one_process.run(setup.apply_practice, document=PRACTICE, by="cli:test", now=NOW)

    def done(records: Records) -> Conversation:
        made = replace(waits(records), status=Status.DONE, closed_at=NOW, closed_by="U0ALICE")
        records.save_conversation(replace(made, version=made.version + 1))
        sent(records, made)
        return made

    made = await one_process.run(done)
    assert await carried(one_process, LANE, made, at=NOW) == "department"
    lane = redraw_lane(made.id)
    assert await carried(one_process, lane, made, at=NOW + carry.SHRINK_AFTER - MINUTE) is None
    assert await carried(one_process, lane, made, at=NOW + carry.SHRINK_AFTER) == "department"
    assert await carried(one_process, lane, made, at=NOW + TELL_AFTER - MINUTE) is None
    assert await carried(one_process, lane, made, at=NOW + TELL_AFTER) == "department"
    assert await carried(one_process, lane, made, at=NOW + 60 * MINUTE) is None
