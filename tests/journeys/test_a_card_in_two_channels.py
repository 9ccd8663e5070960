"""A card whose post was in doubt while its channel was archived: within the hour it stands in one channel only."""

from __future__ import annotations

from typing import Any

import pytest

from bot.jobs.reconcile import Reconciler
from storage.sql import Sql
from tests.world import World, button, labels, message, until, words


def _round(desk: World) -> Reconciler:
    assert desk.service._front
    return Reconciler(desk.service.store, desk.service._front.poster, desk.clock)


async def _copied(desk: World, card: dict[str, Any], *, to: str) -> None:
    """Post what a card whose post was in doubt leaves behind: the same key and buttons, and no place in our records."""
    ((key,),) = await desk.rows("SELECT key FROM places")
    assert desk.service._front
    copy = {"text": "astray", "blocks": card["blocks"]}
    assert (await desk.service._front.poster.post(to, copy, key=key)).done


@pytest.mark.parametrize("over", [False, True], ids=["open", "done"])
async def test_the_one_that_is_not_redrawn_goes(desk: World, over: bool):
    """It was posted where it went for a moment, the answer was lost, and it stands at home again: that one is left."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    if over:
        await desk.press(card, "Done")
    await desk.quiet()
    (card,) = await desk.cards()
    await _copied(desk, card, to="C0FRONT")
    await _round(desk).run()  # it may be on its way there
    assert len(await desk.cards("C0FRONT")) == 1
    await desk.later(minutes=5)
    await _round(desk).run()
    await desk.quiet()
    assert await desk.cards("C0FRONT") == []
    (left,) = await desk.cards()
    assert (left["ts"], labels(left)) == (card["ts"], labels(card))


@pytest.mark.parametrize("pressed", ["Done", "Take it"], ids=["refused", "done"])
async def test_whoever_presses_it_takes_it_away(desk: World, pressed: str):
    """Nobody redraws it, so it offers what is long done: a press counts, or is refused in words, and the card goes."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.quiet()
    await _copied(desk, card, to="C0FRONT")
    (copy,) = await desk.cards("C0FRONT", who="U0BEN")
    if pressed == "Done":
        await desk.press(card, "Done")
    await desk.quiet()
    await desk.press(copy, pressed, who="U0BEN", channel="C0FRONT")
    await desk.quiet()
    assert len(await desk.cards("C0FRONT", who="U0BEN")) == 1  # so young that it may be on its way into our records
    await desk.later(minutes=5)
    await desk.quiet()
    await desk.press(copy, "Done", who="U0BEN", channel="C0FRONT")

    async def gone() -> bool:
        return not await desk.cards("C0FRONT", who="U0BEN")

    await until(gone, what="the card that nobody redraws gone")
    await desk.quiet()
    (left,) = await desk.cards()
    assert left["ts"] == card["ts"]


async def test_a_press_takes_no_card_that_stands_alone(desk: World):
    """Somebody deleted the card that we redraw: the other one is all that people have, until the hourly look."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.quiet()
    await _copied(desk, card, to="C0NURSING")
    assert (await desk.service._front.poster.delete("C0NURSING", card["ts"])).done
    await desk.later(minutes=5)
    await desk.quiet()
    (copy,) = await desk.cards()
    await desk.do("press", channel="C0NURSING", ts=copy["ts"], **button(copy, "Take it"), **{"as": "U0GUEST"})
    await desk.quiet()
    assert [one["ts"] for one in await desk.cards()] == [copy["ts"]]


async def test_a_pointer_stays(desk: World):
    """What a forward to another department leaves behind has the card's key, and is no card."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.hand(card, "Front", forward_note="Billing question, I think.")
    await desk.card("Ear drops and swimming", channel="C0FRONT", who="U0BEN")
    await desk.quiet()
    await desk.later(minutes=5)
    await _round(desk).run()
    await desk.quiet()
    (pointer,) = await desk.cards()
    assert "stands in another channel now" in words(pointer)
    assert len(await desk.cards("C0FRONT", who="U0BEN")) == 1
    assert await desk.history("card.lost") == []


async def test_its_words_do_not_stay_where_it_was(desk: World):
    """Slack limits the redraw of the card that is left behind: nothing stands elsewhere before its words are gone."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.quiet()
    await desk.do("faults", faults=[{"kind": "ratelimited", "method": "chat.update", "nth": [1], "retry_after": 1}])
    await desk.hand(card, "Front", forward_note="Billing question, I think.")

    async def limited() -> bool:
        return any(row["answer"].get("error") == "ratelimited" for row in desk.calls("chat.update"))

    await until(limited, what="the 429")
    assert await desk.cards("C0FRONT", who="U0BEN") == []
    await desk.later(seconds=3)
    await desk.card("Ear drops and swimming", channel="C0FRONT", who="U0BEN")
    await desk.quiet()
    (pointer,) = await desk.cards()
    assert "stands in another channel now" in words(pointer)
    assert "Ear drops" not in words(pointer)


async def test_later_words_follow_the_card(desk: World):
    """What the family wrote later stands in the thread of the card: where the card has left, its words are taken away."""
    await desk.write(message(department="Front Desk"))
    card = await desk.card("Ear drops and swimming", channel="C0FRONT", who="U0BEN")
    await desk.write(
        message(n="2", thread_id="t-1", body={"format": "plain", "text": "It is the left ear.", "lang": "en"})
    )

    async def told(words_of: str, channel: str, under: dict[str, object], who: str) -> bool:
        return any(words_of in words(post) for post in await desk.thread(under, channel=channel, who=who))

    await until(lambda: told("left ear", "C0FRONT", card, "U0BEN"), what="the later message")
    await desk.hand(card, "Nursing", who="U0BEN", channel="C0FRONT", forward_note="Yours.")
    nursing = await desk.card("Yours.")
    await until(lambda: told("stands in another channel", "C0FRONT", card, "U0BEN"), what="a post without words")
    assert not await told("left ear", "C0FRONT", card, "U0BEN")
    await desk.write(message(n="3", thread_id="t-1", body={"format": "plain", "text": "Now both ears.", "lang": "en"}))
    await until(lambda: told("both ears", "C0NURSING", nursing, "U0ALICE"), what="the third message")
    assert not await told("both ears", "C0FRONT", card, "U0BEN")


@pytest.mark.parametrize("doubtful", [True, False])
async def test_of_two_in_a_direct_message_the_first_goes(desk: World, doubtful: bool):
    """Its post was in doubt, was looked for and made again; then the first one came after all, and nobody presses it."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    assert (await desk.hand(card, "Grace")).get("closed")
    received = await desk.direct("U0GRACE", "For you")
    await desk.quiet()
    (place,) = await desk.rows("SELECT key, channel FROM places WHERE slot LIKE 'dm:%'")
    assert desk.service._front
    copy = {"text": "For you, once more", "blocks": received["blocks"]}
    assert (await desk.service._front.poster.post(place[1], copy, key=place[0])).done
    if doubtful:
        mark = Sql("UPDATE deliveries SET maybe_sent = TRUE WHERE lane = 'slack:dm:U0GRACE'")
        await desk.service.store.run(lambda records: records.run(mark))
    await _round(desk).run()  # it may be on its way there
    assert (await desk.direct("U0GRACE", "once more"))["ts"] != received["ts"]
    await desk.later(minutes=5)
    await _round(desk).run()
    await desk.quiet()
    left = await desk.direct("U0GRACE")
    assert (left["ts"] == received["ts"]) is doubtful, "where nothing was in doubt nothing is read"
