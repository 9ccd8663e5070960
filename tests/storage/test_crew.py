"""Threads that work for the event loop: what is stuck is known, whoever waits for it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Sequence

import pytest
import pytest_asyncio

from bot.domain.store import StoreTooSlow
from storage.crew import Crew, Job, Limits

SOON = Limits(commit=0.2, work=0.2)


@pytest.fixture
def goes_on() -> threading.Event:
    return threading.Event()


@pytest_asyncio.fixture
async def crew(goes_on: threading.Event) -> AsyncIterator[Crew]:
    """Three threads whose every job stands still; one told to commit does so in its commit."""

    def work(jobs: Sequence[Job]) -> None:
        for job in jobs:
            if job.arguments.get("commits"):
                assert made.begin_commit([job])
            goes_on.wait(20)

    made = Crew("test", threads=3, batch=1, make=lambda: (work, lambda: None), limits=SOON)
    yield made
    goes_on.set()
    await made.close()


def nothing() -> None:
    """What a job does is not looked at here."""


async def test_what_takes_longer_than_anything_may_is_told(crew: Crew, goes_on: threading.Event):
    """Also while somebody waits for it; not what may take its time, and a query only where queries count."""
    jobs = [asyncio.ensure_future(crew.do(nothing, {}, reads=True, patient=True))]
    await asyncio.sleep(0.5)
    assert crew.forsaken() == 0.0
    jobs.append(asyncio.ensure_future(crew.do(nothing, {}, reads=True)))
    await asyncio.sleep(0.5)
    assert crew.forsaken() > 0.1
    assert crew.forsaken(reads=False) == 0.0
    jobs.append(asyncio.ensure_future(crew.do(nothing, {})))
    await asyncio.sleep(0.5)
    assert crew.forsaken(reads=False) > 0.1
    goes_on.set()
    await asyncio.gather(*jobs)
    assert crew.forsaken() == 0.0


async def test_what_only_waited_was_at_work_for_nobody_no_longer_than_its_thread(goes_on: threading.Event):
    """A job that was taken back long ago comes along with one that is just begun: nothing hangs by that."""

    def work(jobs: Sequence[Job]) -> None:
        goes_on.wait(20)
        goes_on.clear()

    crew = Crew("test", threads=1, batch=8, make=lambda: (work, lambda: None))
    first = asyncio.ensure_future(crew.do(nothing, {}))
    await asyncio.sleep(0.1)
    late = asyncio.ensure_future(crew.do(nothing, {}, within=0.1))
    with pytest.raises(StoreTooSlow):
        await late
    await asyncio.sleep(0.6)
    wanted = asyncio.ensure_future(crew.do(nothing, {}))
    await asyncio.sleep(0)
    begun = time.monotonic()
    goes_on.set()
    await first
    await asyncio.sleep(0.1)
    assert 0.0 < crew.forsaken() <= time.monotonic() - begun
    goes_on.set()
    await wanted
    await crew.close()


async def test_a_commit_that_nobody_answers_is_told(crew: Crew, goes_on: threading.Event):
    """What was sent cannot be taken back, and its caller waits beyond its time: that ends some day."""
    before = crew.moved_at
    job = asyncio.ensure_future(crew.do(nothing, {"commits": True}, within=0.1))
    await asyncio.sleep(0.5)
    assert crew.forsaken() > 0.1
    assert (job.done(), crew.moved_at) == (False, before)
    goes_on.set()
    await job
    assert crew.moved_at > before
