"""Home shows every entry of every list: leaf by leaf, asleep or not, one's own and that of a colleague who is away."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain import lists
from bot.domain.lists import LEAF, PAGE, Name, Opened
from bot.domain.staff import Person
from tests.journeys.conftest import OpenDesk
from tests.journeys.test_home_and_turns import arrived, at_home, go_home, home
from tests.world import PRACTICE, World, button, connected, labels, message, serving, until, words

ALICE = Person(slack="U0ALICE", member=True)
AWAY = PRACTICE.replace("title: RN, roles: [staff]", "title: RN, covered_by: U0BEN, roles: [staff]")


async def many(desk: World, count: int, kind: str = "general") -> None:
    """So many families write, each about a child of their own: Child 01, Child 02 ..."""
    for n in range(1, count + 1):
        child = {"id": f"p-{n}", "name": f"Child {n:02}", "birth_date": "2020-08-14"}
        sender = {"portal_user_id": f"pu-{n}", "name": "Rosa Delgado", "relationship": "parent", "proxy_verified": True}
        at = f"2026-11-22T18:{n % 60:02}:00Z"
        await desk.write(message(kind, n=str(n), patient=child, sender=sender, sent_at=at), wait=False)

    async def all_there() -> bool:
        return (await desk.rows("SELECT COUNT(*) FROM conversations"))[0][0] >= count

    await until(all_there, what=f"{count} messages")


def children(view: dict[str, Any]) -> list[str]:
    """The children that a view shows, in order."""
    told = words(view).split("Child ")[1:]
    return [one[:2] for one in told]


async def restarted(desk: World) -> None:
    """The service ends and starts anew: what it had in memory is gone."""
    await desk.service.stop()
    desk.service = serving(desk.environment, desk.clock)
    await desk.service.start()
    await connected(desk)


async def test_all_of_forty_four_can_be_reached(desk: World):
    """Five, then twenty, the next twenty, the last four; each child once; and back, also after a restart."""
    await many(desk, 44)
    view = await go_home(desk, containing="Unread Portal (44)")
    assert children(view) == [f"{n:02}" for n in range(1, 6)]
    await at_home(desk, view, "Show 15 more")
    first = await home(desk, containing="1 to 20 of 44")
    await at_home(desk, first, "Next 20")
    second = await home(desk, containing="21 to 40 of 44")
    await restarted(desk)
    await at_home(desk, second, "Next 4")
    third = await home(desk, containing="41 to 44 of 44")
    assert children(first) + children(second) + children(third) == [f"{n:02}" for n in range(1, 45)]
    await at_home(desk, third, "Take it")
    third = await home(desk, containing="41 to 43 of 43")
    assert "Mine (1)" in words(third)
    await at_home(desk, third, "Previous 20")
    await at_home(desk, await home(desk, containing="21 to 40 of 43"), "Show fewer")
    await home(desk, containing="1 to 5 of 43")


async def test_the_window_has_the_same_leaves(desk: World):
    """`/portal` turns its leaves by itself; what is done in it leaves it where it is, and Home where that was."""
    await many(desk, 23)
    await go_home(desk, containing="1 to 5 of 23")
    await desk.do("command", text="/portal", channel="C0NURSING", **{"as": "U0ALICE"})
    view = await desk.window(containing="1 to 5 of 23")
    await desk.press_in(view, "Show 15 more")
    view = await desk.window(containing="1 to 20 of 23")
    await restarted(desk)
    await desk.press_in(view, "Next 3")
    view = await desk.window(containing="21 to 23 of 23")
    assert children(view) == ["21", "22", "23"]
    await desk.do("press", view_id=view["id"], **button(view, "Take it"), **{"as": "U0ALICE"})
    view = await desk.window(containing="21 to 22 of 22")
    await desk.press_in(view, "Refresh")
    await desk.quiet()
    assert "21 to 22 of 22" in words(await desk.window(containing="21 to 22"))


async def test_a_leaf_that_is_gone_shows_the_last_one(desk: World):
    """The others dealt with what stood there: the last leaf that is left, never an empty page."""
    await many(desk, 21)
    view = await go_home(desk, containing="1 to 5 of 21")
    await at_home(desk, view, "Show 15 more")
    await at_home(desk, await home(desk, containing="1 to 20 of 21"), "Next 1")
    view = await home(desk, containing="21 to 21 of 21")
    await at_home(desk, view, "Take it")
    view = await home(desk, containing=" 1 to 20 of 20")
    assert len(children(view)) == 20 + 1  # and the one in Mine
    assert "Next" not in " ".join(labels(view))


@pytest.mark.parametrize(
    "value", ["", "mine", "unread_portal:0", "unread_portal:999999999999", "x:20", "unread_portal:²"]
)
async def test_a_forged_leaf_is_answered(desk: World, value: str):
    """Whatever a press says is wanted: Home is drawn anew, from its beginning."""
    await many(desk, 7)
    await go_home(desk, containing="1 to 5 of 7")
    before = len(desk.calls("views.publish"))
    pressed = {"home": True, "block_id": "x", "action_id": "home_show", "value": value, "forged": True}
    assert (await desk.do("press", **pressed, **{"as": "U0ALICE"}))["acked"]

    async def drawn() -> bool:
        return len(desk.calls("views.publish")) > before

    await until(drawn, what="a new Home")
    await home(desk, containing="1 to 5 of 7")


class Counting:
    """The records, and how often each question was asked."""

    def __init__(self, records: Any) -> None:
        self._records = records
        self.asked: dict[str, int] = {}

    def __getattr__(self, name: str) -> Any:
        self.asked[name] = self.asked.get(name, 0) + 1
        return getattr(self._records, name)


def _asked(records: Any, *, person: Person, now: Any, opened: Opened | None) -> tuple[int, dict[str, int]]:
    counting = Counting(records)
    board = lists.board(counting, person=person, now=now, opened=opened)  # type: ignore[arg-type]
    return board.refills, counting.asked


async def test_home_costs_what_it_shows_not_what_waits(desk: World):
    """Sixty refills wait: pictures are read for the shown ones only, and nothing is asked for each of the rest."""
    await many(desk, 60, "refill")
    grace = Person(slack="U0GRACE", member=True)
    for opened, most in ((None, PAGE), (Opened(name=Name.PORTAL, upto=LEAF), LEAF)):
        refills, asked = await desk.read(_asked, person=grace, now=desk.clock(), opened=opened)
        assert (refills, asked["picture"], asked.get("decisions_of", 0)) == (60, most, 0)
        assert {n: c for n, c in asked.items() if n not in ("picture", "channel")} == {
            "practice": 1,
            "waiting": 3,
            "forwarded_by": 1,
            "in_trouble": 1,
            "undecided": 1,
        }


async def test_what_was_put_aside_can_be_found(desk: World):
    """Asleep it counts for nobody and stands at the end of its list, with the time; Take it wakes it."""
    card = await arrived(desk)
    await desk.press(card, "Snooze")
    view = await desk.window(containing="Snooze until")
    options = next(b for b in view["blocks"] if b["block_id"] == "snooze_for")["element"]["options"]
    await desk.submit(view, snooze_for=options[1]["value"])
    await desk.card("Snoozed")
    for who in ("U0ALICE", "U0GRACE"):
        view = await go_home(desk, who, "Nothing waits for you.")
        assert "Unread Portal (0) · 1 asleep" in words(view)
        assert "Snoozed, Nursing has it" in words(view)
    await desk.write(message(n="2", subject="Another", patient={"id": "p-2", "name": "Zoe Awake"}))
    view = await go_home(desk, containing="Unread Portal (1) · 1 asleep")
    assert words(view).index("Zoe Awake") < words(view).index("Mateo Delgado")
    await at_home(desk, view, "Take it")
    await home(desk, containing="Mine (1)")
    await desk.press(card, "Take it")
    await desk.quiet()
    view = await go_home(desk, containing="Mine (2)")
    assert "asleep" not in words(view)


async def test_one_s_own_sleeps_at_the_end_of_mine(desk: World):
    """Taken, then put aside: in Mine, not counted, until it wakes."""
    card = await arrived(desk)
    await desk.press(card, "Take it")
    card = await desk.card("Moreno, RN has it")
    await desk.press(card, "Snooze")
    view = await desk.window(containing="Snooze until")
    options = next(b for b in view["blocks"] if b["block_id"] == "snooze_for")["element"]["options"]
    await desk.submit(view, snooze_for=options[0]["value"])
    await desk.card("Snoozed")
    await go_home(desk, containing="Mine (0) · 1 asleep")
    await desk.later(minutes=31)
    await go_home(desk, containing="Mine (1)")


async def test_the_cover_sees_the_turn_of_who_is_away(open_desk: OpenDesk):
    """Alice is away and Ben covers: her turn stands in his lists as hers, his press works, and hers keep it too."""
    desk = await open_desk(PRACTICE)
    card = await arrived(desk)
    await desk.press(card, "Take it")
    await desk.card("Moreno, RN has it")
    await go_home(desk, "U0BEN", "Nothing waits for you.")
    await desk.apply(AWAY)
    his = await go_home(desk, "U0BEN", "Mine (1)")
    assert "covers for Alice Moreno" in words(his)
    assert "In progress, Alice Moreno, RN has it" in words(his)
    await go_home(desk, "U0ALICE", "Mine (1)")
    await at_home(desk, his, "Forward", "U0BEN")
    await desk.hand_in(await desk.window("U0BEN", containing="Forward"), "Grace", who="U0BEN", forward_note="Look?")
    await home(desk, "U0BEN", "Waiting for others (1)")
    await go_home(desk, "U0ALICE", "Nothing waits for you.")
    await go_home(desk, "U0GRACE", "Unread Phone (1)")


async def test_what_somebody_had_who_left_is_the_department_s(open_desk: OpenDesk):
    """Alice leaves the staff list: what she had is in Unread Portal of her department, and says so."""
    desk = await open_desk(PRACTICE)
    card = await arrived(desk)
    await desk.press(card, "Take it")
    await desk.card("Moreno, RN has it")
    await go_home(desk, "U0GRACE", "Colleagues have 1 message of your departments.")
    await desk.apply("\n".join(line for line in PRACTICE.splitlines() if "Alice Moreno" not in line))
    hers = await go_home(desk, "U0GRACE", "Unread Portal (1)")
    assert "a colleague who left the staff list has it" in words(hers)
    await at_home(desk, hers, "Take it", "U0GRACE")
    await home(desk, "U0GRACE", "Mine (1)")


async def test_each_stands_in_one_list_only(desk: World):
    """Forwarded to a department that is one's own, too: in Unread Phone, not in Waiting for others beside it."""
    card = await arrived(desk)
    await desk.hand(card, "Refills", forward_note="Yours.")
    view = await go_home(desk, containing="Unread Phone (1)")
    assert "Waiting for others (0)" in words(view)
    await go_home(desk, "U0GRACE", "Unread Phone (1)")


async def test_what_the_family_did_not_get_comes_before_what_is_late(desk: World):
    """Urgent, then not delivered, then by deadline: in the whole list, not only among the five that are shown."""
    await many(desk, 7)
    await desk.quiet()
    cards = await desk.cards()
    last = next(c for c in cards if "Child 07" in words(c))
    await desk.trouble("gone_410")
    for card in cards:
        await desk.press(card, "Take it")
    await desk.quiet()
    await desk.reply(last, "Stop the drops.")
    await desk.card("Not delivered")
    view = await go_home(desk, containing="Mine (7)")
    assert children(view)[:2] == ["07", "01"]


async def test_empty_says_when_the_portal_was_heard_last(desk: World):
    """Nothing waits: what the department did today, and when the last message came, so that silence is no riddle."""
    await go_home(desk, containing="No message has come from the portal yet.")
    card = await arrived(desk)
    await desk.reply(card, "Stop the drops.")
    await desk.replies()
    await desk.quiet()
    view = await go_home(desk, containing="Nursing answered 1 family today. Nobody in your departments is waiting.")
    assert "Last message from the portal: " in words(view)
