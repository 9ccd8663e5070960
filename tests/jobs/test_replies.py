"""Whether an answer may leave is judged where it is written down that it leaves, and nothing comes between."""

from __future__ import annotations

import asyncio
import concurrent.futures
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

from bot import failpoint
from bot.domain.delivery import reply_lane
from bot.domain.store import Records, Store
from bot.jobs.replies import ReplyCarrier, mark
from bot.portals.base import Portal
from tests.storage.family import sent, taken_in

NOW = datetime(2026, 11, 25, 19, 40, tzinfo=UTC)


async def test_nobody_makes_it_confidential_between_the_look_and_the_mark(store: Store):
    """Another replica wants to, right then: it waits until the answer is marked as leaving, or comes before the look."""
    talk = await store.run(taken_in)
    reply = await store.run(lambda r: sent(r, talk))
    claim = await store.run(lambda r: r.claim(reply_lane(talk.id), now=NOW, by="one"))
    assert claim
    loop, between = asyncio.get_running_loop(), list[bool]()
    others: list[concurrent.futures.Future[None]] = []

    def confidential(records: Records) -> None:
        known = records.conversation(talk.id)
        assert known
        records.save_conversation(replace(known, confidential=True))

    def meanwhile(name: str) -> None:
        if name == "outbox.mark":
            failpoint.arm(None)
            other = asyncio.run_coroutine_threadsafe(store.run(confidential), loop)
            others.append(other)
            try:
                other.result(timeout=1)
            except TimeoutError:
                between.append(False)
            else:
                between.append(True)

    failpoint.arm(meanwhile)
    try:
        assert await store.run(mark, claim=claim, reply=reply, now=NOW) is True
    finally:
        failpoint.arm(None)
    assert between == [False]
    await asyncio.wrap_future(others[0])
    assert await store.run(mark, claim=claim, reply=reply, now=NOW) is None


async def test_a_claim_that_never_came_to_its_call_is_no_try(store: Store):
    """Its process stood still beyond the lease: the portal heard nothing, so the answer's patience is not shortened."""
    talk = await store.run(taken_in)
    reply = await store.run(lambda r: sent(r, talk))
    claim = await store.run(lambda r: r.claim(reply_lane(talk.id), now=NOW, by="one"))
    assert claim
    thawed = claim.lease_until + timedelta(seconds=1)
    carrier = ReplyCarrier(store, {"main": cast("Portal", Unreachable())}, lambda: thawed)
    await carrier.carry(claim)
    assert await store.read(lambda r: r.reply(reply.id)) == reply
    again = await store.run(lambda r: r.claim(reply_lane(talk.id), now=thawed, by="two"))
    assert again
    assert (again.attempts, again.maybe_sent) == (1, False)


class Unreachable:
    """A portal that nobody may call."""
