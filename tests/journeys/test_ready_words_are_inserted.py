"""Phrases and a colleague's words come into the reply with one press, and nothing that was written is lost."""

from __future__ import annotations

from typing import Any

from tests.journeys.conftest import OpenDesk
from tests.world import PRACTICE, World, block_of, message, text_block, words

PHRASES = """
phrases:
  - {notebook: Nursing, title: Fever advice, text: "Hi {sender_first_name}, offer {patient_first_name} plenty to drink."}
  - {notebook: Refills, title: Ready at pharmacy, text: "Please check with {pharmacy} this afternoon."}
"""


def shown(view: dict[str, Any]) -> str:
    """The words in the reply field."""
    return str(block_of(view, "reply_text")["element"].get("initial_value", ""))


async def written(desk: World, view: dict[str, Any], text: str) -> None:
    """Type into the reply field, without sending."""
    typed = {"view_id": view["id"], "block_id": text_block(view), "action_id": "reply_text", "value": text}
    await desk.do("input", **typed, **{"as": "U0ALICE"})


async def test_a_phrase_is_found_filled_and_put_behind_what_was_written(open_desk: OpenDesk):
    """Two letters find it; the gaps are filled from the message; what was typed stands above it."""
    desk = await open_desk(PRACTICE + PHRASES)
    await desk.write(message())
    view = await desk.writing(await desk.card("Ear drops and swimming"))
    await written(desk, view, "Thank you for writing.")
    (option,) = await desk.suggested(view, "reply_phrase", "fev")
    await desk.choose(view, "reply_phrase", option)
    await desk.quiet()
    (view,) = await desk.views()
    assert shown(view) == "Thank you for writing.\n\nHi Rosa, offer Mateo plenty to drink."
    assert (await desk.send(view, None)).get("closed")
    (reply,) = await desk.replies()
    assert reply["body"]["text"] == "Thank you for writing.\n\nHi Rosa, offer Mateo plenty to drink."


async def test_a_gap_without_a_value_stays_and_stops_send(open_desk: OpenDesk):
    """No pharmacy was given: the gap is seen, and Send says which."""
    desk = await open_desk(PRACTICE + PHRASES)
    await desk.write(message())
    view = await desk.writing(await desk.card("Ear drops and swimming"))
    (option,) = await desk.suggested(view, "reply_phrase", "pharm")
    await desk.choose(view, "reply_phrase", option)
    await desk.quiet()
    (view,) = await desk.views()
    assert "{pharmacy}" in shown(view)
    assert "{pharmacy}" in str((await desk.send(view, None))["errors"])


async def test_a_family_s_braces_are_never_filled(open_desk: OpenDesk):
    """A name that looks like a gap stays as it is: values are not filled again."""
    desk = await open_desk(PRACTICE + PHRASES)
    sender = {"portal_user_id": "pu-1", "name": "{pharmacy} X", "relationship": "parent", "proxy_verified": True}
    await desk.write(message(sender=sender))
    view = await desk.writing(await desk.card("Ear drops and swimming"))
    (option,) = await desk.suggested(view, "reply_phrase", "fever")
    await desk.choose(view, "reply_phrase", option)
    await desk.quiet()
    (view,) = await desk.views()
    assert shown(view).startswith("Hi {pharmacy}, offer Mateo")


async def test_a_colleague_s_words_are_inserted_with_one_press(desk: World):
    """The answer that came back stands above the field; Insert as text puts its words behind what was written."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.hand(card, "Grace", forward_note="?")
    received = await desk.direct("U0GRACE", "For you")
    await desk.press(received, "Respond", who="U0GRACE", channel="D0GRACE")
    view = await desk.window("U0GRACE", containing="Respond")
    await desk.submit(view, who="U0GRACE", respond_text="Stop them.", respond_words="Please stop the drops.")
    back = await desk.direct("U0ALICE", "Back with you")
    view = await desk.writing(back, channel="D0ALICE")
    assert "Stop them." in words(view)
    await written(desk, view, "Hi Rosa,")
    await desk.press_in(view, "Insert as text")
    await desk.quiet()
    (view,) = await desk.views()
    assert shown(view) == "Hi Rosa,\n\nPlease stop the drops."
    assert (await desk.send(view, None)).get("closed")
    (reply,) = await desk.replies()
    assert reply["body"]["text"] == "Hi Rosa,\n\nPlease stop the drops."
