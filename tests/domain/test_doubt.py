"""Every unclear answer is asked about in its turn, however many there are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain import doubt
from bot.domain.delivery import State, What
from bot.domain.store import Records, Store
from tests.storage.family import MINUTE, NOW, answer, taken_in


def unclear(records: Records, *, first: int, count: int) -> list[str]:
    """So many answers of which nobody knows; always two are to be decided by the same time."""
    ids = []
    for n in range(first, first + count):
        by = NOW + MINUTE * (n // 2)
        reply = answer(records, taken_in(records, n), n, state=State.UNCLEAR, owner="U0ALICE", decide_by=by)
        records.add_reply(reply)
        ids.append(reply.id)
    return ids


@pytest.mark.parametrize("count", [0, 1, 3, 100, 101, 230])
async def test_each_has_its_turn(one_process: Store, count: int):
    """A hundred a round, each once in a row of rounds that has room for all, and never one twice in one round."""
    store = one_process
    ids = await store.run(unclear, first=1, count=count)
    rounds, after, asked = -(-count // doubt.ASKED_AT_ONCE) or 1, None, set()
    for hour in range(rounds):
        now = NOW + timedelta(hours=hour)
        many, after = await store.run(doubt.ask_again, after=after, now=now)
        assert many == min(count, doubt.ASKED_AT_ONCE)
        looks = await store.read(lambda r: r.deliveries(states=[State.PENDING], limit=1_000))
        asked = {one["lane"] for one in looks if one["what"] == What.LOOK_UP}
    assert len(asked) == len(ids)


async def test_one_that_comes_meanwhile_and_one_that_is_settled(one_process: Store):
    """The round goes on behind the one that was asked last, also when that is not unclear any more."""
    store = one_process
    first = await store.run(unclear, first=1, count=100)
    _, after = await store.run(doubt.ask_again, now=NOW)
    assert after is not None
    assert after[1] == first[-1]
    settled = await store.read(lambda r: r.reply(first[-1]))
    assert settled is not None
    await store.run(lambda r: r.save_reply(replace(settled, state=State.DELIVERED)))
    later = await store.run(unclear, first=101, count=2)
    many, after = await store.run(doubt.ask_again, after=after, now=NOW)
    assert many == 100
    assert after is not None
    assert after[1] == first[97]
    looks = await store.read(lambda r: r.deliveries(states=[State.PENDING], limit=1_000))
    assert len([one for one in looks if one["what"] == What.LOOK_UP]) == len(first) + len(later)
