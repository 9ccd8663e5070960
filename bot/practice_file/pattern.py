"""Patterns of routes: Python's, without those that could take minutes on an unlucky message."""

from __future__ import annotations

import re
from collections.abc import Iterable
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

from bot.domain.route import TEXT_LIMIT
from bot.practice_file.reading import Reading
from bot.practice_file.tree import Node

LENGTH_LIMIT = 300  # characters of a pattern
COST_LIMIT = 8_000_000  # steps at worst over TEXT_LIMIT characters; one unbounded repetition fits, two do not

_REPEATS = {_constants.MAX_REPEAT, _constants.MIN_REPEAT}
_FORBIDDEN = {
    _constants.GROUPREF: "refers back to a group",
    _constants.GROUPREF_EXISTS: "depends on a group",
    _constants.ASSERT: "looks ahead or behind",
    _constants.ASSERT_NOT: "looks ahead or behind",
}


class _TooHard(Exception):  # noqa: N818 - an answer, not an error
    """Why a pattern is refused, and what to write instead."""


def read_pattern(reading: Reading, at: Node | None) -> re.Pattern[str] | None:
    """A pattern that is found anywhere in a message, whatever the case, within a bounded number of steps."""
    text = reading.text(at, limit=LENGTH_LIMIT)
    if at is None or text is None:
        return None
    try:
        compiled = re.compile(text, re.IGNORECASE)
        cost = TEXT_LIMIT * _cost(_parser.parse(text, re.IGNORECASE))
    except (re.error, RecursionError, OverflowError, Warning) as error:
        where = f" at character {error.pos + 1}" if isinstance(error, re.error) and error.pos is not None else ""
        reading.fault(at, f"This is no pattern{where}.", 'A Python regular expression, such as "inhaler|albuterol".')
        return None
    except _TooHard as refusal:
        reading.fault(at, f"The pattern {refusal.args[0]}.", refusal.args[1])
        return None
    if cost > COST_LIMIT:
        right = r"One * or + at most in a row; bound the others: .{0,40} or \w{1,20}. Spaces are single already."
        reading.fault(at, "The pattern could take too long on a long message.", right)
        return None
    if compiled.search("") is not None:
        reading.warn(at, "The pattern fits every message.", "Take out what makes all of it optional.")
    return compiled


def _cost(tree: Iterable[tuple[Any, Any]]) -> int:
    """How many ways through a sequence there are at worst: repetitions multiply, branches add up."""
    total = 1
    for what, value in tree:
        if what in _FORBIDDEN:
            raise _TooHard(_FORBIDDEN[what], "Several routes can say the same.")
        if what in _REPEATS or what is _constants.POSSESSIVE_REPEAT:
            total *= _repeat_cost(*value)
        elif what is _constants.BRANCH:
            total *= sum(_cost(branch) for branch in value[1])
        elif what is _constants.SUBPATTERN:
            total *= _cost(value[-1])
        elif what is _constants.ATOMIC_GROUP:
            total *= _cost(value)
        if total > COST_LIMIT:
            return total
    return total


def _repeat_cost(least: int, most: int, body: Iterable[tuple[Any, Any]]) -> int:
    """The ways through a repetition; one with choices inside (nested quantifiers, branches) may not repeat."""
    inside = _cost(body)
    if inside > 1 and most > 1:
        raise _TooHard("repeats something that itself repeats or branches", r"Write (a|b) or [ab]+ instead of (a|b+)+.")
    longest = TEXT_LIMIT if most is _constants.MAXREPEAT else min(most, TEXT_LIMIT)
    return int(max(longest - least + 1, 1)) * inside
