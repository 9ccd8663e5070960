"""Watches a disk that is full: says so where no database is needed, and tells when there is room again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from bot import log
from bot.domain import room
from bot.domain.store import Store

logger = logging.getLogger("portaldesk.disk")


class DiskWatch:
    """`since`: when the database's disk took no more for the first time; None while it does.

    An alarm is a row, which a full disk does not take. So meanwhile it stands in the log and in /readyz only, and the
    alarm itself is what is tried to be written: when that passes, there is room.
    """

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self.since: datetime | None = None
        store.on_full(self._found)

    def _found(self) -> None:
        if self.since is None:
            self.since = self._clock()
            log.event(logger, "store.disk-full", level=logging.ERROR)

    async def look(self) -> None:
        """While it is full: is there room now?"""
        since = self.since
        if since is None:
            return
        await self._store.run(room.again, since=since, now=self._clock())
        self.since = None
        log.event(logger, "store.has-room", level=logging.WARNING, since=since)
