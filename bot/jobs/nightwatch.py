"""The service watches over itself: the journal is sealed, its newest link told elsewhere, rules proven at night."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import log
from bot.domain import nightly, watch
from bot.domain.store import Store

logger = logging.getLogger("portaldesk.nightwatch")


@dataclass(slots=True, kw_only=True)
class NightWatch:
    """What storage can prove, as three functions: `seal` a batch of rows (`full` ones), the chain's `head`, `rules`."""

    store: Store
    clock: Callable[[], datetime]
    seal: Callable[..., Any]
    full: int
    head: Callable[..., tuple[int, str]]
    rules: Callable[..., list[Any]]
    left: Any = None  # the newest link that this process made: nobody who has only the database can put it back

    async def chain(self) -> None:
        """Seal what has no link yet. What was tampered with goes into the log too, which may be kept elsewhere."""
        rows = self.full
        while rows == self.full:
            batch = await self.store.run(watch.chained, seal=self.seal, left=self.left, now=self.clock())
            rows, self.left = batch.rows, batch.head or self.left  # as it was committed, never as it was tried
            if batch.forged or batch.gone:
                log.event(logger, "journal.tampered", forged=len(batch.forged), gone=batch.gone)

    async def anchor(self) -> None:
        """The newest link into the log: whoever cuts the journal off cannot reach the logs kept elsewhere."""
        count, newest = await self.store.read(self.head, patient=True)
        if newest:
            log.event(logger, "journal.anchor", count=count, anchor=newest)

    async def prove(self) -> None:
        """Once a night: every rule of the stored state as a query, on a connection that only reads."""
        night = await self.store.run(nightly.due, now=self.clock())
        if night:
            broken = [breach.invariant for breach in await self.store.read(self.rules, patient=True)]
            await self.store.run(nightly.done, night=night, broken=broken, now=self.clock())
