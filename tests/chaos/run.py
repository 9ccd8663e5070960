"""`python -m tests.chaos.run`: the long storms and the full cross of failpoints, with a table of figures at the end."""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from rich.console import Console
from rich.table import Table

from storage.schema import upgrade
from tests.kill import storm
from tests.kill.weather import Blows
from tests.postgres import PostgresServer


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m tests.chaos.run",
        description=__doc__,
        epilog="Example: python -m tests.chaos.run --messages 500 --kills 60 --freezes 15 --backend sqlite",
    )
    made.add_argument("--messages", type=int, default=10_000)
    made.add_argument("--kills", type=int, default=500)
    made.add_argument("--freezes", type=int, default=100, help="beyond the lease")
    made.add_argument("--restarts", type=int, default=50, help="of PostgreSQL; on SQLite its lock is held by another")
    made.add_argument("--archives", type=int, default=20, help="of a channel, for three seconds")
    made.add_argument("--skews", type=int, default=60, help="jumps of the services' clocks, by 8 seconds to and fro")
    made.add_argument("--revokes", type=int, default=10, help="of the bot's token, for two seconds")
    made.add_argument("--drops", type=int, default=60, help="of all sockets")
    made.add_argument("--replicas", type=int, default=3, help="on PostgreSQL; SQLite has one")
    made.add_argument("--share", type=float, default=0.2, help="of calls that meet a fault")
    made.add_argument("--apart", type=float, default=0.2, help="mean seconds between two messages")
    made.add_argument(
        "--pause", type=float, default=1.2, help="mean seconds between two blows: as long as messages come"
    )
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--within", type=float, default=4 * 3600, help="seconds for one storm")
    made.add_argument("--tenth", action="store_true", help="a tenth of all these figures")
    made.add_argument("--backend", choices=("sqlite", "postgres"), action="append")
    made.add_argument("--mode", choices=("idempotent", "lookup", "neither"), action="append")
    made.add_argument("--out", type=Path, help="a folder for storm.json, storm.txt, logs and journals")
    return made


def _storm(given: argparse.Namespace, *, replicas: int, mode: str) -> storm.Storm:
    part = 10 if given.tenth else 1
    names = [field.name for field in fields(Blows)]
    return storm.Storm(
        messages=given.messages // part,
        blows=Blows(**{name: getattr(given, name) // part for name in names}),
        replicas=replicas,
        share=given.share,
        seed=given.seed,
        mode=mode,
        apart=given.apart,
        pause=given.pause,
        within=given.within,
    )


async def storms(given: argparse.Namespace) -> list[storm.Result]:
    """One storm for each backend and mode."""
    results = []
    backends = given.backend or ["sqlite", "postgres"]
    server = PostgresServer() if "postgres" in backends else None
    try:
        for backend in backends:
            for mode in given.mode or ["idempotent"]:
                with tempfile.TemporaryDirectory(prefix="portaldesk-chaos-") as folder:
                    results.append(await _blown(Path(folder), given, server if backend == "postgres" else None, mode))
    finally:
        if server is not None:
            server.close()
    return results


async def _blown(folder: Path, given: argparse.Namespace, server: PostgresServer | None, mode: str) -> storm.Result:
    database, replicas = f"sqlite:///{folder}/desk.db", 1
    if server is not None:
        database, replicas = server.fresh(), given.replicas
    else:
        upgrade(database)
    try:
        return await storm.run(folder, database, _storm(given, replicas=replicas, mode=mode), server)
    finally:
        if given.out is not None:  # what the services logged, stored and the stand-ins saw, whatever became of it
            given.out.mkdir(parents=True, exist_ok=True)
            for kept in (*folder.rglob("service.log"), *folder.rglob("*.jsonl"), *folder.glob("desk.db*")):
                shutil.copyfile(kept, given.out / f"{'postgres' if server else 'sqlite'}-{mode}-{kept.name}")


def show(results: Sequence[storm.Result], console: Console) -> None:
    """The figures as a table, and what went wrong."""
    table = Table(title="Random kills, freezes and losses under load", title_justify="left")
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


def main(arguments: Sequence[str]) -> int:
    """Run, show the table, say what went wrong; exit 1 when anything did."""
    given = parser().parse_args(arguments)
    results = asyncio.run(storms(given))
    show(results, Console(highlight=False))
    if given.out is not None:
        given.out.mkdir(parents=True, exist_ok=True)
        told = [{**result.line(), "seed": result.storm.seed, "problems": result.problems} for result in results]
        (given.out / "storm.json").write_text(json.dumps(told, indent=2) + "\n")
        with (given.out / "storm.txt").open("w") as file:
            show(results, Console(file=file, width=120, highlight=False))
    return 1 if any(result.problems for result in results) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
