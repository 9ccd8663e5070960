"""One life of the service: it shows that it goes on, and is careful after one that ended in the middle."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from bot import log
from bot.domain import suspect
from bot.domain.store import Store, StoreFull, StoreUnavailable

logger = logging.getLogger("portaldesk.life")

EVERY = 2.0  # seconds between two beats: a replica that joins others is careful for a few of them, without need
_WAIT, _WAITS = 0.05, 120  # seconds, and how often: six seconds, for a database that is slow
_UNKNOWN = {"": 0}  # a life of which nothing is known never shows itself


class Life:
    """`shared`: other processes may live on the same database now."""

    def __init__(self, store: Store, clock: Callable[[], datetime], *, shared: bool) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._store = store
        self._clock = clock
        self._shared = shared
        self._begun = False
        self._care = suspect.Care()

    def care(self) -> suspect.Care:
        """How careful events are taken in (`handlers/careful.py`)."""
        return self._care

    async def begin(self) -> None:
        """From now on events are taken in."""
        now = self._clock()
        try:
            self._care = await self._store.run(suspect.began, life=self.name, now=now)
        except StoreFull:  # the portal is told 503 nevertheless; how the last life ended is not known
            self._care = suspect.Care(now + suspect.CAREFUL, _UNKNOWN, suspects=True)
        self._begun = True
        if self._care.until:
            log.event(logger, "service.careful", level=logging.WARNING, lives=len(self._care.lives))

    async def beat(self) -> None:
        """Show that it goes on, where somebody may look or while others are looked at."""
        if not self._begun or not (self._shared or self._care.until):
            return
        was = self._care
        self._care = await self._store.run(suspect.goes_on, life=self.name, care=was, now=self._clock())
        if was.until and not self._care.until:
            log.event(logger, "service.careful.over")

    async def end(self) -> None:
        """It ends as it should, unless an act is at work that nobody waits for any more: that may never end.

        With its end goes all that events were blamed for in it.
        """
        for _ in range(_WAITS):  # what was taken back a moment ago is on its way out
            if not self._store.forsaken(reads=False):
                break
            await asyncio.sleep(_WAIT)
        if self._begun and not self._store.forsaken(reads=False):
            with suppress(StoreUnavailable):  # then the next life is careful without need
                await self._store.run(suspect.ended, life=self.name, now=self._clock())
