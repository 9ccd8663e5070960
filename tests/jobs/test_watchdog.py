"""The watchdog ends what hangs, and nothing else; a tick that hangs is told by /readyz."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from bot.domain.store import StoreUnavailable
from bot.jobs.watchdog import ENDED, Watchdog
from tests.world import PRACTICE, until, world

Patience = 1.5  # seconds; the thread looks once a second


class Answering:
    """A store whose writer answers, says that the database is away, or never comes back."""

    def __init__(self, how: str) -> None:
        self._how = how

    async def run(self, act: Callable[..., Any], **arguments: Any) -> Any:
        """Answer as told."""
        if self._how == "away":
            raise StoreUnavailable
        if self._how == "fails though it moves":
            raise RuntimeError("cannot start a transaction within a transaction")
        if self._how in ("hangs", "waits in a queue that moves"):
            await asyncio.sleep(3600)
        return None

    def forsaken(self, *, reads: bool = True) -> float:
        """For so long one of its threads is at work for nobody."""
        return 3600.0 if reads and self._how == "hangs beside others" else 0.0

    def moved_at(self) -> float:
        """When its writer was last through with something."""
        return time.monotonic() if "moves" in self._how else 0.0


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
        with suppress(RuntimeError):
            await dog.beat()
        await asyncio.sleep(0.2)


@pytest.mark.parametrize("how", ["answers", "away", "waits in a queue that moves"])
async def test_what_answers_lives(how: str):
    """A writer that answers, also that the database is away, is no hang; nor is one that others keep busy."""
    assert await watched(how) == []


@pytest.mark.parametrize("how", ["hangs", "hangs beside others", "fails though it moves"])
async def test_what_does_not_answer_is_ended(how: str):
    """A writer that never comes back, or fails at everything, ends the process, once, for whoever supervises it."""
    assert await watched(how) == [ENDED]
    assert "watchdog" not in [thread.name for thread in threading.enumerate()]


@pytest.mark.parametrize("put_off", [False, True])
def test_what_holds_the_interpreter_is_ended_too(put_off: bool):
    """A pattern that goes back and forth for ever lets no thread of Python run: what ends it is none."""
    script = "import re, time; from bot.jobs import watchdog as w; w.last_resort(1.0);" + (
        "w.last_resort(60.0); w.no_last_resort(); time.sleep(1.5)" if put_off else "re.match('(a*)*b', 'a' * 40)"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == (0 if put_off else 1)
    assert ("Timeout" in ended.stderr) is not put_off


@pytest.mark.parametrize("before", ["", "import signal; signal.signal(signal.SIGALRM, signal.SIG_IGN);"])
def test_a_log_that_nobody_reads_keeps_nothing_alive(before: str):
    """What holds the interpreter, and cannot say so either, is ended by the kernel, whatever it was told of the signal."""
    script = before + (
        "import os, re; from bot.jobs import watchdog as w; os.set_blocking(2, False)\n"
        "try:\n    while os.write(2, b'x' * 4096): pass\nexcept BlockingIOError: os.set_blocking(2, True)\n"
        "w.last_resort(0.5); re.match('(a*)*b', 'a' * 40)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE) as hangs:
        assert hangs.wait(30) == signal.SIGALRM


def test_a_system_that_has_no_thread_to_give_switches_nothing_off():
    """Putting off the last resort takes a thread: without one the watchdog says so, tries again, and ends what hangs."""
    ended: list[int] = []
    tried: list[float] = []
    over = threading.Event()

    def put_off(seconds: float) -> None:
        tried.append(seconds)
        raise RuntimeError("unable to start watchdog thread")

    def end(status: int) -> None:
        ended.append(status)
        over.set()

    dog = Watchdog(Answering("hangs"), patience=2.5, end=end, put_off=put_off)  # type: ignore[arg-type]
    dog.start()
    assert over.wait(10)
    assert ended == [ENDED]
    assert len(tried) >= 2


async def test_a_tick_that_stands_still_is_told_by_readyz(tmp_path: Path, sqlite_url: str):
    """503 with the tick's name while it hangs, though all the others go on; ready again once it ends."""
    file = tmp_path / "practice.yaml"
    file.write_text(PRACTICE, encoding="utf-8")
    began, goes_on = asyncio.Event(), asyncio.Event()

    async def hangs() -> None:
        began.set()
        await goes_on.wait()

    async with world(sqlite_url, file) as desk:

        async def told(status: int, words: str) -> bool:
            answered, body = await desk.get("/readyz")
            return answered == status and words in str(body)

        desk.service.ticks.add("hangs", hangs, every=0.05)
        await began.wait()
        assert await told(200, "ready")
        desk.clock.stood = 11.0  # by the steady clock; the ticks of every second are fresh again at their next end
        assert await told(503, "The scheduler stands still (")
        await until(lambda: told(503, "The scheduler stands still (hangs)."), what="the one that hangs, alone")
        goes_on.set()
        await until(lambda: told(200, "ready"), what="a service that is ready again")
