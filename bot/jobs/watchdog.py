"""Ends a process that hangs: nothing else can, and whoever supervises it starts it anew (SAFETY I25)."""

from __future__ import annotations

import faulthandler
import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from bot import log
from bot.domain.store import Store, StoreUnavailable

logger = logging.getLogger("portaldesk.watchdog")

PATIENCE = 120.0  # seconds without a beat: far more than any call, lock or disk may take
ENDED = 70  # the exit status, EX_SOFTWARE of sysexits.h


class Watchdog:
    """A thread that waits for beats. A beat came through the event loop, the metronome and the database's writer.

    Where several threads write, the others beat on beside one that hangs: what is at work for so long, though nobody
    waits for it any more, is a hang as well.

    A machine that was asleep, or a process that was stopped, is no hang: then the thread itself woke late.
    """

    def __init__(self, store: Store, *, patience: float = PATIENCE, end: Callable[[int], object] = os._exit) -> None:
        self._store = store
        self._patience = patience
        self._end = end
        self._beaten = time.monotonic()
        self._over = threading.Event()

    async def beat(self) -> None:
        """All of it works: the loop runs this, and the writer answers, if only that the database is away."""
        with suppress(StoreUnavailable):
            await self._store.run(_nothing)
        self._beaten = time.monotonic()

    def start(self) -> None:
        """Watch from now on."""
        self._beaten = time.monotonic()
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def stop(self) -> None:
        """Watch no more."""
        self._over.set()

    def _watch(self) -> None:
        looked = awake = time.monotonic()
        while not self._over.wait(1.0):
            now = time.monotonic()
            if now - looked > 10:
                self._beaten = awake = now
            looked = now
            if now - self._beaten > self._patience or min(self._store.forsaken(), now - awake) > self._patience:
                log.event(logger, "service.hangs", level=logging.CRITICAL, seconds=int(now - self._beaten))
                faulthandler.dump_traceback()  # lines of code of every thread, no values
                self._end(ENDED)
                return


def _nothing(records: object) -> None:
    del records
