"""APScheduler as a metronome: it knows names and intervals and remembers nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import log
from bot.domain.store import StoreUnavailable
from bot.failpoint import failpoint

logger = logging.getLogger("portaldesk.ticks")

Tick = Callable[[], Awaitable[None]]


class Ticks:
    """Interval jobs over our own rows. Each may be late or missed: the next one does the same work.

    `clock` gives aware UTC. `stale()` names ticks that have not ended well for three of their periods.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._every: dict[str, float] = {}
        self._ended: dict[str, datetime] = {}

    def add(self, name: str, tick: Tick, *, every: float) -> None:
        """Run `tick` every so many seconds."""
        self._every[name] = every

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
                self._ended[name] = self._clock()

        self._scheduler.add_job(
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
        now = self._clock()
        self._ended = dict.fromkeys(self._every, now)
        self._scheduler.start()

    def stop(self) -> None:
        """No further tick."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def stale(self) -> list[str]:
        """Ticks whose last good end is longer ago than three periods, and than ten seconds."""
        now = self._clock()
        return [
            name
            for name, ended in self._ended.items()
            if (now - ended).total_seconds() > max(10.0, 3 * self._every[name])
        ]
