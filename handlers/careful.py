"""In single file: after an end that was none, events are taken in one at a time, each counted before it is read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain import suspect
from bot.domain.store import Store, StoreTooSlow

PATIENCE = 10.0  # seconds until an event is stored; a portal that waits longer gives up by itself, and knows less


@dataclass(slots=True, kw_only=True)
class SingleFile:
    """Finds the event that ends the service (SAFETY I25), and blames no other that happened to come with it.

    `until`: so long one is careful; None: the last life ended as it should. `patience` is in seconds.
    """

    store: Store
    until: datetime | None
    patience: float = PATIENCE
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _counted: dict[tuple[str, str], bool] = field(default_factory=dict)  # in this life, and not taken in yet

    @asynccontextmanager
    async def passing(self, *, portal: str, event_id: str, now: datetime) -> AsyncIterator[bool]:
        """Around taking in one event: whether it may be read; False when the service ended each time it was.

        Raises:
            StoreUnavailable: it could not be counted, or the others before it took too long.
        """
        if self.until is None or now >= self.until:
            yield True
            return
        try:
            async with asyncio.timeout(self.patience):
                await self._turn.acquire()
        except TimeoutError:
            raise StoreTooSlow("those that came before are not taken in yet; nothing was written") from None
        try:
            which = (portal, event_id)
            if which not in self._counted:  # that the database was away is no end of the service
                self._counted[which] = await self.store.run(
                    suspect.count, within=self.patience, portal=portal, event_id=event_id, now=now
                )
            yield self._counted[which]
            await self.store.run(suspect.cleared, within=self.patience, portal=portal, event_id=event_id)
            del self._counted[which]
        finally:
            self._turn.release()
