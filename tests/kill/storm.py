"""Random kills and freezes under load, with a faulty Slack and a faulty portal: one run, its figures, its verdict."""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests import history, world
from tests.kill import scene
from tests.kill.people import Nurse
from tests.kill.stage import CHANNELS, NURSES, Service, Stage, stage
from tests.service import FAST

# kind, share among the faults, seconds. What needs an admin to mend (archived channels) is tested elsewhere.
SLACK_FAULTS = (
    ("reset_before", 2, 0), ("reset_after", 3, 0), ("half_answer", 2, 0), ("empty_answer", 2, 0), ("wrong_body", 2, 0),
    ("ratelimited", 1, 0), ("error_500_before", 2, 0), ("error_503_after", 2, 0), ("internal_error_before", 1, 0),
    ("internal_error_after", 2, 0), ("fatal_error_after", 1, 0), ("late_apply", 1, 1.2), ("delayed_answer", 1, 0.4),
    ("slow_drip", 1, 0.4),
)  # fmt: skip
DELIVERY_FAULTS = ("lost_ack", "duplicate_event", "late_event")
# 401 stops the portal's queue for ten minutes, and 410 and 307 end an answer until somebody presses Retry: not here.
PORTAL_FAULTS = (
    "reset_before", "apply_then_reset", "apply_late", "half_answer", "wrong_body_before", "wrong_body_after", "html_200",
    "slow_drip", "error_500_before", "error_500_after", "error_502_after", "error_503_before", "error_503_after",
    "timeout_504_after", "too_many_429", "timeout_408", "event_duplicate", "event_reorder", "event_delay",
    "event_hang_up",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Storm:
    """How much of everything. `share` of calls meets a fault; `follow_ups` of conversations get a second round."""

    messages: int = 120
    kills: int = 20
    freezes: int = 3
    replicas: int = 1
    drops: int = 2  # sockets cut: the SDK takes ten seconds and more to notice
    share: float = 0.2
    seed: int = 1
    mode: str = "idempotent"
    follow_ups: float = 0.15
    within: float = 300.0


@dataclass
class Result:
    """What came of it; `problems` is empty when nothing was lost, doubled or out of order."""

    backend: str
    storm: Storm
    problems: list[str]
    found: history.History
    kills: int
    freezes: int
    seconds: float
    triangles: int

    def line(self) -> dict[str, Any]:
        """The figures, by name."""
        found = self.found
        calls = max(1, found.calls + found.deliveries)
        return {
            "backend": self.backend,
            "mode": self.storm.mode,
            "messages": len(found.accepted),
            "answers": len(found.taken),
            "kills": self.kills,
            "freezes": self.freezes,
            "Slack faults": f"{sum(found.slack_faults.values())} of {len(found.slack_faults)} kinds "
            f"({100 * sum(found.slack_faults.values()) // calls} %)",
            "portal faults": f"{sum(found.portal_faults.values())} of {len(found.portal_faults)} kinds "
            f"({100 * sum(found.portal_faults.values()) // max(1, found.requests + len(found.answers))} %)",
            "triangles": self.triangles,
            "cards taken back": found.repaired,
            "lost": sum(p.startswith("LOST") for p in self.problems),
            "twice": sum(p.startswith("TWICE") for p in self.problems),
            "out of order": sum(p.startswith("ORDER") for p in self.problems),
            "other": sum(not p.startswith(("LOST", "TWICE", "ORDER")) for p in self.problems),
            "seconds": round(self.seconds, 1),
        }

    def __str__(self) -> str:
        return "  ".join(f"{name}: {value}" for name, value in self.line().items())


class _Run:
    def __init__(self, play: Stage, database: str, storm: Storm) -> None:
        self.play, self.database, self.storm = play, database, storm
        self.dice = random.Random(storm.seed)
        ports = [play.port, *(world.free_port() for _ in range(storm.replicas - 1))]
        mode = {"PORTALDESK_PORTAL_MAIN_REPLIES": storm.mode, "PORTALDESK_LOG_LEVEL": "WARNING"}
        self.services = [play.service(database, port=port, **mode) for port in ports]
        self.nurses = [Nurse(play, slack) for slack in NURSES]
        self.work: asyncio.Queue[tuple[str, str, str, str]] = asyncio.Queue()
        self.left = 0
        self.rounds: dict[str, int] = defaultdict(int)

    async def faults(self) -> None:
        play, storm = self.play, self.storm
        shares = sum(share for _, share, _ in SLACK_FAULTS)
        plan: list[dict[str, Any]] = []
        left = 1.0
        for kind, share, seconds in SLACK_FAULTS:
            part = storm.share * share / shares
            plan.append({"kind": kind, "probability": part / left, "seconds": seconds, "retry_after": 1})
            left -= part
        plan += [{"kind": kind, "probability": storm.share / 8, "seconds": 0.3} for kind in DELIVERY_FAULTS]
        plan.append({"kind": "socket_drop", "probability": storm.share / 8, "times": storm.drops})
        told = await play.human("faults", faults=plan, seed=storm.seed)
        assert "faults" in told, told
        await play.control(
            "faults",
            {"rate": storm.share, "kinds": PORTAL_FAULTS, "seed": storm.seed, "delay_s": 0.4, "retry_after_s": 1},
        )

    async def families(self) -> None:
        """Write all messages, some of them further ones in a conversation that is already there."""
        for n in range(self.storm.messages):
            channel = CHANNELS[n % len(CHANNELS)]
            token = f"tok{self.storm.seed}-{n}"
            await self.play.write(token, channel=channel)
            rounds = 2 if self.dice.random() < self.storm.follow_ups else 1
            self.left += rounds
            self.rounds[token] = rounds
            self.work.put_nowait((token, channel, f"t-{token}", token))
            await asyncio.sleep(self.dice.random() * 0.08)

    async def staff(self, nurse: Nurse) -> None:
        while self.left > 0:
            try:
                token, channel, thread, shown = await asyncio.wait_for(self.work.get(), 1)
            except TimeoutError:
                continue
            with suppress(aiohttp.ClientError):
                if await self._answered(nurse, token, channel, shown):
                    self.left -= 1
                    continue
            self.work.put_nowait((token, channel, thread, shown))
            await asyncio.sleep(0.05)

    async def _answered(self, nurse: Nurse, token: str, channel: str, shown: str) -> bool:
        card = await nurse.card(shown, channel)
        if card is None:
            return False
        left = self.rounds[token]
        async with asyncio.timeout(60):
            await nurse.answer(card, f"Answer {left} to {token}, as the nurse said", channel=channel)
        if left > 1:  # a second answer, which must arrive after the first
            self.rounds[token] = left - 1
            self.work.put_nowait((token, channel, f"t-{token}", shown))
        return True

    async def disturb(self) -> None:
        """Kill and freeze at random until the figures are reached."""
        todo = ["kill"] * self.storm.kills + ["freeze"] * self.storm.freezes
        self.dice.shuffle(todo)
        for what in todo:
            await asyncio.sleep(0.25 + self.dice.random() * 0.7)
            service = self.dice.choice(self.services)
            if what == "kill":
                service.kill()
            else:
                service.freeze(FAST["LEASE"] + 0.4)
                await asyncio.sleep(FAST["LEASE"] + 0.4)

    async def calm(self) -> None:
        """No further fault; wait until nothing is on its way."""
        await self.play.human("faults", faults=[])
        await self.play.control("faults", {"rate": 0})
        await scene.settled(self.play, self.database, within=120)


async def run(folder: Path, database: str, storm: Storm) -> Result:
    """Let it blow over, and judge."""
    since = time.monotonic()
    async with stage(folder, mode=storm.mode) as play:
        one = _Run(play, database, storm)
        deaths = freezes = 0
        try:
            for service in one.services:
                await service.start()
                await play.ready(service)
            await one.faults()
            async with asyncio.timeout(storm.within):
                families = asyncio.create_task(one.families())
                disturbing = asyncio.create_task(one.disturb())
                await families
                await asyncio.gather(*(one.staff(nurse) for nurse in one.nurses))
                await disturbing
                await one.calm()
        finally:
            for service in one.services:
                await service.end()
            deaths = sum(service.deaths for service in one.services)
            freezes = sum(service.freezes for service in one.services)
        found = history.read(play.slack_journal, play.portal_journal)
        problems = history.judge(found, mode=storm.mode)
        problems += await scene.breaches(database)
        problems += [f"EXIT: a service ended with {code}" for code in _odd(one.services)]
        missing = storm.messages - len({t for t in found.accepted if t.startswith(f"tok{storm.seed}-")})
        if missing:
            problems.append(f"LOST: {missing} messages were never taken")
        return Result(
            backend="SQLite" if database.startswith("sqlite") else "PostgreSQL",
            storm=storm,
            problems=problems,
            found=found,
            kills=deaths,
            freezes=freezes,
            seconds=time.monotonic() - since,
            triangles=found.triangles,
        )


def _odd(services: list[Service]) -> list[int]:
    return [code for service in services for code in service.codes if code not in (-9, 0)]
