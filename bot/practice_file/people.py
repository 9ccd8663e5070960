"""The people of a practice file: staff, their roles, and the user groups that grant one."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.department import Department
from bot.domain.staff import Role, Staff
from bot.practice_file.fault import one_of
from bot.practice_file.reading import Reading
from bot.practice_file.tree import Node, short

KEYS = ("slack", "name", "title", "roles", "npi", "departments", "covered_by", "own_portal_users")
ROLES = tuple(role.value for role in Role)


def read_staff(reading: Reading, at: Node | None, *, departments: Sequence[Department]) -> tuple[Staff, ...]:
    """All people that have a Slack id, faulty or not."""
    entries = reading.items(at)
    if at is not None and at.items == ():
        reading.fault(at, "Nobody is listed.", "At least one person: who is not listed may do nothing.")
    found = [(entry, person) for entry in entries if (person := _person(reading, entry, departments=departments))]
    known = {person.slack: person for _, person in reversed(found)}
    for entry, person in found:
        if known[person.slack] is not person:
            reading.fault(entry, f"{person.slack} is listed already.", "List each person once, with all roles.")
        _check_cover(reading, entry, person, known)
    return tuple(person for _, person in found)


def _person(reading: Reading, at: Node, *, departments: Sequence[Department]) -> Staff | None:
    """One person; None without a Slack id or a name."""
    settings = reading.group(at, known=KEYS, required=("slack", "name", "roles"))
    slack = reading.slack_id(settings.get("slack"), person=True)
    name = reading.text(settings.get("name"))
    title = reading.text(settings.get("title"))
    roles = [reading.choice(item, ROLES) for item in reading.items(settings.get("roles"))]
    if "roles" in settings and settings["roles"].items == ():
        reading.fault(settings["roles"], "No role is given.", "staff, prescriber, admin: one or several.")
    named = [_named(reading, item, departments=departments) for item in reading.items(settings.get("departments"))]
    covered_by = reading.slack_id(settings.get("covered_by"), person=True)
    npi = _npi(reading, settings.get("npi"))
    own = reading.texts(settings.get("own_portal_users"), limit=128)
    if slack is None or name is None:
        return None
    return Staff(
        slack=slack,
        name=name,
        title=title,
        roles=frozenset(Role(role) for role in roles if role is not None),
        departments=tuple(dict.fromkeys(name for name in named if name is not None)),
        npi=npi,
        covered_by=covered_by,
        own_portal_users=own,
    )


def _named(reading: Reading, at: Node, *, departments: Sequence[Department]) -> str | None:
    """A department's name, by whatever it is called."""
    return department_named(reading, at, departments=departments)


def department_named(reading: Reading, at: Node | None, *, departments: Sequence[Department]) -> str | None:
    """The name of a known department, by its name or an alias."""
    text = reading.text(at)
    if at is None or text is None:
        return None
    for department in departments:
        if department.is_called(text):
            return department.name
    known = [department.name for department in departments]
    reading.fault(at, f'There is no department "{short(text)}".', one_of(known, wrote=text))
    return None


def _npi(reading: Reading, at: Node | None) -> str | None:
    """A National Provider Identifier: ten digits, the last a check digit (45 CFR 162.406; Luhn, after 80840)."""
    text = reading.text(at)
    if at is None or text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) == 10):
        reading.fault(at, "This is no NPI.", "Ten digits.")
        return None
    digits = [int(digit) for digit in reversed(f"80840{text}")]
    total = sum(digit if at % 2 == 0 else sum(divmod(2 * digit, 10)) for at, digit in enumerate(digits))
    if total % 10:
        reading.fault(at, "The NPI's check digit does not fit.", "Look for a typing mistake.")
        return None
    return text


def _check_cover(reading: Reading, at: Node, person: Staff, known: dict[str, Staff]) -> None:
    """Who stands in must be listed, be somebody else, and be able to do the same."""
    if person.covered_by is None:
        return
    there = (at.entries or {}).get("covered_by", at)
    cover = known.get(person.covered_by)
    if person.covered_by == person.slack:
        reading.fault(there, "Nobody covers for themselves.", "Name a colleague, or leave covered_by out.")
    elif cover is None:
        reading.fault(there, f"{person.covered_by} is not in the staff list.", one_of(known, wrote=person.covered_by))
    elif Role.PRESCRIBER in person.roles and Role.PRESCRIBER not in cover.roles:
        wrong = f"{cover.name} covers for a prescriber but is none."
        reading.warn(there, wrong, "Refills would wait: name a prescriber.")


def read_groups(reading: Reading, at: Node | None) -> dict[str, str]:
    """User groups that grant a role, by role."""
    settings = reading.group(at, known=ROLES)
    groups = {role: reading.slack_id(node, group=True) for role, node in settings.items()}
    return {role: group for role, group in groups.items() if group is not None}
