"""Faults: what each does to the answer and to the workspace."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from bot.sandbox.slack.config import ConfigFault
from bot.sandbox.slack.mishap import Kind, Plan

LOST = (aiohttp.ClientError, aiohttp.ServerDisconnectedError, ConnectionError, TimeoutError)


def posted(running) -> int:
    return len(running.slack.workspace.channels["C0NURSING"].messages)


async def struck(alice, kind, **more):
    await alice.act("faults", faults=[{"kind": kind, "method": "chat.postMessage", "times": 1, **more}])


@pytest.mark.parametrize(("kind", "count"), [("reset_before", 0), ("reset_after", 1), ("half_answer", 1)])
async def test_lost_connections(slack, call, alice, kind, count):
    """The client sees a broken connection; the journal alone knows whether the message was posted."""
    await struck(alice, kind)
    with pytest.raises(LOST):
        await call("chat.postMessage", channel="C0NURSING", text="x")
    assert posted(slack) == count
    row = slack.slack.journal.rows(kind="api")[-1]
    assert (row["fault"], row["applied"]) == (kind, bool(count))


@pytest.mark.parametrize(
    ("kind", "status", "error", "count"),
    [
        ("ratelimited", 429, "ratelimited", 0),
        ("error_500_before", 500, "internal_error", 0),
        ("error_503_after", 503, "service_unavailable", 1),
        ("internal_error_before", 200, "internal_error", 0),
        ("internal_error_after", 200, "internal_error", 1),
        ("fatal_error_after", 200, "fatal_error", 1),
        ("token_revoked", 200, "token_revoked", 0),
        ("channel_archived", 200, "is_archived", 0),
    ],
)
async def test_wrong_answers(slack, call, alice, kind, status, error, count):
    """Errors come before or after the effect, as their names say."""
    await struck(alice, kind, seconds=0.05)
    answer = await call("chat.postMessage", channel="C0NURSING", text="x")
    assert (call.status, answer["error"], posted(slack)) == (status, error, count)


@pytest.mark.parametrize("kind", ["wrong_body", "empty_answer"])
async def test_answers_that_are_none(slack, call, session, alice, kind):
    """200 with a page of HTML or with nothing, and the message is posted."""
    await struck(alice, kind)
    headers = {"Authorization": f"Bearer {slack.slack.config.bot_token}"}
    data = {"channel": "C0NURSING", "text": "x"}
    async with session.post(f"{slack.api_url}chat.postMessage", data=data, headers=headers) as response:
        text = await response.text()
    assert response.status == 200
    assert not text.startswith("{")
    assert posted(slack) == 1


async def test_late_apply_happens_after_the_client_gave_up(slack, call, alice):
    """late_apply posts when nobody listens any more."""
    await struck(alice, "late_apply", seconds=1.5)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await call("chat.postMessage", channel="C0NURSING", text="x")
    assert posted(slack) == 0
    async with asyncio.timeout(10):
        while not posted(slack):
            await asyncio.sleep(0.02)
    assert posted(slack) == 1


@pytest.mark.parametrize("kind", ["delayed_answer", "slow_drip"])
async def test_slow_answers_come_whole(slack, call, alice, kind):
    """delayed_answer and slow_drip take their time and are right in the end."""
    await struck(alice, kind, seconds=1.5)
    task = asyncio.create_task(call("chat.postMessage", channel="C0NURSING", text="x"))
    async with asyncio.timeout(10):
        while not posted(slack):
            await asyncio.sleep(0.01)
    assert not task.done()
    assert (await task)["ok"]


def test_a_plan_is_reproducible_and_strict():
    """The same seed strikes the same calls; unknown kinds and fields are refused."""
    plans = [Plan(), Plan()]
    for plan in plans:
        plan.load([{"kind": "reset_after", "probability": 0.3}], seed=7)
    drawn = [[plan.draw("chat.update") is not None for _ in range(50)] for plan in plans]
    assert drawn[0] == drawn[1]
    assert 5 < sum(drawn[0]) < 30
    with pytest.raises(ConfigFault, match="no fault is called"):
        plans[0].load([{"kind": "earthquake"}], seed=1)
    with pytest.raises(ConfigFault, match="has no oddness"):
        plans[0].load([{"kind": "reset_after", "oddness": 3}], seed=1)
    assert len(Kind) >= 12


def test_nth_and_every_count_the_calls_of_their_method():
    """`nth` and `every` count per line, and other methods do not move the count."""
    plan = Plan()
    plan.load([{"kind": "reset_after", "method": "chat.postMessage", "nth": [2]}], seed=1)
    calls = ["chat.update", "chat.postMessage", "chat.update", "chat.postMessage", "chat.postMessage"]
    assert [plan.draw(name) is not None for name in calls] == [False, False, False, True, False]
    plan.load([{"kind": "reset_after", "every": 2, "times": 1}], seed=1)
    assert [plan.draw("x") is not None for _ in range(5)] == [False, True, False, False, False]
