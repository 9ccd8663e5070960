"""The way out: what happens to an answer when the portal stumbles, and what people see of it (CONTRACT 5, outgoing)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.domain import overdue, unread
from bot.jobs import rounds
from tests.journeys.conftest import OpenDesk
from tests.world import PRACTICE, World, labels, message, until, words

HEALED = ["error_500_before", "error_500_after", "error_502_after", "error_503_before", "timeout_504_after", "apply_then_reset",
          "reset_before", "half_answer", "wrong_body_before", "wrong_body_after", "html_200", "timeout_408"]  # fmt: skip
DOUBTED = ["error_500_before", "error_500_after", "apply_then_reset", "wrong_body_after"]
SILENT = {"receipts": "none"}  # a portal that tells nothing of its own accord afterwards


async def sent(desk: World, text: str = "Stop the drops.", **over: Any) -> dict[str, Any]:
    """A family's message, answered by Alice; the card."""
    await desk.write(message(**over))
    card = await desk.card("Ear drops and swimming")
    assert (await desk.reply(card, text)).get("closed")
    return card


async def tried(desk: World, count: int = 1, path: str = "/v1/replies") -> list[dict[str, Any]]:
    """Wait until the portal was asked so often."""

    async def enough() -> Any:
        return desk.tries(path) if len(desk.tries(path)) >= count else None

    found: list[dict[str, Any]] = await until(enough, what=f"{count} requests at {path}")
    await desk.quiet()
    return found


@pytest.mark.parametrize("accident", HEALED)
async def test_the_same_key_is_tried_again_until_the_portal_has_it(open_desk: OpenDesk, accident: str):
    """Errors, lost answers and wrong bodies at an idempotent portal: tried again with the same key, shown once."""
    desk = await open_desk(portal=SILENT)
    await desk.trouble(accident)
    await sent(desk)
    await tried(desk)
    await desk.later(seconds=6)
    shown = await desk.card("elivered to the portal")
    assert "Stop the drops." in words(shown)
    tries = desk.tries()
    assert len(tries) == 2
    assert len({one["key"] for one in tries}) == 1
    assert len({one["body_sha256"] for one in tries}) == 1
    assert len(desk.shown()) == 1


@pytest.mark.parametrize("accident", DOUBTED)
async def test_a_portal_that_can_be_asked_is_asked_before_anything_is_sent_again(open_desk: OpenDesk, accident: str):
    """`lookup`: after a doubt the portal is asked; it is sent again only when the portal does not have it."""
    desk = await open_desk(
        settings_over={"PORTALDESK_PORTAL_MAIN_REPLIES": "lookup"}, portal=SILENT | {"mode": "lookup"}
    )
    await desk.trouble(accident)
    await sent(desk)
    await tried(desk)
    await desk.later(seconds=6)
    await desk.card("elivered to the portal")
    methods = [one["method"] for one in desk.tries()]
    assert methods == (["POST", "GET", "POST"] if accident.endswith("before") else ["POST", "GET"])
    assert len(desk.shown()) == 1


@pytest.fixture
async def doubtful(open_desk: OpenDesk) -> World:
    """A practice whose portal can neither be asked nor tell repeats apart; an answer of Alice's is in doubt."""
    desk = await open_desk(
        settings_over={"PORTALDESK_PORTAL_MAIN_REPLIES": "neither"}, portal=SILENT | {"mode": "neither"}
    )
    await desk.trouble("error_500_after")
    await sent(desk)
    await desk.card("Unclear")
    return desk


async def test_a_doubt_that_nobody_can_settle_waits_for_a_person(doubtful: World):
    """`neither`: Unclear, three ways out on the card, an owner; nothing is sent again by itself, and later ones wait."""
    card = await doubtful.card("Unclear")
    assert labels(card)[:3] == ["Check portal", "Mark delivered", "Send again"]
    assert "Alice Moreno, RN decides" in words(card)
    assert "Stop the drops." in words(card)
    await doubtful.later(minutes=50)
    assert (await doubtful.reply(card, "And rest.")).get("closed")
    await doubtful.quiet()
    assert len(doubtful.tries()) == 1


async def test_a_doubt_that_nobody_decides_in_time_is_rung_once(doubtful: World):
    """After its deadline the owner is reminded, the admins know, and the card says that it is late; until it is over."""
    card = await doubtful.card("Unclear")
    await doubtful.later(minutes=61)
    for _ in range(3):
        await doubtful.service.store.run(overdue.doubts, now=doubtful.clock())
    assert "Nobody has decided" in await doubtful.alarm("Nobody has decided")
    await doubtful.card("Decision late since")

    async def reminded() -> bool:
        said = [words(m) for m in await doubtful.messages("D0ALICE")]
        return len([told for told in said if "has no confirmation from the portal" in told]) == 2

    await until(reminded, what="the first word and the reminder")
    assert len(await doubtful.history("doubt.late")) == 1
    await doubtful.press(card, "Mark delivered")
    await doubtful.card("elivered to the portal")
    assert await doubtful.rows("SELECT key FROM alarms WHERE over_at IS NULL") == []


async def test_a_late_doubt_of_somebody_who_left_passes_to_a_colleague(doubtful: World):
    """Its owner has no role any more: somebody of the department owns it then, and the card names them."""
    await doubtful.card("Unclear")
    await doubtful.apply("\n".join(line for line in PRACTICE.splitlines() if "U0ALICE, name" not in line))
    await doubtful.later(minutes=61)
    await doubtful.service.store.run(overdue.doubts, now=doubtful.clock())
    await doubtful.card("Grace Kim, PNP decides")


async def test_a_receipt_settles_a_doubt(doubtful: World):
    """The portal says afterwards that it has the answer: the doubt is over, and nothing is sent again."""
    (shown,) = doubtful.shown()
    await doubtful.control("status", {"reply_id": shown["reply_id"], "status": "delivered"})
    await doubtful.card("elivered to the portal")
    await doubtful.quiet()
    assert len(doubtful.tries()) == 1


async def test_mark_delivered_settles_a_doubt_with_a_name(doubtful: World):
    """Somebody saw it in the portal: delivered, with their name; the answer behind it goes out."""
    card = await doubtful.card("Unclear")
    assert (await doubtful.reply(card, "And rest.")).get("closed")
    await doubtful.press(await doubtful.card("Unclear"), "Mark delivered", who="U0GRACE")
    await doubtful.replies(2)
    await doubtful.card("elivered to the portal")
    assert [r["body"]["text"] for r in doubtful.shown()] == ["Stop the drops.", "And rest."]
    (row,) = await doubtful.history("reply.marked_delivered")
    assert row["actor"] == "U0GRACE"


async def test_settling_a_doubt_does_not_hide_what_the_family_wrote_since(doubtful: World):
    """The family wrote while the answer was in doubt: after Mark delivered their words still wait for somebody."""
    more = message(message_id="m-2", body={"format": "plain", "text": "And now a fever!"})
    await doubtful.write(more)
    await doubtful.press(await doubtful.card("Unclear"), "Mark delivered")
    await doubtful.journalled("reply.marked_delivered")
    await doubtful.quiet()
    assert await doubtful.rows("SELECT status FROM conversations") == [("open",)]
    assert "And now a fever!" in words(await doubtful.cards())


async def _status(desk: World) -> str:
    await desk.quiet()
    ((status,),) = await desk.rows("SELECT status FROM conversations")
    return str(status)


async def test_settling_a_doubt_does_not_hide_what_the_family_changed_since(doubtful: World):
    """Other words in the message that was answered are words as well: after Mark delivered they wait for somebody."""
    changed = message(version=2, body={"format": "plain", "text": "And now a fever!"})
    assert (await doubtful.event(changed | {"type": "portal.message.updated"}, "evt_changed"))[0] == 202
    await doubtful.card("And now a fever!")
    await doubtful.press(await doubtful.card("Unclear"), "Mark delivered")
    await doubtful.journalled("reply.marked_delivered")
    assert await _status(doubtful) == "open"


async def test_words_that_came_while_the_clock_stepped_back_are_not_hidden(doubtful: World):
    """They came after the answer, whatever the clock says: after Mark delivered they still wait for somebody."""
    doubtful.clock.ahead -= timedelta(minutes=2)
    await doubtful.write(message(message_id="m-2", body={"format": "plain", "text": "And now a fever!"}))
    await doubtful.press(await doubtful.card("Unclear"), "Mark delivered")
    await doubtful.journalled("reply.marked_delivered")
    assert await _status(doubtful) == "open"


async def test_settling_a_doubt_opens_nothing_that_is_over(doubtful: World):
    """The family took the message back meanwhile: that the answer arrived all the same changes nothing of it."""
    gone = {"message_id": "m-1", "at": "2026-11-22T20:00:00Z"}
    await doubtful.event({"type": "portal.message.withdrawn", "timestamp": gone["at"], "data": gone}, "evt_gone")
    (shown,) = doubtful.shown()
    await doubtful.control("status", {"reply_id": shown["reply_id"], "status": "delivered"})
    await doubtful.journalled("reply.status")
    assert await _status(doubtful) == "withdrawn"


async def test_a_doubt_that_the_portal_ends_as_failed_holds_back_nothing(doubtful: World):
    """The portal says afterwards that it could not deliver it: not delivered, and the answer behind it goes out."""
    assert (await doubtful.reply(await doubtful.card("Unclear"), "And rest.")).get("closed")
    (shown,) = doubtful.shown()
    await doubtful.control("status", {"reply_id": shown["reply_id"], "status": "failed", "reason": "mailbox full"})
    await doubtful.replies(2)
    assert [r["body"]["text"] for r in doubtful.shown()] == ["Stop the drops.", "And rest."]


async def test_an_earlier_doubt_does_not_speak_for_a_later_answer(doubtful: World):
    """A question was sent behind an answer in doubt that would close the message: it stays the family's turn."""
    await doubtful.control("settings", {"mode": "idempotent"})
    assert (await doubtful.reply(await doubtful.card("Unclear"), "Which ear?", done=False)).get("closed")
    await doubtful.press(await doubtful.card("Unclear"), "Mark delivered")
    await doubtful.replies(2)
    assert await _status(doubtful) == "answered"


async def test_send_again_takes_it_upon_a_person(doubtful: World):
    """Send again sends the same words under the same key once more, with a name in the journal."""
    await doubtful.press(await doubtful.card("Unclear"), "Send again")
    await doubtful.card("elivered to the portal")
    assert len({one["key"] for one in doubtful.tries()}) == 1
    assert [r["body"]["text"] for r in doubtful.shown()] == ["Stop the drops."] * 2
    (row,) = await doubtful.history("reply.sent_again")
    assert row["actor"] == "U0ALICE"


async def test_check_portal_cannot_help_where_the_portal_cannot_be_asked(doubtful: World):
    """Check portal says that it is asking, then that the portal cannot tell; the doubt stays with its three ways out."""
    await doubtful.press(await doubtful.card("Unclear"), "Check portal")
    await doubtful.notice("I am asking the portal")
    await doubtful.card("cannot tell us")
    assert labels(await doubtful.card("Unclear"))[:3] == ["Check portal", "Mark delivered", "Send again"]
    assert len(doubtful.shown()) == 1


@pytest.mark.parametrize("arrived", [True, False])
async def test_check_portal_finds_out_where_the_portal_can_be_asked(open_desk: OpenDesk, arrived: bool):
    """The portal can be asked now: Check portal settles the doubt as delivered, or as not delivered with Retry."""
    desk = await open_desk(
        settings_over={"PORTALDESK_PORTAL_MAIN_REPLIES": "lookup"}, portal=SILENT | {"mode": "neither"}
    )
    await desk.trouble("error_500_after")
    await sent(desk)
    await tried(desk)
    await desk.later(seconds=6)
    await desk.card("Unclear")
    await desk.trouble()
    await desk.control("settings", {"mode": "lookup"})
    if not arrived:
        desk.portal.memory.replies.clear()
    await desk.press(await desk.card("Unclear"), "Check portal")
    if arrived:
        await desk.card("elivered to the portal")
        assert len(desk.shown()) == 1
        assert len(await desk.history("reply.delivered")) == 1
        return
    assert len(await desk.journalled("reply.failed")) == 1
    card = await desk.card("Not delivered")
    assert "does not have this answer" in words(card)
    await desk.press(card, "Retry")
    await desk.card("elivered to the portal")
    assert len(desk.shown()) == 1
    assert [one["method"] for one in desk.tries()][-2:] == ["GET", "POST"]  # it may have got there by now


async def test_a_portal_that_asks_us_to_wait_is_obeyed(desk: World):
    """429 with Retry-After: not before then, the same key, no doubt and no failure counted."""
    await desk.trouble("too_many_429", retry_after_s=120)
    await sent(desk)
    await tried(desk)
    await desk.later(seconds=110)
    await desk.quiet()
    assert len(desk.tries()) == 1
    await desk.later(seconds=12)
    await desk.card("elivered to the portal")
    assert len({one["key"] for one in desk.tries()}) == 1
    assert await desk.rows("SELECT attempts FROM replies") in ([(1,)], [(2,)])


async def test_a_refused_signature_stops_the_queue_and_nothing_is_lost(desk: World):
    """401: all answers to that portal wait, the cards say so, the admin is told once; mended, they go out in order."""
    await desk.trouble(rate=1, kinds=["unauthorized_401"])
    card = await sent(desk)
    await desk.alarm("refuses our signature (401)")
    await desk.card("Nothing leaves right now")
    await desk.write(message(n="2", subject="Second", sender={"portal_user_id": "pu-2", "name": "Luis Prado"}))
    assert (await desk.reply(await desk.card("Luis Prado"), "Second answer.")).get("closed")
    assert (await desk.reply(card, "And rest.")).get("closed")
    await desk.quiet()
    assert len(desk.tries()) == 1
    await desk.trouble()
    await desk.service.store.run(rounds.try_portals_again, portals=("main",), now=desk.clock())
    await desk.later(minutes=61)
    await desk.replies(3)
    await desk.quiet()
    said = [r["body"]["text"] for r in desk.shown()]
    assert sorted(said) == ["And rest.", "Second answer.", "Stop the drops."]
    assert said.index("Stop the drops.") < said.index("And rest.")
    assert await desk.rows("SELECT COUNT(*) FROM alarms WHERE over_at IS NULL") == [(0,)]
    assert len(await desk.messages("D0PAT", "U0PAT")) == 1


REFUSED = {"gone_410": "account is closed", "redirect_307": "address has moved"}


@pytest.mark.parametrize("accident", REFUSED)
async def test_an_answer_that_the_portal_refuses_is_kept_with_why_and_retry(desk: World, accident: str):
    """410 and 3xx: Not delivered, why, the text and Retry; Retry sends the same key again."""
    await desk.trouble(accident)
    await sent(desk)
    card = await desk.card("Not delivered")
    assert REFUSED[accident] in words(card)
    assert "Stop the drops." in words(card)
    assert labels(card)[0] == "Retry"
    await desk.later(hours=2)
    await desk.quiet()
    assert len(desk.tries()) == 1
    await desk.press(card, "Retry")
    await desk.card("elivered to the portal")
    assert len({one["key"] for one in desk.tries()}) == 1
    assert len(desk.shown()) == 1


async def test_a_thread_that_the_portal_does_not_know_is_refused_in_words(desk: World):
    """422: Not delivered with what to do; the card offers Retry, and a colleague of another department may not press it."""
    await desk.control("settings", {"strict": True})
    await desk.write(message(), record=False)
    card = await desk.card("Ear drops and swimming")
    await desk.reply(card, "Stop the drops.")
    card = await desk.card("Not delivered")
    assert "does not take the answer as it is (422)" in words(card)
    await desk.press(card, "Retry", who="U0BEN")
    await desk.notice("This message belongs to Nursing", who="U0BEN")
    await desk.journalled("refused.retry")
    assert len(desk.tries()) == 1


async def test_answers_of_a_conversation_leave_in_their_order(desk: World):
    """The second answer waits while the first is being tried again, and another conversation's does not."""
    await desk.trouble("error_503_before", "error_503_before")
    card = await sent(desk, "First.")
    await tried(desk)
    assert (await desk.reply(card, "Second.")).get("closed")
    await desk.write(message(n="2", subject="Other", sender={"portal_user_id": "pu-2", "name": "Luis Prado"}))
    await desk.trouble()
    assert (await desk.reply(await desk.card("Luis Prado"), "Other one.")).get("closed")
    await desk.replies(1)
    assert desk.shown()[0]["body"]["text"] == "Other one." or len(desk.shown()) > 1
    await desk.later(seconds=40)
    await desk.replies(3)
    said = [r["body"]["text"] for r in desk.shown() if r["body"]["text"] != "Other one."]
    assert said == ["First.", "Second."]


async def test_after_a_quarter_of_an_hour_the_card_says_not_delivered_yet(desk: World):
    """While the portal is down the card says so after 15 minutes, by itself, and Delivered once it is back."""
    await desk.trouble(rate=1, kinds=["error_503_before"])
    await sent(desk)
    await tried(desk)
    assert "Not delivered yet" not in words(await desk.card("Sending"))
    await desk.later(minutes=16)
    assert "Not delivered yet" in words(await desk.card("tried again by itself"))
    await desk.trouble()
    await desk.later(hours=2)
    await desk.card("elivered to the portal")
    assert len(desk.shown()) == 1


async def test_after_a_day_a_person_decides(desk: World):
    """A portal that is in trouble for 24 hours: no more tries, and the doubt is on the card."""
    await desk.trouble(rate=1, kinds=["error_503_before"])
    await sent(desk)
    await tried(desk)
    await desk.later(hours=25)
    card = await desk.card("Unclear")
    assert labels(card)[:3] == ["Check portal", "Mark delivered", "Send again"]
    await desk.trouble()
    await desk.press(card, "Check portal")
    await desk.card("does not have this answer")


async def test_the_portal_tells_what_became_of_an_answer(open_desk: OpenDesk):
    """`delivered`, `read` and `failed` are shown; `failed` brings the card back with why, and with what helps."""
    desk = await open_desk(PRACTICE, portal=SILENT)
    await sent(desk)
    (reply,) = await desk.replies()
    await desk.card("elivered to the portal")
    for status, shows in (
        ("delivered", "not yet read"),
        ("read", "answered by Alice Moreno"),
        ("failed", "Not delivered"),
    ):
        await desk.control("status", {"reply_id": reply["reply_id"], "status": status, "reason": "mailbox full"})
        await desk.journalled("reply.status", {"delivered": 1, "read": 2, "failed": 3}[status])
        if status == "failed":
            card = await desk.card(shows)
            assert "mailbox full" in words(card)
            await desk.direct("U0ALICE", "No.")
            await desk.press(card, "Retry")
            await desk.notice("Press Reply and send it anew")
    await desk.control("status", {"reply_id": reply["reply_id"], "status": "read"})
    await desk.quiet()
    assert "Not delivered" in words(await desk.cards())


async def test_read_by_the_family_is_shown_on_an_open_card(open_desk: OpenDesk):
    """An answer that leaves the conversation open says whether the family read it."""
    desk = await open_desk(portal=SILENT)
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.reply(card, "Which ear?", done=False)
    (reply,) = await desk.replies()
    await desk.card("not yet read by the family")
    await desk.control("status", {"reply_id": reply["reply_id"], "status": "read"})
    await desk.card("read by the family")


async def test_an_answer_that_nobody_opens_comes_back_to_its_writer(open_desk: OpenDesk):
    """After three days she is told, once; not when the portal says nothing of reading, nor when it was read after all."""
    desk = await open_desk(portal=SILENT)
    for number in ("1", "2", "3"):
        await desk.write(message(n=number, subject=f"Subject {number}"))
        card = await desk.card(f"Subject {number}")
        await desk.reply(card, "Keep it dry.", done=number != "1")
    replies = await desk.replies(3)
    first = next(r for r in replies if r["thread_id"] == "t-1")
    for reply in replies:
        status = {"t-1": "delivered", "t-2": "read", "t-3": ""}[reply["thread_id"]]
        if status:
            await desk.control("status", {"reply_id": reply["reply_id"], "status": status})
    await desk.journalled("reply.status", 2)
    for hours, found in ((71, 0), (2, 1), (30, 0)):
        await desk.later(hours=hours)
        assert await desk.service.store.run(unread.notice, now=desk.clock()) == found
        await desk.quiet()  # what is on its way arrives within its own hour
    told = await desk.direct("U0ALICE", "has not opened")
    assert "Alice" in words(told)
    await desk.card("call if it matters")
    await desk.control("status", {"reply_id": first["reply_id"], "status": "read"})
    await desk.card("read by the family")
