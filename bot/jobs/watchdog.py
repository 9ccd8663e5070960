"""Ends a process that hangs: nothing else can, and whoever supervises it starts it anew (SAFETY I25)."""

from __future__ import annotations

import ctypes
import faulthandler
import logging
import math
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from bot import log
from bot.domain.store import Store, StoreUnavailable

logger = logging.getLogger("portaldesk.watchdog")

PATIENCE = 120.0  # seconds without a beat: far more than any call, lock or disk may take
START_AT_MOST = 600.0  # seconds: a database that was killed may have a long log to read again
STOP_AT_MOST = 90.0  # seconds, all that is on the wire included
ENDED = 70  # the exit status, EX_SOFTWARE of sysexits.h
_LATER = 30.0  # seconds after the watchdog itself would have ended it
_STDERR = 2  # whatever became of sys.stderr
_WORDS_WITHIN = 2.0  # seconds
_ANEW = 10.0  # seconds between two times that the last resort is put off

# The handler of SIGALRM is C's own _exit: it needs no interpreter, and unlike the signal's usual effect it also ends a
# process that is the first of its container.
_LIBC = ctypes.CDLL(None)
_LIBC.signal.restype = ctypes.c_void_p
_EXIT = ctypes.cast(_LIBC._exit, ctypes.c_void_p)  # noqa: SLF001 - the C library's name for it


def last_resort(seconds: float) -> None:
    """End the process, with exit status 1, unless this is called again within so many seconds.

    What does it is no thread of Python: it also ends what holds the interpreter, and a watchdog that hangs. It says
    where everything stood; where nobody reads what it says, the kernel does it a little later (SIGALRM, status 14). A
    process that was stopped (Ctrl-Z, a frozen container) for longer is ended when it goes on: others have its work.

    Raises:
        RuntimeError: the system has no thread to give, so only the kernel would end it.
    """
    _LIBC.signal(signal.SIGALRM, _EXIT)
    signal.setitimer(signal.ITIMER_REAL, seconds + _WORDS_WITHIN)
    faulthandler.dump_traceback_later(seconds, exit=True, file=_STDERR)


def no_last_resort() -> None:
    """It is over."""
    faulthandler.cancel_dump_traceback_later()
    signal.setitimer(signal.ITIMER_REAL, 0)


class Watchdog:
    """A thread that waits for beats. A beat came through the event loop, the metronome and the database's writer.

    A beat that waits behind others in the writer's queue is none that is missing, as long as the queue moves. Where
    several threads write, the others beat on beside one that hangs: what is at work for so long, though nobody waits
    for it any more, is a hang as well.

    A machine that was asleep, or a process that was stopped for a while, is no hang: then the thread itself woke late.
    `put_off(seconds)` hears every few seconds how long it may take until this is looked at again.
    """

    def __init__(
        self,
        store: Store,
        *,
        patience: float = PATIENCE,
        end: Callable[[int], object] = os._exit,
        put_off: Callable[[float], None] | None = None,
    ) -> None:
        self._store = store
        self._patience = patience
        self._end = end
        self._put_off = put_off or (lambda _: None)
        self._beaten = time.monotonic()
        self._asks = False
        self._over = threading.Event()

    async def beat(self) -> None:
        """All of it works: the loop runs this, and the writer answers, if only that the database is away."""
        self._asks = True
        try:
            with suppress(StoreUnavailable):
                await self._store.run(_nothing)
            self._beaten = time.monotonic()
        finally:
            self._asks = False

    def start(self) -> None:
        """Watch from now on."""
        self._beaten = time.monotonic()
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def stop(self) -> None:
        """Watch no more."""
        self._over.set()

    def _watch(self) -> None:
        looked = awake = time.monotonic()
        put_off = self._put_it_off(looked)
        while not self._over.wait(1.0):
            now = time.monotonic()
            if now - looked > 10:
                self._beaten = awake = now
            looked = now
            if now - put_off > _ANEW:
                put_off = self._put_it_off(now)
            still = now - max(self._beaten, self._store.moved_at() if self._asks else 0.0)
            if still > self._patience or min(self._store.forsaken(), now - awake) > self._patience:
                words = threading.Thread(target=_tell, args=(int(still),), name="last words", daemon=True)
                with suppress(RuntimeError):  # the system may have no thread to give
                    words.start()
                    words.join(_WORDS_WITHIN)  # whoever reads the log may stand still himself
                self._end(ENDED)
                return

    def _put_it_off(self, now: float) -> float:
        """When it was put off; never, where the system has no thread to give, so that the next look tries again."""
        try:
            self._put_off(self._patience + _LATER)
        except RuntimeError as error:
            log.failure(logger, "watchdog.alone", error)
            return -math.inf
        return now


def _tell(seconds: int) -> None:
    log.event(logger, "service.hangs", level=logging.CRITICAL, seconds=seconds)
    faulthandler.dump_traceback(_STDERR)  # lines of code of every thread, no values


def _nothing(records: object) -> None:
    del records
