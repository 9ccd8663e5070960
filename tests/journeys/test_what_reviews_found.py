"""What a nurse and an attacker found before the first release, each as they lived through it."""

from __future__ import annotations

from tests.world import World, message, until, words


async def test_a_confidential_conversation_is_named_nowhere_else(desk: World):
    """Another card of the same account does not say that there is a confidential message, nor its number."""
    await desk.write(message(n="1", confidential=True, sender=_teen()))
    await desk.quiet()
    await desk.write(message("appointment", n="2", sender=_teen()))
    card = await until(lambda: _last(desk, "C0FRONT"), what="the appointment's card")
    assert "also open" not in words(card)
    assert "No. 1" not in words(card)


async def test_a_card_that_comes_back_is_the_same_card(desk: World):
    """Archived and unarchived: the channel has one card of the conversation, and it shows the present state."""
    await desk.write(message("refill", n="1"))
    card = await desk.card("Rosa Delgado", channel="C0REFILLS")
    await desk.admin("archive", channel="C0REFILLS")
    await desk.card("Rosa Delgado", channel="C0FRONT", who="U0BEN")
    await desk.admin("unarchive", channel="C0REFILLS")
    await desk.quiet()
    assert (await desk.reply(card, "Ready on Monday.", channel="C0REFILLS")).get("closed")
    await desk.card("elivered to the portal", channel="C0REFILLS")
    cards = [c for c in await desk.cards("C0REFILLS") if "Rosa Delgado" in words(c)]
    assert [c["ts"] for c in cards] == [card["ts"]]


async def test_whoever_wrote_an_answer_that_did_not_arrive_is_told(desk: World):
    """A direct message without a family's words says which card to look at."""
    await desk.write(message(n="1"))
    card = await desk.card("Rosa Delgado")
    await desk.control("faults", {"next": ["gone_410"]})
    await desk.reply(card, "Please come in.")
    await desk.card("Not delivered")
    told = await until(lambda: _last(desk, "D0ALICE"), what="a direct message")
    assert "has no confirmation from the portal" in words(told)
    assert "Delgado" not in words(told)


async def test_a_ping_is_answered_and_not_stored(desk: World):
    """portal.ping gets 200 and leaves nothing behind."""
    answered = await desk.control("ping", {"wait": True})
    assert answered["status"] == 200
    assert await desk.rows("SELECT COUNT(*) FROM inbox") == [(0,)]


def _teen() -> dict[str, object]:
    return {"portal_user_id": "pu-teen", "name": "Ada Lindgren", "relationship": "self", "proxy_verified": True}


async def _last(desk: World, channel: str) -> object:
    who = "U0BEN" if channel == "C0FRONT" else "U0ALICE"
    found = await desk.cards(channel, who)
    return found[-1] if found else None
