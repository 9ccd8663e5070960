"""The practice in force: a change that was judged by one version never lands on another."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from bot.domain.store import Records, Store
from storage.sql import Sql
from tests.storage.family import NOW

VERSION = Sql("SELECT MAX(version) FROM practices")


@pytest.mark.postgres
async def test_a_change_that_another_one_overtook_is_judged_anew(postgres_url: str, opened: Callable[[str], Store]):
    """The first looks at version 1, the second makes version 2 of it, the first writes: it has to look again."""
    store, other = opened(postgres_url), opened(postgres_url)
    await store.run(lambda r: r.save_practice("Bright Kids", by="cli:test", now=NOW))
    looked, overtaken, seen = threading.Event(), threading.Event(), []

    def change(records: Records) -> int:
        seen.append(records.one(VERSION)[0])
        looked.set()
        overtaken.wait(10)
        return records.save_practice(f"after {seen[-1]}", by="slack:U0PAT", now=NOW, after=seen[-1])

    slow = asyncio.ensure_future(store.run(change))
    await asyncio.to_thread(looked.wait, 10)
    await other.run(lambda r: r.save_practice("overtaking", by="slack:U0BEN", now=NOW, after=1))
    overtaken.set()
    assert await slow == 3
    assert seen == [1, 2]
    assert await store.read(lambda r: r.practice_document()) == "after 2"


async def test_versions_count_up_by_one(store: Store):
    """Also when nobody says after which."""
    await store.run(lambda r: r.save_practice("Two", by="cli:test", now=NOW))
    assert await store.run(lambda r: r.save_practice("Three", by="slack:U0PAT", now=NOW, after=2)) == 3
    assert await store.read(lambda r: r.practice_document()) == "Three"
