"""Admins map channels and give roles in Slack; what they change is the practice's stored, audited state."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.slack.config import ChannelConfig, SlackConfig
from tests.journeys.conftest import OpenDesk
from tests.world import CHANNELS, EVERYBODY, PEOPLE, World, message, until, words

MORE = (
    ChannelConfig("C0NEW", "new-place", members=EVERYBODY),
    ChannelConfig("C0AWAY", "away", is_private=True, members=EVERYBODY, bot_is_member=False),
    ChannelConfig("C0SHARED", "shared", members=EVERYBODY, is_ext_shared=True),
)


async def practice(open_desk: OpenDesk) -> World:
    """The usual practice, with channels to choose from."""
    return await open_desk(slack=SlackConfig(people=PEOPLE, channels=(*CHANNELS, *MORE), limits=False))


async def command(desk: World, words_after: str, who: str = "U0PAT") -> None:
    """Type /portal and a word."""
    await desk.do("command", text=f"/portal {words_after}", channel="C0FRONT", **{"as": who})


async def mapped(desk: World, channel: str) -> Any:
    """Pat maps Nursing to that channel."""
    await command(desk, "map")
    view = await desk.window("U0PAT", containing="What people there see")
    return await desk.submit(view, who="U0PAT", map_department="d1", map_channel=channel)


async def test_open_cards_move_to_the_mapped_channel_and_new_ones_arrive_there(open_desk: OpenDesk):
    """Saved: the open card stands in the new channel, the next one too, and it is journalled."""
    desk = await practice(open_desk)
    await desk.write(message())
    await desk.card("Ear drops and swimming")
    assert (await mapped(desk, "C0NEW")).get("closed")
    await desk.card("Ear drops and swimming", channel="C0NEW")
    await desk.write(message(n="2", subject="Another question"))
    await desk.card("Another question", channel="C0NEW")
    (row,) = await desk.journalled("practice.mapped")
    assert row["actor"] == "U0PAT"


@pytest.mark.parametrize(("channel", "says"), [("C0AWAY", "not in this channel"), ("C0SHARED", "another company")])
async def test_a_channel_that_cannot_be_used_is_refused_in_a_sentence(open_desk: OpenDesk, channel: str, says: str):
    """Not a member, shared outside: nothing is changed."""
    desk = await practice(open_desk)
    await command(desk, "map")
    view = await desk.window("U0PAT", containing="What people there see")
    values = {
        "map_department": {"map_department": {"type": "static_select", "selected_option": {"value": "d1"}}},
        "map_channel": {"map_channel": {"type": "conversations_select", "selected_conversation": channel}},
    }
    done = await desk.do("submit", view_id=view["id"], values=values, forged=True, **{"as": "U0PAT"})
    assert says in str(done["errors"])
    assert await desk.history("practice.mapped") == []


async def test_who_is_no_admin_is_refused_in_one_sentence(open_desk: OpenDesk):
    """Alice types the command: one sentence, no window."""
    desk = await practice(open_desk)
    await command(desk, "map", "U0ALICE")
    assert "Only an admin can change this" in await desk.notice("Only an admin", channel="C0FRONT")
    assert await desk.views("U0ALICE") == []


async def test_a_role_is_given_and_counts_at_once_and_is_taken_again(open_desk: OpenDesk):
    """A person without a role becomes staff of Nursing, answers, and loses the role: the open window is refused."""
    desk = await practice(open_desk)
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await command(desk, "staff")
    view = await desk.window("U0PAT", containing="Without a role")
    await desk.choose(view, "staff_person", "U0NOBODY", who="U0PAT")
    view = await desk.window("U0PAT", containing="They have no role yet")
    roles = next(b for b in view["blocks"] if b["block_id"].startswith("staff_roles"))
    parts = next(b for b in view["blocks"] if b["block_id"].startswith("staff_departments"))
    some = {"selected_options": roles["element"]["options"][:1]}
    nursing = {"selected_options": [o for o in parts["element"]["options"] if o["text"]["text"] == "Nursing"]}
    done = await desk.submit(view, who="U0PAT", staff_roles=some, staff_departments=nursing, staff_title="MA")
    assert done.get("closed"), done
    view = await desk.writing(card, who="U0NOBODY")
    await command(desk, "staff")
    other = await desk.window("U0PAT", containing="Without a role")
    await desk.choose(other, "staff_person", "U0NOBODY", who="U0PAT")

    async def fields() -> Any:
        top = (await desk.views("U0PAT"))[-1]
        return top if any(b["block_id"].startswith("staff_roles") for b in top["blocks"]) else None

    other = await until(fields, what="the fields")
    assert (await desk.submit(other, who="U0PAT", staff_roles={"selected_options": []})).get("closed")
    refused = await desk.send(view, "Hello", who="U0NOBODY")
    assert "no role" in str(refused["errors"])
    await desk.quiet()
    assert desk.shown() == []


async def test_the_last_admin_stays_one(open_desk: OpenDesk):
    """Pat cannot take the last admin's role, which is Pat's own."""
    desk = await practice(open_desk)
    await command(desk, "staff")
    view = await desk.window("U0PAT", containing="Without a role")
    await desk.choose(view, "staff_person", "U0PAT", who="U0PAT")
    view = await desk.window("U0PAT", containing="Roles")
    done = await desk.submit(view, who="U0PAT", staff_roles={"selected_options": []})
    assert "The practice needs an admin" in str(done["errors"])


async def test_what_was_changed_in_slack_stands_after_a_restart(open_desk: OpenDesk):
    """The file on disk is the old one and was not edited: it does not undo what the admin did."""
    desk = await practice(open_desk)
    assert (await mapped(desk, "C0NEW")).get("closed")
    await desk.service._practice()
    await desk.write(message())
    await desk.card("Ear drops and swimming", channel="C0NEW")
    assert "C0NEW" in words({"text": str(await desk.read(_document))})


def _document(records: Any) -> str | None:
    document: str | None = records.practice_document()
    return document
