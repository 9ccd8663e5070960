"""APScheduler as a metronome: it knows names and intervals and remembers nothing."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import log
from bot.domain.store import StoreUnavailable
from bot.failpoint import failpoint

logger = logging.getLogger("portaldesk.ticks")

Tick = Callable[[], Awaitable[None]]

LOOK = 1.0  # seconds between two looks at the clock on the wall
STEP = 2.0  # seconds that it may fall behind in that time: more is a clock that was set back


class Ticks:
    """Interval jobs over our own rows. Each may be late or missed: the next one does the same work.

    `clock` gives aware UTC, `steady` seconds that only go on. `stale()` names ticks that have not ended well for three
    of their periods, by the steady one: a clock that is set makes nothing stale, and hides no tick that stands still.
    """

    def __init__(self, clock: Callable[[], datetime], *, steady: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._steady = steady
        self.scheduler = AsyncIOScheduler(timezone="UTC")
        self._every: dict[str, float] = {}
        self._ended: dict[str, float] = {}
        self._looking: asyncio.TimerHandle | None = None

    def add(self, name: str, tick: Tick, *, every: float) -> None:
        """Run `tick` every so many seconds; it counts as fresh now."""
        self._every[name] = every
        self._ended[name] = self._steady()

        async def run() -> None:
            try:
                failpoint("tick.begin")
                await tick()
                failpoint("tick.end")
            except asyncio.CancelledError:
                return  # the metronome was stopped in the middle of it; APScheduler would log that as an error
            except StoreUnavailable:
                log.event(logger, "tick.database-away", level=logging.WARNING, tick=name)
            except Exception as error:  # noqa: BLE001 - a tick that fails must not end the metronome
                log.failure(logger, "tick.bug", error, tick=name)
            else:
                self._ended[name] = self._steady()

        self.scheduler.add_job(
            run,
            "interval",
            seconds=every,
            id=name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )

    def start(self) -> None:
        """Let them tick; all count as fresh now."""
        self._ended = dict.fromkeys(self._every, self._steady())
        self.scheduler.start()
        self._look(self._clock(), self._steady())

    def stop(self) -> None:
        """No further tick."""
        if self._looking:
            self._looking.cancel()
        if self.scheduler.running:
            self.scheduler.pause()  # at once; the end comes later, and would log a tick that has not begun by then
            self.scheduler.shutdown(wait=False)

    def stale(self) -> list[str]:
        """Ticks whose last good end is longer ago than three periods, and than ten seconds."""
        now = self._steady()
        return [name for name, ended in self._ended.items() if now - ended > max(10.0, 3 * self._every[name])]

    def _look(self, wall: datetime, steady: float) -> None:
        """APScheduler waits for a time on the wall: set back by an hour, it would wait an hour too long."""
        now, passed = self._clock(), self._steady() - steady
        if (now - wall).total_seconds() < passed - STEP:
            log.event(logger, "tick.clock-set-back", level=logging.WARNING, seconds=int((wall - now).total_seconds()))
            for name, every in self._every.items():
                self.scheduler.reschedule_job(name, trigger="interval", seconds=every)
        self._looking = asyncio.get_running_loop().call_later(LOOK, self._look, now, self._steady())
