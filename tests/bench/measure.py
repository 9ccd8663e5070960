"""What is done to one process, and what comes out of it. Figures are plain numbers under a name."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.bench.desk import DEPARTMENTS, Bench
from tests.bench.load import Answered, burst, event, press, steady, submit
from tests.bench.process import Process

WARM = 100  # requests before anything is measured: what was compiled and cached by then is no part of a figure
RATE = 50  # a second, where a time is measured


class Lost(AssertionError):  # noqa: N818 - what happened, not a fault of ours
    """Something was lost or doubled, or refused that should not have been: no other figure counts then."""


@dataclass(slots=True)
class Figures:
    """Everything that was measured, by name: one number for each round."""

    taken: dict[str, list[float]] = field(default_factory=dict)

    def put(self, name: str, value: float) -> None:
        """One more number."""
        self.taken.setdefault(name, []).append(value)

    def median(self, name: str) -> float | None:
        """The middle of the rounds; None when it was not measured."""
        values = sorted(self.taken.get(name, ()))
        if not values:
            return None
        middle = len(values) // 2
        return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of everything."""

    messages: int
    seconds: int
    backlog: int
    slow: int
    shared: int
    stored: int = 0


def events(first: int, count: int) -> list[bytes]:
    """Signed events with the numbers `first`, `first + 1` ..., spread over the departments."""
    return [event(n, department=DEPARTMENTS[n % len(DEPARTMENTS)]) for n in range(first, first + count)]


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def good(answers: Sequence[Answered]) -> None:
    """All answers must say that it was taken."""
    odd = {answer.status for answer in answers} - {200, 202}
    if odd:
        raise Lost(f"answered {sorted(odd)}")


def per_second(answers: Sequence[Answered]) -> float:
    """Answers a second, from the first request to the last answer."""
    took = max(a.back for a in answers) - min(a.left for a in answers)
    return len(answers) / (took / 1e9)


async def until(bench: Bench, ready: Callable[[dict[str, Any]], bool], *, within: float = 60.0) -> None:
    """Wait for what the peers count; Lost when it does not come."""
    end = time.monotonic() + within
    while True:
        counts = await bench.seen(counts=True)
        if ready(counts):
            return
        if time.monotonic() > end:
            raise Lost(f"waited {within:.0f} s; the peers have {counts}")
        await asyncio.sleep(0.05)


def once(posts: dict[str, list[int]], first: int, count: int) -> list[int]:
    """When each of these came (ns); Lost unless each came exactly once."""
    came = [posts.get(str(n), []) for n in range(first, first + count)]
    lost, doubled = sum(not times for times in came), sum(len(times) > 1 for times in came)
    if lost or doubled:
        raise Lost(f"{lost} of {count} lost, {doubled} doubled")
    return [times[0] for times in came]


async def take_in(process: Process, figures: Figures, name: str, count: int) -> None:
    """Accepted a second, CPU for a thousand: of something that posts nothing, or posts before it answers."""
    good(await burst(process.port, events(9_000_000, WARM)))
    before = process.cpu
    answers = await burst(process.port, events(0, count))
    good(answers)
    figures.put(f"{name}.accepted", per_second(answers))
    figures.put(f"{name}.cpu", (process.cpu - before) * 1000 / count)


async def whole_way(bench: Bench, process: Process, figures: Figures, name: str, count: int) -> list[str]:
    """Accepted and posted a second, CPU for a thousand: until the last card is in Slack. The cards' references."""
    await bench.forget()
    good(await burst(process.port, events(9_000_000, WARM)))
    await until(bench, lambda counts: counts["count"] >= WARM)
    before = process.cpu
    answers = await burst(process.port, events(0, count))
    good(answers)
    await until(bench, lambda counts: counts["count"] >= WARM + count)
    await asyncio.sleep(0.3)  # what follows the last post is part of its cost
    seen = await bench.seen()
    came = once(seen["posts"], 0, count)
    figures.put(f"{name}.accepted", per_second(answers))
    figures.put(f"{name}.posted", count / ((max(came) - min(a.left for a in answers)) / 1e9))
    figures.put(f"{name}.cpu", (process.cpu - before) * 1000 / count)
    return list(seen["values"].values())


async def delay(bench: Bench, process: Process, figures: Figures, name: str, seconds: int) -> None:
    """From a webhook to its chat.postMessage, at a fixed rate."""
    await bench.forget()
    count = RATE * seconds
    answers = await steady(process.port, events(1_000_000, count), rate=RATE)
    await until(bench, lambda counts: counts["count"] >= count)
    came = once((await bench.seen())["posts"], 1_000_000, count)
    took = [(at - answer.left) / 1e6 for at, answer in zip(came, answers, strict=True)]
    figures.put(f"{name}.delay", quantile(took, 0.5))


async def presses(
    bench: Bench, process: Process, figures: Figures, name: str, cards: Sequence[str], seconds: int
) -> list[str]:
    """Presses of Reply at a fixed rate: until the acknowledgement, and until the window. The windows' references."""
    await bench.forget()
    count = RATE * seconds
    warm = [press(cards[n % len(cards)], f"w{n}") for n in range(WARM)]
    good(await steady(process.port, warm, rate=4 * RATE))
    answers = await steady(
        process.port, [press(cards[n % len(cards)], f"t{n}") for n in range(count)], rate=RATE
    )  # fmt: skip
    good(answers)
    await asyncio.sleep(0.3)
    views = (await bench.seen())["views"]
    if any(f"t{n}" not in views for n in range(count)):
        raise Lost("a window did not open")
    opened = [(views[f"t{a.number}"][0] - a.left) / 1e6 for a in answers]
    figures.put(f"{name}.ack", quantile([a.ms for a in answers], 0.99))
    figures.put(f"{name}.view", quantile(opened, 0.99))
    return [views[f"t{n}"][1] for n in range(count)]


async def sends(bench: Bench, process: Process, figures: Figures, windows: Sequence[str], seconds: int) -> None:
    """From Send in a window to the reply at the portal."""
    await bench.forget()
    count = min(len(windows), RATE * seconds)
    requests = [submit(windows[n], f"bench-{n}- Please stop the drops for today.") for n in range(count)]
    answers = await steady(process.port, requests, rate=RATE)
    good(answers)
    await until(bench, lambda counts: counts["replies"] >= count)
    await asyncio.sleep(0.3)
    came = once((await bench.seen())["replies"], 0, count)
    figures.put("service.send", quantile([(at - a.left) / 1e6 for at, a in zip(came, answers, strict=True)], 0.5))


async def storm(bench: Bench, process: Process, figures: Figures, cards: Sequence[str], count: int) -> None:
    """The slowest acknowledgement of a press while a burst of events comes in and its cards go out."""
    await bench.forget()
    pressed = [press(cards[n % len(cards)], f"s{n}") for n in range(RATE)]
    storm_of, answers = await asyncio.gather(
        burst(process.port, events(2_000_000, count)), steady(process.port, pressed, rate=RATE)
    )
    good(storm_of)
    good(answers)
    await until(bench, lambda counts: counts["count"] >= count)
    during = [a for a in answers if a.left < max(s.back for s in storm_of)]
    once((await bench.seen())["posts"], 2_000_000, count)
    figures.put("service.storm", max(a.ms for a in during))


async def limited(
    bench: Bench, figures: Figures, name: str, load: Callable[[], Awaitable[Sequence[Answered]]], count: int
) -> None:
    """Under Slack's strict limit: which share of one post a second and channel goes out, and how often it refused."""
    await bench.forget(limited=True)
    try:
        good(await load())
        await until(bench, lambda counts: counts["count"] >= count, within=max(60, count))
        await asyncio.sleep(0.3)
        seen = await bench.seen()
        came = once(seen["posts"], 0, count)
        possible = -(-count // len(DEPARTMENTS)) - 1  # seconds between the first and the last post of a channel
        figures.put(f"{name}.share", possible / ((max(came) - min(came)) / 1e9))
        figures.put(f"{name}.refused", 100 * seen["refused"] / count)
    finally:
        await bench.forget()
