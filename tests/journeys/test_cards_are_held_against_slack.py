"""Every hour what we believe to stand in Slack is held against Slack: nothing stays away, nothing stands twice."""

from __future__ import annotations

import pytest

from bot.jobs.reconcile import Reconciler
from storage.sql import Sql
from tests.journeys.conftest import OpenDesk
from tests.world import World, labels, message, until


def round_of(desk: World) -> Reconciler:
    """The hourly round of the running service."""
    assert desk.service._front
    return Reconciler(desk.service.store, desk.service._front.poster, desk.clock)


async def test_a_card_that_somebody_deleted_comes_back_by_itself(desk: World):
    """Deleted in Slack, and nothing else happens: within the hour it stands again, once, and works."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.quiet()
    await desk.admin("delete_message", channel="C0NURSING", ts=card["ts"])
    assert await desk.cards() == []
    await round_of(desk).run()  # posted a moment ago: Slack's history may lag
    await desk.quiet()
    assert await desk.cards() == []
    await desk.later(minutes=5)
    for _ in range(2):
        await round_of(desk).run()
        await desk.quiet()
    (fresh,) = await desk.cards()
    assert fresh["ts"] != card["ts"]
    assert len(await desk.history("card.lost")) == 1
    assert (await desk.reply(fresh, "Stop the drops.")).get("closed")
    await desk.card("elivered to the portal")


async def test_a_redraw_that_becomes_a_post_is_written_down_first(desk: World):
    """A card that was deleted a moment ago is posted anew by its redraw: a life that comes after knows that it may stand."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.quiet()
    await desk.admin("delete_message", channel="C0NURSING", ts=card["ts"])
    await desk.write(message(n="later", thread_id="t-1"))
    await desk.quiet()
    (fresh,) = await desk.cards()
    assert fresh["ts"] != card["ts"]
    posted = Sql("SELECT COUNT(*) FROM deliveries WHERE lane >= 'slack:redraw' AND lane < 'slack:redraw;' AND marked")
    assert await desk.read(lambda records: records.one(posted)[0]) == 1


@pytest.mark.parametrize("how", ["open", "done", "shrunk"])
async def test_of_two_cards_with_one_key_one_stays(desk: World, how: str):
    """A second one with the same key is taken away, also when all is done, and when the one that is redrawn has become
    a line; that one stays, with its buttons."""
    over = how != "open"
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.quiet()
    ((key,),) = await desk.rows("SELECT key FROM places")
    assert desk.service._front
    posted = await desk.service._front.poster.post("C0NURSING", {"text": "twice", "blocks": card["blocks"]}, key=key)
    assert posted.done
    assert len(await desk.cards()) == 2
    if over:
        await desk.press(card, "Done")
        await desk.quiet()
    await desk.later(minutes=5)
    if how == "shrunk":
        await desk.later(minutes=10)
        await until(lambda: _is_a_line(desk, card["ts"]), what="a card that has become a line")
    await round_of(desk).run()
    await desk.quiet()
    (left,) = await desk.cards()
    assert left["ts"] == card["ts"]
    assert ("[Reopen]" if over else "Reply") in labels(left)


async def _is_a_line(desk: World, ts: str) -> bool:
    return any(card["ts"] == ts and len(card["blocks"]) == 1 for card in await desk.cards())


async def test_when_slack_does_not_answer_nothing_is_changed(desk: World):
    """History that cannot be read says nothing about cards: none is posted again."""
    await desk.write(message())
    await desk.card("Ear drops and swimming")
    await desk.quiet()
    await desk.later(minutes=5)
    await desk.do("faults", faults=[{"kind": "error_500_before", "method": "conversations.history", "probability": 1}])
    await round_of(desk).run()
    await desk.do("faults", faults=[])
    await desk.quiet()
    assert len(await desk.cards()) == 1
    assert await desk.history("card.lost") == []


async def test_an_unclear_answer_is_asked_about_every_hour(open_desk: OpenDesk):
    """The portal could not be asked for a day and can now: the doubt is over without anybody pressing, sent once."""
    lookup = {"PORTALDESK_PORTAL_MAIN_REPLIES": "lookup"}
    desk = await open_desk(settings_over=lookup, portal={"receipts": "none", "mode": "lookup"})
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.trouble("error_500_after", rate=1, kinds=["error_503_before"])
    assert (await desk.reply(card, "Stop the drops.")).get("closed")
    await desk.quiet()
    for _ in range(30):
        await desk.later(hours=1)
        await desk.quiet()
    await desk.card("Unclear")
    await desk.trouble(rate=0)
    await round_of(desk).run()
    await desk.card("elivered to the portal")
    assert len(desk.shown()) == 1
    assert [row["actor"] for row in await desk.history("reply.look_up")] == []
