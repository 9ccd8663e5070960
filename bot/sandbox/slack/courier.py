"""Brings payloads to the app, over sockets or signed HTTP, and waits for the ack as long as Slack does."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import Any, Protocol

from bot.sandbox.slack.config import SlackConfig
from bot.sandbox.slack.http_mode import Post
from bot.sandbox.slack.journal import Journal
from bot.sandbox.slack.mishap import Fault, Kind, Plan
from bot.sandbox.slack.parcel import Parcel, Unacked
from bot.sandbox.slack.socket_mode import Sockets


@dataclass(frozen=True, slots=True)
class Ack:
    """What came back: `why` is empty when the app acknowledged in time."""

    why: str = ""
    body: Any = None
    ms: float = 0.0

    @property
    def good(self) -> bool:
        return not self.why


class Line(Protocol):
    async def send(self, envelope_id: str, parcel: Parcel) -> Any:
        """The ack's body. Raises Unacked when none came."""


class Courier:
    """Deliveries of one app."""

    def __init__(self, config: SlackConfig, journal: Journal, plan: Plan) -> None:
        self._config, self._journal, self._plan = config, journal, plan
        self.sockets = Sockets(config, journal)
        self.post = Post(config)
        self.mode = config.deliver
        self._tasks: set[asyncio.Task[None]] = set()

    async def interact(self, parcel: Parcel) -> Ack:
        """An interaction or a command, delivered once."""
        fault = self._plan.draw("interaction", delivery=True)
        if fault and fault.kind is Kind.DUPLICATE_DELIVERY:
            self._later(self._once_more(parcel, fault))
        return await self._deliver(parcel, fault)

    async def _once_more(self, parcel: Parcel, fault: Fault) -> None:
        await asyncio.sleep(fault.seconds)
        await self._deliver(replace(parcel, attempt=1), None)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def announce(self, payload: dict[str, Any]) -> None:
        """An event, delivered until it is acknowledged or Slack's retries are used up."""
        fault = self._plan.draw("event", delivery=True)
        copies = 2 if fault and fault.kind is Kind.DUPLICATE_EVENT else 1
        for _ in range(copies):
            self._later(self._insist(payload, fault))

    async def _insist(self, payload: dict[str, Any], fault: Fault | None) -> None:
        if fault and fault.kind is Kind.LATE_EVENT:
            await asyncio.sleep(fault.seconds)
        ack = await self._deliver(Parcel("events_api", payload), fault)
        for attempt, pause in enumerate(self._config.timing.retries, start=1):
            if ack.good or ack.why == "no_retry":
                return
            await asyncio.sleep(pause)
            ack = await self._deliver(Parcel("events_api", payload, False, attempt, ack.why), None)

    async def _deliver(self, parcel: Parcel, fault: Fault | None) -> Ack:
        envelope_id = secrets.token_hex(16)
        line: Line = self.sockets if self.mode == "socket" else self.post
        tag = {"envelope_id": envelope_id, "what": parcel.kind, "attempt": parcel.attempt}
        if fault:
            tag["fault"] = fault.kind
        self._journal.write("delivery", **tag, mode=self.mode, payload=parcel.payload)
        since = time.monotonic()
        if fault and fault.kind is Kind.SOCKET_DROP:
            await self.sockets.drop()
        try:
            async with asyncio.timeout(self._config.timing.ack):
                body = await line.send(envelope_id, parcel)
            ack = Ack("", body, _ms(since))
        except TimeoutError:
            ack = Ack("timeout", None, _ms(since))
        except Unacked as error:
            ack = Ack(str(error), None, _ms(since))
        if ack.good and fault and fault.kind is Kind.LOST_ACK:
            ack = Ack("timeout", None, ack.ms)
        self._journal.write("ack", **tag, acked=ack.good, ms=ack.ms, why=ack.why, body=ack.body)
        return ack

    @property
    def connected(self) -> int:
        return self.sockets.count if self.mode == "socket" else 1

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.sockets.stop()
        await self.post.stop()


def _ms(since: float) -> float:
    return round((time.monotonic() - since) * 1000, 1)
