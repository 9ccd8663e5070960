"""Which department a message belongs to, and why, in words that hold nothing of the family's."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass

from bot.domain.department import Department, Route
from bot.domain.message import Kind, PortalMessage
from bot.domain.practice import Practice

TEXT_LIMIT = 2_000  # characters a pattern is held against: with the cost that practice_file allows, 0.1 s at worst

_A_KIND = {
    Kind.GENERAL: "general messages",
    Kind.REFILL: "refills",
    Kind.APPOINTMENT: "appointment requests",
    Kind.INSURANCE: "insurance changes",
    Kind.REFERRAL: "referrals",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """Where a message goes. `why` is a sentence for the card's history, made of the practice file's own words."""

    department: Department
    why: str


def route(message: PortalMessage, *, portal: str, practice: Practice) -> Routed:
    """The department by the name that the portal gave, else the first route that fits, else by kind, else the default.

    `portal` is the portal's id in lower case. A name that the practice does not know falls through, and `why` says so.
    """
    unknown = ""
    if message.department and message.department.strip():
        for department in practice.departments:
            if department.is_called(message.department):
                return Routed(department=department, why=f"The portal asked for {department.name}.")
        unknown = "The portal asked for a department that the practice file does not name. "
    for number, line in enumerate(practice.routes, start=1):
        if fits(line, message, portal=portal):
            return Routed(department=practice.department(line.to), why=f"{unknown}{_said(line, number)}")
    for department in practice.departments:
        if message.kind in department.kinds:
            return Routed(department=department, why=f"{unknown}{department.name} takes {_A_KIND[message.kind]}.")
    default = practice.department(practice.default_department)
    why = f"{unknown}No department takes {_A_KIND[message.kind]}, so it went to the default department."
    return Routed(department=default, why=why)


def fits(line: Route, message: PortalMessage, *, portal: str) -> bool:
    """Whether every condition of the route holds. Its pattern is held against the first TEXT_LIMIT characters."""
    return (
        (line.kind is None or line.kind is message.kind)
        and (line.portal is None or line.portal == portal)
        and (line.urgent is None or line.urgent == message.urgent)
        and (line.confidential is None or line.confidential == message.confidential)
        and (line.text is None or line.text.search(searched(message)) is not None)
    )


def searched(message: PortalMessage) -> str:
    """The words a pattern is held against: the request's own first, then subject and text, with single spaces."""
    words = [*_strings(message.request), message.subject, message.text]
    return " ".join(" ".join(words).split())[:TEXT_LIMIT]


def _strings(value: object) -> list[str]:
    """Every text inside a request, whatever its kind."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [text for item in value for text in _strings(item)]
    if is_dataclass(value) and not isinstance(value, type):
        return [text for field in fields(value) for text in _strings(getattr(value, field.name))]
    return []


def _said(line: Route, number: int) -> str:
    """Which route it was, and which conditions it has; the pattern itself is in the practice file."""
    conditions = [
        f"kind {line.kind}" if line.kind else "",
        "words" if line.text else "",
        f"portal {line.portal}" if line.portal else "",
        {None: "", True: "urgent", False: "not urgent"}[line.urgent],
        {None: "", True: "confidential", False: "not confidential"}[line.confidential],
    ]
    return f"Route {number} of the practice file ({', '.join(c for c in conditions if c)}) sends it to {line.to}."
