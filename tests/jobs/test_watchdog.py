"""The watchdog ends what hangs, and nothing else."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from bot.domain.store import StoreUnavailable
from bot.jobs.watchdog import ENDED, Watchdog

Patience = 1.5  # seconds; the thread looks once a second


class Answering:
    """A store whose writer answers, says that the database is away, or never comes back."""

    def __init__(self, how: str) -> None:
        self._how = how

    async def run(self, act: Callable[..., Any], **arguments: Any) -> Any:
        """Answer as told."""
        if self._how == "away":
            raise StoreUnavailable
        if self._how == "hangs":
            await asyncio.sleep(3600)
        return None


async def watched(how: str) -> list[int]:
    """Beat four seconds long as the metronome would; with which status the process would have been ended."""
    ended: list[int] = []
    dog = Watchdog(Answering(how), patience=Patience, end=ended.append)  # type: ignore[arg-type]
    dog.start()
    beats = [asyncio.create_task(_beat(dog)) for _ in range(1)]
    await asyncio.sleep(4)
    dog.stop()
    for beat in beats:
        beat.cancel()
    await asyncio.gather(*beats, return_exceptions=True)
    return ended


async def _beat(dog: Watchdog) -> None:
    while True:
        await dog.beat()
        await asyncio.sleep(0.2)


@pytest.mark.parametrize("how", ["answers", "away"])
async def test_what_answers_lives(how: str):
    """A writer that answers, also that the database is away, is no hang."""
    assert await watched(how) == []


async def test_what_does_not_answer_is_ended():
    """A writer that never comes back ends the process, once, for whoever supervises it."""
    assert await watched("hangs") == [ENDED]
    assert "watchdog" not in [thread.name for thread in threading.enumerate()]
