"""Appointment, insurance, referral: recorded once, told to the family in words that follow what was chosen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world import World, block_of, labels, message, text_block, words

FRONT = {"channel": "C0FRONT", "who": "U0BEN"}
VISIT = {"action": "new", "visit_type": "check-up", "provider": "Dr. Omar Shah", "preferred": [{"days": ["Sat"]}]}
INSURANCE = {"payer": "Blue Harbor", "plan": "PPO", "member_id": "BHX 44"}
REFERRAL = {"specialty": "Allergy", "to": "Dr. Helen Voss", "reason": "hives"}


async def card(desk: World, kind: str, request: dict[str, Any], **over: Any) -> dict[str, Any]:
    """A card of that kind."""
    await desk.write(message(kind, request=request, **over))
    channel = "C0NURSING" if kind == "referral" else "C0FRONT"
    return await desk.card("Mateo Delgado", channel=channel, who="U0BEN")


async def opened(desk: World, thing: dict[str, Any], label: str, **where: Any) -> dict[str, Any]:
    """Press the kind's button; the window."""
    await desk.press(thing, label, **(where or FRONT))
    return await desk.window(where.get("who", "U0BEN"), containing=label)


async def booked(desk: World, thing: dict[str, Any], day: str = "2027-12-07", time: str = "15:20") -> dict[str, Any]:
    """Ben presses Schedule, chooses Booked, a day and a time; the window with the words that follow."""
    view = await opened(desk, thing, "Schedule")
    assert "initial_option" not in block_of(view, "outcome")["element"]
    await desk.choose(view, "outcome", "booked", who="U0BEN")
    view = await desk.window("U0BEN", containing="Date")
    await desk.choose(view, "visit_date_1", day, who="U0BEN")
    await desk.choose(view, "visit_time_1", time, who="U0BEN")
    await desk.quiet()
    view = (await desk.views("U0BEN"))[-1]
    await desk.choose(view, "visit_provider", "Dr. Omar Shah", who="U0BEN")
    await desk.quiet()
    return (await desk.views("U0BEN"))[-1]


def proposed(view: dict[str, Any]) -> str:
    """The words in the reply field."""
    return str(block_of(view, "reply_text")["element"].get("initial_value", ""))


async def test_a_visit_is_booked_and_the_family_told_in_the_practice_s_time(desk: World):
    """The words name day, time and provider; the portal gets the decision in UTC."""
    thing = await card(desk, "appointment", VISIT)
    assert labels(thing)[:3] == ["Schedule", "Reply", "Forward"]
    view = await booked(desk, thing)
    assert proposed(view) == "Hi Rosa, Mateo's check-up is on Tuesday, December 7 at 3:20 PM with Dr. Omar Shah."
    assert view["submit"]["text"] == "Save and send"
    assert (await desk.submit(view, who="U0BEN")).get("closed")
    (reply,) = await desk.replies()
    assert "December 7 at 3:20 PM" in reply["body"]["text"]
    decision = reply["decision"]
    assert (decision["kind"], decision["outcome"]) == ("appointment", "booked")
    assert decision["visit"]["start"] == "2027-12-07T20:20:00Z"


async def test_own_words_stay_and_can_be_proposed_again(desk: World):
    """After an edit the fields no longer change the words, until Propose again."""
    view = await booked(desk, await card(desk, "appointment", VISIT))
    typed = {"view_id": view["id"], "block_id": text_block(view), "action_id": "reply_text", "value": "My own words."}
    await desk.do("input", **typed, **{"as": "U0BEN"})
    await desk.choose(view, "visit_time_1", "16:00", who="U0BEN")
    view = await desk.window("U0BEN", containing="Propose again")
    assert proposed(view) == "My own words."
    await desk.press_in(view, "Propose again", who="U0BEN")
    await desk.quiet()
    assert "4:00 PM" in proposed((await desk.views("U0BEN"))[-1])


@pytest.mark.parametrize(("day", "time", "says"), [
    ("2020-01-07", "15:20", "That time is over"),
    ("2027-03-14", "02:30", "That time does not exist"),
], ids=["past", "clocks go forward"])  # fmt: skip
async def test_a_time_that_cannot_be_is_refused_in_a_sentence(desk: World, day: str, time: str, says: str):
    """Nothing is recorded, nothing leaves, the window stays."""
    view = await booked(desk, await card(desk, "appointment", VISIT), day, time)
    done = await desk.submit(view, who="U0BEN", reply_text="See you then.")
    assert says in str(done["errors"])
    assert await desk.rows("SELECT id FROM decisions") == []


@pytest.mark.parametrize("outcome", ["declined", "needs_call"])
async def test_no_time_or_a_call(desk: World, outcome: str):
    """The other answers go out with their own words."""
    view = await opened(desk, await card(desk, "appointment", VISIT), "Schedule")
    await desk.choose(view, "outcome", outcome, who="U0BEN")
    await desk.quiet()
    view = (await desk.views("U0BEN"))[-1]
    assert (await desk.submit(view, who="U0BEN")).get("closed")
    (reply,) = await desk.replies()
    assert reply["decision"]["outcome"] == outcome


async def test_a_visit_is_moved_and_the_portal_hears_which(desk: World):
    """A wish to move a booked visit: the new time goes out with the portal's own number of the visit."""
    request = VISIT | {"action": "reschedule", "appointment_id": "apt-7", "reason": "school trip"}
    thing = await card(desk, "appointment", request)
    assert "apt-7" in words(thing) or "Move" in words(thing), words(thing)
    assert (await desk.submit(await booked(desk, thing), who="U0BEN")).get("closed")
    (reply,) = await desk.replies()
    assert reply["decision"]["appointment_id"] == "apt-7"
    assert reply["decision"]["outcome"] == "booked"


async def test_times_are_offered(desk: World):
    """Up to three times; the family chooses."""
    view = await opened(desk, await card(desk, "appointment", VISIT), "Schedule")
    await desk.choose(view, "outcome", "offered", who="U0BEN")
    view = await desk.window("U0BEN", containing="Date 3")
    fields = {
        "visit_date_1": "2027-12-07",
        "visit_time_1": "15:20",
        "visit_date_2": "2027-12-09",
        "visit_time_2": "09:00",
    }
    done = await desk.submit(view, who="U0BEN", reply_text="Tuesday or Thursday?", **fields)
    assert done.get("closed"), done
    (reply,) = await desk.replies()
    assert [o["start"] for o in reply["decision"]["offers"]] == ["2027-12-07T20:20:00Z", "2027-12-09T14:00:00Z"]


async def test_a_cancelled_visit_is_told_in_words_alone(desk: World):
    """The contract has no word for it: no decision travels."""
    view = await opened(desk, await card(desk, "appointment", VISIT | {"action": "cancel"}), "Schedule")
    await desk.choose(view, "outcome", "cancelled", who="U0BEN")
    await desk.quiet()
    view = (await desk.views("U0BEN"))[-1]
    assert (await desk.submit(view, who="U0BEN")).get("closed")
    (reply,) = await desk.replies()
    assert "cancelled" in reply["body"]["text"]
    assert not reply.get("decision")


async def test_chart_updated_closes_without_a_word(desk: World):
    """Saved without an answer: done, and the portal learns the decision alone."""
    thing = await card(desk, "insurance", INSURANCE)
    assert labels(thing)[:3] == ["Chart updated", "Reply", "Forward"]
    view = await opened(desk, thing, "Chart updated")
    assert view["submit"]["text"] == "Save"
    done = await desk.submit(view, who="U0BEN", outcome="recorded")
    assert done.get("closed"), done
    await desk.card("Done", **FRONT)
    await desk.quiet()
    assert desk.shown() == []
    (sent,) = desk.tries("/v1/decisions")
    assert sent["status"] == 200 or sent["status"] == 201
    assert desk.tries("/v1/replies") == []


async def test_insurance_that_needs_information_must_be_told(desk: World):
    """Choosing it opens the answer; it goes out as a reply with the decision."""
    view = await opened(desk, await card(desk, "insurance", INSURANCE), "Chart updated")
    await desk.choose(view, "outcome", "needs_info", who="U0BEN")
    view = await desk.window("U0BEN", containing="Follows what you choose")
    assert view["submit"]["text"] == "Save and send"
    done = await desk.submit(view, who="U0BEN", reply_text="Please send the back of the card.", reply_done=False)
    assert done.get("closed"), done
    (reply,) = await desk.replies()
    assert reply["decision"] == {"kind": "insurance", "outcome": "needs_info", "reason": None} or (
        reply["decision"]["outcome"] == "needs_info"
    )


async def test_a_referral_is_created(desk: World):
    """Number and specialist stand in the words, at the portal and on the card."""
    thing = await card(desk, "referral", REFERRAL)
    assert labels(thing)[:3] == ["Referral created", "Reply", "Forward"]
    view = await opened(desk, thing, "Referral created", channel="C0NURSING", who="U0ALICE")
    await desk.choose(view, "outcome", "created")
    view = await desk.window(containing="Specialist")
    assert block_of(view, "referral_to")["element"]["initial_value"] == "Dr. Helen Voss"
    assert "Mateo's referral to Dr. Helen Voss is ready." in proposed(view)
    done = await desk.submit(view, referral_number="R-77", reply_text="The referral is ready, number R-77.")
    assert done.get("closed"), done
    (reply,) = await desk.replies()
    decision = reply["decision"]
    assert (decision["outcome"], decision["referral_id"], decision["specialist"]) == (
        "created",
        "R-77",
        "Dr. Helen Voss",
    )
    assert "R-77" in words(await desk.card("referral created"))


@pytest.mark.parametrize("outcome", ["needs_visit", "needs_info", "declined"])
async def test_a_referral_that_cannot_be_made_yet(desk: World, outcome: str):
    """Each way out is told to the family."""
    thing = await card(desk, "referral", REFERRAL)
    view = await opened(desk, thing, "Referral created", channel="C0NURSING", who="U0ALICE")
    done = await desk.submit(view, outcome=outcome, reply_text="Please see the portal.")
    assert done.get("closed"), done
    (reply,) = await desk.replies()
    assert reply["decision"]["outcome"] == outcome


async def test_a_sibling_s_name_is_asked_about_once(desk: World):
    """ "Lucia" in an answer about Mateo: stopped, asked with a box, and sent once it is ticked."""
    sister = {"id": "p-2", "mrn": "100872", "name": "Lucia Delgado", "birth_date": "2017-03-09"}
    await desk.write(message(n="2", patient=sister, subject="Another child"))
    await desk.card("Another child")
    await desk.write(message())
    thing = await desk.card("Ear drops and swimming")
    view = await desk.writing(thing)
    asked = await desk.send(view, "Lucia should stop the drops.")
    assert asked.get("updated"), asked
    view = await desk.window(containing="You wrote")
    assert "this answer is about Mateo" in words(view)
    await desk.quiet()
    assert desk.shown() == []
    assert (await desk.submit(view, sibling_name=True)).get("closed")
    (reply,) = await desk.replies()
    assert reply["body"]["text"] == "Lucia should stop the drops."


async def test_a_gap_of_a_phrase_stops_send(desk: World):
    """A placeholder that nothing filled never reaches a family."""
    await desk.write(message())
    view = await desk.writing(await desk.card("Ear drops and swimming"))
    done = await desk.send(view, "Please check with {pharmacy} today.")
    assert "{pharmacy}" in str(done["errors"])
    await desk.quiet()
    assert desk.shown() == []
