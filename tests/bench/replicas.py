"""Several replicas on one PostgreSQL: what they take in together, and how they keep Slack's limit between them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress

import psutil
import psycopg

from bot.jobs.life import EVERY
from tests.bench import process
from tests.bench.desk import Bench, run_service
from tests.bench.load import Answered, burst
from tests.bench.measure import WARM, Figures, events, good, limited, once, per_second, until
from tests.bench.process import Process
from tests.postgres import PostgresServer

COUNTS = (1, 2, 4)
SHARING = 3  # replicas that share a backlog
_JOINED = 3 * EVERY  # seconds until each has seen that the others go on, and takes events in side by side
_LINES = 16  # connections of the load, over all replicas

Tell = Callable[[str], None]


@contextmanager
def postgres() -> Iterator[PostgresServer]:
    """A server that waits for the disk at each commit, kept off the harness's core where there are more."""
    server = PostgresServer()
    try:
        server.sql("ALTER SYSTEM SET fsync = on", "SELECT pg_reload_conf()")
        postmaster = psutil.Process(server._server.get_pid())
        for one in (postmaster, *postmaster.children()):
            with suppress(psutil.NoSuchProcess):  # what looks after the start is gone by then
                one.cpu_affinity(sorted(process.OTHERS))
        with psycopg.connect(server.url()) as connection:
            kept = connection.execute("SHOW fsync").fetchone()
        assert kept == ("on",), kept
        yield server
    finally:
        server.close()


@asynccontextmanager
async def _replicas(bench: Bench, server: PostgresServer, count: int, *, pace: float) -> AsyncIterator[list[Process]]:
    """So many on a new database."""
    database = server.fresh()
    started: list[Process] = []
    try:
        for _ in range(count):
            folder = bench.place()
            settings = bench.settings(folder, database)
            started.append(await run_service(folder, settings, pace=pace, cores=process.OTHERS))
        await asyncio.sleep(_JOINED)
        yield started
    finally:
        for one in started:
            one.stop()


async def _shared(replicas: Sequence[Process], requests: Sequence[bytes]) -> list[Answered]:
    """The load, over all replicas alike."""
    count = len(replicas)
    parts = [requests[n::count] for n in range(count)]
    lines = max(1, _LINES // count)
    told = await asyncio.gather(
        *(burst(one.port, part, lines=lines) for one, part in zip(replicas, parts, strict=True))
    )
    return [answer for answers in told for answer in answers]


async def growing(bench: Bench, server: PostgresServer, figures: Figures, count: int, tell: Tell) -> None:
    """Events accepted a second by one, two and four replicas, and the CPU of a message, without that of PostgreSQL."""
    for many in COUNTS:
        tell(f"{many} replica(s) on PostgreSQL")
        async with _replicas(bench, server, many, pace=0.0) as replicas:
            await bench.forget()
            good(await _shared(replicas, events(9_000_000, WARM)))
            await until(bench, lambda counts: counts["count"] >= WARM)
            before = sum(one.cpu for one in replicas)
            answers = await _shared(replicas, events(0, count))
            good(answers)
            await until(bench, lambda counts: counts["count"] >= WARM + count)
            await asyncio.sleep(0.3)  # what follows the last post is part of its cost
            once((await bench.seen())["posts"], 0, count)
            figures.put(f"replicas.{many}.accepted", per_second(answers))
            figures.put(f"replicas.{many}.cpu", (sum(one.cpu for one in replicas) - before) * 1000 / count)


async def backlog(bench: Bench, server: PostgresServer, figures: Figures, count: int) -> None:
    """A backlog under Slack's strict limit, which three replicas must keep between them."""
    async with _replicas(bench, server, SHARING, pace=1.0) as replicas:
        await limited(bench, figures, "backlog_3", lambda: _shared(replicas, events(0, count)), count)
