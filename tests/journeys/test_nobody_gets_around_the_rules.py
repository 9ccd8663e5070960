"""Ways around the rules that a second attacker found, each as it was walked."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.journeys.conftest import OpenDesk
from tests.world import PRACTICE, World, message, words

CHANNEL = {"channel": "C0REFILLS"}
ALBUTEROL = {"line": 1, "text": "albuterol HFA 90 mcg inhaler", "schedule": "none", "quantity": "1 inhaler"}
TOBI = {"id": "p-2", "mrn": "100872", "name": "Tobi Delgado", "birth_date": "2017-03-09"}
OWN = PRACTICE.replace("roles: [staff, prescriber]", "own_portal_users: [pu-1], roles: [staff, prescriber]")


def refill(*medicines: dict[str, Any], **over: Any) -> dict[str, Any]:
    """A refill request for these medicines."""
    told: dict[str, Any] = {
        "subject": "Patient Portal Rx Refill",
        "body": {"format": "plain", "text": "Please refill her inhaler."},
        "request": {"medications": list(medicines or (ALBUTEROL,))},
    }
    return message("refill", **(told | over))


async def approved(desk: World, *, by: str = "now") -> dict[str, Any]:
    """Grace approves the one medicine; the card afterwards."""
    await desk.write(refill())
    card = await desk.card("Please refill", **CHANNEL)
    await desk.press(card, "Refill", who="U0GRACE", **CHANNEL)
    view = await desk.window("U0GRACE", containing="Decision for")
    await desk.choose(view, "line_1_outcome", "approved", who="U0GRACE")
    page = await desk.window("U0GRACE", containing="You decide")
    if by != "now":
        await desk.choose(page, "answer_by", by, who="U0GRACE")
        page = await desk.window("U0GRACE", containing="Nothing leaves from this window")
    assert (await desk.submit(page, who="U0GRACE")).get("closed")
    return await desk.card("Enter in EHR", **CHANNEL)


async def test_a_glimpse_stays_one_when_a_colleague_enters_the_refill(desk: World):
    """Ben has it by a forward without the prior text; Alice attests the entry, and Ben sees no more than before."""
    card = await approved(desk)
    await desk.replies()
    await desk.press(card, "Open", **CHANNEL)
    await desk.press_in(await desk.window(containing="opened this is recorded"), "Forward")
    view = await desk.window(containing="They get a direct message")
    await desk.hand_in(view, "Ben", forward_note="Please enter it.", forward_prior=False)
    got = await desk.direct("U0BEN", "Please enter it.")
    reference = next(e["value"] for b in got["blocks"] for e in b.get("elements", ()) if e.get("value"))
    stale = {**CHANNEL, "ts": card["ts"], "block_id": "any", "action_id": "card_entered", "value": reference}
    await desk.do("press", forged=True, **stale, **{"as": "U0ALICE"})  # her card was not drawn again yet
    await desk.card("Done", **CHANNEL)
    await desk.quiet()
    for action in ("card_open", "card_history", "card_reply", "card_reopen"):
        pressed = {"channel": "D0BEN", "ts": got["ts"], "block_id": "any", "action_id": action, "value": reference}
        await desk.do("press", forged=True, **pressed, **{"as": "U0BEN"})
    await desk.quiet()
    assert await desk.views("U0BEN") == []
    now = [m for m in await desk.messages("D0BEN", "U0BEN") if m["is_bot"]]
    assert not [told for told in map(words, now) if "her inhaler" in told or "albuterol" in told]
    assert (await desk.rows("SELECT status FROM conversations")) == [("done",)]


@pytest.mark.parametrize("how", ["again", "changed"])
async def test_done_closes_no_words_that_its_card_did_not_show(desk: World, how: str):
    """The family writes between the look and the press, or changes what it wrote: the press says so and closes nothing."""
    await desk.write(message())
    card = await desk.card("water in the ear")
    shown = value_of(card, "Done")
    worse = {"body": {"format": "plain", "text": "Now he cannot breathe well."}}
    if how == "again":
        await desk.write(message(n="2", thread_id="t-1", **worse))
    else:
        await desk.write(message(version=2, **worse) | {"type": "portal.message.updated"})
    await desk.card("cannot breathe well")
    pressed = {"channel": "C0NURSING", "ts": card["ts"], "block_id": "any", "action_id": "card_done", "as": "U0ALICE"}
    for number, value in enumerate((shown, shown.rpartition(":")[2]), start=1):  # the second is of an older version
        await desk.do("press", forged=True, **pressed, value=value)
        await desk.quiet()
        assert (
            len([told for told in await desk.notices() if "did not show all that the family wrote" in told]) == number
        )
    assert await desk.rows("SELECT status FROM conversations") == [("open",)]
    assert [row["action"] for row in await desk.history() if row["outcome"] == "refused"] == ["refused.done"] * 2
    await desk.press(card, "Done")
    await desk.card("Reopen")
    assert await desk.rows("SELECT status FROM conversations") == [("done",)]


def value_of(card: dict[str, Any], label: str) -> str:
    """What a press of that button, or of that entry behind the dots, brings back."""
    elements = [e for block in card["blocks"] if block["type"] == "actions" for e in block["elements"]]
    choices = [option for e in elements for option in e.get("options", (e,))]
    return str(next(one["value"] for one in choices if one["text"]["text"] == label))


async def test_the_practice_s_own_controlled_medicine_cannot_be_written_into_a_change(open_desk: OpenDesk):
    """The list of the practice holds for what a prescriber types as well."""
    desk = await open_desk(PRACTICE + "medicines: {controlled: [gabapentin]}\n")
    await desk.write(refill())
    card = await desk.card("Please refill", **CHANNEL)
    await desk.press(card, "Refill", who="U0GRACE", **CHANNEL)
    view = await desk.window("U0GRACE", containing="Decision for")
    await desk.choose(view, "line_1_outcome", "approved_changed", who="U0GRACE")
    view = await desk.window("U0GRACE", containing="Quantity")
    for field in ("line_1_quantity", "line_1_sig", "line_1_pharmacy"):
        done = await desk.submit(view, who="U0GRACE", **{field: "gabapentn 300 mg capsules"})
        assert "nor written into a change" in str(done.get("errors")), field
    assert await desk.rows("SELECT id FROM decisions") == []


async def test_a_decision_about_one_child_is_not_told_about_another(desk: World):
    """Approved for Mateo; before anybody answers, the portal says that it was for Tobi: the approval is not told."""
    card = await approved(desk, by="later")
    await desk.write(refill(patient=TOBI, version=2) | {"type": "portal.message.updated"})
    card = await desk.card("Tobi Delgado", **CHANNEL)
    assert "the request was changed since: decide it again" in words(card)
    await desk.press(card, "Entered in EHR", **CHANNEL)
    await desk.notice("Have it decided again first", **CHANNEL)
    await desk.press(card, "Refill", who="U0GRACE", **CHANNEL)
    await desk.window("U0GRACE", containing="The request was changed since: decide it again.")
    done = await desk.reply(card, "We are looking into it.", **CHANNEL)
    assert done.get("closed"), done
    (reply,) = await desk.replies()
    assert reply.get("decision") is None, reply


async def test_a_decision_about_other_words_than_those_that_stand_there_is_not_told(desk: World):
    """The portal calls the medicine controlled, or wants more of it, after it was approved: the approval is not told."""
    card = await approved(desk, by="later")
    changed = ALBUTEROL | {"schedule": "II", "quantity": "10 inhalers"}
    await desk.write(refill(changed, version=2) | {"type": "portal.message.updated"})
    card = await desk.card("Controlled (II)", **CHANNEL)
    assert (await desk.reply(card, "We are looking into it.", **CHANNEL)).get("closed")
    (reply,) = await desk.replies()
    assert reply.get("decision") is None, reply


async def test_what_is_said_of_two_children_is_not_decided(desk: World):
    """A later message of the conversation becomes a request for another child: the window would name the wrong one."""
    await desk.write(refill(request=None, body={"format": "plain", "text": "About the inhaler."}))
    more = {"subject": "Re", "thread_id": "t-1", "message_id": "m-2", "sent_at": "2026-11-22T19:05:58Z"}
    await desk.write(refill(request=None, **more))
    await desk.quiet()
    await desk.write(refill(patient=TOBI, version=2, **more) | {"type": "portal.message.updated"})
    await desk.quiet()
    (card,) = await desk.cards(**CHANNEL)
    await desk.press(card, "Refill", who="U0GRACE", **CHANNEL)
    await desk.notice("two children", who="U0GRACE", **CHANNEL)
    assert await desk.views("U0GRACE") == []


async def test_nobody_records_anything_about_their_own_family(open_desk: OpenDesk):
    """A visit, an insurance, a referral, an entry in the EHR: a colleague does it (SAFETY I12)."""
    desk = await open_desk(OWN)
    for n, (kind, channel, label) in enumerate((("referral", "C0NURSING", "Referral created"),), 1):
        await desk.write(message(kind, n=str(n), request={"specialty": "Allergy"}))
        card = await desk.card("Allergy", channel=channel, who="U0GRACE")
        await desk.press(card, label, who="U0GRACE", channel=channel)
        await desk.notice("your own family", who="U0GRACE", channel=channel)
    assert await desk.views("U0GRACE") == []


async def test_nobody_attests_the_entry_of_their_own_refill(desk: World):
    """Approved by Grace; it turns out to be her own family's: Entered in EHR is for a colleague."""
    card = await approved(desk)
    await desk.replies()
    await desk.apply(OWN)
    await desk.press(card, "Entered in EHR", who="U0GRACE", **CHANNEL)
    await desk.notice("of your own", who="U0GRACE", **CHANNEL)
    assert await desk.rows("SELECT id FROM decisions WHERE entered_at IS NOT NULL") == []


async def test_a_guest_on_the_staff_list_writes_no_note(open_desk: OpenDesk):
    """No guest acts at all: what they write in the thread is not kept, and that is audited (SAFETY I12)."""
    desk = await open_desk(PRACTICE + "  - {slack: U0GUEST, name: Gus Guest, roles: [staff], departments: [Nursing]}\n")
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.quiet()  # where the card stands is known
    await desk.do("post", channel="C0NURSING", thread_ts=card["ts"], text="Call back.", **{"as": "U0GUEST"})
    await desk.journalled("note.refused")
    await desk.quiet()
    assert await desk.rows("SELECT id FROM notes") == []
    await desk.press(card, "Open")
    await desk.press_in(await desk.window(containing="Ear drops"), "History")
    told = words(await desk.window(containing="from the journal"))
    assert "Gus Guest:  wrote in the thread, which is no note" in told


TWO = PRACTICE.replace(
    "{slack: U0ALICE, name: Alice Moreno, title: RN, roles: [staff],",
    "{slack: U0ALICE, name: Alice Moreno, title: MD, roles: [staff, prescriber],",
)


async def test_two_confirm_in_the_same_moment(open_desk: OpenDesk):
    """Two prescribers, each twice, all at once: one decision, one answer, three refusals in words."""
    desk = await open_desk(TWO)
    await desk.write(refill())
    card = await desk.card("Please refill", **CHANNEL)
    pages = []
    for who in ("U0ALICE", "U0GRACE"):
        await desk.press(card, "Refill", who=who, **CHANNEL)
        view = await desk.window(who, containing="Decision for")
        await desk.choose(view, "line_1_outcome", "approved", who=who)
        pages.append((who, await desk.window(who, containing="You decide")))
    pressed = [desk.do("submit", view_id=page["id"], forged=True, **{"as": who}) for who, page in pages * 2]
    told = await asyncio.gather(*pressed)
    assert sum(bool(one.get("errors")) for one in told) == 3, told
    await desk.replies()
    await desk.quiet()
    assert len(desk.shown()) == 1
    assert len(await desk.rows("SELECT id FROM decisions")) == 1
