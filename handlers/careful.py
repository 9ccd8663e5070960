"""In single file: after an end that was none, events are taken in one at a time, each counted before it is read."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain import suspect
from bot.domain.store import Store, StoreUnavailable

PATIENCE = 10.0  # seconds until an event is stored; a portal that waits longer gives up by itself, and knows less
_CLEARED_WITHIN = 1.0  # seconds; the event is stored by then, and its count may stay


class OthersFirst(StoreUnavailable):
    """Those that came before are not taken in yet; nothing was written."""


@dataclass(slots=True, kw_only=True)
class SingleFile:
    """Finds the event that ends the service (SAFETY I25), and blames no other that happened to come with it.

    `life` is this life's name, `care` tells how careful it is now. Each portal has one event in the file at a time, so
    that none holds up the others.
    """

    store: Store
    life: str
    care: Callable[[], suspect.Care]
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _portals: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _refused: set[tuple[str, str]] = field(default_factory=set)  # perhaps counted; nothing ended, the database was away

    @asynccontextmanager
    async def passing(
        self, *, portal: str, event_id: str, now: datetime, left: Callable[[], float]
    ) -> AsyncIterator[int]:
        """Around taking in one event: how often it was begun and not taken in, this time included; 0 if nobody counts.

        `left`: the seconds that it has until it must be stored.

        Raises:
            OthersFirst: those before it took too long.
            StoreUnavailable: it could not be counted.
        """
        if not await self._counts(portal, event_id, now, left):
            yield 0
            return
        async with _turn_of(self._portals[portal], left), _turn_of(self._turn, left):
            which = (portal, event_id)
            self._refused.discard(which)
            try:
                yield await self.store.run(
                    suspect.count, within=left(), portal=portal, event_id=event_id, life=self.life, now=now
                )
            except BaseException:
                self._refused.add(which)
                raise
            with suppress(StoreUnavailable):
                await self.store.run(suspect.cleared, within=_CLEARED_WITHIN, portal=portal, event_id=event_id)

    async def forgive(self) -> None:
        """Take back the counts of events that could not be stored, though nothing ended and nothing hangs.

        Else a slow database would do what only an event can do that ends the service: from one replica to the next it
        would be blamed until it is set aside.
        """
        if not self._refused:
            return
        with suppress(StoreUnavailable):
            async with _turn_of(self._turn, lambda: _CLEARED_WITHIN):
                for portal, event_id in sorted(self._refused):
                    if self.store.forsaken(reads=False):
                        return
                    await self.store.run(
                        suspect.forgiven, within=_CLEARED_WITHIN, portal=portal, event_id=event_id, life=self.life
                    )
                    self._refused.discard((portal, event_id))

    async def _counts(self, portal: str, event_id: str, now: datetime, left: Callable[[], float]) -> bool:
        care = self.care()
        if care.at(now=now):
            return True
        return care.suspects and await self.store.read(suspect.known, within=left(), portal=portal, event_id=event_id)


@asynccontextmanager
async def _turn_of(lock: asyncio.Lock, left: Callable[[], float]) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(left()):
            await lock.acquire()
    except TimeoutError:
        raise OthersFirst from None
    try:
        yield
    finally:
        lock.release()
