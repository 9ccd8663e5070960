"""The routes of a practice file."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.domain.department import Department, Route
from bot.domain.message import Kind
from bot.practice_file.department import KINDS
from bot.practice_file.pattern import read_pattern
from bot.practice_file.people import department_named
from bot.practice_file.reading import Reading
from bot.practice_file.tree import Node, short

WHEN = ("kind", "text", "portal", "priority", "confidential")
PRIORITIES = ("routine", "urgent")

_PORTAL = re.compile(r"[a-z0-9_]{1,40}")


def read_routes(reading: Reading, at: Node | None, *, departments: Sequence[Department]) -> tuple[Route, ...]:
    """All routes in order; those with faults are left out, and told."""
    found = (_route(reading, entry, departments=departments) for entry in reading.items(at))
    return tuple(route for route in found if route is not None)


def _route(reading: Reading, at: Node, *, departments: Sequence[Department]) -> Route | None:
    """One route."""
    settings = reading.group(at, known=("when", "to"), required=("when", "to"))
    to = department_named(reading, settings.get("to"), departments=departments)
    when = settings.get("when")
    conditions = reading.group(when, known=WHEN)
    if when is not None and when.entries == {}:
        right = "At least one condition; default_department takes the rest."
        reading.fault(when, "The route has no condition.", right)
    kind = reading.choice(conditions.get("kind"), KINDS)
    priority = reading.choice(conditions.get("priority"), PRIORITIES)
    text = read_pattern(reading, conditions.get("text"))
    portal = _portal(reading, conditions.get("portal"))
    confidential = reading.yes(conditions.get("confidential"))
    if to is None:
        return None
    return Route(
        to=to,
        kind=Kind(kind) if kind is not None else None,
        text=text,
        portal=portal,
        urgent=None if priority is None else priority == "urgent",
        confidential=confidential,
    )


def _portal(reading: Reading, at: Node | None) -> str | None:
    """A portal's id as it stands in paths: lower case."""
    text = reading.text(at)
    if at is None or text is None:
        return None
    if _PORTAL.fullmatch(text.lower()):
        return text.lower()
    reading.fault(at, f'"{short(text)}" is no portal.', "Its id in lower case: PORTALDESK_PORTAL_MAIN_URL is main.")
    return None
