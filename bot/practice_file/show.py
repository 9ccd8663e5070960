"""A practice as the file that would describe it: always the same order, so that two of them can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from bot.domain.department import Department, Route
from bot.domain.message import Kind
from bot.domain.practice import Phrase, Practice
from bot.domain.staff import Role, Staff
from bot.practice_file.duration import business_words, words
from bot.practice_file.hours import HolidayCalendar, holidays_document, hours_document
from bot.practice_file.practice import read

_HEADER = """\
# The practice, as Portal Desk has it. What may stand here: docs/practice-file.md.
# Check a changed file with "portaldesk practice check FILE", put it in force with "portaldesk practice apply FILE".
"""
_LOOKS: Mapping[str, Any] = {"sort_keys": False, "allow_unicode": True, "width": 120}
_COMMENTS = {
    "card_detail": "minimal or full: how much of a message stands on the channel's card",
    "hours": "opening hours, local time; a day that is not named is closed",
    "holidays": "public holidays of the country, and days of our own",
    "departments": "turnaround is business time",
    "urgent_channel": "where urgent messages go",
    "staff": "who is not listed here may do nothing",
    "groups": "Slack user groups that grant a role",
    "medicines": "our additions: never, or also, approved by a button",
    "routes": "the first that fits wins; then kinds, then default_department",
    "phrases": "{gaps} are filled in when a phrase is inserted",
    "retention": "how long things are to be kept; stored, not carried out yet",
}


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as they look."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def show(practice: Practice) -> str:
    """The practice as YAML text. Reading it gives the same practice."""
    parts = [_HEADER]
    for key, value in document(practice).items():
        comment = f"# {_COMMENTS[key]}\n" if key in _COMMENTS else ""
        flow = None if isinstance(value, dict | list) and key != "phrases" else False  # None: small groups in a line
        body = yaml.dump({key: value}, Dumper=_Dumper, default_flow_style=flow, **_LOOKS)
        parts.append(f"\n{comment}{body}")
    return "".join(parts)


def normalised(text: str) -> str:
    """A practice file in its normal form: order, quotes and comments are ours. Raises PracticeWrong."""
    return show(read(text))


def document(practice: Practice) -> dict[str, Any]:
    """The practice as plain values in the file's order; what is not set is left out.

    Raises TypeError for a calendar that is not of this package, since its days cannot be listed.
    """
    if not isinstance(practice.calendar, HolidayCalendar):
        raise TypeError("only a practice that was read from a file can be shown as one")
    whole = {
        "practice": {"name": practice.name, "timezone": practice.timezone},
        "card_detail": practice.card_detail.value,
        "hours": hours_document(practice.hours),
        "holidays": holidays_document(practice.calendar),
        "departments": [_department(department) for department in practice.departments],
        "default_department": practice.default_department,
        "urgent_channel": practice.urgent_channel,
        "staff": [_person(person) for person in practice.staff],
        "groups": dict(practice.groups),
        "medicines": {key: list(names) for key, names in practice.medicines.items()},
        "routes": [_route(line) for line in practice.routes],
        "phrases": [_phrase(phrase) for phrase in practice.phrases],
        "retention": {key: words(length) for key, length in practice.retention.items()},
    }
    return _given(whole)


def _department(department: Department) -> dict[str, Any]:
    return _given(
        {
            "name": department.name,
            "channel": department.channel,
            "aliases": list(department.aliases),
            "kinds": [kind.value for kind in Kind if kind in department.kinds],
            "turnaround": department.turnaround_words or business_words(department.turnaround),
            "escalate_to": department.escalate_to,
            "notify": department.notify,
            "group": department.group,
            "hours": hours_document(department.hours) if department.hours else None,
        }
    )


def _person(person: Staff) -> dict[str, Any]:
    return _given(
        {
            "slack": person.slack,
            "name": person.name,
            "title": person.title,
            "roles": [role.value for role in Role if role in person.roles],
            "npi": person.npi,
            "departments": list(person.departments),
            "covered_by": person.covered_by,
            "own_portal_users": list(person.own_portal_users),
        }
    )


def _route(line: Route) -> dict[str, Any]:
    when = {
        "kind": line.kind.value if line.kind else None,
        "text": line.text.pattern if line.text else None,
        "portal": line.portal,
        "priority": None if line.urgent is None else ("routine", "urgent")[line.urgent],
        "confidential": line.confidential,
    }
    return {"when": {key: value for key, value in when.items() if value is not None}, "to": line.to}


def _phrase(phrase: Phrase) -> dict[str, Any]:
    return {"notebook": phrase.notebook, "title": phrase.title, "text": phrase.text}


def _given(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is not set."""
    return {key: value for key, value in settings.items() if value not in (None, [], {})}
