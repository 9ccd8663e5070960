"""In single file: after an end that was none, events are taken in one at a time, each counted before it is read."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from bot.domain import suspect
from bot.domain.store import Store, StoreTooSlow, StoreUnavailable

Which = tuple[str, str]  # a portal's id, and its event's

PATIENCE = 10.0  # seconds until an event is stored; a portal that waits longer gives up by itself, and knows less
_CLEARED_WITHIN = 1.0  # seconds; the event is stored by then, and its count may stay for now
_SETTLED_WITHIN = 8.0  # seconds; nobody waits for that, and a database that is slow must not blame anything
_AT_ONCE = 100  # counts that are settled in one go
_MOST_SLOW = 10_000  # events that are remembered as slow


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
    _refused: set[Which] = field(default_factory=set)  # perhaps counted; nothing ended, the database was away
    _taken: set[Which] = field(default_factory=set)  # taken in, and counted still
    _slow: set[Which] = field(default_factory=set)  # taken back, and perhaps at work for ever

    @asynccontextmanager
    async def passing(
        self, *, portal: str, event_id: str, now: datetime, left: Callable[[], float]
    ) -> AsyncIterator[int]:
        """Around taking in one event: how often it was begun and not taken in, this time included; 0 if nobody counts.

        `left`: the seconds that it has until it must be stored.

        Raises:
            OthersFirst: those before it took too long, or its last try is at work still.
            StoreUnavailable: it could not be counted.
        """
        which = (portal, event_id)
        with self._if_not_at_work(which):
            if not await self._counts(portal, event_id, now, left):
                yield 0
                return
            async with _turn_of(self._portals[portal], left), _turn_of(self._turn, left):
                self._refused.discard(which)
                self._taken.discard(which)
                try:
                    times = await self.store.run(
                        suspect.count, within=left(), portal=portal, event_id=event_id, life=self.life, now=now
                    )
                    yield times
                except BaseException:
                    self._refused.add(which)
                    raise
                if times <= suspect.MOST:
                    await self.clear(portal=portal, event_id=event_id)

    async def forgive(self) -> None:
        """Take back the counts of events that could not be stored, though nothing ended and nothing hangs.

        Else a slow database would do what only an event can do that ends the service: from one replica to the next it
        would be blamed until it is set aside.
        """
        if not (self._refused or self._taken) or self.store.forsaken(reads=False):
            return
        with suppress(StoreUnavailable):
            async with _turn_of(self._turn, lambda: _CLEARED_WITHIN):
                refused, taken = set(islice(self._refused, _AT_ONCE)), set(islice(self._taken, _AT_ONCE))
                await self.store.run(
                    suspect.settled, within=_SETTLED_WITHIN, forgiven=refused, taken=taken, life=self.life
                )
                self._refused -= refused
                self._taken -= taken

    async def clear(self, *, portal: str, event_id: str) -> None:
        """It was taken in: it has no count any more, or none soon."""
        which = (portal, event_id)
        self._taken.add(which)
        with suppress(StoreUnavailable):
            await self.store.run(suspect.settled, within=_CLEARED_WITHIN, forgiven=(), taken={which}, life=self.life)
            self._taken.discard(which)

    @contextmanager
    def _if_not_at_work(self, which: Which) -> Iterator[None]:
        """Let no event have two threads of the store: one that hangs whenever it is read would take them all."""
        if which in self._slow and self.store.forsaken(reads=False):
            raise OthersFirst
        self._slow.discard(which)
        try:
            yield
        except StoreTooSlow:
            if len(self._slow) < _MOST_SLOW:
                self._slow.add(which)
            raise

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
