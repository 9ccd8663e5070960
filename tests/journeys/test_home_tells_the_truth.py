"""After every press on Home it shows what is true now, by itself; and a press that cannot be is answered in words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.conftest import OpenDesk
from tests.journeys.test_a_refill_is_decided import refill
from tests.journeys.test_a_visit_an_insurance_a_referral import INSURANCE, REFERRAL
from tests.journeys.test_home_and_turns import arrived, at_home, go_home, home
from tests.journeys.test_home_has_every_entry import restarted
from tests.world import PRACTICE, World, block_of, button, labels, message, until, words

NO_ROLE = "\n".join(line for line in PRACTICE.splitlines() if "Alice Moreno" not in line)


@pytest.fixture(params=[False, True], ids=["opened", "opened before a restart"])
async def alice(desk: World, request: pytest.FixtureRequest) -> World:
    """Alice has a message on Home, which she opened just now, or before the service started anew."""
    await arrived(desk)
    await go_home(desk, containing="Unread Portal (1)")
    if request.param:
        await desk.quiet()
        await restarted(desk)
    return desk


async def pressed(desk: World, label: str, who: str = "U0ALICE", containing: str = "") -> dict[str, Any]:
    """Press on Home; the window that opens."""
    await at_home(desk, {}, label, who)
    return await desk.window(who, containing=containing or label)


async def test_take_and_give_back(alice: World):
    """Mine, and back again."""
    await at_home(alice, {}, "Take it")
    view = await home(alice, containing="Mine (1)")
    assert "[Take it]" not in labels(view)
    await at_home(alice, view, "Give it back")
    await home(alice, containing="Unread Portal (1)")


async def test_done(alice: World):
    """Gone from the list."""
    await at_home(alice, {}, "Done")
    await home(alice, containing="Nothing waits for you.")


async def test_urgent_and_not_urgent(alice: World):
    """The count of the urgent ones."""
    await at_home(alice, {}, "Mark urgent")
    await at_home(alice, await home(alice, containing="1 urgent"), "Not urgent")

    async def calm() -> bool:
        return "urgent   " not in words((await alice.look("home", **{"as": "U0ALICE"}))["view"])

    await until(calm, what="no urgent one")


async def test_snooze(alice: World):
    """Asleep, and still to be found."""
    view = await pressed(alice, "Snooze", containing="Snooze until")
    options = block_of(view, "snooze_for")["element"]["options"]
    await alice.submit(view, snooze_for=options[0]["value"])
    await home(alice, containing="Unread Portal (0) · 1 asleep")


async def test_forward_respond_and_reply(alice: World):
    """Waiting for others; Grace's list is empty after she responds; and Alice's after Send."""
    view = await pressed(alice, "Forward")
    await alice.hand_in(view, "Grace", forward_note="Please look.")
    await home(alice, containing="Waiting for others (1)")
    await go_home(alice, "U0GRACE", "Unread Phone (1)")
    view = await pressed(alice, "Respond", "U0GRACE")
    await alice.submit(view, who="U0GRACE", respond_text="Fine.")
    await home(alice, "U0GRACE", "Nothing waits for you.")
    await go_home(alice, containing="Unread Phone (1)")
    view = await pressed(alice, "Reply", containing="Reply to family")
    await alice.send(view, "Stop the drops.")
    await home(alice, containing="Nothing waits for you.")


async def test_reply_at_once(alice: World):
    """Send: it is answered, and off the list."""
    view = await pressed(alice, "Reply", containing="Reply to family")
    await alice.send(view, "Stop the drops.")
    await home(alice, containing="Nothing waits for you.")


async def test_from_the_window_that_lies_on_it(alice: World):
    """Open, Take it in there: the window and Home beneath it agree."""
    view = await pressed(alice, "Open", containing="Ear drops")
    await alice.press_in(view, "Take it")
    await home(alice, containing="Mine (1)")


async def test_a_note_closes_its_window_and_changes_nothing(alice: World):
    """A note is no handling: the message stays where it was, and the window goes."""
    await alice.press_in(await pressed(alice, "Open", containing="Ear drops"), "Add note")
    view = await alice.window(containing="The family never sees it")
    await alice.submit(view, note_text="Mom called.")
    await alice.quiet()
    assert await alice.views() == []
    await home(alice, containing="Unread Portal (1)")


async def test_what_did_not_arrive_is_tried_again(desk: World):
    """Not delivered, first in Mine; Retry: it is on its way, and off the list when the portal has it."""
    card = await arrived(desk)
    await desk.trouble("gone_410")
    await desk.reply(card, "Stop the drops.")
    await desk.card("Not delivered")
    view = await go_home(desk, containing="Not delivered")
    await at_home(desk, view, "Retry")

    async def changed() -> bool:
        return "Not delivered" not in words((await desk.look("home", **{"as": "U0ALICE"}))["view"])

    await until(changed, what="Home without the failure", within=10)


async def test_refills_one_after_the_other(desk: World):
    """Decide 2 refills, then 1, then none: the button counts, and says so in words when nothing is left."""
    for n in ("1", "2"):
        await desk.write(refill(n=n))
    await desk.quiet()
    view = await go_home(desk, "U0GRACE", "Decide 2 refills")
    stale = button(view, "Decide 2 refills")
    view = await pressed(desk, "Decide 2 refills", "U0GRACE", "Decision for")
    for left in ("Decide 1 refill", "Mine (2)"):
        await desk.choose(view, "line_1_outcome", "approved", who="U0GRACE")
        page = await desk.window("U0GRACE", containing="You decide")
        await desk.submit(page, who="U0GRACE")
        await home(desk, "U0GRACE", left)
        await desk.quiet()
        view = (await desk.views("U0GRACE") or [{}])[-1]
    assert not any("Decide" in label for label in labels(await home(desk, "U0GRACE")))
    await desk.do("press", home=True, value="home", forged=True, **stale, **{"as": "U0GRACE"})
    await desk.window("U0GRACE", containing="No refill waits for your decision")


@pytest.mark.parametrize(
    ("kind", "request_", "label", "choice", "who"),
    [
        ("insurance", INSURANCE, "Chart updated", "recorded", "U0BEN"),
        ("referral", REFERRAL, "Referral created", "created", "U0ALICE"),
    ],
)
async def test_an_outcome_is_recorded(desk: World, kind: str, request_: Any, label: str, choice: str, who: str):
    """Recorded from Home: off the list."""
    await desk.write(message(kind, request=request_))
    await desk.quiet()
    view = await go_home(desk, who, "Unread Portal (1)")
    view = await pressed(desk, label, who)
    await desk.choose(view, "outcome", choice, who=who)
    await desk.quiet()
    view = (await desk.views(who))[-1]
    more = {} if kind == "insurance" else {"referral_number": "R-1"}
    done = await desk.submit(view, who=who, **more)
    assert not done.get("errors"), done
    await home(desk, who, "Nothing waits for you.")


async def test_who_lost_the_role_reads_why(open_desk: OpenDesk):
    """Every press on an old Home is answered in words, and Home says whom to ask."""
    desk = await open_desk(PRACTICE)
    await arrived(desk)
    view = await go_home(desk, containing="Unread Portal (1)")
    old = {label: button(view, label) for label in ("Take it", "Reply", "Forward", "Done", "Snooze", "Open", "Phrases")}
    reference = next(
        e["value"] for b in view["blocks"] for e in b.get("elements", ()) if str(e.get("value")).startswith("c_")
    )
    await desk.apply(NO_ROLE)
    for label, where in old.items():
        body = where if "selected_option" in where else where | {"value": reference}
        await desk.do(
            "press",
            home=True,
            forged=True,
            **(body | {"type": "overflow" if "selected_option" in body else "button"}),
            **{"as": "U0ALICE"},
        )
        told = await desk.window(containing="Ask Pat Quinn (admin)")
        await desk.do("close", view_id=told["id"], **{"as": "U0ALICE"})
        await home(desk, containing="You have no role here yet."), label


async def test_who_comes_too_late_sees_it_at_once(desk: World):
    """Grace took it a moment ago: Alice's press says so, and her Home shows it as Grace's."""
    card = await arrived(desk)
    view = await go_home(desk, containing="Unread Portal (1)")
    await desk.press(card, "Take it", who="U0GRACE")
    await desk.card("Grace Kim, PNP has it")
    await at_home(desk, view, "Take it")
    await desk.window(containing="Grace Kim has had this since")
    await home(desk, containing="Colleagues have 1 message of your departments.")


@pytest.mark.parametrize("kind", ["ratelimited", "error_500_before", "error_503_after", "reset_before"])
async def test_slack_stumbles_over_home(desk: World, kind: str):
    """Slack does not take the view that a press asked for: it is drawn once more, and the press is seen."""
    await arrived(desk)
    view = await go_home(desk, containing="Unread Portal (1)")
    await desk.do("faults", faults=[{"kind": kind, "method": "views.publish", "nth": [1], "retry_after": 1}])
    await at_home(desk, view, "Take it")
    await home(desk, containing="Mine (1)")

    async def drawn_again() -> bool:
        return len(desk.calls("views.publish")) >= 3

    await until(drawn_again, what="the view to be drawn once more")  # `_after`: it is seen before the retry
