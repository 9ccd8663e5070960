"""What the portal sends: signed, again until taken, in order, and with the accidents a sender can have."""

import asyncio
import json
from dataclasses import replace

import pytest
from aiohttp import ClientSession

from bot.sandbox.portal import serve
from bot.sandbox.portal.command import config_from
from bot.sandbox.scenario import morning, parents
from tests.sandbox.portal.conftest import SECRET, Bot, journal_of


async def until(truth, patience=5.0):
    for _ in range(int(patience / 0.01)):
        if truth():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen in time")


def types(practice):
    return [taken["event"]["type"] for taken in practice.events]


async def test_a_family_writes_and_reads(bot, practice, portal):
    """A message from the page becomes a signed event; the answer is shown, told as delivered, and as read when opened."""
    wish = {
        "portal_user_id": "pu-77",
        "patient_id": "p-100234",
        "kind": "general",
        "subject": "Hi",
        "text": "A question",
    }
    written = await bot.control("messages", wish)
    await until(lambda: practice.events)
    data = practice.events[0]["event"]["data"]
    assert practice.events[0]["why"] is None
    assert (data["sender"]["name"], data["patient"]["mrn"]) == ("Joy Okafor", "100234")
    await bot.reply(in_reply_to=written["message_id"], thread_id=written["thread_id"])
    await until(lambda: len(practice.events) == 2)
    thread = (await bot.control("threads?account=pu-77"))[0]
    assert [item["item"] for item in thread["items"]] == ["message", "reply"]
    assert thread["items"][1]["read_at"] is None
    await bot.control("read", {"thread_id": written["thread_id"]})
    await until(lambda: len(practice.events) == 3)
    assert [taken["event"]["data"]["status"] for taken in practice.events[1:]] == ["delivered", "read"]


async def test_all_event_types(bot, practice):
    """Each type of CONTRACT section 5 can be sent."""
    wish = {"portal_user_id": "pu-77", "patient_id": "p-100234", "text": "A question"}
    written = await bot.control("messages", wish)
    one = {"message_id": written["message_id"]}
    await bot.control("update", {**one, "changes": {"priority": "urgent"}})
    await bot.control("withdraw", one)
    await bot.control("handled", {**one, "by": "Grace Kim"})
    await bot.control("close", {"thread_id": written["thread_id"]})
    await bot.control("status", {"reply_id": "r-1", "status": "failed", "reason": "account closed"})
    assert (await bot.control("ping", {"wait": True}))["status"] == 202
    await until(lambda: len(practice.events) == 7)
    assert set(types(practice)) == {
        "portal.message.created", "portal.message.updated", "portal.message.withdrawn", "portal.message.handled_elsewhere",
        "portal.thread.closed", "portal.reply.status", "portal.ping",
    }  # fmt: skip
    updated = next(taken["event"]["data"] for taken in practice.events if taken["event"]["type"].endswith("updated"))
    assert (updated["version"], updated["priority"]) == (2, "urgent")


async def test_events_are_sent_again_until_taken(bot, practice, config):
    """5xx and 429 are tried again under the same id; a 4xx ends it."""
    practice.answers = [500, 429, 202, 400]
    taken = await bot.control("events", {"type": "portal.ping", "data": {}, "id": "evt_a"})
    await until(lambda: len(journal_of(config, "event")) == 3)
    await bot.control("events", {"type": "portal.ping", "data": {}, "id": "evt_b", "wait": True})
    await asyncio.sleep(0.1)
    assert taken == {"event_id": "evt_a"}
    assert [taken["id"] for taken in practice.events] == ["evt_a"] * 3 + ["evt_b"]
    assert [event["outcome"] for event in await bot.control("events")] == ["taken", "refused"]


async def test_a_hasty_portal_does_not_wait_as_long_as_it_is_asked_to(practice, config):
    """Asked to wait for a minute, it sends its event again half a second later."""
    practice.answers, practice.wait = [429], "60"
    running = await serve(replace(config, hasty=True))
    try:
        async with ClientSession() as session:
            await Bot(session, running.url).control("events", {"type": "portal.ping", "data": {}, "id": "evt_a"})
            await until(lambda: len(practice.events) == 2)
    finally:
        await running.stop()


async def test_raw_overrides(bot, practice):
    """A test can send what no good portal would."""
    await bot.control("events", {"raw_body": "not json", "retry": False, "wait": True})
    await bot.control(
        "events", {"type": "portal.ping", "data": {}, "headers": {"webhook-signature": "v1,AAAA"}, "wait": True}
    )
    assert practice.events[0]["event"] == b"not json"
    assert practice.events[1]["why"] == "webhook-signature does not match"


@pytest.mark.parametrize("kind", ["event_duplicate", "event_hang_up"])
async def test_an_event_arrives_twice(bot, practice, kind):
    """The same id and bytes arrive twice."""
    await bot.control("faults", {"next": [kind]})
    await bot.control("events", {"type": "portal.ping", "data": {}, "id": "evt_a"})
    await until(lambda: len(practice.events) == 2)
    assert practice.events[0] == practice.events[1]


@pytest.mark.parametrize("kind", ["event_reorder", "event_delay"])
async def test_an_event_is_overtaken(bot, practice, kind):
    """A later event of the same thread arrives first."""
    await bot.control("faults", {"next": [kind], "delay_s": 0.3})
    for name in ("first", "second"):
        await bot.control("events", {"type": "portal.ping", "data": {"thread_id": "t-1"}, "id": name})
    await until(lambda: len(practice.events) == 2)
    assert [taken["id"] for taken in practice.events] == ["second", "first"]


async def test_the_portal_remembers(config, practice):
    """After a restart threads, answers and events not yet taken are still there."""
    practice.answers = [503] * 3
    first = await serve(config)
    first.office.write({"portal_user_id": "pu-77", "patient_id": "p-100234", "text": "A question"})
    await until(lambda: journal_of(config, "event"))
    await first.stop()
    before = len(journal_of(config, "event"))
    with config.state.open("a") as torn:
        torn.write('{"what": "mess')  # what a killed process leaves behind
    second = await serve(config)
    try:
        await until(lambda: [e["outcome"] for e in second.memory.events.values()] == ["taken"])
        assert len(second.memory.threads) == len(second.memory.messages) == 1
        assert second.memory.families == parents()
        numbers = [line["n"] for line in journal_of(config, "event")]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) > before
    finally:
        await second.stop()


async def test_the_stream_tells_of_changes(bot, portal):
    """The page hears of each change."""
    async with bot.session.get(portal.url + "/_control/stream") as stream:
        await bot.reply()
        line = await asyncio.wait_for(stream.content.readline(), 2)
    assert json.loads(line.removeprefix(b"data: ")) == {"what": "reply", "thread_id": "t-1"}


async def test_the_morning_has_every_kind(bot, practice):
    """The demo's morning is two dozen well-formed events in order, and the practice takes each."""
    from datetime import UTC, datetime

    events = morning(datetime.now(UTC))
    assert [e["data"]["sent_at"] for e in events] == sorted(e["data"]["sent_at"] for e in events)
    assert {e["data"]["kind"] for e in events} == {"general", "refill", "appointment", "insurance", "referral"}
    for event in events:
        assert (await bot.control("events", {**event, "wait": True}))["status"] == 202
    assert len(await bot.control("messages")) == len(events) == 26
    assert len(await bot.control("threads")) == 25


def test_the_command_line():
    """Every switch reaches the configuration."""
    config = config_from(["--port", "1", "--secret", SECRET, "--mode", "lookup", "--seed", "4", "--hasty"])
    assert (config.port, config.mode, config.faults, config.portal_id) == (1, "lookup", {"seed": 4}, "main")
    assert config.hasty


async def test_never_beyond_loopback(config):
    """The stand-in refuses to be reachable from elsewhere."""
    with pytest.raises(ValueError, match="loopback"):
        await serve(replace(config, host="0.0.0.0"))
