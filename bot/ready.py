"""Is the service able to work: the answer of `/readyz`, in words without secrets."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.connection import Connection
from bot.domain.store import Records, Store
from bot.jobs.disk import DiskWatch
from bot.jobs.scheduler import Ticks
from bot.jobs.slack import SlackHealth

ANSWERS_WITHIN = 2.0  # seconds that the database may take


@dataclass(slots=True, kw_only=True)
class Readiness:
    """Whatever must be well. `slack` is None where nothing is sent to Slack, `connection` where nothing is heard."""

    store: Store
    ticks: Ticks
    disk: DiskWatch
    slack: SlackHealth | None = None
    connection: Connection | None = None

    async def why_not(self) -> str:
        """Why the service is not able to work; empty when it is."""
        try:
            async with asyncio.timeout(ANSWERS_WITHIN):
                await self.store.read(_nothing)
        except Exception:  # noqa: BLE001 - whatever it is, the answer is the same
            return "The database does not answer."
        if self.disk.since is not None:
            return "The database's disk is full or cannot be written: nothing is stored until it can."
        stale = self.ticks.stale()
        if stale:
            return f"The scheduler stands still ({', '.join(stale)})."
        if self.slack and self.slack.trouble:
            return f"Slack refuses our token ({self.slack.trouble})."
        if self.connection and not await self.connection.is_open():
            return "The connection to Slack is down; I am trying again."
        return ""


def _nothing(records: Records) -> None:
    records.practice()
