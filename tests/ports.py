"""Ports for a test's servers, on loopback."""

from __future__ import annotations

import os
from random import SystemRandom

from bot.cli.demo import is_free

_CHANCE = SystemRandom()  # `random` is seeded, the same in every worker of a test run
_GIVEN: set[int] = set()
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw-1").removeprefix("gw")) + 1  # 0: a run without workers
_SPAN = 3_000  # ports of one worker: a service that was killed finds its own again, whatever the others open meanwhile
_FIRST = 20_000 + _WORKER % 4 * _SPAN


def free_port(in_a_row: int = 1) -> int:
    """A port that nobody listens on, or the first of so many; none is given twice.

    Below those that systems hand out by themselves: such a one would be somebody's by the time that it is opened.
    """
    while True:
        first = _CHANCE.randrange(_FIRST, _FIRST + _SPAN - in_a_row)
        ports = range(first, first + in_a_row)
        if _GIVEN.isdisjoint(ports) and all(map(is_free, ports)):
            _GIVEN.update(ports)
            return first
