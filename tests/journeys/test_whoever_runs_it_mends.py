"""Whoever runs the service at a shell: what failed is tried again, and nothing reaches a family twice by that."""

from __future__ import annotations

import pytest

from bot.domain import operated, overdue
from bot.domain.refused import Refused
from tests.journeys.conftest import OpenDesk
from tests.world import World, message, words


@pytest.fixture
async def doubtful(open_desk: OpenDesk) -> World:
    """A portal that can neither be asked nor tell repeats apart; an answer of Alice's arrived, and nobody knows."""
    over = {"PORTALDESK_PORTAL_MAIN_REPLIES": "neither"}
    desk = await open_desk(settings_over=over, portal={"receipts": "none", "mode": "neither"})
    await desk.trouble("error_500_after")
    await desk.write(message())
    assert (await desk.reply(await desk.card("Ear drops and swimming"), "Stop the drops.")).get("closed")
    await desk.card("Unclear")
    return desk


async def retry(desk: World, *, twice: bool) -> bool:
    """`portaldesk deliveries retry` of the answer, with or without its flag."""
    ((found,),) = await desk.rows("SELECT id FROM deliveries WHERE what = 'reply'")
    done: bool = await desk.service.store.run(
        operated.retry, delivery_id=found, by="cli:op", twice=twice, now=desk.clock()
    )
    return done


async def open_alarms(desk: World) -> list[str]:
    return [key for (key,) in await desk.rows("SELECT key FROM alarms WHERE over_at IS NULL")]


async def test_an_answer_in_doubt_is_not_sent_again_by_the_way(doubtful: World):
    """retry of an unclear answer names its card and changes nothing; with --may-arrive-twice it goes, and the doubt ends."""
    await doubtful.later(minutes=61)
    await doubtful.service.store.run(overdue.doubts, now=doubtful.clock())
    with pytest.raises(Refused) as refused:
        await retry(doubtful, twice=False)
    assert "may have arrived" in refused.value.sentence
    assert await doubtful.rows("SELECT state FROM deliveries WHERE what = 'reply'") == [("unclear",)]
    assert len(await open_alarms(doubtful)) == 1
    assert await retry(doubtful, twice=True)
    assert len(await doubtful.replies(2)) == 2
    await doubtful.card("elivered to the portal")
    assert await open_alarms(doubtful) == []
    assert not await retry(doubtful, twice=True), "it is delivered"


async def test_what_the_portal_could_not_deliver_is_not_tried_again(doubtful: World):
    """The portal took it and gave up: the same key would only bring its receipt again, at a shell as on the card."""
    (shown,) = doubtful.shown()
    await doubtful.control("status", {"reply_id": shown["reply_id"], "status": "failed", "reason": "mailbox full"})
    await doubtful.card("Not delivered")
    for twice in (False, True):
        with pytest.raises(Refused, match="not_now"):
            await retry(doubtful, twice=twice)
    assert await doubtful.rows("SELECT code FROM deliveries WHERE what = 'reply'") == [("portal_failed",)]


async def test_an_answer_that_is_taken_out_is_in_doubt_no_more(doubtful: World):
    """drop of an unclear answer: why stands under its card, its alarm is over, and a later doubt there rings again."""
    await doubtful.later(minutes=61)
    await doubtful.service.store.run(overdue.doubts, now=doubtful.clock())
    ((found,),) = await doubtful.rows("SELECT id FROM deliveries WHERE what = 'reply'")
    told = {"delivery_id": found, "by": "cli:op", "why": "phoned", "now": doubtful.clock()}
    assert await doubtful.service.store.run(operated.drop, **told)
    assert await open_alarms(doubtful) == []
    assert not await doubtful.service.store.run(operated.drop, **told)
    await doubtful.quiet()
    assert "Unclear" not in words(await doubtful.card("Ear drops and swimming"))
