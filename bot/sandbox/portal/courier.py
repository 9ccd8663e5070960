"""Carries the portal's events to the practice: signed, in order within a thread, again until they are taken."""

import asyncio
import json
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.sandbox.portal.config import Config
from bot.sandbox.portal.fault import Fault, FaultPlan
from bot.sandbox.portal.journal import Journal
from bot.sandbox.portal.memory import Memory
from bot.sandbox.portal.signature import signed_headers

PATIENCE_SECONDS = 15
HASTY_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One event as bytes; `headers` override or, with None as value, remove what would be sent."""

    event_id: str
    body: bytes
    kind: str
    thread_id: str | None = None
    headers: dict[str, str | None] = field(default_factory=dict)
    secret: str | None = None
    retry: bool = True

    @classmethod
    def of(cls, event: dict[str, Any], event_id: str | None = None) -> "Parcel":
        """The parcel of a well-formed event."""
        return cls(
            event_id=event_id or "evt_" + uuid4().hex,
            body=json.dumps(event, ensure_ascii=False).encode(),
            kind=event["type"],
            thread_id=event["data"].get("thread_id"),
        )


class Courier:
    """Sends parcels; those not yet taken are sent again after a restart."""

    def __init__(self, *, config: Config, memory: Memory, journal: Journal, plan: FaultPlan) -> None:
        """Needs `start()` before anything leaves."""
        self._config = config
        self._memory = memory
        self._journal = journal
        self.plan = plan
        self.url = f"{config.bot_url.rstrip('/')}/portal/{config.portal_id}/events"
        self._gate = asyncio.Semaphore(config.concurrency)
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._tasks: set[asyncio.Task[None]] = set()
        self._passed = asyncio.Event()
        self._session: ClientSession

    async def start(self) -> None:
        """Opens the connection pool and takes up what was left."""
        self._session = ClientSession(timeout=ClientTimeout(total=PATIENCE_SECONDS))
        for event in list(self._memory.events.values()):
            if event["outcome"] is None and event["retry"]:
                self._carry_later(
                    Parcel(
                        event_id=event["event_id"],
                        body=event["body"].encode(),
                        kind=event["kind"],
                        thread_id=event["thread_id"],
                    )
                )

    async def stop(self) -> None:
        """Lets go of everything under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()

    def post(self, parcel: Parcel) -> None:
        """Remembers the parcel, and sends it in its turn."""
        self._memory.record(
            "event",
            event_id=parcel.event_id,
            kind=parcel.kind,
            thread_id=parcel.thread_id,
            body=parcel.body.decode(errors="replace"),
            retry=parcel.retry and not parcel.headers,
        )
        self._carry_later(parcel)

    async def settled(self, event_id: str, patience: float = PATIENCE_SECONDS) -> dict[str, Any]:
        """The event once an answer to it is known, or as it is when patience ends."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            event = self._memory.events[event_id]
            if event["outcome"] is not None or event["attempts"]:
                break
            await asyncio.sleep(0.01)
        return self._memory.events[event_id]

    def later(self, work: Any) -> None:
        """Runs a coroutine beside everything else, and ends it with the courier."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _carry_later(self, parcel: Parcel) -> None:
        self.later(self._carry(parcel))

    async def _carry(self, parcel: Parcel) -> None:
        fault = self.plan.draw(outgoing=True)
        if fault is Fault.EVENT_DELAY:
            await asyncio.sleep(self.plan.delay_s)
        if fault is Fault.EVENT_REORDER:
            await self._let_pass()
        if fault is Fault.EVENT_DUPLICATE:
            self.later(self._attempt(parcel, 0, fault))
        if parcel.thread_id is None or fault in {Fault.EVENT_REORDER, Fault.EVENT_DELAY}:
            await self._until_taken(parcel, fault)
        else:
            async with self._turns[parcel.thread_id]:
                await self._until_taken(parcel, fault)

    async def _let_pass(self) -> None:
        self._passed.clear()
        try:
            await asyncio.wait_for(self._passed.wait(), self.plan.delay_s)
        except TimeoutError:
            return

    async def _until_taken(self, parcel: Parcel, fault: Fault | None) -> None:
        delays = self._config.retry_delays
        for attempt in range(1, self._config.attempts + 1):
            hang_up = fault if attempt == 1 else None
            status, wait = await self._attempt(parcel, attempt, hang_up)
            outcome = _outcome(status)
            if outcome is None and (not parcel.retry or attempt == self._config.attempts):
                outcome = "given_up"
            self._memory.record(
                "event_settled",
                event_id=parcel.event_id,
                thread_id=parcel.thread_id,
                outcome=outcome,
                status=status,
                attempts=attempt,
            )
            if outcome is not None:
                return
            patience = wait or delays[min(attempt - 1, len(delays) - 1)]
            await asyncio.sleep(HASTY_SECONDS if self._config.hasty else patience)

    async def _attempt(self, parcel: Parcel, attempt: int, fault: Fault | None) -> tuple[int | None, float | None]:
        """The status of one attempt (None: no answer) and the seconds the practice asked us to wait."""
        secret = parcel.secret or self._config.secrets[0]
        headers: dict[str, str | None] = {
            "content-type": "application/json",
            **signed_headers(secret, webhook_id=parcel.event_id, now=self._config.clock(), content=parcel.body),
            **parcel.headers,
        }
        kept = {name: value for name, value in headers.items() if value is not None}
        status: int | None = None
        wait: float | None = None
        try:
            async with self._gate, self._session.post(self.url, data=parcel.body, headers=kept) as response:
                if fault is not Fault.EVENT_HANG_UP:
                    status = response.status
                    wait = float(response.headers.get("Retry-After", "0")) or None
                    await response.read()
        except (ClientError, OSError, TimeoutError, ValueError):
            pass
        self._passed.set()
        self._journal.write(
            "event",
            event_id=parcel.event_id,
            kind=parcel.kind,
            thread_id=parcel.thread_id,
            attempt=attempt,
            status=status,
            fault=fault,
        )
        return status, wait


def _outcome(status: int | None) -> str | None:
    """What a status means to a sender of webhooks; None: try again."""
    if status is None or status in {408, 425, 429} or status >= 500:
        return None
    return "taken" if 200 <= status < 300 else "refused"
