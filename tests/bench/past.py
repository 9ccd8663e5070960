"""What a long past costs: the same work on a database with many handled messages, and on one with a thousand."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path

from tests.bench import process
from tests.bench.desk import DEPARTMENTS, Bench, run_service
from tests.bench.load import burst, event, home, press, steady, submit
from tests.bench.measure import WARM, Figures, Lost, events, good, once, quantile, until
from tests.bench.process import Process
from tests.bench.seed import Past, some

FEW = 1000
_FIRST = 7_000_000  # the numbers of the messages that are multiplied
_ROUNDS = (6_000_000, 6_100_000, 6_200_000)  # of 1,000 messages each; the median counts
_LOOKS = 200  # at Home, and at what was handled long ago
_RATE = 20  # of them a second
_OPEN = 40  # messages that wait while Home is looked at for the second time

Tell = Callable[[str], None]


async def past(bench: Bench, figures: Figures, many: int, tell: Tell) -> None:
    """CPU of a message, Home and search with a thousand handled messages and with `many`; then the proofs."""
    tell("what is to be multiplied")
    made = await _handled(bench)
    for name, count in (("few", FEW), ("many", many)):
        tell(f"{count:,} handled messages are written")
        folder, settings = bench.ready()
        await asyncio.to_thread(made.put, folder / "desk.db", count)
        talks = some(folder / "desk.db", _LOOKS)
        tell(f"the service on {count:,}")
        service = await run_service(folder, settings, pace=0.0)
        try:
            figures.put(f"past.{name}.ready", service.ready)
            await _looked(figures, f"past.{name}.home_quiet", service, _homes(bench, service))
            await _looked(figures, f"past.{name}.search", service, _search(bench, service, talks))
            await _take(bench, service, 5_000_000, _OPEN)
            await _looked(figures, f"past.{name}.home_busy", service, _homes(bench, service))
            await _take(bench, service, 5_100_000, WARM)
            for first in _ROUNDS:
                figures.put(f"past.{name}.cpu", await _take(bench, service, first, 1000))
        finally:
            service.stop()
        for what in ("verify", "audit verify"):
            tell(f"portaldesk {what} on {count:,}")
            took = await asyncio.to_thread(_proof, what.split(), settings, folder)
            figures.put(f"past.{name}.{what.replace(' ', '_')}", took)
    figures.put("past.stored", many)


async def _handled(bench: Bench) -> Past:
    """A message in each department, answered by a person, with its answer at the portal and its card drawn anew."""
    folder, settings = bench.ready()
    service = await run_service(folder, settings, pace=0.0)
    count = len(DEPARTMENTS)
    try:
        await bench.forget()
        came = [event(_FIRST + n, run="past", department=name) for n, name in enumerate(DEPARTMENTS)]
        good(await burst(service.port, came))
        await until(bench, lambda counts: counts["count"] >= count)
        await asyncio.sleep(0.5)  # the service has written down where its cards stand
        cards = (await bench.seen())["values"].values()
        good(await steady(service.port, [press(card, f"t{n}") for n, card in enumerate(cards)], rate=_RATE))
        await until(bench, lambda counts: counts["views"] >= count)
        opened = (await bench.seen())["views"]
        words = "Please stop the drops for today, and come in tomorrow at nine."
        sent = [submit(opened[f"t{n}"][1], words) for n in range(count)]
        good(await steady(service.port, sent, rate=_RATE))
        await until(bench, lambda counts: counts["replies"] >= count)
        await asyncio.sleep(3)  # the cards say so
    finally:
        service.stop()
    return Past(folder / "desk.db", settings["PORTALDESK_KEYS"], range(_FIRST, _FIRST + count))


async def _take(bench: Bench, service: Process, first: int, count: int) -> float:
    """CPU milliseconds for a message, whole way."""
    await bench.forget()
    before = service.cpu
    good(await burst(service.port, events(first, count)))
    await until(bench, lambda counts: counts["count"] >= count)
    await asyncio.sleep(0.3)  # what follows the last post is part of its cost
    once((await bench.seen())["posts"], first, count)
    return (service.cpu - before) * 1000 / count


async def _looked(figures: Figures, name: str, service: Process, looks: Coroutine[None, None, float]) -> None:
    """Their p95 in milliseconds, and the CPU milliseconds of one."""
    before = service.cpu
    figures.put(name, await looks)
    figures.put(f"{name}.cpu", (service.cpu - before) * 1000 / _LOOKS)


async def _homes(bench: Bench, service: Process) -> float:
    """From opening the Home tab to views.publish, p95; one draws after the other."""
    await bench.forget()
    answers = await steady(service.port, [home(n) for n in range(_LOOKS)], rate=_RATE)
    good(answers)
    await until(bench, lambda counts: counts["homes"] >= _LOOKS)
    drawn = (await bench.seen())["homes"]
    if len(drawn) != _LOOKS:
        raise Lost(f"{len(drawn)} Homes for {_LOOKS} visits")
    return quantile([(at - answer.left) / 1e6 for at, answer in zip(drawn, answers, strict=True)], 0.95)


async def _search(bench: Bench, service: Process, talks: Sequence[str]) -> float:
    """From the press to views.open, p95: a message that was handled long ago is opened, or its history is.

    There is no search for words, which are encrypted: what is long handled is come back to by its card.
    """
    await bench.forget()
    ways = ("card_open", "card_history")
    presses = [press(talk, f"t{n}", action=ways[n % 2]) for n, talk in enumerate(talks)]
    answers = await steady(service.port, presses, rate=_RATE)
    good(answers)
    await until(bench, lambda counts: counts["views"] >= len(talks))
    opened = (await bench.seen())["views"]
    return quantile([(opened[f"t{answer.number}"][0] - answer.left) / 1e6 for answer in answers], 0.95)


def _proof(command: Sequence[str], settings: Mapping[str, str], folder: Path) -> float:
    """Seconds that `portaldesk COMMAND` takes; Lost when it finds anything."""
    known = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "PORTALDESK_"))}
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "bot", *command],
        cwd=folder,
        env=known | {"PYTHONPATH": str(process.ROOT)} | dict(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        preexec_fn=lambda: os.sched_setaffinity(0, process.TARGET),
    )
    if done.returncode:
        raise Lost(f"portaldesk {' '.join(command)}: {done.stdout[-2000:]}")
    return time.monotonic() - began
