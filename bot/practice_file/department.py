"""The departments of a practice file, read and checked against one another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.domain.department import Department, Hours, folded
from bot.domain.message import Kind
from bot.practice_file.duration import duration, opening_day
from bot.practice_file.hours import read_hours
from bot.practice_file.reading import Reading
from bot.practice_file.tree import Node

KEYS = ("name", "channel", "aliases", "kinds", "turnaround", "escalate_to", "notify", "group", "hours")
KINDS = tuple(kind.value for kind in Kind)
LONGEST_TURNAROUND = timedelta(hours=720)

_NOTIFY = ("none", "group", "here")


def read_departments(reading: Reading, at: Node | None, *, hours: Hours) -> tuple[Department, ...]:
    """All departments that have a name, faulty or not. `hours` are the practice's."""
    entries = reading.items(at)
    if at is not None and at.items == ():
        reading.fault(at, "There is no department.", "At least one, with name and channel.")
    found = [(entry, department) for entry in entries if (department := _department(reading, entry, hours=hours))]
    _check_names(reading, found)
    _check_kinds(reading, found)
    _check_channels(reading, found)
    return tuple(department for _, department in found)


def _department(reading: Reading, at: Node, *, hours: Hours) -> Department | None:
    """One department; None when it has no name."""
    settings = reading.group(at, known=KEYS, required=("name", "channel"))
    name = reading.text(settings.get("name"))
    own_hours = read_hours(reading, settings["hours"]) if "hours" in settings else None
    kinds = [reading.choice(item, KINDS) for item in reading.items(settings.get("kinds"))]
    turnaround = duration(
        reading,
        settings.get("turnaround"),
        day=opening_day(own_hours or hours),
        least=timedelta(minutes=1),
        most=LONGEST_TURNAROUND,
    )
    channel = reading.channel(settings.get("channel"))
    notify, group = _notify(reading, settings)
    escalate_to = reading.slack_id(settings.get("escalate_to"), person=True, group=True)
    aliases = reading.texts(settings.get("aliases"))
    if name is None:
        return None
    return Department(
        name=name,
        channel=channel or "",
        aliases=aliases,
        kinds=frozenset(Kind(kind) for kind in kinds if kind is not None),
        turnaround=turnaround or timedelta(hours=8),
        turnaround_words=(settings["turnaround"].text or "").strip() if turnaround is not None else "8h",
        escalate_to=escalate_to,
        notify=notify,
        group=group,
        hours=own_hours,
    )


def _notify(reading: Reading, settings: dict[str, Node]) -> tuple[str, str | None]:
    """Whether a new card pings the department, and which group: `group`, else the group that is escalated to."""
    notify = reading.choice(settings.get("notify"), _NOTIFY) or "none"
    group = reading.slack_id(settings.get("group"), group=True)
    if notify != "group" or "group" in settings:
        return notify, group
    escalate_to = settings.get("escalate_to")
    if escalate_to is not None and (escalate_to.text or "").startswith("S"):
        return notify, escalate_to.text
    reading.fault(settings["notify"], "No group is named to notify.", "Add group: with a user group id (S0NURSES).")
    return notify, None


def _check_names(reading: Reading, found: Sequence[tuple[Node, Department]]) -> None:
    """No name or alias may mean two departments."""
    taken: dict[str, int] = {}
    for number, (at, department) in enumerate(found):
        for name in (department.name, *department.aliases):
            owner = taken.setdefault(folded(name), number)
            if owner != number:
                wrong = f'"{name}" is a name of {found[owner][1].name} already.'
                reading.fault(at, wrong, "A name or alias means one department.")


def _check_kinds(reading: Reading, found: Sequence[tuple[Node, Department]]) -> None:
    """A kind lands in one department."""
    taken: dict[Kind, int] = {}
    for number, (at, department) in enumerate(found):
        for kind in sorted(department.kinds):
            owner = taken.setdefault(kind, number)
            if owner != number:
                there = (at.entries or {}).get("kinds", at)
                right = "Keep it in one department; a route can send some of them elsewhere."
                reading.fault(there, f'{found[owner][1].name} takes the kind "{kind}" already.', right)


def _check_channels(reading: Reading, found: Sequence[tuple[Node, Department]]) -> None:
    """Two departments in one channel work, but their people see each other's cards."""
    taken: dict[str, str] = {}
    for at, department in found:
        owner = taken.setdefault(department.channel, department.name)
        if department.channel and owner != department.name:
            wrong = f"{owner} and {department.name} share a channel."
            reading.warn(at, wrong, "Give each its own, if that is not meant.")
