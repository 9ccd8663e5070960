"""`make bench`: measure, print a table, write JSON.

`python -m tests.bench [--quick] [--json FILE] [--rows a,b] [--stored N]`.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import traceback
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import uvloop
from rich.console import Console

from tests.bench import process, replicas, rounds, table
from tests.bench.desk import Bench, bench
from tests.bench.disk import slow_disk
from tests.bench.measure import Figures, Lost, Sizes
from tests.bench.past import past
from tests.bench.rows import ROWS, SLOW, Row

_FULL = Sizes(messages=2000, seconds=8, backlog=1000, slow=1000, shared=2000)
_QUICK = Sizes(messages=1000, seconds=4, backlog=80, slow=500, shared=200)
_STORED = 1_000_000
_ENOUGH = 4  # cores, below which replicas cannot show that they help


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    made.add_argument("--quick", action="store_true", help="smaller, in under two minutes")
    made.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    made.add_argument("--rows", help=f"only these, with commas: {', '.join(row.key for row in ROWS)}")
    made.add_argument("--stored", type=int, help=f"handled messages of the long past ({_STORED:,}; quick: none)")
    made.add_argument("--rounds", type=int, help="how many (3; quick: 1)")
    return made


def _chosen(names: str | None, *, quick: bool, stored: int | None) -> list[Row]:
    asked = names.split(",") if names else [row.key for row in ROWS]
    unknown = set(asked) - {row.key for row in ROWS}
    if unknown:
        sys.exit(f"no row is called {', '.join(sorted(unknown))}")
    rows = [row for row in ROWS if row.key in asked or row.key == "lost"]
    left_out = set() if names or not quick else SLOW - ({"past"} if stored else set())
    return [row for row in rows if not left_out & set(row.needs)]


def _notes(parts: Collection[str]) -> list[str]:
    """What has to be known about the figures."""
    notes = []
    if "replicas" in parts and len(os.sched_getaffinity(0)) < _ENOUGH:
        notes.append(
            "Too few cores for replicas: load, Slack, PostgreSQL and all replicas share two. Their rows promise nothing."
        )
    if "past" not in parts:
        notes.append("Not measured here: a long past (--stored N).")
    return notes


async def _measure(figures: Figures, sizes: Sizes, parts: Collection[str], count: int, *, notes: list[str]) -> None:
    console = Console(stderr=True, highlight=False)
    async with bench() as made:
        if "slow" in parts and slow_disk(made.place()) is None:
            notes.append("No C compiler here: the row with the slow disk is left out.")
        for number in range(1, count + 1):
            await rounds.one_round(
                made, figures, sizes, parts, lambda what, n=number: console.print(f"[dim]round {n}: {what}[/dim]")
            )
        await _once(made, figures, sizes, parts, lambda what: console.print(f"[dim]{what}[/dim]"))


async def _once(made: Bench, figures: Figures, sizes: Sizes, parts: Collection[str], tell: rounds.Tell) -> None:
    """What is measured once, because it takes long."""
    if "growth" in parts:
        tell("up to 100,000 messages" if "growth_100" in parts else "10,000 messages")
        await rounds.growth(made, figures, parts)
    if "backlog" in parts:
        tell(f"a backlog of {sizes.backlog} under Slack's limit")
        await rounds.backlog(made, figures, sizes.backlog)
    if {"backlog_3", "replicas"} & set(parts):
        with replicas.postgres() as server:
            if "replicas" in parts:
                await replicas.growing(made, server, figures, sizes.shared, tell)
            if "backlog_3" in parts:
                tell(f"a backlog of {sizes.backlog} on three replicas")
                await replicas.backlog(made, server, figures, sizes.backlog)
    if "past" in parts:
        await past(made, figures, sizes.stored, tell)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for; 1 when something was lost or doubled."""
    given = _parser().parse_args(arguments)
    rows = _chosen(given.rows, quick=given.quick, stored=given.stored)
    sizes = replace(_QUICK if given.quick else _FULL, stored=given.stored or _STORED)
    count = given.rounds or (1 if given.quick else 3)
    parts = {part for row in rows for part in row.needs}
    process.stay()
    figures, notes, began = Figures(), _notes(parts), time.monotonic()
    try:
        uvloop.run(_measure(figures, sizes, parts, count, notes=notes))
        figures.put("lost", 0)
    except Lost as lost:
        figures.put("lost", 1)
        notes.append(f"[bold red]LOST OR DOUBLED: {lost}[/bold red]")
    except Exception as fault:  # what was measured until then took half an hour
        traceback.print_exc()
        notes.append(f"[bold red]BROKEN OFF: {type(fault).__name__}: {fault}[/bold red]")
    notes.append(f"{count} round(s), {time.monotonic() - began:.0f} s")
    table.show(rows, figures, notes)
    if given.json:
        table.write(given.json, rows, figures, notes=notes, rounds=count)
    return int(figures.median("lost") != 0)


if __name__ == "__main__":
    sys.exit(main())
