"""One life of the service: it shows that it goes on, and is careful after one that ended in the middle."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from bot.domain import suspect
from bot.domain.store import Store, StoreFull, StoreUnavailable

EVERY = 2.0  # seconds between two beats: so long a replica that joins the others is careful without need
_UNKNOWN = {"": 0}  # a life of which nothing is known never shows itself


class Life:
    """`shared`: other processes may live on the same database now."""

    def __init__(self, store: Store, clock: Callable[[], datetime], *, shared: bool) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._store = store
        self._clock = clock
        self._shared = shared
        self._begun = False
        self._care: suspect.Care | None = None

    def careful_until(self) -> datetime | None:
        """So long events are taken in one at a time (`handlers/careful.py`); None: they need not be."""
        return self._care.until if self._care else None

    async def begin(self) -> None:
        """From now on events are taken in."""
        now = self._clock()
        try:
            self._care = await self._store.run(suspect.began, life=self.name, now=now)
        except StoreFull:  # the portal is told 503 nevertheless; how the last life ended is not known
            self._care = suspect.Care(now + suspect.CAREFUL, _UNKNOWN)
        self._begun = True

    async def beat(self) -> None:
        """Show that it goes on, where somebody may look or while others are looked at."""
        if self._begun and (self._shared or self._care):
            now = self._clock()
            self._care = await self._store.run(suspect.goes_on, life=self.name, care=self._care, now=now)

    async def end(self) -> None:
        """It ends as it should."""
        if self._begun:
            with suppress(StoreUnavailable):  # then the next life is careful without need
                await self._store.run(suspect.ended, life=self.name, now=self._clock())
