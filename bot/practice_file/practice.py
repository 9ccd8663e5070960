"""A whole practice file: every part read, then held against the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import available_timezones

from bot.domain.department import Department, Hours
from bot.domain.practice import CardDetail, Practice
from bot.domain.staff import Role, Staff
from bot.practice_file.department import read_departments
from bot.practice_file.duration import duration
from bot.practice_file.fault import Fault, PracticeWrong, one_of
from bot.practice_file.hours import read_holidays, read_hours
from bot.practice_file.people import department_named, read_groups, read_staff
from bot.practice_file.phrase import read_phrases
from bot.practice_file.reading import Reading
from bot.practice_file.route import read_routes
from bot.practice_file.tree import Node, parse, short

KEYS = (
    "practice",
    "card_detail",
    "hours",
    "holidays",
    "departments",
    "default_department",
    "urgent_channel",
    "staff",
    "groups",
    "medicines",
    "routes",
    "phrases",
    "retention",
)
REQUIRED = ("practice", "card_detail", "hours", "departments", "default_department", "staff")
MEDICINES = ("controlled", "approvable")
RETENTION = ("closed_messages", "slack_cards")

_DAY = timedelta(days=1)
_TEN_YEARS = timedelta(days=3650)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What a practice file came to: the practice, unless there are faults; warnings are for people to read."""

    practice: Practice | None
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]


def read(text: str) -> Practice:
    """The practice that a YAML text describes (CONTRACT, section 4). Raises PracticeWrong with every fault."""
    examined = examine(text)
    if examined.practice is None:
        raise PracticeWrong(examined.faults)
    return examined.practice


def examine(text: str) -> Examined:
    """The practice, or its faults, and the warnings; never raises for what stands in the file."""
    try:
        root, faults = parse(text)
    except PracticeWrong as wrong:
        return Examined(practice=None, faults=wrong.faults, warnings=())
    reading = Reading()
    reading.faults += faults
    practice = _practice(reading, root)
    faults = sorted(set(reading.faults))
    return Examined(
        practice=None if faults else practice, faults=tuple(faults), warnings=tuple(sorted(set(reading.warnings)))
    )


def _practice(reading: Reading, root: Node) -> Practice:
    """The practice as far as it can be read."""
    settings = reading.group(root, known=KEYS, required=REQUIRED)
    head = reading.group(settings.get("practice"), known=("name", "timezone"), required=("name", "timezone"))
    card_detail = reading.choice(settings.get("card_detail"), tuple(CardDetail))
    hours = read_hours(reading, settings.get("hours"))
    departments = read_departments(reading, settings.get("departments"), hours=hours)
    staff = read_staff(reading, settings.get("staff"), departments=departments)
    groups = read_groups(reading, settings.get("groups"))
    default = department_named(reading, settings.get("default_department"), departments=departments)
    practice = Practice(
        name=reading.text(head.get("name")) or "",
        timezone=_timezone(reading, head.get("timezone")) or "UTC",
        card_detail=CardDetail(card_detail or CardDetail.MINIMAL),
        hours=hours,
        calendar=read_holidays(reading, settings.get("holidays")),
        departments=departments,
        default_department=default or "",
        staff=staff,
        urgent_channel=reading.channel(settings.get("urgent_channel")),
        groups=groups,
        medicines=_medicines(reading, settings.get("medicines")),
        routes=read_routes(reading, settings.get("routes"), departments=departments),
        phrases=read_phrases(reading, settings.get("phrases")),
        retention=_retention(reading, settings.get("retention")),
    )
    _warn(reading, settings, practice)
    return practice


def _timezone(reading: Reading, at: Node | None) -> str | None:
    """An IANA time zone."""
    text = reading.text(at)
    if at is None or text is None:
        return None
    known = _timezones()
    if text not in known:
        right = one_of(known, wrote=text).split("Known:")[0] or "A place, such as America/New_York. "
        reading.fault(at, f'"{short(text)}" is no time zone.', right.strip())
        return None
    if "/" not in text or text.startswith("Etc/"):
        reading.warn(at, f"{text} names no place and may not know summer time.", "A place, such as America/New_York.")
    return text


@lru_cache(maxsize=1)
def _timezones() -> frozenset[str]:
    """Every IANA name, looked up on disk once."""
    return frozenset(available_timezones())


def _medicines(reading: Reading, at: Node | None) -> dict[str, tuple[str, ...]]:
    """The practice's additions to what a button may or may not approve."""
    settings = reading.group(at, known=MEDICINES)
    lists = {key: reading.texts(node) for key, node in settings.items()}
    both = {name.casefold() for name in lists.get("controlled", ())} & {
        name.casefold() for name in lists.get("approvable", ())
    }
    if both and at is not None:
        right = "controlled wins: take them out of approvable."
        reading.warn(at, f"Both controlled and approvable: {', '.join(sorted(both))}.", right)
    return lists


def _retention(reading: Reading, at: Node | None) -> dict[str, timedelta]:
    """How long things are kept, in days of 24 hours."""
    settings = reading.group(at, known=RETENTION)
    kept = {key: duration(reading, node, day=_DAY, least=_DAY, most=_TEN_YEARS) for key, node in settings.items()}
    return {key: length for key, length in kept.items() if length is not None}


def _warn(reading: Reading, settings: Mapping[str, Node], practice: Practice) -> None:
    """What is allowed but probably not meant."""
    if (staff := settings.get("staff")) is not None:
        _warn_roles(reading, staff, practice.staff)
    _warn_of_what_does_nothing(reading, settings)
    if (departments := settings.get("departments")) is not None:
        _warn_departments(reading, departments, practice)
    if "holidays" not in settings and (hours := settings.get("hours")) is not None:
        right = "Add holidays: {country: US}, else the clock runs on public holidays."
        reading.warn(hours, "No holidays are given.", right)


def _warn_of_what_does_nothing(reading: Reading, settings: Mapping[str, Node]) -> None:
    """What is read and kept, and changes nothing in this version: nobody is to rely on it."""
    if (groups := settings.get("groups")) is not None:
        right = "Name the people under staff, with their roles."
        reading.warn(groups, "A Slack user group gives nobody a role yet.", right)
    if (retention := settings.get("retention")) is not None:
        right = "Delete by hand what has to go, until a later version does."
        reading.warn(retention, "Nothing is deleted by itself yet, whatever this says.", right)


def _warn_roles(reading: Reading, at: Node, staff: Sequence[Staff]) -> None:
    """Each role should have somebody."""
    missing = {
        Role.ADMIN: ("Nobody is an admin: nobody could change this in Slack or see that something is stuck.", "admin"),
        Role.PRESCRIBER: ("Nobody is a prescriber: no refill could be decided.", "prescriber"),
    }
    for role, (wrong, word) in missing.items():
        if not any(role in person.roles for person in staff):
            reading.warn(at, wrong, f"Give somebody the role {word}.")


def _warn_departments(reading: Reading, at: Node, practice: Practice) -> None:
    """Each department should have people and hours."""
    people = {name for person in practice.staff for name in person.departments}
    for entry, department in zip(at.items or (), practice.departments, strict=False):
        if department.name not in people:
            right = "Name it in the departments of those who work there."
            reading.warn(entry, f"Nobody works in {department.name}: nobody could answer there.", right)
        if not _opens(department, practice.hours):
            reading.warn(entry, f"{department.name} never opens: its promise counts wall time.", "Give it hours.")


def _opens(department: Department, hours: Hours) -> bool:
    return any((department.hours or hours).spans.values())


def text_of(path: Path) -> str:
    """A practice file's text, or PracticeWrong: a letter that was guessed would stand on cards."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        wrong, right = "The file cannot be read as text.", "Save it as UTF-8."
        raise PracticeWrong([Fault(line=1, path="", what_is_wrong=wrong, what_would_be_right=right)]) from None
