"""Send: once, by whom the window belongs to, on what they saw, with words that are kept when it does not work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import Any

import psycopg
import pysqlite3
import pytest

from bot.sandbox.slack.config import SlackConfig, Timing
from tests.journeys.conftest import OpenDesk
from tests.world import CHANNELS, PEOPLE, PRACTICE, World, message, text_block, texts, words

BODY = {"format": "plain", "text": "And now a fever!", "lang": "en"}


async def opened(desk: World, **over: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A card, and Alice's reply window about it."""
    await desk.write(message(**over))
    card = await desk.card("Ear drops and swimming")
    return card, await desk.writing(card)


async def test_the_window_names_child_and_reader_before_anything_is_written(desk: World):
    """Name, age, birth date and who will read it stand in the reply window."""
    _, view = await opened(desk)
    for told in ("Mateo Delgado", "Aug 14, 2020", "100871", "To", "Web Portal User", "Rosa Delgado (parent)"):
        assert told in words(view), told
    assert view["submit"]["text"] == "Send"
    assert "Rosa" not in view["private_metadata"]


async def test_two_presses_at_the_same_moment_are_one_reply(desk: World):
    """Two submits of one window race: one answer goes out, the other is told that it was sent already."""
    _, view = await opened(desk)
    results = await asyncio.gather(*(desk.forge(view, "Stop the drops.") for _ in range(4)))
    assert [r.get("closed") for r in results].count(True) == 1
    assert sum("Already sent" in str(r.get("errors")) for r in results) == 3
    await desk.replies()
    await desk.quiet()
    assert len(desk.shown()) == 1
    assert len(desk.tries()) == 1
    assert len(await desk.journalled("refused.send", 3)) == 3


async def test_a_second_press_is_told_already_sent(desk: World):
    """The same window again, later: already sent, and nothing leaves a second time."""
    _, view = await opened(desk)
    assert (await desk.send(view, "Stop the drops.")).get("closed")
    again = await desk.forge(view, "Stop the drops, really.")
    assert "Already sent" in str(again["errors"])
    await desk.replies()
    await desk.quiet()
    assert [r["body"]["text"] for r in desk.shown()] == ["Stop the drops."]


async def test_the_same_words_from_a_new_window_are_told_already_sent(desk: World):
    """Slack showed its triangle and it had worked: the writer opens a new window, pastes the words, and nothing leaves."""
    _, view = await opened(desk)
    await desk.send(view, "Stop the drops.")
    await desk.replies()
    view = await desk.writing(await desk.card("Ear drops and swimming"))
    again = await desk.forge(view, " Stop the drops. ")
    assert "Already sent: your last answer has these very words." in str(again["errors"])
    assert (await desk.send(view, "Stop the drops, please.")).get("closed")
    await desk.write(message(message_id="m-2", body=BODY))
    view = await desk.writing(await desk.card("And now a fever!"))
    assert (await desk.send(view, "Stop the drops, please.")).get("closed")  # another answer, to another question
    assert [r["body"]["text"] for r in await desk.replies(3)] == ["Stop the drops."] + 2 * ["Stop the drops, please."]
    await desk.journalled("refused.send")


async def _wrote(desk: World, card: dict[str, Any]) -> None:
    await desk.write(message(message_id="m-2", body=BODY))


async def _withdrew(desk: World, card: dict[str, Any]) -> None:
    event = {"type": "portal.message.withdrawn", "data": {"message_id": "m-1", "at": "2026-11-22T19:09:00Z"}}
    await desk.event(event | {"timestamp": "2026-11-22T19:09:00Z"}, "evt_9")


async def _elsewhere(desk: World, card: dict[str, Any]) -> None:
    about = {"message_id": "m-1", "at": "2026-11-22T19:09:00Z", "by": "Dr. Shah"}
    event = {"type": "portal.message.handled_elsewhere", "data": about, "timestamp": "2026-11-22T19:09:00Z"}
    await desk.event(event, "evt_9")


async def _colleague(desk: World, card: dict[str, Any]) -> None:
    await desk.reply(card, "Grace was faster.", who="U0GRACE")
    await desk.replies()


Happens = Callable[[World, dict[str, Any]], Awaitable[None]]


@pytest.mark.parametrize(("happens", "says", "label"), [
    (_wrote, "Rosa Delgado wrote again", "I read it"),
    (_colleague, "Grace Kim answered", "Send mine as a second answer"),
], ids=["the family wrote", "a colleague answered"])  # fmt: skip
async def test_something_changed_while_the_window_was_open(desk: World, happens: Happens, says: str, label: str):
    """Send stops, says what changed, keeps the text, and sends only after the person ticked that they read it."""
    card, view = await opened(desk)
    await happens(desk, card)
    before = len(desk.shown())
    assert (await desk.send(view, "Stop the drops.")).get("updated")
    stale = await desk.window(containing="Not sent.")
    assert says in words(stale)
    assert label in words(stale)
    (field,) = [b for b in stale["blocks"] if b["block_id"] == text_block(stale)]
    assert field["element"]["initial_value"] == "Stop the drops."
    refused = await desk.forge(stale, "Stop the drops.")
    assert "Read it above" in str(refused["errors"])
    await desk.quiet()
    assert len(desk.shown()) == before
    assert len(await desk.journalled("reply.stopped")) == 1
    assert (await desk.send(stale, None, read=True)).get("closed")
    await desk.replies(before + 1)
    assert desk.shown()[-1]["body"]["text"] == "Stop the drops."


@pytest.mark.parametrize(("happens", "says"), [
    (_withdrew, "took this message back"),
    (_elsewhere, "handled in the portal itself"),
], ids=["withdrawn", "elsewhere"])  # fmt: skip
async def test_the_message_is_gone_while_the_window_is_open(desk: World, happens: Happens, says: str):
    """Withdrawn or handled in the portal: Send says so under the text, which stays; nothing leaves."""
    card, view = await opened(desk)
    await happens(desk, card)
    result = await desk.send(view, "Stop the drops.")
    assert says in str(result["errors"])
    await desk.quiet()
    assert desk.tries() == []
    (kept,) = await desk.views()
    assert kept["id"] == view["id"]


async def test_a_writer_who_is_not_verified_is_asked_about_once(desk: World):
    """`proxy_verified: false` is said on card and window, and Send asks for one tick."""
    sender = {"portal_user_id": "pu-1", "name": "Rosa Delgado", "relationship": "caregiver", "proxy_verified": False}
    card, view = await opened(desk, sender=sender)
    assert "not verified" in words(view).lower()
    assert "not verified" in words(card).lower()
    result = await desk.forge(view, "Stop the drops.")
    assert "Tick this" in str(result["errors"])
    assert desk.tries() == []
    assert (await desk.send(view, "Stop the drops.", proxy=True)).get("closed")
    assert len(await desk.replies()) == 1


async def test_empty_and_too_long_answers_stay_in_the_window(desk: World):
    """Spaces only, and one character more than the portal takes: words under the field, nothing sent."""
    _, view = await opened(desk)
    for nothing in ("  \n ", "\u200b \u2060"):
        assert "Write something first" in str((await desk.forge(view, nothing))["errors"])
    assert "Take out 1 and press Send" in str((await desk.forge(view, "x" * 3001))["errors"])
    await desk.quiet()
    assert desk.tries() == []
    assert (await desk.send(view, "x" * 3000)).get("closed")
    assert [len(r["body"]["text"]) for r in await desk.replies()] == [3000]


async def test_a_confidential_message_is_not_answered_to_a_guardian(desk: World):
    """Confidential and written by a guardian: no Reply; a window that was open before refuses too."""
    _, view = await opened(desk)
    await desk.write(message(message_id="m-2", confidential=True))
    card = await desk.card("M.D.")
    result = await desk.send(view, "Stop the drops.")
    assert "teenager's own account" in str(result["errors"])
    await desk.quiet()
    assert desk.tries() == []
    assert "no written answer can go out" in words(card) or "Reply" not in words(card)
    (row,) = await desk.journalled("refused.send")
    assert row["detail"]["because"] == "confidential"


async def test_a_confidential_message_is_answered_to_the_teenager(desk: World):
    """Confidential and written from the teenager's own account: the answer goes there, after a warning."""
    sender = {"portal_user_id": "pu-teen", "name": "Mateo Delgado", "relationship": "self"}
    await desk.write(message(sender=sender, confidential=True))
    card = await desk.card("M.D.")
    view = await desk.writing(card)
    assert "Confidential" in words(view)
    assert (await desk.send(view, "Come and see me.")).get("closed")
    assert [r["to"]["portal_user_id"] for r in await desk.replies()] == ["pu-teen"]


async def test_forged_windows_send_nothing(desk: World):
    """Somebody else's window id, an invented one, a swapped one and none at all: refused, without effect."""
    _, mine = await opened(desk)
    await desk.write(message("appointment", n="2", sender={"portal_user_id": "pu-2", "name": "Luis Prado"}))
    theirs = await desk.writing(
        await desk.card("Luis Prado", channel="C0FRONT", who="U0BEN"), who="U0BEN", channel="C0FRONT"
    )
    windows = desk.slack.slack.windows.by_id
    for metadata in (mine["private_metadata"], "w_0000000000000000000000", "", "x" * 3000, '{"id": 1}'):
        windows[theirs["id"]].view["private_metadata"] = metadata
        result = await desk.forge(theirs, "To the wrong family.", who="U0BEN")
        assert "I do not know this window any more" in str(result["errors"]), metadata
    await desk.quiet()
    assert desk.tries() == []
    assert (await desk.send(mine, "Stop the drops.")).get("closed")
    assert [r["to"]["portal_user_id"] for r in await desk.replies()] == ["pu-1"]


async def test_a_database_that_is_too_slow_sends_nothing_and_loses_no_words(open_desk: OpenDesk):
    """While another connection holds the database, Send says so within Slack's three seconds; then Send works."""
    impatient = Timing(ack=9.0, trigger=10.0)  # so the service answers as for Slack, and the machine may stand still
    desk = await open_desk(
        PRACTICE, slack=SlackConfig(people=PEOPLE, channels=CHANNELS, limits=False, timing=impatient)
    )
    _, view = await opened(desk)
    await desk.quiet()
    with closing(_locked(desk.database)):
        result = await desk.send(view, "Stop the drops.")
        assert "nothing was sent" in str(result.get("errors")), result
    assert desk.tries() == []
    assert (await desk.send(view, "Stop the drops.")).get("closed")
    await desk.replies()
    await desk.quiet()
    assert len(desk.shown()) == 1


def _locked(database: str) -> Any:
    if database.startswith("sqlite"):
        held = pysqlite3.connect(database.removeprefix("sqlite:///"), isolation_level=None, timeout=10)
        held.execute("BEGIN IMMEDIATE")
        return held
    connection = psycopg.connect(database)
    connection.execute("LOCK TABLE windows IN ACCESS EXCLUSIVE MODE")
    return connection


async def test_what_is_written_in_the_thread_never_leaves(desk: World):
    """Thread messages are notes: kept, edited, deleted with Slack, shown in Open, and never sent to the portal."""
    card, view = await opened(desk)
    first = (
        await desk.do(
            "post", channel="C0NURSING", text="Dad is rude, careful", thread_ts=card["ts"], **{"as": "U0GRACE"}
        )
    )["ts"]
    second = (
        await desk.do("post", channel="C0NURSING", text="Call the mother", thread_ts=card["ts"], **{"as": "U0BEN"})
    )["ts"]
    await desk.do("post", channel="C0NURSING", text="Lunch?", **{"as": "U0BEN"})
    await desk.journalled("note.written", 2)
    await desk.card("2 notes in the thread")
    desk.edit("C0NURSING", second, "Call the father")
    await desk.journalled("note.changed")
    await desk.admin("delete_message", channel="C0NURSING", ts=first)
    await desk.journalled("note.deleted")
    await desk.do("close", view_id=view["id"], **{"as": "U0ALICE"})
    await desk.press(card, "Open")
    seen = words(await desk.window(containing="for colleagues"))
    assert "Call the father" in seen
    assert "Call the mother" not in seen
    assert "Dad is rude, careful (deleted in Slack)" in seen
    await desk.quiet()
    assert desk.tries("/") == []


async def test_an_answer_that_leaves_the_conversation_open_says_so(open_desk: OpenDesk):
    """`Done after sending` not ticked: the portal hears `open`, and the card waits for the family."""
    desk = await open_desk(PRACTICE, http_mode=True)
    card, view = await opened(desk)
    assert (await desk.send(view, "Which ear?", done=False)).get("closed")
    assert [r["thread_after"] for r in await desk.replies()] == ["open"]
    shown = await desk.card("waiting for the family")
    assert shown["ts"] == card["ts"]
    assert texts([shown]) == [words(shown)]
    assert (await desk.reply(card, "And the other?", done=True)).get("closed")
    await desk.replies(2)
    assert [r["thread_after"] for r in desk.shown()] == ["open", "closed"]
