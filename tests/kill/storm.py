"""Random kills, freezes and losses under load, with a faulty Slack and a faulty portal: one run, figures, a verdict."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import history, verdict, world
from tests.kill import scene, weather
from tests.kill.shift import Shift, jobs
from tests.kill.stage import Service, Stage, stage
from tests.kill.weather import Blows, Weather
from tests.ports import free_port
from tests.postgres import PostgresServer


@dataclass(frozen=True, kw_only=True)
class Storm:
    """How much of everything. `share` of calls meets a fault; `at_once` conversations are worked on side by side.

    `apart`: mean seconds between two messages; `pause`: between two blows.
    """

    messages: int = 500
    blows: Blows = field(default_factory=Blows)
    replicas: int = 1
    share: float = 0.2
    seed: int = 1
    mode: str = "idempotent"
    at_once: int = 64
    apart: float = 0.08
    pause: float = 0.25
    within: float = 500.0


@dataclass
class Result:
    """What came of it; `problems` is empty when nothing was lost, doubled, out of order or stuck."""

    backend: str
    storm: Storm
    problems: list[str]
    found: history.History
    happened: Counter[str]
    acts: Counter[str]
    seconds: float

    def line(self) -> dict[str, Any]:
        """The figures, by name."""
        found, happened = self.found, self.happened
        slack, portal = sum(found.slack_faults.values()), sum(found.portal_faults.values())
        calls, requests = found.calls + found.deliveries, found.requests + len(found.answers)
        return {
            "backend": self.backend,
            "mode": self.storm.mode,
            "replicas": self.storm.replicas,
            "messages": len(found.accepted),
            "acts of staff": sum(self.acts.values()),
            "answers": len(found.taken),
            "decisions": len({one.reply_id for one in found.told}),
            "kills": happened["kills"],
            "freezes": happened["freezes"],
            "database lost": happened["restarts"],
            "channel archived": happened["archives"],
            "clock jumps": happened["skews"],
            "Slack faults": f"{slack} of {len(found.slack_faults)} kinds ({100 * slack // max(1, calls)} %)",
            "portal faults": f"{portal} of {len(found.portal_faults)} kinds ({100 * portal // max(1, requests)} %)",
            "triangles": found.triangles,
            "cards taken back": found.repaired,
            "lost": self._count("LOST"),
            "twice": self._count("TWICE"),
            "out of order": self._count("ORDER"),
            "doubts without an owner": self._count("I26"),
            "other": sum(not p.startswith(("LOST", "TWICE", "ORDER", "I26")) for p in self.problems),
            "seconds": round(self.seconds, 1),
        }

    def _count(self, word: str) -> int:
        return sum(problem.startswith(word) for problem in self.problems)

    def __str__(self) -> str:
        return "  ".join(f"{name}: {value}" for name, value in self.line().items())


async def run(folder: Path, database: str, storm: Storm, server: PostgresServer | None = None) -> Result:
    """Let it blow over, and judge. `server`: whose database that is, for the restarts."""
    since, dice = time.monotonic(), random.Random(storm.seed)
    skew = folder / "skew"
    skew.write_text("0")
    async with stage(folder, mode=storm.mode, hasty=False) as play:
        services = _services(play, database, storm, skew)
        shift = Shift(play, random.Random(storm.seed + 1))
        blowing = Weather(play, services, database, server, skew, dice, storm.pause)
        stopped, ends = "", []
        try:
            for service in services:
                await service.start()
                await play.ready(service)
            await weather.faults(play, storm.blows, share=storm.share, seed=storm.seed)
            try:
                async with asyncio.timeout(storm.within):
                    await _blown_over(shift, blowing, storm, dice)
                    await weather.calm(play, skew)
                    scene.an_hour_passes(database)
                    await scene.settled(play, database, within=180, soon=3600)
                    ends = await _made_one(play, database, services, skew)
            except TimeoutError:
                stopped = f"TIME: not over after {storm.within:.0f} s"
        finally:
            for service in services:
                await service.end()
        found = history.read(play.slack_journal, play.portal_journal)
        problems = [*([stopped] if stopped else []), *shift.stuck, *verdict.judge(found, mode=storm.mode)]
        problems += await scene.breaches(database)
        problems += ends + _strange_ends(services, revoked=bool(storm.blows.revokes))
        missing = storm.messages - len(found.accepted)
        if missing:
            problems.append(f"LOST: {missing} messages were never taken")
        return Result(
            backend="SQLite" if database.startswith("sqlite") else "PostgreSQL",
            storm=storm,
            problems=problems,
            found=found,
            happened=blowing.happened,
            acts=shift.acts,
            seconds=time.monotonic() - since,
        )


def _services(play: Stage, database: str, storm: Storm, skew: Path) -> list[Service]:
    ports = [play.port, *(free_port() for _ in range(storm.replicas - 1))]
    mode = {"PORTALDESK_PORTAL_MAIN_REPLIES": storm.mode, "PORTALDESK_LOG_LEVEL": "WARNING"}
    options = ["--skew", str(skew)]
    if storm.replicas > 1:  # killed every few seconds, none would ever take events in side by side; alone it never does
        options += ["--careful", "4"]
    return [play.service(database, port=port, options=options, **mode) for port in ports]


async def _blown_over(shift: Shift, blowing: Weather, storm: Storm, dice: random.Random) -> None:
    todo = jobs(storm.messages, seed=storm.seed, dice=dice)
    async with asyncio.TaskGroup() as group:
        group.create_task(shift.work(todo, at_once=storm.at_once, apart=storm.apart))
        group.create_task(blowing.blow(storm.blows.in_a_random_order(dice)))


async def _made_one(play: Stage, database: str, services: list[Service], skew: Path) -> list[str]:
    """All stop as they are told; one starts again and holds cards against Slack, as it does every hour."""
    ends = [await service.end(signal.SIGTERM) for service in services]
    services.append(play.service(database, options=["--skew", str(skew), "--every", "reconcile=1"]))
    await services[-1].start()
    await play.ready(services[-1])
    with suppress(AssertionError):  # what stands twice is told by the verdict
        await world.until(lambda: _stands_once(play), what="each card to stand once", within=120)
    await scene.settled(play, database)
    return [f"EXIT: told to stop, a service ended with {code}" for code in ends if code]


async def _stands_once(play: Stage) -> bool:
    return not play.board.twice()


def _strange_ends(services: list[Service], *, revoked: bool) -> list[str]:
    """A service ends because it is killed. One that starts while Slack refuses its token says so, and ends as well."""
    usual = {-9, 0} | ({1} if revoked else set())
    return [f"EXIT: a service ended with {code}" for one in services for code in one.codes if code not in usual]
