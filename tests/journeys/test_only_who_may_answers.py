"""Permission is judged when the window opens and again when Send is pressed; each refusal is said and journalled."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import OpenDesk
from tests.world import PRACTICE, World, labels, message, words

WITH_GUEST = PRACTICE + "  - {slack: U0GUEST, name: Gus Guest, roles: [staff], departments: [Nursing]}\n"
WITHOUT_ALICE = PRACTICE.replace(
    "roles: [staff], departments: [Nursing, Refills]}", "roles: [staff], departments: [Refills]}", 1
)
ALICE_GONE = "\n".join(line for line in PRACTICE.splitlines() if "slack: U0ALICE" not in line) + "\n"

STRANGERS = {
    "of another department": ("U0BEN", "This message belongs to Nursing", "not_department"),
    "without a role": ("U0NOBODY", "You have no role in Portal Desk yet", "no_role"),
    "a guest who is on the list": ("U0GUEST", "Only members of the practice's own workspace", "not_member"),
    "an admin of another department": ("U0PAT", "This message belongs to Nursing", "not_department"),
}


@pytest.mark.parametrize("who", STRANGERS)
async def test_who_may_not_answer_is_told_why(open_desk: OpenDesk, who: str):
    """Reply pressed by somebody who may not: a notice that only they see, no window, a row in the journal."""
    slack, says, because = STRANGERS[who]
    desk = await open_desk(WITH_GUEST)
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.press(card, "Reply", who=slack)
    assert "Ask" in await desk.notice(says, who=slack)
    assert await desk.views(slack) == []
    (row,) = await desk.journalled("refused.open_reply")
    assert (row["actor"], row["outcome"], row["detail"]["because"]) == (slack, "refused", because)
    assert await desk.notices() == []


async def test_an_admin_may_look_but_not_answer(desk: World):
    """Open shows an admin everything, without a Reply button; somebody else's department cannot open it."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.press(card, "Open", who="U0PAT")
    seen = await desk.window("U0PAT")
    assert "He got water in the ear" in words(seen)
    assert "Reply" not in labels(seen)
    await desk.press(card, "Open", who="U0BEN")
    await desk.notice("This message belongs to Nursing", who="U0BEN")
    (row,) = await desk.journalled("refused.open_message")
    assert row["actor"] == "U0BEN"


CHANGES = {
    "department taken away": (WITHOUT_ALICE, "belongs to Nursing"),
    "taken off the list": (ALICE_GONE.replace(", escalate_to: U0ALICE", ""), "no role"),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_role_taken_away_while_the_window_is_open(desk: World, change: str):
    """`practice apply` between opening and Send: nothing is sent, the text stays, the reason stands under the field."""
    practice, says = CHANGES[change]
    await desk.write(message())
    view = await desk.writing(await desk.card("Ear drops and swimming"))
    await desk.apply(practice)
    result = await desk.send(view, "Stop the drops.")
    assert says in str(result["errors"])
    await desk.quiet()
    assert desk.tries() == []
    await desk.journalled("refused.send")
    await desk.apply(PRACTICE)
    assert (await desk.send(view, "Stop the drops.")).get("closed")
    assert len(await desk.replies()) == 1


@pytest.mark.parametrize("deed", ["deactivate_user", "make_guest", "make_single_channel_guest"])
async def test_an_account_that_is_closed_while_the_window_is_open(desk: World, deed: str):
    """Deactivated, or made a guest, between opening and Send: nothing leaves."""
    await desk.write(message())
    view = await desk.writing(await desk.card("Ear drops and swimming"))
    await desk.admin(deed, user="U0ALICE")
    await desk.quiet()
    result = await desk.forge(view, "Stop the drops.")
    assert "own workspace" in str(result["errors"])
    await desk.quiet()
    assert desk.tries() == []


async def test_when_slack_cannot_say_who_somebody_is_nobody_acts(desk: World):
    """users.info fails: the press is refused in words, and works as soon as Slack answers again."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.do("faults", faults=[{"kind": "internal_error_before", "method": "users.info"}])
    await desk.press(card, "Reply")
    await desk.notice("Slack could not confirm your account")
    assert await desk.views() == []
    await desk.do("faults", faults=[])
    assert (await desk.reply(card, "Stop the drops.")).get("closed")
    assert len(await desk.replies()) == 1
