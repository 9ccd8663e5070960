"""Ports for a test's servers, on loopback."""

from __future__ import annotations

from random import SystemRandom

from bot.cli.demo import is_free

_CHANCE = SystemRandom()  # `random` is seeded, the same in every worker of a test run
_GIVEN: set[int] = set()


def free_port(in_a_row: int = 1) -> int:
    """A port that nobody listens on, or the first of so many; none is given twice.

    Below those that systems hand out by themselves: such a one would be somebody's by the time that it is opened.
    """
    while True:
        first = _CHANCE.randrange(20_000, 32_000)
        ports = range(first, first + in_a_row)
        if _GIVEN.isdisjoint(ports) and all(map(is_free, ports)):
            _GIVEN.update(ports)
            return first
