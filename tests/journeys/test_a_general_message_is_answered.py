"""A parent asks, a nurse answers, the family has it, the card says so."""

from __future__ import annotations

from tests.world import World, labels, message, words


async def test_the_answer_reaches_the_family_once_and_the_card_says_so(desk: World):
    """A general message becomes a card; Reply and Send bring the answer to the portal exactly once."""
    taken = await desk.write(message())
    assert taken["status"] == 202
    card = await desk.card("Ear drops and swimming")
    assert "Web Portal User" in words(card)
    assert "Rosa Delgado" in words(card)
    assert labels(card)[0] == "Reply"
    assert "[Open]" in labels(card)
    result = await desk.reply(card, "Please stop the drops for today.")
    assert result.get("closed"), result
    replies = await desk.replies()
    assert [r["body"]["text"] for r in replies] == ["Please stop the drops for today."]
    assert replies[0]["to"]["portal_user_id"] == "pu-1"
    assert replies[0]["author"]["name"] == "Alice Moreno"
    shown = await desk.card("elivered to the portal")
    assert "Please stop the drops for today." in words(shown)
    assert shown["ts"] == card["ts"]
