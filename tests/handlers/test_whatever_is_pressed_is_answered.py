"""Unknown buttons, windows, options, commands and events, and payloads that a broken client might send."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.conftest import OpenDesk
from tests.world import PRACTICE, World, message, until, words

VALUES = [
    "",
    "c_unknown00000000000000",
    "x" * 2000,
    "' OR 1=1 --",
    "../../etc/passwd",
    "\u202e",
    '{"a": 1}',
    "reply:",
    ":",
]


@pytest.fixture(params=[False, True], ids=["socket", "http"])
async def both(open_desk: OpenDesk, request: pytest.FixtureRequest) -> World:
    """The usual practice, in Socket Mode and in HTTP mode."""
    return await open_desk(PRACTICE, http_mode=request.param)


async def test_a_button_of_an_older_version_is_acknowledged_and_redraws_its_card(both: World):
    """A press on an action that nobody knows: acknowledged, told in words, the card redrawn."""
    await both.write(message())
    card = await both.card("Ear drops and swimming")
    await both.quiet()
    before = len(both.calls("chat.update"))
    reference = next(e["value"] for b in card["blocks"] for e in b.get("elements", ()) if e.get("value"))
    pressed = await _forged(both, card, action_id="card_of_yesterday", value=reference)
    assert pressed["acked"]
    await both.notice("out of date")

    async def redrawn() -> bool:
        return len(both.calls("chat.update")) > before

    await until(redrawn, what="a redraw")


@pytest.mark.parametrize(
    "action", ["card_reply", "card_open", "card_retry", "card_check_portal", "card_mark_delivered", "card_send_again"]
)
async def test_a_forged_reference_has_no_effect(desk: World, action: str):
    """Nine kinds of nonsense in a button's value: acknowledged, refused in words, journalled, nothing else."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    for number, value in enumerate(VALUES):
        assert (await _forged(desk, card, action_id=action, value=value))["acked"], value

        async def told(count: int = number + 1) -> bool:
            return len(await desk.notices()) >= count

        await until(told, what=f"a notice about {value!r}")
    await desk.quiet()
    assert {n for n in await desk.notices() if "do not know this message" not in n} == set()
    refused = [row for row in await desk.history() if row["outcome"] == "refused"]
    assert len(refused) == len(VALUES)
    assert desk.tries() == []
    assert await desk.views() == []


async def test_acts_that_the_state_does_not_offer_are_refused(desk: World):
    """Retry, Check portal, Mark delivered and Send again on a card that has no trouble: refused in words."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    reference = next(e["value"] for b in card["blocks"] for e in b.get("elements", ()) if e.get("value"))
    for action in ("card_retry", "card_check_portal", "card_mark_delivered", "card_send_again"):
        assert (await _forged(desk, card, action_id=action, value=reference))["acked"]
        await desk.journalled(f"refused.{action.removeprefix('card_')}")
    await desk.quiet()
    assert desk.tries() == []
    assert await desk.rows("SELECT COUNT(*) FROM replies") == [(0,)]


async def test_an_unknown_entry_behind_the_dots_is_answered(desk: World):
    """An overflow entry of another version, and a broken one: acknowledged and told."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    for value in ("snooze:c_1", "nothing", ""):
        option = {"text": {"type": "plain_text", "text": "Snooze"}, "value": value}
        pressed = await _forged(desk, card, action_id="card_more", type="overflow", selected_option=option)
        assert pressed["acked"]
    await desk.notice("out of date")


async def test_an_unknown_window_says_so_and_keeps_what_was_typed(both: World):
    """A submit of a window of an older version: words under its first field, the text stays."""
    await both.write(message())
    view = await both.writing(await both.card("Ear drops and swimming"))
    hub = both.slack.slack
    hub.windows.by_id[view["id"]].view["callback_id"] = "reply_v0"
    result = await both.forge(view, "Stop the drops.")
    assert "I do not know this window any more" in str(result["errors"])
    assert len(await both.views()) == 1
    await both.quiet()
    assert both.tries() == []


async def test_unknown_options_commands_and_events_are_acknowledged(both: World):
    """An external select that nobody serves, a command that is not ours, an event that needs nothing."""
    await both.write(message())
    card = await both.card("Ear drops and swimming")
    asked = await both.do(
        "options",
        channel="C0NURSING",
        ts=card["ts"],
        block_id="x",
        action_id="who",
        query="abc",
        forged=True,
        **{"as": "U0ALICE"},
    )
    assert (asked["acked"], asked["options"]) == (True, [])
    told = await both.do("command", channel="C0NURSING", text="/nonsense now", forged=True, **{"as": "U0ALICE"})
    assert "I do not know that command" in words(told["answer"])
    help_ = await both.do("command", channel="C0NURSING", text="/portal help", **{"as": "U0ALICE"})
    assert "Answer a family" in words(help_["answer"])
    other = await both.do("command", channel="C0NURSING", text="/portal dance *now*", **{"as": "U0ALICE"})
    assert "There is no “/portal dance”" in words(other["answer"])
    assert "Answer a family" in words(other["answer"])
    await both.admin("rename", channel="C0NURSING", name="nurses")
    await both.admin("join", channel="C0NURSING", user="U0NOBODY")
    await both.quiet()
    deliveries = {row["envelope_id"] for row in both.journal("delivery")}
    assert deliveries == {row["envelope_id"] for row in both.journal("ack") if row["acked"]}


async def test_home_is_for_each_what_they_are(desk: World):
    """Home: the departments of who has some, and for who has no role whom to ask."""
    for who, shows in (("U0ALICE", "Nursing"), ("U0NOBODY", "You have no role here yet. Ask Pat Quinn (admin)")):
        await desk.do("open_home", **{"as": who})

        async def home(who: str = who) -> Any:
            return (await desk.look("home", **{"as": who}))["view"]

        assert shows in words(await until(home, what="a Home tab"))


async def _forged(desk: World, card: dict[str, Any], **action: Any) -> Any:
    fields = {"channel": "C0NURSING", "ts": card["ts"], "block_id": "any", "forged": True, "as": "U0ALICE"}
    return await desk.do("press", **(fields | action))
