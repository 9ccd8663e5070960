"""One worker's view of the outbox, for the tests: its acts by their names."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.domain.delivery import Outcome, State
from bot.domain.store import Store
from storage.sql import Sql
from tests.storage.family import card

LANE = "slack:dep:Nursing"
DELIVERED = Outcome(state=State.DELIVERED, ref="canary reference", words="canary reason")


def now() -> datetime:
    return datetime.now(UTC)


class Desk:
    """One worker's view of the outbox, with acts by their names."""

    def __init__(self, store: Store, name: str = "one") -> None:
        self.store = store
        self.name = name

    async def add(self, of, lane=LANE, **more):
        def act(records):
            delivery = card(records, of, lane=lane, **more)
            records.add_delivery(delivery, now=now())
            return delivery.id

        return await self.store.run(act)

    async def claim(self, lane=LANE, at=None):
        return await self.store.run(lambda r: r.claim(lane, now=at or now(), by=self.name))

    async def mark(self, claim):
        return await self.store.run(lambda r: r.mark_sending(claim, now=now()))

    async def settle(self, claim, outcome=DELIVERED):
        return await self.store.run(lambda r: r.settle(claim, outcome, now=now()))

    async def lanes(self, at=None):
        return dict(await self.store.read(lambda r: r.lanes(now=at or now())))

    async def listed(self, *states):
        return await self.store.read(lambda r: r.deliveries(states=states or list(State), limit=100))

    async def lapse(self, claim):
        """The lease runs out: its end is moved, since PostgreSQL goes by its own clock."""
        past = Sql("UPDATE deliveries SET lease_until = 1 WHERE id = :id")
        await self.store.run(lambda r: r.run(past, id=claim.id))
