"""The order of a run: every round measures references and service one after the other, so that noise hits all."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from tests.bench import measure
from tests.bench.desk import Bench
from tests.bench.disk import slow_disk
from tests.bench.load import burst
from tests.bench.measure import WARM, Figures, Sizes, events, good, once

Tell = Callable[[str], None]


async def one_round(bench: Bench, figures: Figures, sizes: Sizes, parts: Collection[str], tell: Tell) -> None:
    """Whatever of these parts is measured in every round."""
    if "in" in parts:
        tell("floor in")
        await _floor_in(bench, figures, sizes)
    if "afternoon" in parts:
        tell("the afternoon bot")
        await _afternoon(bench, figures, sizes)
    if "ack" in parts:
        tell("floor ack")
        await _floor_ack(bench, figures, sizes)
    if "service" in parts:
        tell("the service")
        await _service(bench, figures, sizes)
    if "slow" in parts:
        tell("a slow disk")
        await _slow(bench, figures, sizes)


async def _floor_in(bench: Bench, figures: Figures, sizes: Sizes) -> None:
    process = await bench.floor_in()
    try:
        await measure.take_in(process, figures, "floor", sizes.messages)
        figures.put("floor.peak", process.peak)
    finally:
        process.stop()


async def _afternoon(bench: Bench, figures: Figures, sizes: Sizes) -> None:
    process = await bench.afternoon()
    try:
        await measure.whole_way(bench, process, figures, "afternoon", sizes.messages)
        await measure.delay(bench, process, figures, "afternoon", sizes.seconds)
    finally:
        process.stop()


async def _floor_ack(bench: Bench, figures: Figures, sizes: Sizes) -> None:
    process = await bench.floor_ack()
    try:
        await measure.presses(bench, process, figures, "ack", ["c_1"], sizes.seconds)
    finally:
        process.stop()


async def _service(bench: Bench, figures: Figures, sizes: Sizes) -> None:
    process = await bench.service()
    try:
        figures.put("service.ready", process.ready)
        cards = await measure.whole_way(bench, process, figures, "service", sizes.messages)
        figures.put("service.peak", process.peak)
        await measure.delay(bench, process, figures, "service", sizes.seconds)
        windows = await measure.presses(bench, process, figures, "service", cards, sizes.seconds)
        await measure.sends(bench, process, figures, windows[: len(cards)], sizes.seconds)
        await measure.storm(bench, process, figures, cards[-100:], 1000)
    finally:
        process.stop()


async def _slow(bench: Bench, figures: Figures, sizes: Sizes) -> None:
    env = slow_disk(bench.place())
    if env is None:
        return
    floor = await bench.floor_in(env)
    try:
        await measure.take_in(floor, figures, "floor_slow", sizes.slow)
    finally:
        floor.stop()
    service = await bench.service(env=env)
    try:
        await measure.whole_way(bench, service, figures, "service_slow", sizes.slow)
    finally:
        service.stop()


async def backlog(bench: Bench, figures: Figures, count: int) -> None:
    """A backlog under Slack's strict limit: how near to one post a second and channel, and how often refused."""
    process = await bench.service(pace=1.0)
    try:
        await measure.limited(bench, figures, "backlog", lambda: burst(process.port, events(0, count)), count)
    finally:
        process.stop()


async def growth(bench: Bench, figures: Figures, parts: Collection[str]) -> None:
    """CPU for a message when ten times as many come, and a hundred times."""
    process = await bench.service()
    counts = _COUNTS if "growth_100" in parts else _COUNTS[:-1]
    try:
        for count, first in zip(counts, (5_000_000, 6_000_000, 7_000_000, 8_000_000), strict=False):
            await bench.forget()
            before, began = process.cpu, time.monotonic()
            for start in range(first, first + count, _SIGNED):
                good(await burst(process.port, events(start, min(first + count - start, _SIGNED))))
            await measure.until(bench, lambda counts, count=count: counts["count"] >= count, within=600)
            once((await bench.seen())["posts"], first, count)
            figures.put(f"growth.{count}", (process.cpu - before) / count * 1000)
            figures.put(f"growth.{count}.seconds", time.monotonic() - began)
    finally:
        process.stop()


_COUNTS = (WARM, 1_000, 10_000, 100_000)
_SIGNED = 10_000  # events that are signed together: a portal's signature grows old
