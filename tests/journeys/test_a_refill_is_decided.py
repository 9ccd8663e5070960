"""Refill: who may decide, in how few presses, and what the family and the portal are told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.journeys.conftest import OpenDesk
from tests.world import PRACTICE, World, block_of, labels, message, words

ALBUTEROL = {
    "line": 1,
    "text": "albuterol HFA 90 mcg inhaler",
    "sig": "2 puffs every 4 h as needed",
    "last_filled": "2026-10-20",
    "refills_left": 0,
    "schedule": "none",
}
RITALIN = {"line": 2, "text": "methylphenidate ER 18 mg tablet", "sig": "1 every morning", "schedule": "II"}
PHARMACY = {"name": "Walgreens #1234", "phone": "+15550100199"}
CHANNEL = {"channel": "C0REFILLS"}


def refill(*medicines: dict[str, Any], **over: Any) -> dict[str, Any]:
    """A refill request for these medicines."""
    told: dict[str, Any] = {
        "subject": "Patient Portal Rx Refill",
        "body": {"format": "plain", "text": "Please refill."},
        "request": {"medications": list(medicines or (ALBUTEROL,)), "pharmacy": PHARMACY, "needed_by": "2026-11-25"},
    }
    return message("refill", **(told | over))


TWO_PRESCRIBERS = PRACTICE.replace(
    "  - {slack: U0PAT, name: Pat Quinn, roles: [admin, staff], departments: [Front Desk]}",
    "  - {slack: U0PAT, name: Pat Quinn, roles: [admin, staff, prescriber], departments: [Front Desk, Refills]}",
)


async def asked(desk: World, *medicines: dict[str, Any], **over: Any) -> dict[str, Any]:
    """The card of a refill request."""
    await desk.write(refill(*medicines, **over))
    return await desk.card("Please refill", **CHANNEL)


async def deciding(desk: World, card: dict[str, Any], who: str = "U0GRACE") -> dict[str, Any]:
    """Grace presses Refill; the window that opens."""
    await desk.press(card, "Refill", who=who, **CHANNEL)
    return await desk.window(who, containing="Decision for")


async def test_three_presses_approve_one_medicine_as_asked(desk: World):
    """Refill, Approve as asked, Confirm and send: the family has words, the portal the decision, nothing more to press."""
    card = await asked(desk)
    assert labels(card)[:3] == ["Refill", "Reply", "Forward"]
    view = await deciding(desk, card)
    assert "initial_option" not in block_of(view, "line_1_outcome")["element"]
    for told in (
        "Mateo Delgado",
        "Aug 14, 2020",
        "100871",
        "2 puffs every 4 h",
        "Oct 20",
        "quantity not given",
        "Walgreens",
    ):
        assert told in words(view), told
    await desk.choose(view, "line_1_outcome", "approved", who="U0GRACE")
    page = await desk.window("U0GRACE", containing="You decide")
    assert page["submit"]["text"] == "Confirm and send"
    for told in ("albuterol HFA 90 mcg inhaler", "Walgreens #1234", "Rosa Delgado", "It sends no prescription"):
        assert told in words(page), told
    assert (await desk.submit(page, who="U0GRACE")).get("closed")
    (reply,) = await desk.replies()
    assert "approved Mateo's refill of albuterol" in reply["body"]["text"]
    (line,) = reply["decision"]["lines"]
    assert (line["line"], line["outcome"], line["decided_by"]["name"]) == (1, "approved", "Grace Kim")
    waiting = await desk.card("Enter in EHR", **CHANNEL)
    assert "approved Mateo's refill" in words(waiting)  # what the family was told stands there as well
    assert labels(waiting)[0] == "Entered in EHR"
    await desk.press(waiting, "Entered in EHR", **CHANNEL)
    await desk.card("Done", **CHANNEL)


async def test_who_is_no_prescriber_is_told_and_hands_it_on_in_the_same_window(desk: World):
    """Alice presses Refill: one sentence, and a Forward to Grace that is filled in already."""
    card = await asked(desk)
    await desk.press(card, "Refill", **CHANNEL)
    view = await desk.window(containing="Refills are decided by a prescriber")
    option = block_of(view, "forward_to")["element"]["initial_option"]
    assert option["value"] == "p:U0GRACE"
    assert (await desk.submit(view, forward_note="They fly on Wednesday.")).get("closed")
    received = await desk.direct("U0GRACE", "For you")
    assert labels(received)[:3] == ["Refill", "Respond", "Forward"]
    assert "They fly on Wednesday." in words(received)


async def test_the_decision_goes_back_and_travels_with_the_colleague_s_reply(desk: World):
    """Grace decides and lets Alice answer: Alice has words at hand, and her Send carries Grace's decision."""
    card = await asked(desk)
    await desk.hand(card, "Grace", **CHANNEL)
    received = await desk.direct("U0GRACE", "For you")
    await desk.press(received, "Refill", who="U0GRACE", channel="D0GRACE")
    view = await desk.window("U0GRACE", containing="Decision for")
    await desk.choose(view, "line_1_outcome", "approved", who="U0GRACE")
    page = await desk.window("U0GRACE", containing="You decide")
    await desk.choose(page, "answer_by", "back", who="U0GRACE")
    page = await desk.window("U0GRACE", containing="Nothing leaves from this window")
    assert page["submit"]["text"] == "Confirm"
    assert (await desk.submit(page, who="U0GRACE")).get("closed")
    back = await desk.direct("U0ALICE", "Back with you")
    assert "approved as asked" in words(back)
    assert desk.shown() == []
    await desk.reply(back, "Hi Rosa, it is approved.", channel="D0ALICE")
    (reply,) = await desk.replies()
    assert reply["author"]["name"] == "Alice Moreno"
    assert reply["decision"]["lines"][0]["decided_by"]["name"] == "Grace Kim"


async def test_a_controlled_medicine_has_no_approve_anywhere(desk: World):
    """Only Signed in EHR, deny, visit, information; a forged approve is refused, audited, and leaves nothing."""
    card = await asked(desk, ALBUTEROL, RITALIN)
    assert "Controlled (II): sign it in the EHR" in words(card)
    view = await deciding(desk, card)
    offered = [o["value"] for o in block_of(view, "line_2_outcome")["element"]["options"]]
    assert offered == ["done_in_ehr", "denied", "needs_visit", "needs_info", "open"]
    forged = {"line_2_outcome": {"line_2_outcome": {"type": "radio_buttons", "selected_option": {"value": "approved"}}}}
    refused = await desk.do("submit", view_id=view["id"], values=forged, forged=True, **{"as": "U0GRACE"})
    assert "cannot be approved by a button" in str(refused["errors"])
    assert await desk.rows("SELECT id FROM decisions") == []
    (row,) = await desk.journalled("refused.choose")
    assert row["detail"]["because"] == "controlled"


async def test_signed_in_the_ehr_is_attested(desk: World):
    """The prescriber attests the signature; then the answer may say that it is taken care of."""
    card = await asked(desk, RITALIN | {"line": 1})
    view = await deciding(desk, card)
    assert (await desk.submit(view, who="U0GRACE", line_1_outcome="done_in_ehr")).get("updated")
    page = await desk.window("U0GRACE", containing="You decide")
    assert (await desk.submit(page, who="U0GRACE")).get("closed")
    (reply,) = await desk.replies()
    assert "taken care of the prescription" in reply["body"]["text"]
    assert reply["decision"]["lines"][0]["outcome"] == "done_in_ehr"
    await desk.quiet()
    (status,) = await desk.rows("SELECT status FROM conversations")
    assert status == ("done",)


async def test_deny_needs_a_reason_and_information_a_question(desk: World):
    """A coded reason in plain words; what to ask; both reach the family's words."""
    card = await asked(desk, ALBUTEROL, ALBUTEROL | {"line": 2, "text": "cetirizine 5 mg"})
    view = await deciding(desk, card)
    await desk.choose(view, "line_1_outcome", "denied", who="U0GRACE")
    view = await desk.window("U0GRACE", containing="Choose the reason")
    await desk.choose(view, "line_2_outcome", "needs_info", who="U0GRACE")
    view = await desk.window("U0GRACE", containing="What should the family tell you?")
    done = await desk.submit(
        view, who="U0GRACE", line_1_reason="needs_appointment", line_2_info="How often does she take it?"
    )
    assert done.get("updated"), done
    page = await desk.window("U0GRACE", containing="You decide")
    assert (await desk.submit(page, who="U0GRACE")).get("closed")
    (reply,) = await desk.replies()
    assert "needs an appointment first" in reply["body"]["text"]
    assert "How often does she take it?" in reply["body"]["text"]
    lines = {line["line"]: line for line in reply["decision"]["lines"]}
    assert lines[1]["reason"] == "needs_appointment"


async def test_approve_with_changes(desk: World):
    """Quantity and refills of the change are on the second page, at the portal and on the card."""
    card = await asked(desk)
    view = await deciding(desk, card)
    await desk.choose(view, "line_1_outcome", "approved_changed", who="U0GRACE")
    view = await desk.window("U0GRACE", containing="Quantity")
    await desk.submit(view, who="U0GRACE", line_1_quantity="2 inhalers", line_1_refills="2")
    page = await desk.window("U0GRACE", containing="You decide")
    assert "2 inhalers" in words(page)
    await desk.submit(page, who="U0GRACE")
    (reply,) = await desk.replies()
    line = reply["decision"]["lines"][0]
    assert (line["outcome"], line["quantity"], line["refills"]) == ("approved_changed", "2 inhalers", 2)
    assert "2 inhalers, 2 refills" in words(await desk.card("Enter in EHR", **CHANNEL))


async def test_already_sent_is_told_and_nothing_is_left_to_enter(desk: World):
    """The pharmacy has it: the family is told where to look, the portal hears already_sent, the card is done."""
    card = await asked(desk)
    view = await deciding(desk, card)
    assert (await desk.submit(view, who="U0GRACE", line_1_outcome="already_sent")).get("updated")
    assert (await desk.submit(await desk.window("U0GRACE", containing="You decide"), who="U0GRACE")).get("closed")
    (reply,) = await desk.replies()
    assert "should be there already. Please check with Walgreens #1234" in reply["body"]["text"]
    assert reply["decision"]["lines"][0]["outcome"] == "already_sent"
    await desk.card("Done", **CHANNEL)


async def test_the_portal_confirms_what_was_to_be_entered(desk: World):
    """Approved and not entered yet: the portal says that it was handled there, and nothing waits any more."""
    card = await asked(desk)
    view = await deciding(desk, card)
    await desk.choose(view, "line_1_outcome", "approved", who="U0GRACE")
    await desk.submit(await desk.window("U0GRACE", containing="You decide"), who="U0GRACE")
    await desk.replies()
    waiting = await desk.card("Enter in EHR", **CHANNEL)
    assert "Grace Kim, PNP has it" in words(waiting)
    (message_id,) = {m["in_reply_to"] for m in desk.shown()}
    about = {"message_id": message_id, "at": "2026-11-22T19:09:00Z", "by": "the EHR"}
    event = {"type": "portal.message.handled_elsewhere", "data": about, "timestamp": "2026-11-22T19:09:00Z"}
    await desk.event(event, "e-entered")
    await desk.card("Handled in the portal", **CHANNEL)


async def test_two_prescribers_have_the_window_open_and_one_decides(open_desk: OpenDesk):
    """The second Confirm is refused with who, when and what; nothing of it is kept."""
    desk = await open_desk(TWO_PRESCRIBERS)
    card = await asked(desk)
    pages = {}
    for who in ("U0GRACE", "U0PAT"):
        view = await deciding(desk, card, who)
        await desk.choose(view, "line_1_outcome", "approved", who=who)
        pages[who] = await desk.window(who, containing="You decide")
    assert (await desk.submit(pages["U0GRACE"], who="U0GRACE")).get("closed")
    refused = await desk.submit(pages["U0PAT"], who="U0PAT")
    assert "Grace Kim decided this at" in str(refused["errors"])
    assert "approved as asked" in str(refused["errors"])
    await desk.quiet()
    assert len(desk.shown()) == 1
    assert len(await desk.rows("SELECT id FROM decisions")) == 1


async def test_a_decision_is_changed_in_a_new_audited_round(desk: World):
    """Refill again shows what was decided; the change is a second round, and the family hears again."""
    card = await asked(desk)
    view = await deciding(desk, card)
    await desk.choose(view, "line_1_outcome", "approved", who="U0GRACE")
    await desk.submit(await desk.window("U0GRACE", containing="You decide"), who="U0GRACE")
    await desk.replies()
    waiting = await desk.card("Enter in EHR", **CHANNEL)
    view = await deciding(desk, waiting)
    assert "Decided by Grace Kim, PNP: approved as asked" in words(view)
    await desk.submit(view, who="U0GRACE", line_1_outcome="needs_visit")
    await desk.submit(await desk.window("U0GRACE", containing="You decide"), who="U0GRACE")
    replies = await desk.replies(2)
    assert replies[1]["decision"]["lines"][0]["outcome"] == "needs_visit"
    assert await desk.rows("SELECT round, outcome FROM decisions ORDER BY round") == [
        (1, "approved"),
        (2, "needs_visit"),
    ]
    await desk.journalled("refill.changed")


async def test_the_same_decision_with_the_same_words_is_told_already_sent(open_desk: OpenDesk):
    """Slack showed its triangle and it had worked: all once more is refused, also when a colleague decided it again."""
    desk = await open_desk(TWO_PRESCRIBERS)
    card = await asked(desk)
    for who in ("U0GRACE", "U0PAT"):
        await desk.choose(await deciding(desk, card, who), "line_1_outcome", "approved", who=who)
        assert (await desk.submit(await desk.window(who, containing="You decide"), who=who)).get("closed")
        card = await desk.card("Enter in EHR", **CHANNEL)
    await desk.replies(2)
    await desk.choose(await deciding(desk, card), "line_1_outcome", "approved", who="U0GRACE")
    page = await desk.window("U0GRACE", containing="You decide")
    told = await desk.submit(page, who="U0GRACE")
    assert "Already sent: your last answer has these very words." in str(told["errors"])
    assert len(await desk.rows("SELECT round FROM decisions")) == 2
    assert (await desk.submit(page, who="U0GRACE", family_words="Really: it is approved.")).get("closed")
    assert len(await desk.replies(3)) == 3


async def test_nobody_decides_for_themselves(open_desk: OpenDesk):
    """The account that asks is the prescriber's own: refused, and offered to nobody."""
    own = "{slack: U0GRACE, name: Grace Kim, title: PNP, roles: [staff, prescriber], own_portal_users: [pu-1], "
    desk = await open_desk(
        PRACTICE.replace("{slack: U0GRACE, name: Grace Kim, title: PNP, roles: [staff, prescriber], ", own)
    )
    card = await asked(desk)
    await desk.press(card, "Refill", who="U0GRACE", **CHANNEL)
    assert "a refill of your own" in await desk.notice("of your own", who="U0GRACE", **CHANNEL)


async def test_the_role_was_taken_while_the_second_page_was_open(desk: World):
    """Permission is judged when it takes effect: Confirm is refused, nothing leaves."""
    card = await asked(desk)
    view = await deciding(desk, card)
    await desk.choose(view, "line_1_outcome", "approved", who="U0GRACE")
    page = await desk.window("U0GRACE", containing="You decide")
    await desk.apply(PRACTICE.replace("roles: [staff, prescriber]", "roles: [staff]"))
    refused = await desk.submit(page, who="U0GRACE")
    assert "decided by a prescriber" in str(refused["errors"])
    await desk.quiet()
    assert desk.shown() == []
    assert await desk.rows("SELECT id FROM decisions") == []


async def test_three_waiting_refills_in_at_most_twelve_presses(desk: World):
    """Decide next leads from one to the other; nothing is preselected in any."""
    for n in ("1", "2", "3"):
        patient = {"id": f"p-{n}", "mrn": f"10{n}", "name": f"Child{n} Delgado", "birth_date": "2020-08-14"}
        await desk.write(refill(n=n, patient=patient))
    card = await desk.card("Child1", **CHANNEL)
    await desk.card("Child3", **CHANNEL)
    presses = 1
    view = await deciding(desk, card)
    for left in (2, 1, 0):
        assert "initial_option" not in block_of(view, "line_1_outcome")["element"]
        await desk.choose(view, "line_1_outcome", "approved", who="U0GRACE")
        page = await desk.window("U0GRACE", containing="You decide")
        done = await desk.submit(page, who="U0GRACE")
        presses += 2
        if left:
            assert done.get("updated"), done
            told = await desk.window("U0GRACE", containing="waits next")
            await desk.press_in(told, "Decide next", who="U0GRACE")
            view = await desk.window("U0GRACE", containing="Decision for")
            presses += 1
    assert done.get("closed") or done.get("cleared"), done
    assert presses <= 12
    assert len(await desk.replies(3)) == 3


async def test_early_twice_and_a_sibling_s_medicine_are_said(desk: World):
    """The card and the window say that it was filled days ago, asked for already, and asked for a sister."""
    soon = ALBUTEROL | {"last_filled": (desk.clock() - timedelta(days=9)).date().isoformat()}
    sister = {"id": "p-2", "mrn": "100872", "name": "Lucia Delgado", "birth_date": "2017-03-09"}
    await desk.write(refill(ALBUTEROL, n="8"))
    await desk.write(refill(ALBUTEROL, n="9", patient=sister))
    await desk.card("Lucia Delgado", **CHANNEL)
    await desk.write(refill(soon, n="10", body={"format": "plain", "text": "Please refill it soon."}))
    card = await desk.card("refill it soon", **CHANNEL)
    view = await deciding(desk, card)
    for shown in (words(card), words(view)):
        assert "days ago: early" in shown
        assert "Same medicine was asked for before: No. 1" in shown
        assert "Asked for Mateo, but the medicine is on Lucia's request: No. 2" in shown


async def test_the_department_answers_later_with_the_words_at_hand(desk: World):
    """Nobody forwarded it: the decision stands, the department has it, and the words are kept as a note."""
    card = await asked(desk)
    view = await deciding(desk, card)
    await desk.choose(view, "line_1_outcome", "approved", who="U0GRACE")
    page = await desk.window("U0GRACE", containing="You decide")
    await desk.choose(page, "answer_by", "later", who="U0GRACE")
    page = await desk.window("U0GRACE", containing="Nothing leaves from this window")
    assert (await desk.submit(page, who="U0GRACE")).get("closed")
    waiting = await desk.card("Enter in EHR", **CHANNEL)
    assert "Refills has it" in words(waiting)
    await desk.press(waiting, "Open", **CHANNEL)
    assert "approved Mateo's refill" in words(await desk.window(containing="internal note"))
    assert desk.shown() == []
