"""Slack is slow, away, rate-limited, or does not know us any more: nothing is lost, and it goes on by itself."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from bot.domain.delivery import redraw_lane
from bot.jobs.rush import MANY
from bot.sandbox.slack.config import SlackConfig, Timing
from bot.sandbox.slack.server import RunningSlack
from tests.journeys.conftest import OpenDesk
from tests.world import CHANNELS, PEOPLE, World, connected, message, until, words


async def ready(desk: World, wanted: int) -> Any:
    """Wait until /readyz answers with this status; its body."""

    async def answers() -> Any:
        status, body = await desk.get("/readyz")
        return body if status == wanted else None

    return await until(answers, what=f"/readyz {wanted}")


def family(number: int) -> dict[str, Any]:
    """A message of another family."""
    sender = {"portal_user_id": f"pu-{number}", "name": f"Writer {number}", "relationship": "parent"}
    return message(n=str(number), sender=sender, patient={"id": f"p-{number}", "name": f"Child {number}"})


def conversation_of(card: dict[str, Any]) -> str:
    """The id that the card's buttons carry."""
    values = (e["value"] for block in card["blocks"] for e in block.get("elements", ()) if e.get("value"))
    return str(next(values)).rpartition(":")[2]


async def test_slacks_limits_are_kept_and_429_is_obeyed(open_desk: OpenDesk):
    """With Slack's real limits on, and a 429 on top, five cards come, each once, and no call is made too early."""
    desk = await open_desk(slack=SlackConfig(people=PEOPLE, channels=CHANNELS, limits=True), pace=1.0)
    await desk.do(
        "faults", faults=[{"kind": "ratelimited", "method": "chat.postMessage", "nth": [2], "retry_after": 2}]
    )
    for number in range(4):
        await desk.write(family(number))
    await desk.card("Writer 3")
    await desk.quiet()
    assert len(await desk.cards()) == 4
    limited = [row for row in desk.calls("chat.postMessage") if row["answer"].get("error") == "ratelimited"]
    assert len(limited) == 1
    posts = [row["at"] for row in desk.calls("chat.postMessage")]
    after = posts[posts.index(limited[0]["at"]) + 1]
    assert after - limited[0]["at"] >= 1.9


async def test_a_revoked_token_loses_nothing(desk: World):
    """Slack refuses the token for a while: not ready, in words; events are taken; afterwards every card comes, once."""
    await desk.write(family(1))
    await desk.card("Writer 1")
    await desk.admin("revoke_token")
    assert (await desk.write(family(2)))["status"] == 202
    assert (await desk.write(family(3)))["status"] == 202
    problem = await ready(desk, 503)
    assert "Slack refuses our token (token_revoked)" in problem["detail"]
    assert "xoxb" not in str(problem)
    await desk.admin("restore_token")
    await desk.later(seconds=16)
    await desk.card("Writer 2")
    await desk.card("Writer 3")
    await ready(desk, 200)
    await desk.quiet()
    assert len(await desk.cards()) == 3


async def test_slack_that_is_down_at_start_delays_cards_and_nothing_else(open_desk: OpenDesk):
    """Started while Slack is away: events are taken with 202, not ready is said, and the cards come when it is back."""

    def away(slack: RunningSlack) -> None:
        slack.slack.plan.load([{"kind": "reset_before", "method": "*"}], 1)

    desk = await open_desk(before=away)
    assert (await desk.write(family(1)))["status"] == 202
    await ready(desk, 503)
    assert (await desk.get("/healthz"))[0] == 200  # what a load balancer asks: it goes on sending events
    assert await desk.cards() == []
    await desk.do("faults", faults=[])
    await connected(desk)

    async def signed_in() -> Any:
        await desk.later(seconds=0.2)
        return await desk.cards()

    await until(signed_in, what="a card")
    card = await desk.card("Writer 1")
    await ready(desk, 200)

    async def answered() -> Any:
        if not await desk.views():  # one press may be lost while Slack comes back; two would open two windows
            await desk.press(card, "Reply")
            await desk.quiet()
        return await desk.views()

    await until(answered, what="a window")
    assert (await desk.send((await desk.views())[-1], "Here we are again.")).get("closed")
    await desk.replies()
    await desk.quiet()
    assert len(await desk.cards()) == 1


async def test_a_redraw_that_hangs_holds_up_only_its_own_lane(desk: World):
    """Slack is silent about one chat.update: the other cards are redrawn meanwhile."""
    standing: dict[str, dict[str, Any]] = {}
    for number in range(40):
        await desk.write(family(number))
        card = await desk.card(f"Writer {number}")
        standing.setdefault(redraw_lane(conversation_of(card)), card)
        if len(standing) == 3:
            break
    await desk.quiet()
    (lane, hangs), *others = standing.items()
    await desk.do("faults", faults=[{"kind": "late_apply", "method": "chat.update", "nth": [1], "seconds": 5.0}])
    await desk.press(hangs, "Take it")

    async def hanging() -> bool:
        assert desk.service._outbox
        return lane in desk.service._outbox._held

    await until(hanging, what="a redraw on the wire")
    for _, card in others:
        await desk.press(card, "Take it")

    async def redrawn() -> list[bool]:
        stand = {message["ts"]: words(message) for message in await desk.messages()}
        return ["Alice Moreno" in stand[card["ts"]] for card in standing.values()]

    async def meanwhile() -> bool:
        return (await redrawn()) == [False, True, True]

    await until(meanwhile, what="the others redrawn", within=4)
    await desk.quiet()
    assert await redrawn() == [True, True, True]


async def test_a_rush_of_events_is_noticed_and_every_card_comes(desk: World):
    """Sixty events at once: posts to Slack let them pass for a moment, and all of them are made."""
    answers = await asyncio.gather(*(desk.write(family(number)) for number in range(60)))
    assert {answer["status"] for answer in answers} == {202}
    assert len(desk.service.rush._came) == MANY
    await desk.quiet()
    assert len(await desk.cards()) == 60


async def test_a_dropped_socket_comes_back(open_desk: OpenDesk):
    """All sockets are dropped in the middle of a press: the app reconnects, and the next press works."""
    desk = await open_desk()
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.admin("drop_sockets")

    async def gone() -> bool:
        return not (await desk.look("state"))["app"]["connections"]

    await until(gone, what="no socket", within=5)
    await connected(desk)
    assert (await desk.reply(card, "Stop the drops.")).get("closed")
    assert len(await desk.replies()) == 1


async def test_slack_asks_us_to_reconnect(desk: World):
    """Slack's own refresh of the connection: presses go on working."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.admin("disconnect_socket", reason="refresh_requested")

    async def renewed() -> bool:
        opened = [row for row in desk.journal("socket") if row["what"] == "open"]
        return len(opened) > 1 and bool((await desk.look("state"))["app"]["connections"])

    await until(renewed, what="a new socket")
    assert (await desk.reply(card, "Stop the drops.")).get("closed")
    assert len(await desk.replies()) == 1


LOST = ["reset_after", "error_503_after", "internal_error_after", "empty_answer", "wrong_body", "half_answer"]


async def test_a_lost_answer_makes_no_second_card(desk: World):
    """Slack posted the card and the answer was lost, in six ways: the card is found again by its metadata, not posted
    twice."""
    for number, kind in enumerate(LOST):
        await desk.do("faults", faults=[{"kind": kind, "method": "chat.postMessage", "nth": [1]}])
        await desk.write(family(number))
        await desk.card(f"Writer {number}")
        await desk.quiet()
        await desk.later(seconds=6)
        await desk.quiet()
    assert len(await desk.cards()) == len(LOST)
    for number in range(len(LOST)):
        (card,) = [c for c in await desk.cards() if f"Writer {number}" in words(c)]
        assert (await desk.reply(card, f"Answer {number}.")).get("closed")
    await desk.replies(len(LOST))


async def test_a_lost_answer_makes_no_second_direct_message(desk: World):
    """The same for what one person is sent: the direct channel is read back, which takes a scope of its own."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    lost = {"kind": "reset_after", "method": "chat.postMessage", "nth": [1]}
    await desk.do("faults", faults=[lost])
    await desk.hand(card, "Grace")
    await desk.direct("U0GRACE", "For you")
    await desk.quiet()
    await desk.later(seconds=6)
    await desk.quiet()
    assert await desk.rows("SELECT id FROM deliveries WHERE state IN ('pending', 'sending') AND code <> ''") == []
    forwarded = [m for m in await desk.messages("D0GRACE", who="U0GRACE") if "from Alice Moreno" in words(m)]
    assert len(forwarded) == 1


async def test_a_post_that_did_not_happen_is_made(desk: World):
    """Slack failed before it posted: the look-back finds nothing, and the card is posted, once."""
    await desk.do("faults", faults=[{"kind": "error_500_before", "method": "chat.postMessage", "nth": [1]}])
    await desk.write(message())
    await desk.quiet()
    assert await desk.cards() == []
    await desk.later(seconds=6)
    await desk.card("Ear drops and swimming")
    await desk.quiet()
    assert len(await desk.cards()) == 1


async def test_an_event_that_slack_tells_twice_is_one_note(desk: World):
    """Slack delivers a message event twice, and once more after a lost ack: one note."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.do("faults", faults=[{"kind": "duplicate_event", "method": "event", "nth": [1]}])
    await desk.do("post", channel="C0NURSING", text="Twice told", thread_ts=card["ts"], **{"as": "U0GRACE"})
    await desk.journalled("note.written")
    await desk.do("faults", faults=[{"kind": "lost_ack", "method": "event", "nth": [1]}])
    await desk.do("post", channel="C0NURSING", text="Lost ack", thread_ts=card["ts"], **{"as": "U0GRACE"})
    await desk.card("2 notes in the thread")
    await desk.quiet()
    assert await desk.rows("SELECT COUNT(*) FROM notes") == [(2,)]


async def test_the_channel_is_archived_in_the_moment_of_the_post(desk: World):
    """Archived just before the card is posted: the card comes in the default department's channel, the admin is told."""
    await desk.do("faults", faults=[{"kind": "channel_archived", "method": "chat.postMessage", "nth": [1]}])
    await desk.write(message("refill"))
    card = await desk.card("Rosa Delgado", channel="C0FRONT", who="U0BEN")
    await desk.alarm("is archived")
    assert (await desk.reply(card, "We are on it.", who="U0BEN", channel="C0FRONT")).get("closed")


async def test_a_whole_day_over_http(open_desk: OpenDesk):
    """HTTP mode: events, presses, windows and submits arrive signed at /slack/events, and a forged one gets nowhere."""
    desk = await open_desk(http_mode=True)
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    assert (await desk.reply(card, "Stop the drops.")).get("closed")
    await desk.replies()
    await desk.card("elivered to the portal")
    await desk.press(card, "Open")
    assert "Stop the drops." in words(await desk.window())
    await desk.do("open_home", **{"as": "U0ALICE"})

    async def home() -> Any:
        return (await desk.look("home", **{"as": "U0ALICE"}))["view"]

    assert "Alice Moreno" in words(await until(home, what="a Home tab"))
    for headers in ({}, {"X-Slack-Request-Timestamp": "soon", "X-Slack-Signature": "v0=" + "0" * 64},
                    {"X-Slack-Request-Timestamp": "1", "X-Slack-Signature": "v0=" + "0" * 64}):  # fmt: skip
        async with desk.http.post(desk.url + "/slack/events", data=b"payload={}", headers=headers) as answer:
            assert answer.status == 401


async def test_a_slow_slack_does_not_hold_up_the_ack(open_desk: OpenDesk):
    """views.open that takes longer than Slack waits for it: the press was acknowledged, and the person is told."""
    timing = Timing(ack=12.0, trigger=0.3)
    desk = await open_desk(slack=replace(SlackConfig(people=PEOPLE, channels=CHANNELS, limits=False), timing=timing))
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.do("faults", faults=[{"kind": "late_apply", "method": "views.open", "seconds": 2.0, "times": 1}])
    assert (await desk.press(card, "Reply"))["acked"]
    assert not desk.calls("views.open"), "acknowledged before Slack had answered"
    await desk.notice("longer than Slack waits")
