"""An event that nobody can read is somebody's: the post says why, asks to look into the portal, and ends when one did."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from click.testing import CliRunner

from bot import failpoint
from bot.cli import portaldesk
from bot.domain import look, operated
from bot.jobs import rounds
from storage.sql import Sql
from tests.journeys.conftest import OpenDesk
from tests.journeys.test_home_and_turns import go_home, home
from tests.world import PRACTICE, World, labels, message, until, words

PRESS = "I looked into the portal"
WITH_GUEST = PRACTICE + "  - {slack: U0GUEST, name: Gus Guest, roles: [staff], departments: [Front Desk]}\n"
NOBODY_SAYS = "It does not say who wrote (data.sender is missing)."


async def lost(desk: World, n: str = "1") -> dict[str, Any]:
    """A message without its sender comes; the post about it."""
    event = message(n=n)
    del event["data"]["sender"]
    status, answer = await desk.event(event, f"evt_{n}")
    assert (status, answer["status"]) == (202, "quarantined")
    return await desk.card(answer["id"], channel="C0FRONT", who="U0BEN")


async def posts(desk: World, channel: str = "C0FRONT") -> list[dict[str, Any]]:
    """The bot's posts in the channel."""
    return await desk.cards(channel, who="U0BEN")


async def queue(desk: World, *flags: str) -> str:
    """What `portaldesk queue` prints."""
    told = await asyncio.to_thread(CliRunner().invoke, portaldesk, ["queue", *flags], env=desk.environment)
    assert told.exit_code == 0, told.output
    return told.output


async def seen(desk: World, channel: str = "C0FRONT") -> dict[str, Any]:
    """The post, once it says that somebody looked; it has no button any more."""
    post = await desk.card("Looked into the portal", channel=channel, who="U0BEN")
    assert labels(post) == []
    return post


@pytest.mark.parametrize("detail", ["full", "minimal"])
async def test_somebody_looks_into_the_portal(open_desk: OpenDesk, detail: str):
    """The post says why and when, without a word of the family; one press ends it, with who and when, everywhere."""
    desk = await open_desk(PRACTICE.replace("card_detail: full", f"card_detail: {detail}"))
    await go_home(desk, "U0BEN", "Nothing waits for you.")
    post = await lost(desk)
    assert NOBODY_SAYS in words(post)
    assert "portal main" in words(post)
    assert not any(word in words(post) for word in ("Ear drops", "water", "Mateo", "Delgado", "100871"))
    assert labels(post) == [PRESS]
    one = "1 message could not be shown: look in the portal"
    shown = words(await go_home(desk, "U0BEN", one))
    assert "Nothing waits for you" not in shown
    assert "could not be shown" not in words(await go_home(desk, "U0ALICE"))
    assert one in await queue(desk)
    page = (await queue(desk, "--print")).splitlines()
    assert "portal main" in page[page.index(one) + 2]
    (row,) = json.loads(await queue(desk, "--json"))
    assert (row["kind"], row["portal"], row["number"], row["department"]) == ("unshown", "main", None, "Front Desk")

    await desk.press(post, PRESS, who="U0BEN", channel="C0FRONT")
    after = await seen(desk)
    assert after["ts"] == post["ts"]
    assert "Looked into the portal : Ben Castillo ·" in words(after)
    assert NOBODY_SAYS in words(after)
    (entry,) = await desk.history("event.looked_into")
    assert (entry["actor"], entry["outcome"], entry["detail"]) == ("U0BEN", "done", {"portal": "main"})
    await home(desk, "U0BEN", "Nothing waits for you.")
    assert "could not be shown" not in await queue(desk)
    assert json.loads(await queue(desk, "--json")) == []
    await desk.quiet()
    assert len(await posts(desk)) == 1


async def test_of_two_who_press_the_second_is_told_who_did(desk: World):
    """At once or later, the same person or another one: one row of the journal, and the others are told kindly."""
    post = await lost(desk)
    button = {"channel": "C0FRONT", "ts": post["ts"]}
    (element,) = next(block["elements"] for block in post["blocks"] if block["type"] == "actions")
    block_id = next(block["block_id"] for block in post["blocks"] if block["type"] == "actions")
    press = button | {"block_id": block_id, "action_id": element["action_id"], "forged": True}
    await asyncio.gather(*(desk.do("press", **press, value=element["value"], **{"as": w}) for w in ("U0BEN", "U0PAT")))
    await seen(desk)
    (entry,) = await desk.journalled("event.looked_into")
    first = entry["actor"]
    second, name = ("U0PAT", "Ben Castillo") if first == "U0BEN" else ("U0BEN", "Pat Quinn")
    await desk.notice(f"{name} looked into the portal already", channel="C0FRONT", who=second)
    await desk.do("press", **press, value=element["value"], **{"as": first})
    await desk.notice("You looked into the portal already", channel="C0FRONT", who=first)
    await desk.quiet()
    assert len(await desk.history("event.looked_into")) == 1
    refused = await desk.history("refused.look_into")
    assert {row["detail"]["because"] for row in refused} == {"held"}
    assert len(refused) == 2


STRANGERS = {
    "of another department": ("U0ALICE", "This message belongs to Front Desk", "not_department"),
    "without a role": ("U0NOBODY", "You have no role in Portal Desk yet", "no_role"),
    "a guest who is on the list": ("U0GUEST", "Only members of the practice's own workspace", "not_member"),
}


@pytest.mark.parametrize("who", STRANGERS)
async def test_who_may_not_act_there_is_told_why(open_desk: OpenDesk, who: str):
    """Refused in words, journalled, and nothing else: it still waits."""
    slack, says, because = STRANGERS[who]
    desk = await open_desk(WITH_GUEST)
    post = await lost(desk)
    await desk.press(post, PRESS, who=slack, channel="C0FRONT")
    await desk.notice(says, channel="C0FRONT", who=slack)
    (row,) = await desk.journalled("refused.look_into")
    assert (row["actor"], row["outcome"], row["detail"]["because"]) == (slack, "refused", because)
    await desk.quiet()
    assert await desk.history("event.looked_into") == []
    assert [labels(one) for one in await posts(desk)] == [[PRESS]]


async def test_an_admin_who_answers_nobody_is_told_so(open_desk: OpenDesk):
    """An admin of the department without a role that works there may not say it either."""
    desk = await open_desk(PRACTICE.replace("roles: [admin, staff]", "roles: [admin]"))
    await desk.press(await lost(desk), PRESS, who="U0PAT", channel="C0FRONT")
    await desk.notice("Your role does not include answering families", channel="C0FRONT", who="U0PAT")
    await desk.quiet()
    assert await desk.history("event.looked_into") == []


@pytest.mark.parametrize("value", ["", "i_unknown00000000000000", "x" * 2000, "c_0000000000000000"])
async def test_a_forged_reference_has_no_effect(desk: World, value: str):
    """Refused in words; what really waits goes on waiting."""
    post = await lost(desk)
    block_id = next(block["block_id"] for block in post["blocks"] if block["type"] == "actions")
    press = {"channel": "C0FRONT", "ts": post["ts"], "block_id": block_id, "action_id": "looked_into"}
    await desk.do("press", **press, forged=True, value=value, **{"as": "U0BEN"})
    await desk.notice("I do not know this message any more", channel="C0FRONT", who="U0BEN")
    await desk.quiet()
    assert await desk.rows("SELECT COUNT(*) FROM unshown WHERE looked_at IS NOT NULL") == [(0,)]


async def test_where_the_post_stands_instead_people_may_say_it_too(desk: World):
    """Front Desk's channel is archived: the post stands in Nursing's, and Nursing's nurse may press it."""
    await desk.admin("archive", channel="C0FRONT")
    await desk.journalled("channel.changed")
    event = message()
    del event["data"]["sender"]
    await desk.event(event, "evt_1")
    post = await desk.card("Could not be shown", channel="C0NURSING")
    await desk.press(post, PRESS, who="U0GRACE", channel="C0NURSING")
    assert "Grace Kim, PNP" in words(await desk.card("Looked into the portal", channel="C0NURSING"))


async def test_a_press_counts_though_slacks_answer_about_the_post_was_lost(desk: World):
    """Posted, the answer lost, and pressed before we looked for it: one post, and it shows who looked."""
    await desk.do("faults", faults=[{"kind": "reset_after", "method": "chat.postMessage", "nth": [1]}])
    post = await lost(desk)
    await desk.press(post, PRESS, who="U0BEN", channel="C0FRONT")
    await seen(desk)
    for _ in range(2):
        await desk.later(seconds=10)
        await desk.quiet()
    (left,) = await posts(desk)
    assert left["ts"] == post["ts"]
    assert labels(await seen(desk)) == []


@pytest.mark.parametrize("kind", ["reset_after", "error_500_before", "error_503_after"])
async def test_a_redraw_whose_answer_is_lost_is_made_again(desk: World, kind: str):
    """Slack stumbles over the redraw, before or after it: the post shows who looked in the end."""
    post = await lost(desk)
    await desk.quiet()
    await desk.do("faults", faults=[{"kind": kind, "method": "chat.update", "nth": [1]}])
    await desk.press(post, PRESS, who="U0BEN", channel="C0FRONT")
    await desk.quiet()
    await desk.later(seconds=10)
    assert (await seen(desk))["ts"] == post["ts"]


async def test_what_we_stumble_over_ourselves_has_the_button_too(desk: World):
    """Poison: the post says that it was our fault, and is ended in the same way."""
    desk.bugs = True

    def stumble(name: str) -> None:
        if name == "webhook.parse":
            raise LookupError("planned")

    failpoint.arm(stumble)
    try:
        await desk.event(message(), "evt_1")
    finally:
        failpoint.arm(None)
    post = await desk.card("I stumbled over it myself", channel="C0FRONT", who="U0BEN")
    await desk.press(post, PRESS, who="U0BEN", channel="C0FRONT")
    await seen(desk)


async def test_what_waited_for_a_message_that_never_came_has_it_too(desk: World):
    """After a day the event is shown: with its reason, on the lists, and with the button."""
    about = {"message_id": "m-never", "at": "2026-11-22T19:09:00Z"}
    await desk.event({"type": "portal.message.withdrawn", "data": about}, "evt_1")
    await desk.later(hours=25)
    await desk.service.store.run(rounds.waiting_too_long, now=desk.clock())
    post = await desk.card("It is about a message that never came here", channel="C0FRONT", who="U0BEN")
    assert "1 message could not be shown" in await queue(desk)
    await desk.press(post, PRESS, who="U0BEN", channel="C0FRONT")
    await seen(desk)


async def test_a_post_that_somebody_deleted_comes_back(desk: World):
    """Within the hour, while nobody looked; after that it stays away."""
    post = await lost(desk)
    await desk.quiet()
    await desk.admin("delete_message", channel="C0FRONT", ts=post["ts"])
    assert await posts(desk) == []
    for _ in range(2):
        await desk.service.store.run(look.remind, now=desk.clock())
        await desk.quiet()
    (fresh,) = await posts(desk)
    await desk.press(fresh, PRESS, who="U0BEN", channel="C0FRONT")
    await seen(desk)
    await desk.quiet()
    await desk.admin("delete_message", channel="C0FRONT", ts=fresh["ts"])
    await desk.service.store.run(look.remind, now=desk.clock())
    await desk.quiet()
    assert await posts(desk) == []


async def test_a_post_of_the_version_before_is_made_again_with_its_button(desk: World):
    """That version kept no row of where it stands, and its post had no button: it is posted once more, once."""
    old = await lost(desk)
    await desk.quiet()
    await desk.service.store.run(lambda records: records.run(Sql("DELETE FROM unshown")))
    assert "1 message could not be shown" in await queue(desk)
    for _ in range(2):
        await desk.service.store.run(look.remind, now=desk.clock())
        await desk.quiet()
    assert len(await posts(desk)) == 2

    async def fresh() -> Any:
        return next((post for post in await posts(desk) if post["ts"] != old["ts"]), None)

    await desk.press(await until(fresh, what="the new post"), PRESS, who="U0BEN", channel="C0FRONT")
    await seen(desk)


async def test_a_post_that_a_replica_of_the_version_before_made_is_made_again_with_its_button(desk: World):
    """That one carries what we put into the outbox, but keeps nowhere where it stands: nobody could ever press it."""
    old = await lost(desk)
    await desk.quiet()
    await desk.service.store.run(lambda records: records.run(Sql("UPDATE unshown SET channel = NULL, ts = NULL")))
    for _ in range(2):
        await desk.service.store.run(look.remind, now=desk.clock())
        await desk.quiet()
    (fresh,) = [post for post in await posts(desk) if post["ts"] != old["ts"]]
    await desk.press(fresh, PRESS, who="U0BEN", channel="C0FRONT")
    await seen(desk)


async def test_a_post_that_was_taken_out_of_the_outbox_is_made_after_all(desk: World):
    """An operator drops it while Slack does not take it: the lists say that it waits, so it needs its button."""
    limited = {"kind": "ratelimited", "method": "chat.postMessage", "nth": [1], "retry_after": 8}
    await desk.do("faults", faults=[limited])
    event = message()
    del event["data"]["sender"]
    await desk.event(event, "evt_1")

    async def waiting() -> Any:
        return await desk.rows("SELECT id FROM deliveries WHERE code = 'ratelimited' AND state = 'pending'")

    ((delivery,),) = await until(waiting, what="Slack's 429")
    await desk.service.store.run(look.remind, now=desk.clock())
    assert await desk.rows("SELECT id FROM deliveries WHERE what = 'unreadable'") == [(delivery,)]
    await desk.service.store.run(operated.drop, delivery_id=delivery, by="cli:ops", why="a try", now=desk.clock())
    assert "1 message could not be shown" in await queue(desk)
    await desk.service.store.run(look.remind, now=desk.clock())
    post = await desk.card(NOBODY_SAYS, channel="C0FRONT", who="U0BEN")
    await desk.press(post, PRESS, who="U0BEN", channel="C0FRONT")
    await seen(desk)
