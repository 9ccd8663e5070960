"""`python -m tests.chaos.run`: the long storms and the full cross of failpoints, with a table of figures at the end."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from storage.schema import upgrade
from tests.kill import storm
from tests.postgres import PostgresServer


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m tests.chaos.run",
        description=__doc__,
        epilog="Example: python -m tests.chaos.run --messages 500 --kills 60 --freezes 15 --backend sqlite",
    )
    made.add_argument("--messages", type=int, default=10_000)
    made.add_argument("--kills", type=int, default=500)
    made.add_argument("--freezes", type=int, default=60)
    made.add_argument("--replicas", type=int, default=3, help="on PostgreSQL; SQLite has one")
    made.add_argument("--share", type=float, default=0.2, help="of calls that meet a fault")
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--within", type=float, default=4 * 3600, help="seconds for one storm")
    made.add_argument("--backend", choices=("sqlite", "postgres"), action="append")
    made.add_argument("--mode", choices=("idempotent", "lookup", "neither"), action="append")
    return made


async def storms(given: argparse.Namespace) -> list[storm.Result]:
    """One storm for each backend and mode."""
    results = []
    server = PostgresServer() if "postgres" in (given.backend or ["postgres"]) else None
    try:
        for backend in given.backend or ["sqlite", "postgres"]:
            for mode in given.mode or ["idempotent"]:
                with tempfile.TemporaryDirectory(prefix="portaldesk-chaos-") as folder:
                    database = f"sqlite:///{folder}/desk.db"
                    if backend == "postgres":
                        assert server is not None
                        database = server.fresh()
                    else:
                        upgrade(database)
                    what = storm.Storm(
                        messages=given.messages,
                        kills=given.kills,
                        freezes=given.freezes,
                        replicas=given.replicas if backend == "postgres" else 1,
                        share=given.share,
                        seed=given.seed,
                        mode=mode,
                        within=given.within,
                        drops=max(2, given.messages // 100),
                    )
                    results.append(await storm.run(Path(folder), database, what))
    finally:
        if server is not None:
            server.close()
    return results


def main(arguments: Sequence[str]) -> int:
    """Run, show the table, say what went wrong; exit 1 when anything did."""
    results = asyncio.run(storms(parser().parse_args(arguments)))
    console = Console(highlight=False)
    table = Table(title="Random kills under load", title_justify="left")
    table.add_column("")
    for result in results:
        table.add_column(f"{result.backend}, {result.storm.mode}", justify="right")
    for name in results[0].line():
        if name not in ("backend", "mode"):
            table.add_row(name, *(str(result.line()[name]) for result in results))
    console.print(table)
    for result in results:
        for problem in result.problems:
            console.print(f"{result.backend}: {problem}")
    return 1 if any(result.problems for result in results) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
