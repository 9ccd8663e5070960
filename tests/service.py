"""The tests' own entry point: the real service, unmodified, with named places at which it kills, freezes or fails itself.

`python -m tests.service --failpoint NAME:ACTION[:NTH] --hits FILE --pace 0 run`. Nothing in the product leads here.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

# Seconds. A lease must leave room for a call, and a second look at Slack must come after a call given up.
FAST = {"LEASE": 2.5, "CALL_LIMIT": 1.0, "QUIET": 0.7, "PATIENCE": 1.5}
FAST_BACKOFF = (0.3, 0.6, 1.0, 1.0, 1.0)


class PlannedError(RuntimeError):
    """What the action `raise` raises."""


@dataclass(frozen=True)
class Rule:
    """At the `nth` pass of the failpoint do `action`: raise, kill, hang, freeze:SECONDS, dropdb, restartdb."""

    name: str
    action: str
    nth: int = 1
    seconds: float = 0.0

    @classmethod
    def read(cls, text: str) -> Rule:
        name, action, *rest = text.split(":")
        seconds = float(rest.pop(0)) if action == "freeze" else 0.0
        if action not in ("raise", "kill", "hang", "freeze", "dropdb", "restartdb"):
            raise argparse.ArgumentTypeError(f"no action is called {action!r}")
        return cls(name, action, int(rest[0]) if rest else 1, seconds)


class Plan:
    """Called at every failpoint, from whatever thread: counts, writes down, acts.

    `when`: passes count only once that file exists, so that a test can let the service start in peace.
    """

    def __init__(self, rules: Sequence[Rule], *, hits: Path | None, when: Path | None, database: list[str]) -> None:
        self._rules = rules
        self._hits = os.open(hits, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if hits else -1
        self._when = when
        self._database = database
        self._passed: Counter[str] = Counter()
        self._turn = threading.Lock()

    def __call__(self, name: str) -> None:
        with self._turn:
            if self._when is not None:
                if not self._when.exists():
                    return
                self._when = None
            self._passed[name] += 1
            due = [rule for rule in self._rules if rule.name == name and rule.nth == self._passed[name]]
        self._write(name)
        for rule in due:
            self._write(f"!{rule.action} {name}")
            self._act(rule)

    def _write(self, line: str) -> None:
        if self._hits >= 0:
            os.write(self._hits, f"{os.getpid()} {line}\n".encode())

    def _act(self, rule: Rule) -> None:
        match rule.action:
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "hang":  # this thread, for ever
                while True:
                    time.sleep(1)
            case "freeze":
                freeze(os.getpid(), rule.seconds)
            case "dropdb" | "restartdb":
                subprocess.run([*self._database, rule.action], check=True, timeout=60)
                self._write(f"!done {rule.name}")
            case _:
                raise PlannedError(rule.name)


def freeze(pid: int, seconds: float) -> None:
    """Stop a process at once, and let it go on after so long; whoever wakes it is started before."""
    subprocess.Popen(["/bin/sh", "-c", f"sleep {seconds}; kill -CONT {pid}"])
    os.kill(pid, signal.SIGSTOP)


def hasten(values: dict[str, float], backoff: Sequence[float]) -> None:
    """Give the outbox short times. They are read at import, so that this comes before the rest of the product."""
    from bot.domain import delivery

    if all(getattr(delivery, name) == timedelta(seconds=value) for name, value in values.items()):
        return
    if "storage.outbox" in sys.modules:
        raise RuntimeError("too late: the product has been imported with other times")
    for name, value in values.items():
        setattr(delivery, name, timedelta(seconds=value))
    delivery._BACKOFF = tuple(backoff)


def every(text: str) -> None:
    """Let one tick come oftener, as in `reconcile=2`; what it takes for young is shortened with it."""
    from bot.jobs import reconcile, scheduler

    name, _, seconds = text.partition("=")
    add = scheduler.Ticks.add

    def oftener(ticks: Any, tick: str, work: Any, *, every: float) -> None:
        add(ticks, tick, work, every=float(seconds) if tick == name else every)

    scheduler.Ticks.add = oftener  # type: ignore[method-assign]  # the tests' own entry point
    reconcile.YOUNG = timedelta(seconds=3)


def skew(path: Path) -> None:
    """Let the service's clock be ahead by what the file says at the time."""
    from bot import app

    def skewed() -> datetime:
        return app.clock() + timedelta(seconds=float(path.read_text() or 0))

    app.Service.__init__.__kwdefaults__["clock"] = skewed


def die_with_parent() -> None:
    """No process outlives the test that started it."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def warm() -> None:
    """Import whatever a service imports, so that it can be forked off quickly (tests/kill/nursery.py)."""
    hasten(FAST, FAST_BACKOFF)
    import psycopg
    import uvloop

    import bot.app
    import bot.cli.run
    import storage

    del psycopg, uvloop, bot, storage


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m tests.service", description=__doc__)
    made.add_argument("--failpoint", type=Rule.read, action="append", default=[], metavar="NAME:ACTION[:NTH]")
    made.add_argument("--hits", type=Path, help="append the name of every failpoint passed to this file")
    made.add_argument("--when", type=Path, help="failpoints count only once this file exists")
    made.add_argument("--database", action="append", default=[], help="a command that dropdb and restartdb run")
    made.add_argument("--pace", type=float, help="seconds between two posts in one channel")
    made.add_argument("--skew", type=Path, help="a file with the seconds that this service's clock is ahead")
    made.add_argument("--every", action="append", default=[], metavar="TICK=SECONDS", help="a tick that comes oftener")
    made.add_argument("--hangs", type=float, metavar="SECONDS", help="after which the watchdog takes it for a hang")
    made.add_argument("--careful", type=float, metavar="SECONDS", help="after a life that ended in the middle")
    made.add_argument("--slow", action="store_true", help="the product's own leases and limits")
    made.add_argument("--small-disk", type=Path, metavar="FILE", help="no file may grow beyond this one's size")
    made.add_argument("rest", nargs=argparse.REMAINDER, help="what portaldesk is told: run")
    return made


def main(arguments: Sequence[str]) -> None:
    """Arm this process, then be `portaldesk`."""
    given = parser().parse_args(arguments)
    die_with_parent()
    if not given.slow:
        hasten(FAST, FAST_BACKOFF)
    from bot import cli, failpoint, settings

    if given.pace is not None:
        load = settings.load

        def paced(**how: Any) -> settings.Settings:
            return replace(load(**how), slack_pace=given.pace)

        settings.load = paced
    for tick in given.every:
        every(tick)
    if given.hangs is not None:
        from bot.jobs import watchdog

        watchdog.PATIENCE = given.hangs
    if given.careful is not None:
        from bot.domain import suspect

        suspect.CAREFUL = timedelta(seconds=given.careful)
    if given.small_disk:
        resource.setrlimit(resource.RLIMIT_FSIZE, (given.small_disk.stat().st_size, resource.RLIM_INFINITY))
    if given.skew is not None:
        skew(given.skew)
    if given.failpoint or given.hits:
        failpoint.arm(Plan(given.failpoint, hits=given.hits, when=given.when, database=given.database))
    sys.argv = ["portaldesk", *given.rest]
    cli.main()


if __name__ == "__main__":
    main(sys.argv[1:])
