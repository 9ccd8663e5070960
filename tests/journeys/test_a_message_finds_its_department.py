"""Which channel a card comes to, who is woken, and what happens when the channel cannot be used."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.domain import over
from bot.jobs.rounds import ChannelRound
from bot.sandbox.slack.config import GroupConfig, SlackConfig
from bot.sandbox.slack.server import RunningSlack
from tests.journeys.conftest import OpenDesk
from tests.world import CHANNELS, PEOPLE, PRACTICE, World, labels, message, until, words

ROUTES = PRACTICE + 'routes:\n  - {when: {kind: refill, text: "inhaler|albuterol"}, to: Nursing}\n'


def with_(channel: str, **change: Any) -> SlackConfig:
    """The workspace with one channel changed."""
    channels = tuple(replace(c, **change) if c.id == channel else c for c in CHANNELS)
    return SlackConfig(people=PEOPLE, channels=channels, limits=False)


WAYS = {
    "by the portal's name for it": (message(department="NURSE"), "C0NURSING"),
    "by the department's own name": (message(department="  front desk "), "C0FRONT"),
    "by a route's words": (message("refill", subject="Albuterol", body={"format": "plain", "text": "."}), "C0NURSING"),
    "by kind": (message("refill", subject="Cetirizine"), "C0REFILLS"),
    "by subject, when there is no kind": (message(kind=None, subject="Appointment Request"), "C0FRONT"),
    "by default, when nobody takes its kind": (message("insurance"), "C0FRONT"),
    "by kind, when the portal's name is not known": (message(department="Cardiology"), "C0NURSING"),
}


async def test_each_message_comes_to_its_channel(open_desk: OpenDesk):
    """By alias, name, route, kind, subject or default; and Open says why it is there."""
    desk = await open_desk(ROUTES.replace("[appointment, insurance]", "[appointment]"))
    for number, (name, (event, channel)) in enumerate(WAYS.items()):
        who = {"message_id": f"m-{number}", "thread_id": f"t-{number}"}
        event["data"] |= who | {"sender": {"portal_user_id": f"pu-{number}", "name": f"Writer {number}"}}
        event["data"]["patient"] = {"id": f"p-{number}", "name": f"Child {number}"}
        assert (await desk.write(event))["status"] == 202, name
        assert await desk.card(f"Writer {number}", channel=channel, who="U0PAT"), name
    await desk.quiet()
    assert [len(await desk.cards(c, "U0PAT")) for c in ("C0FRONT", "C0NURSING", "C0REFILLS")] == [3, 3, 1]
    await desk.press(await desk.card("Writer 6"), "Open")
    seen = await desk.window(containing="does not name")
    assert "The portal asked for a department that the practice file does not name" in words(seen)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"id": "C0OTHER"}, "does not exist"),
        ({"is_archived": True}, "is archived"),
        ({"bot_is_member": False}, "does not have me as a member"),
        ({"is_ext_shared": True}, "is shared with another company"),
    ],
    ids=["unknown", "archived", "kicked", "shared"],
)
async def test_a_department_without_a_usable_channel(open_desk: OpenDesk, change: dict[str, Any], says: str):
    """Its cards come to the default department, where people may answer them, and the admin is told what to mend."""
    desk = await open_desk(slack=with_("C0REFILLS", **change))
    await desk.alarm(says)
    await desk.write(message("refill"))
    card = await desk.card("Rosa Delgado", channel="C0FRONT", who="U0BEN")
    result = await desk.reply(card, "We will look into it.", who="U0BEN", channel="C0FRONT")
    assert result.get("closed"), result
    assert len(await desk.replies()) == 1
    await desk.card("elivered to the portal", channel="C0FRONT", who="U0BEN")


async def mended(desk: World) -> bool:
    return await desk.rows("SELECT COUNT(*) FROM alarms WHERE over_at IS NULL") == [(0,)]


async def test_a_channel_that_one_company_left_and_another_still_reads(desk: World):
    """Nothing is posted there, whatever Slack tells meanwhile: only Slack's own word that nobody reads it any more."""
    await desk.admin("share_channel", channel="C0REFILLS")
    await desk.alarm("is shared with another company")
    for deed, how in (
        ("share_channel", {"still": True}), ("kick_bot", {}), ("invite_bot", {}), ("archive", {}), ("unarchive", {}),
    ):  # fmt: skip
        await desk.admin(deed, channel="C0REFILLS", **how)
        await desk.quiet()

    async def known() -> bool:
        return await desk.rows("SELECT trouble FROM channels WHERE named = 'C0REFILLS'") == [("shared_outside",)]

    await until(known, what="the channel to be known as shared")
    await desk.write(message("refill"))
    await desk.card("Rosa Delgado", channel="C0FRONT", who="U0BEN")
    await desk.quiet()
    assert await desk.cards("C0REFILLS") == []
    assert await known()
    await desk.admin("share_channel", channel="C0REFILLS", on=False)
    await until(lambda: mended(desk), what="no alarm")
    await desk.card("Rosa Delgado", channel="C0REFILLS")


LATE = {"kind": "delayed_answer", "method": "conversations.info", "seconds": 3.0, "times": 1}


async def shared_while_slack_answers(desk: World) -> None:
    """C0FRONT is shared with another company after Slack was asked about it and before its answer is here."""
    await until(lambda: faulty(desk), what="that Slack is asked about the channel")
    await desk.admin("share_channel", channel="C0FRONT")
    await until(lambda: shared(desk), what="the event")


async def faulty(desk: World) -> bool:
    rows = (await desk.look("journal", of="api"))["rows"]
    return any(row.get("fault") == "delayed_answer" for row in rows)


async def shared(desk: World) -> bool:
    return await desk.rows("SELECT trouble FROM channels WHERE named = 'C0FRONT'") == [("shared_outside",)]


async def test_an_older_answer_of_slacks_does_not_undo_an_event_in_a_round(desk: World):
    """The round asked before the channel was shared: what the answer says is older than the event, and is not kept."""
    assert desk.service._front
    await desk.quiet()
    await desk.do("faults", faults=[LATE])
    round_ = asyncio.create_task(ChannelRound(desk.service.store, desk.service._front.poster, desk.clock).run())
    await shared_while_slack_answers(desk)
    await round_
    assert await shared(desk)


async def test_an_older_answer_of_slacks_does_not_undo_an_event_after_another(desk: World):
    """The same where it was asked since the bot was invited there."""
    await desk.admin("archive", channel="C0FRONT")
    await desk.alarm("is archived")
    await desk.quiet()
    await desk.do("faults", faults=[LATE])
    await desk.admin("unarchive", channel="C0FRONT")
    await shared_while_slack_answers(desk)
    await asyncio.sleep(LATE["seconds"])
    await desk.quiet()
    assert await shared(desk)


DEEDS = {
    "archive": ("unarchive", {}, {}),
    "kick_bot": ("invite_bot", {}, {}),
    "share_channel": ("share_channel", {}, {"on": False}),
    "delete_channel": ("create_channel", {}, {"name": "refills", "id": "C0REFILLS", "bot_is_member": True}),
}


@pytest.mark.parametrize("deed", DEEDS)
async def test_open_cards_move_when_their_channel_is_lost(desk: World, deed: str):
    """Archived, thrown out, shared outside, deleted: open cards come again where people see them, the alarm closes when
    it is mended, and the next card comes home."""
    mend, how, back = DEEDS[deed]
    await desk.write(message("refill", n="1"))
    await desk.card("Rosa Delgado", channel="C0REFILLS")
    await desk.quiet()
    await desk.admin(deed, channel="C0REFILLS", **how)
    moved = await desk.card("Rosa Delgado", channel="C0FRONT", who="U0BEN")
    await desk.alarm("C0REFILLS")
    assert (await desk.reply(moved, "Ready on Monday.", who="U0BEN", channel="C0FRONT")).get("closed")
    await desk.card("elivered to the portal", channel="C0FRONT", who="U0BEN")
    assert await desk.rows("SELECT COUNT(*) FROM alarms WHERE over_at IS NULL") == [(1,)]
    await desk.admin(mend, channel="C0REFILLS", **back)
    if mend == "create_channel":
        assert desk.service._front
        await ChannelRound(desk.service.store, desk.service._front.poster, desk.clock).run()
    await until(lambda: mended(desk), what="no alarm")
    await desk.quiet()
    await desk.write(message("refill", n="2"))
    await desk.quiet()
    assert len(await desk.rows("SELECT 1 FROM conversations WHERE department = 'Refills'")) == 2


async def test_channels_may_be_named_instead_of_numbered(open_desk: OpenDesk):
    """`#refills` in the practice file is found by its name; one that does not exist is told to the admin."""
    practice = PRACTICE.replace("C0REFILLS", '"#refills"').replace("C0URGENT", '"#nowhere"')
    desk = await open_desk(practice)
    await desk.write(message("refill"))
    await desk.card("Rosa Delgado", channel="C0REFILLS")
    assert "#nowhere" in await desk.alarm("does not exist")


async def test_a_name_that_another_channel_took_is_not_followed(open_desk: OpenDesk):
    """#refills is renamed, and somebody makes a new #refills with other members: no card goes there; the admin is told."""
    desk = await open_desk(PRACTICE.replace("C0REFILLS", '"#refills"'))
    assert desk.service._front
    channels = ChannelRound(desk.service.store, desk.service._front.poster, desk.clock)
    await desk.admin("rename", channel="C0REFILLS", name="rx")
    await channels.run()
    await desk.alarm("#refills does not exist")
    await desk.admin("create_channel", name="refills", id="C0OTHERS", bot_is_member=True, members=["U0ALICE"])
    await channels.run()
    assert "name it by its id" in await desk.alarm("is another channel now")
    await desk.write(message("refill"))
    await desk.card("Rosa Delgado", channel="C0FRONT", who="U0BEN")
    await desk.quiet()
    assert await desk.cards("C0OTHERS") == []


async def test_a_channel_named_by_its_id_as_well_is_not_in_doubt(open_desk: OpenDesk):
    """#refills is another channel now, and the file names the right one by its id too: one alarm, for the name alone."""
    desk = await open_desk(PRACTICE.replace("C0REFILLS", '"#refills"').replace("C0URGENT", "C0REFILLS"))
    assert desk.service._front
    channels = ChannelRound(desk.service.store, desk.service._front.poster, desk.clock)
    await desk.admin("rename", channel="C0REFILLS", name="rx")
    await desk.admin("create_channel", name="refills", id="C0OTHERS", bot_is_member=True, members=["U0ALICE"])
    for _ in range(3):
        await channels.run()
        await desk.quiet()
    rung = "SELECT key, over_at IS NULL FROM alarms"
    assert await desk.rows(rung) == [("channel:#refills", True)]
    await desk.admin("kick_bot", channel="C0REFILLS")
    await desk.admin("invite_bot", channel="C0REFILLS")
    await desk.admin("rename", channel="C0OTHERS", name="others")
    await until(
        lambda: desk.rows("SELECT 1 FROM alarms WHERE key = 'channel:C0REFILLS'"), what="that it was thrown out"
    )
    await desk.quiet()
    assert ("channel:#refills", True) in await desk.rows(rung)
    await desk.admin("rename", channel="C0REFILLS", name="refills")
    await channels.run()
    await until(lambda: mended(desk), what="no alarm")


async def test_a_card_waits_until_its_named_channel_is_found(open_desk: OpenDesk):
    """While Slack has not said yet which channel #refills is, the card does not go to another one's people."""

    def slow(slack: RunningSlack) -> None:
        slack.slack.plan.load([{"kind": "late_apply", "method": "conversations.list", "seconds": 1.0, "times": 1}], 1)

    desk = await open_desk(PRACTICE.replace("C0REFILLS", '"#refills"'), before=slow)
    await desk.write(message("refill"))
    await desk.card("Rosa Delgado", channel="C0REFILLS")
    assert await desk.cards("C0FRONT", "U0BEN") == []


async def test_a_practice_file_that_names_new_channels_is_followed_at_once(desk: World):
    """After `practice apply` cards come to the channel that the new file names, without a restart."""
    await desk.apply(PRACTICE.replace("C0REFILLS", '"#urgent"'))
    await desk.write(message("refill"))
    await desk.card("Rosa Delgado", channel="C0URGENT")


async def test_when_slack_does_not_say_a_known_trouble_stays_known(open_desk: OpenDesk):
    """A look at the channels that Slack answers with 429 neither clears an alarm nor rings it again."""
    desk = await open_desk(slack=with_("C0REFILLS", is_archived=True))
    await desk.alarm("is archived")
    await desk.do("faults", faults=[{"kind": "ratelimited", "method": "conversations.info"}])
    assert desk.service._front
    await ChannelRound(desk.service.store, desk.service._front.poster, desk.clock).run()
    assert await desk.rows("SELECT COUNT(*) FROM alarms WHERE over_at IS NULL") == [(1,)]
    await desk.do("faults", faults=[])
    await ChannelRound(desk.service.store, desk.service._front.poster, desk.clock).run()
    await desk.quiet()
    assert await desk.rows("SELECT COUNT(*) FROM alarms") == [(1,)]


async def test_a_channel_under_another_name_rings_under_that_name(open_desk: OpenDesk):
    """Its name in the practice file is replaced by its id while it is archived: from then on it is that one's alarm."""
    desk = await open_desk(PRACTICE.replace("C0REFILLS", '"#refills"'), slack=with_("C0REFILLS", is_archived=True))
    await desk.alarm("The channel #refills is archived")
    await desk.apply(PRACTICE)
    assert desk.service._front
    await ChannelRound(desk.service.store, desk.service._front.poster, desk.clock).run()
    await desk.alarm("The channel C0REFILLS is archived")
    await desk.service.store.run(over.alarms, now=desk.clock())
    assert await desk.rows("SELECT key FROM alarms WHERE over_at IS NULL") == [("channel:C0REFILLS",)]
    await desk.admin("unarchive", channel="C0REFILLS")
    await until(lambda: mended(desk), what="no alarm")


async def test_an_urgent_message_wakes_somebody_first(desk: World):
    """Urgent: a copy in the urgent channel that pings `escalate_to`, and the card itself in the department's channel."""
    await desk.write(message(priority="urgent"))
    ping = await pinged(desk, "C0URGENT", "<@U0ALICE>")
    copy = await desk.card("General · No.", channel="C0URGENT")
    own = await desk.card("Ear drops and swimming")
    assert "Delgado" not in words(copy)
    assert "Delgado" not in words(ping)
    assert float(copy["ts"]) < float(ping["ts"])
    assert labels(own)[0] in ("Reply", "Take it")
    result = await desk.reply(copy, "Please come in right now.", channel="C0URGENT")
    assert result.get("closed"), result
    for channel in ("C0URGENT", "C0NURSING"):
        await desk.card("elivered to the portal", channel=channel)
    await desk.quiet()
    assert len(await desk.cards("C0URGENT")) == 2


async def pinged(desk: World, channel: str, who: str) -> dict[str, Any]:
    async def seen() -> Any:
        return next((m for m in await desk.cards(channel) if who in m["text"]), None)

    found: dict[str, Any] = await until(seen, what=f"a ping of {who}")
    return found


@pytest.mark.parametrize(
    ("notify", "pings"),
    [("notify: here", "<!here>"), ("notify: group, group: S0NURSES", "<!subteam^S0NURSES>"), ("notify: none", "")],
    ids=["here", "group", "none"],
)
async def test_a_new_card_wakes_the_department_as_it_wants(open_desk: OpenDesk, notify: str, pings: str):
    """`notify`: here, a group, or nobody; the ping has no words of the family's, and a follow-up does not ping again."""
    config = SlackConfig(
        people=PEOPLE, channels=CHANNELS, limits=False, groups=(GroupConfig("S0NURSES", "nurses", users=("U0ALICE",)),)
    )
    desk = await open_desk(PRACTICE.replace("escalate_to: U0ALICE", notify), slack=config)
    await desk.write(message())
    await desk.card("Ear drops and swimming")
    if pings:
        ping = await pinged(desk, "C0NURSING", pings)
        assert "Delgado" not in words(ping)
        assert "drops" not in words(ping)
    more = message(n="1", message_id="m-1b", in_reply_to="m-1")
    await desk.write(more)
    await desk.quiet()
    assert len(await desk.cards()) == (2 if pings else 1)
