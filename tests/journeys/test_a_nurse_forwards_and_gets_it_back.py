"""Forward: to a person or a department, with a note, and back again by itself."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.conftest import OpenDesk
from tests.world import PRACTICE, World, button, labels, message, words

NOTE = "Well visit was in March. They fly on Wednesday."
ANSWER = "Fine for one more. She needs a check before the next."
OFFERED = "Hi Rosa, please stop the drops and come in today."


async def forwarded(desk: World, **fields: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A card that Alice forwarded to Grace, and Grace's direct message about it."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    done = await desk.hand(card, "Grace", forward_note=NOTE, **fields)
    assert done.get("closed"), done
    return card, await desk.direct("U0GRACE", "For you")


async def respond(desk: World, thing: dict[str, Any], *, who: str = "U0GRACE", text: str = ANSWER) -> None:
    """Press Respond on somebody's direct message, and send it back."""
    await desk.press(thing, "Respond", who=who, channel="D" + who[1:])
    view = await desk.window(who, containing="Respond")
    done = await desk.submit(view, who=who, respond_text=text, respond_words=OFFERED)
    assert done.get("closed"), done


async def test_the_turn_goes_out_and_comes_back(desk: World):
    """Alice forwards, Grace gets it in a direct message and answers; Alice has it again with the answer at hand."""
    card, received = await forwarded(desk)
    for told in ("Mateo Delgado", NOTE, "from Alice Moreno, RN", "Prior text", "He got water in the ear"):
        assert told in words(received), told
    assert labels(received)[:3] == ["Respond", "Reply", "Forward"]
    await desk.card("Grace Kim, PNP, from Alice Moreno, RN")
    await respond(desk, received)
    back = await desk.direct("U0ALICE", "Back with you")
    for told in (ANSWER, OFFERED, "Grace Kim, PNP answered"):
        assert told in words(back), told
    assert labels(back)[0] == "Reply"
    assert "Came back" in words(await desk.card("Came back"))
    over = await desk.direct("U0GRACE", "Came back")
    assert "Respond" not in labels(over)
    assert desk.shown() == []
    del card


async def test_the_prior_text_goes_along_only_when_it_is_ticked(desk: World):
    """Unticked: the receiver's message shows the note and the subject, and not a word of the family."""
    _, received = await forwarded(desk, forward_prior=False)
    assert NOTE in words(received)
    assert "Ear drops and swimming" in words(received)
    assert "He got water" not in words(received)
    assert "The prior text was left out" in words(received)


async def test_who_has_no_other_tie_sees_a_glimpse_and_can_ask(desk: World):
    """Ben is of another department: without prior text nothing but Respond works, until Alice shows him the rest."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.hand(card, "Ben", forward_note=NOTE, forward_prior=False)
    received = await desk.direct("U0BEN", "For you")
    assert labels(received) == ["Respond", "[Open]", "[Ask for it]"]
    await desk.press(received, "Open", who="U0BEN", channel="D0BEN")
    view = await desk.window("U0BEN", containing="Ear drops")
    assert "He got water" not in words(view)
    assert "Reply" not in labels(view)
    await desk.do("close", view_id=view["id"], **{"as": "U0BEN"})
    await desk.press(received, "Ask for it", who="U0BEN", channel="D0BEN")
    asked = await desk.direct("U0ALICE", "asks for the prior text")
    await desk.press(asked, "Show prior text", channel="D0ALICE")
    await desk.direct("U0BEN", "added the prior text")
    await desk.direct("U0BEN", "He got water")


async def test_the_direct_message_becomes_late_by_itself(desk: World):
    """The promise is broken while it lies with the colleague: their card says so, though nobody pressed anything."""
    await desk.write(message(sent_at=desk.clock().strftime("%Y-%m-%dT%H:%M:%SZ")))
    await desk.hand(await desk.card("Ear drops and swimming"), "Grace", forward_note=NOTE)
    assert "Late" not in words(await desk.direct("U0GRACE", "For you"))
    await desk.quiet()
    for _ in range(5):
        await desk.later(hours=24)
        await desk.quiet()
    assert "Late" in words(await desk.direct("U0GRACE", "For you"))


async def test_a_chain_unwinds_in_order(desk: World):
    """Alice to Grace, Grace to Ben: Ben's answer goes to Grace, and hers to Alice."""
    _, received = await forwarded(desk)
    done = await desk.hand(received, "Ben", who="U0GRACE", channel="D0GRACE", forward_note="Is a visit free?")
    assert done.get("closed"), done
    third = await desk.direct("U0BEN", "For you")
    await respond(desk, third, who="U0BEN", text="Today at 3:40.")
    back = await desk.direct("U0GRACE", "Back with you")
    assert "Today at 3:40." in words(back)
    again = await desk.direct("U0GRACE", "Back with you")
    await desk.quiet()
    (row,) = await desk.rows("SELECT holder, turn FROM conversations")
    assert row == ("U0GRACE", "returned")
    assert "Respond" in labels(again)
    await respond(desk, again, text="Come at 3:40.")
    await desk.direct("U0ALICE", "Come at 3:40.")
    (row,) = await desk.rows("SELECT holder, turn FROM conversations")
    assert row == ("U0ALICE", "returned")


async def test_a_forward_to_a_department_moves_the_card(desk: World):
    """The card stands in the other channel; here remains a pointer without words; the answer brings it back."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.hand(card, "Front", forward_note="Billing question, I think.")
    moved = await desk.card("Ear drops and swimming", channel="C0FRONT", who="U0BEN")
    assert "Front Desk, from Alice Moreno, RN" in words(moved)
    assert labels(moved)[0] == "Respond"

    async def pointer() -> bool:
        (left,) = await desk.cards()
        return "Ear drops" not in words(left) and "Mateo" not in words(left)

    from tests.world import until

    await until(pointer, what="a pointer without words")
    await desk.press(moved, "Respond", who="U0BEN", channel="C0FRONT")
    view = await desk.window("U0BEN", containing="Respond")
    await desk.submit(view, who="U0BEN", respond_text="Not ours.")
    await desk.direct("U0ALICE", "Not ours.")
    (row,) = await desk.rows("SELECT department, holder FROM conversations")
    assert row == ("Nursing", "U0ALICE")


async def test_who_is_away_passes_it_to_the_cover(open_desk: OpenDesk):
    """The window says so before it is sent, and the message names both."""
    lee = "  - {slack: U0BEN, name: Ben Castillo, roles: [staff], covered_by: U0PAT, departments: [Front Desk]}"
    desk = await open_desk(
        PRACTICE.replace("  - {slack: U0BEN, name: Ben Castillo, roles: [staff], departments: [Front Desk]}", lee)
    )
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.press(card, "Forward")
    view = await desk.window(containing="Forward")
    (option,) = await desk.suggested(view, "forward_to", "ben cas")
    await desk.choose(view, "forward_to", option)
    view = await desk.window(containing="Pat Quinn covers")
    assert (await desk.submit(view, forward_note="Please look.")).get("closed")
    received = await desk.direct("U0PAT", "For you")
    assert "for Ben Castillo, who is away" in words(received)


async def test_it_is_taken_back(desk: World):
    """The one who forwarded takes it back; the other is told, and can no longer send it back."""
    card, received = await forwarded(desk)
    await desk.press(card, "Take it")
    assert "took general message No. 1 in Nursing back" in words(await desk.direct("U0GRACE", "took"))
    await desk.card("In progress")
    (row,) = await desk.rows("SELECT holder, turn FROM conversations")
    assert row == ("U0ALICE", "taken")
    old = {"channel": "D0GRACE", "ts": received["ts"], "as": "U0GRACE", "forged": True}
    await desk.do("press", **old, **button(received, "Respond"), value=row_value(received))
    await desk.direct("U0GRACE", "Nobody waits for your answer here")


def row_value(thing: dict[str, Any]) -> str:
    """The reference that the buttons of a message hold."""
    (block,) = [b for b in thing["blocks"] if b["type"] == "actions"]
    return str(next(e["value"] for e in block["elements"] if "value" in e))


@pytest.mark.parametrize("word", ["grace", "pnp", "front"])
async def test_names_and_departments_are_found_by_a_few_letters(desk: World, word: str):
    """People by name or title, departments by name or alias; never oneself."""
    await desk.write(message())
    await desk.press(await desk.card("Ear drops and swimming"), "Forward")
    view = await desk.window(containing="Forward")
    assert len(await desk.suggested(view, "forward_to", word)) == 1
    assert await desk.suggested(view, "forward_to", "alice") == []
