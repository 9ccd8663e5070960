"""What blows in a storm: faults of Slack and of the portal, and everything that happens to services and databases."""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.kill.practice import CHANNELS
from tests.kill.stage import Service, Stage
from tests.postgres import PostgresServer
from tests.service import FAST

# kind, share among the faults, seconds.
SLACK_FAULTS = (
    ("reset_before", 2, 0), ("reset_after", 3, 0), ("half_answer", 2, 0), ("empty_answer", 2, 0), ("wrong_body", 2, 0),
    ("ratelimited", 1, 0), ("error_500_before", 2, 0), ("error_503_after", 2, 0), ("internal_error_before", 1, 0),
    ("internal_error_after", 2, 0), ("fatal_error_after", 1, 0), ("late_apply", 1, 1.2), ("delayed_answer", 1, 0.4),
    ("slow_drip", 1, 0.4),
)  # fmt: skip
# Every call but the two that a start begins with: when a fifth of those fail as well, a service that is killed every second
# does nothing but start. What they meet: socket_drop, token_revoked, and tests of their own.
METHODS = (
    "chat.postMessage", "chat.update", "chat.delete", "chat.postEphemeral", "views.open", "views.push", "views.update",
    "views.publish", "conversations.history", "conversations.replies", "conversations.info", "conversations.open",
    "conversations.list", "users.info",
)  # fmt: skip
DELIVERY_FAULTS = ("lost_ack", "duplicate_event", "duplicate_delivery", "late_event")
# 401 stops the portal's queue for ten minutes, and 410 and 307 end an answer until somebody presses Retry: not here.
PORTAL_FAULTS = (
    "reset_before", "apply_then_reset", "apply_late", "half_answer", "wrong_body_before", "wrong_body_after", "html_200",
    "slow_drip", "error_500_before", "error_500_after", "error_502_after", "error_503_before", "error_503_after",
    "timeout_504_after", "too_many_429", "timeout_408", "event_duplicate", "event_reorder", "event_delay",
    "event_hang_up",
)  # fmt: skip
BEYOND = FAST["LEASE"] + 0.2  # seconds that a frozen service stands still
SKEW = 8.0  # seconds that a clock jumps to and fro: several leases, and within what signatures allow


@dataclass(frozen=True, kw_only=True)
class Blows:
    """How often what happens. `restarts` are the database's: its server's, or its lock held by somebody else.

    `archives`: a channel is archived for a while. `skews`: a service's clock jumps. `revokes`: Slack refuses the token
    for a while. `drops`: sockets cut; the SDK takes seconds to notice.
    """

    kills: int = 60
    freezes: int = 15
    restarts: int = 2
    archives: int = 1
    skews: int = 3
    revokes: int = 1
    drops: int = 2

    def in_a_random_order(self, dice: random.Random) -> list[str]:
        """The names of what will happen, but for what Slack draws by itself."""
        todo = [
            name for name in ("kills", "freezes", "restarts", "archives", "skews") for _ in range(getattr(self, name))
        ]
        dice.shuffle(todo)
        return todo


async def faults(play: Stage, blows: Blows, *, share: float, seed: int) -> None:
    """From now on that share of all calls goes wrong, at both stand-ins."""
    shares = sum(part for _, part, _ in SLACK_FAULTS)
    plan: list[dict[str, Any]] = []
    left = 1.0
    for kind, part, seconds in SLACK_FAULTS:
        wanted = share * part / shares
        line = {"kind": kind, "probability": wanted / left, "seconds": seconds, "retry_after": 1}
        plan += [{**line, "method": method} for method in METHODS]
        left -= wanted
    plan += [{"kind": kind, "probability": share / 8, "seconds": 0.3} for kind in DELIVERY_FAULTS]
    if blows.drops:
        plan.append({"kind": "socket_drop", "probability": share / 8, "times": blows.drops})
    if blows.revokes:
        plan.append({"kind": "token_revoked", "probability": 0.002, "times": blows.revokes, "seconds": 2.0})
    told = await play.human("faults", faults=plan, seed=seed)
    assert "faults" in told, told
    await play.control(
        "faults", {"rate": share, "kinds": PORTAL_FAULTS, "seed": seed, "delay_s": 0.4, "retry_after_s": 1}
    )


async def calm(play: Stage, skew: Path) -> None:
    """No further fault."""
    skew.write_text("0")
    await play.human("faults", faults=[])
    await play.human("admin", do="restore_token")
    for channel in CHANNELS:
        await play.human("admin", do="unarchive", channel=channel)
    await play.control("faults", {"rate": 0})


@dataclass
class Weather:
    """Makes it happen, one after the other, and counts."""

    play: Stage
    services: Sequence[Service]
    database: str
    server: PostgresServer | None
    skew: Path
    dice: random.Random
    pause: float
    happened: Counter[str] = field(default_factory=Counter)
    later: list[asyncio.Task[Any]] = field(default_factory=list)

    async def blow(self, todo: Sequence[str]) -> None:
        """Do all of it, with pauses."""
        acts: dict[str, Callable[[], Awaitable[None]]] = {
            "kills": self._kill,
            "freezes": self._freeze,
            "restarts": self._restart,
            "archives": self._archive,
            "skews": self._skew,
        }
        for name in todo:
            await asyncio.sleep(self.pause * (0.3 + self.dice.random() * 1.4))
            await acts[name]()
            self.happened[name] += 1
        await asyncio.gather(*self.later)

    async def _kill(self) -> None:
        service = self.dice.choice(self.services)
        if self.dice.random() < 0.5:  # the others die while they start
            await self.play.ready(service, within=60)
            await asyncio.sleep(self.dice.random() * self.pause)
        service.kill()

    async def _freeze(self) -> None:
        """Beyond the lease; with other replicas, the storm goes on meanwhile."""
        self.dice.choice(self.services).freeze(BEYOND)
        if len(self.services) == 1:
            await asyncio.sleep(BEYOND)

    async def _restart(self) -> None:
        if self.server is not None:
            await asyncio.to_thread(self.server.restart)
            return
        seconds = 1.0 + self.dice.random() * 3
        path = self.database.removeprefix("sqlite:///")
        command = [sys.executable, "-m", "tests.kill.database", path, str(seconds), "hold"]
        holding = await asyncio.create_subprocess_exec(*command)
        await holding.wait()

    async def _archive(self) -> None:
        channel = self.dice.choice(CHANNELS)
        await self.play.human("admin", do="archive", channel=channel)
        self.later.append(asyncio.create_task(self._unarchive(channel)))

    async def _unarchive(self, channel: str) -> None:
        await asyncio.sleep(3)
        await self.play.human("admin", do="unarchive", channel=channel)

    async def _skew(self) -> None:
        self.skew.write_text(self.dice.choice((f"{SKEW}", f"-{SKEW}", "0")))
