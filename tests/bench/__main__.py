"""`make bench`: measure, print a table, write JSON.

`python -m tests.bench [--quick] [--json FILE] [--rows a,b]`.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Collection, Sequence
from pathlib import Path

import uvloop
from rich.console import Console

from tests.bench import process, rounds, table
from tests.bench.desk import bench
from tests.bench.disk import slow_disk
from tests.bench.measure import Figures, Lost, Sizes
from tests.bench.rows import ROWS, SLOW, Row

_FULL = Sizes(messages=2000, seconds=8, backlog=1000, slow=1000)
_QUICK = Sizes(messages=1000, seconds=4, backlog=80, slow=500)
_LATER = (
    "Not measured here: replicas on PostgreSQL (two cores hold harness and target: it could not grow honestly), "
    "the backlog on three of them, 100,000 and 1,000,000 messages, the Home tab and search."
)


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    made.add_argument("--quick", action="store_true", help="smaller, in under two minutes")
    made.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    made.add_argument("--rows", help=f"only these, with commas: {', '.join(row.key for row in ROWS)}")
    made.add_argument("--rounds", type=int, help="how many (3; quick: 1)")
    return made


def _chosen(names: str | None, *, quick: bool) -> list[Row]:
    asked = names.split(",") if names else [row.key for row in ROWS]
    unknown = set(asked) - {row.key for row in ROWS}
    if unknown:
        sys.exit(f"no row is called {', '.join(sorted(unknown))}")
    rows = [row for row in ROWS if row.key in asked or row.key == "lost"]
    return [row for row in rows if names or not quick or not SLOW & set(row.needs)]


async def _measure(figures: Figures, sizes: Sizes, parts: Collection[str], count: int, *, notes: list[str]) -> None:
    console = Console(stderr=True, highlight=False)
    async with bench() as made:
        if "slow" in parts and slow_disk(made.place()) is None:
            notes.append("No C compiler here: the row with the slow disk is left out.")
        for number in range(1, count + 1):
            await rounds.one_round(
                made, figures, sizes, parts, lambda what, n=number: console.print(f"[dim]round {n}: {what}[/dim]")
            )
        if "growth" in parts:
            console.print("[dim]10,000 messages[/dim]")
            await rounds.growth(made, figures)
        if "backlog" in parts:
            console.print(f"[dim]a backlog of {sizes.backlog} under Slack's limit[/dim]")
            await rounds.backlog(made, figures, sizes.backlog)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for; 1 when something was lost or doubled."""
    given = _parser().parse_args(arguments)
    rows = _chosen(given.rows, quick=given.quick)
    sizes = _QUICK if given.quick else _FULL
    count = given.rounds or (1 if given.quick else 3)
    parts = {part for row in rows for part in row.needs}
    process.stay()
    figures, notes, began = Figures(), [_LATER], time.monotonic()
    try:
        uvloop.run(_measure(figures, sizes, parts, count, notes=notes))
        figures.put("lost", 0)
    except Lost as lost:
        figures.put("lost", 1)
        notes.append(f"[bold red]LOST OR DOUBLED: {lost}[/bold red]")
    notes.append(f"{count} round(s), {time.monotonic() - began:.0f} s")
    table.show(rows, figures, notes)
    if given.json:
        table.write(given.json, rows, figures, notes=notes, rounds=count)
    return int(bool(figures.median("lost")))


if __name__ == "__main__":
    sys.exit(main())
