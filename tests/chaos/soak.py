"""`python -m tests.chaos.soak`: many messages and answers through one life of the service; memory must not follow them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import uvloop
from rich.console import Console
from rich.table import Table

from tests.bench import process
from tests.bench.desk import Bench, bench, run_service
from tests.bench.load import burst, press, submit
from tests.bench.measure import Lost, events, good, once, until
from tests.bench.process import Process

STEP = 500  # messages between two looks
ANSWERED = 50  # of them, by a press of Reply and a Send
BAR = 1.0  # percent of its memory that the service may grow by in 10,000 messages, in the last half
QUICK = 3_000  # too few to judge the slope: caches are still filling


@dataclass(frozen=True, slots=True)
class Look:
    """What the kernel says after so many messages: MB of memory, of the database, of its write-ahead log."""

    messages: int
    memory: float
    database: float
    log: float


@dataclass(slots=True)
class Soak:
    """The looks of one run, and what was lost or doubled."""

    looks: list[Look] = field(default_factory=list)
    lost: str = ""

    @property
    def slope(self) -> float:
        """Percent of its memory that it grew by for 10,000 messages, in the last half.

        The mean from look to look, without the tenth that grew most and the tenth that grew least: the nightly proof,
        ten minutes after a start, fills the cache of a reader (8 MB) once, and that is no slope.
        """
        half = self.looks[len(self.looks) // 2 :]
        grown = sorted(after.memory - before.memory for before, after in pairwise(half))
        kept = grown[len(grown) // 10 : len(grown) - len(grown) // 10]
        return 100 * sum(kept) / len(kept) / half[-1].memory * 10_000 / STEP


async def soak(messages: int) -> Soak:
    """One run on SQLite, between stand-ins without limits."""
    told = Soak()
    async with bench() as made:
        folder, settings = made.ready()
        service = await run_service(folder, settings, pace=0.0)
        try:
            for first in range(0, messages, STEP):
                await _step(made, service, first)
                told.looks.append(_look(service, folder, first + STEP))
        except Lost as lost:
            told.lost = str(lost)
        finally:
            service.stop()
    return told


async def _step(made: Bench, service: Process, first: int) -> None:
    """Messages come, their cards are posted, some are answered; each once."""
    await made.forget()
    good(await burst(service.port, events(first, STEP)))
    await until(made, lambda counts: counts["count"] >= STEP, within=300)
    seen = await made.seen()
    once(seen["posts"], first, STEP)
    cards = list(seen["values"].values())[:ANSWERED]
    good(await burst(service.port, [press(card, f"t{n}") for n, card in enumerate(cards)]))
    views: dict[str, list[str]] = {}
    while len(views) < len(cards):
        views = (await made.seen())["views"]
    windows = [views[f"t{n}"][1] for n in range(len(cards))]
    good(await burst(service.port, [submit(w, f"bench-{n}- Stop the drops.") for n, w in enumerate(windows)]))
    await until(made, lambda counts: counts["replies"] >= len(windows), within=60)
    once((await made.seen())["replies"], 0, len(windows))


def _look(service: Process, folder: Path, messages: int) -> Look:
    sizes = [(folder / name).stat().st_size / 1e6 for name in ("desk.db", "desk.db-wal")]
    return Look(messages, service.memory, *sizes)


def show(told: Soak, console: Console) -> None:
    """About twenty of the looks, and the slope."""
    table = Table(title="Memory while messages come", title_justify="left")
    for name in ("messages", "memory MB", "database MB", "write-ahead log MB"):
        table.add_column(name, justify="right")
    for look in told.looks[:: max(1, len(told.looks) // 18)]:
        table.add_row(f"{look.messages:,}", f"{look.memory:.1f}", f"{look.database:.1f}", f"{look.log:.1f}")
    console.print(table)
    if len(told.looks) > 3:
        console.print(f"In the last half the memory grew by {told.slope:+.2f} % for 10,000 messages.")
    console.print(f"LOST OR DOUBLED: {told.lost}" if told.lost else "Nothing was lost, nothing came twice.")


def main(arguments: Sequence[str]) -> int:
    """Run, show; 1 when something was lost or doubled, or the memory follows the messages."""
    made = argparse.ArgumentParser(prog="python -m tests.chaos.soak", description=__doc__)
    made.add_argument("--messages", type=int, default=36_000)
    made.add_argument("--quick", action="store_true", help=f"{QUICK:,} messages, and the slope is shown, not judged")
    given = made.parse_args(arguments)
    process.stay()
    told = uvloop.run(soak(QUICK if given.quick else given.messages))
    show(told, Console(highlight=False, width=100))
    return int(bool(told.lost) or (not given.quick and told.slope > BAR))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
