"""People in words: who wrote, who has it, who answered; the child as each window names it."""

from __future__ import annotations

import re

from bot.domain.conversation import Related
from bot.domain.message import Kind, Patient, Relationship, Sender
from bot.domain.picture import Picture, age_in_words
from bot.domain.practice import Practice
from bot.domain.reply import Author
from bot.slack.blocks import Block, Line, context, named_header, say
from bot.slack.clock import Clock, born
from bot.slack.text import line

PORTAL_USER = "Web Portal User"

KINDS = {
    Kind.GENERAL: ("General", "General message", "general message"),
    Kind.REFILL: ("Refill", "Refill request", "refill request"),
    Kind.APPOINTMENT: ("Appointment", "Appointment request", "appointment request"),
    Kind.INSURANCE: ("Insurance", "Insurance change", "insurance change"),
    Kind.REFERRAL: ("Referral", "Referral request", "referral request"),
}

_RELATIONS = {
    Relationship.SELF: "the patient",
    Relationship.PARENT: "parent",
    Relationship.GUARDIAN: "guardian",
    Relationship.CAREGIVER: "caregiver",
    Relationship.OTHER: "relationship not given",
}

_NORTH_AMERICA = re.compile(r"\+1(\d{3})(\d{3})(\d{4})")


def relation(sender: Sender) -> str:
    """How the writer stands to the child."""
    return _RELATIONS[sender.relationship]


def writer(sender: Sender) -> str:
    """Such as "Rosa Delgado, parent"."""
    return f"{line(sender.name, 80) or 'name not given'}, {relation(sender)}"


def family(sender: Sender) -> str:
    """Such as "Rosa Delgado (parent)", for a sentence."""
    return f"{line(sender.name, 80) or 'name not given'} ({relation(sender)})"


def sender_line(sender: Sender, *more: str) -> Line:
    """Who wrote, as the practice knows it: Web Portal User, and the real name beside it."""
    rest = " · ".join([writer(sender), *more])
    return [say(PORTAL_USER, bold=True), say(f"  {rest}")]


def author_line(author: Author, more: str = "to the family") -> Line:
    """Who answered."""
    return [say(signed(author), bold=True), say(f"  {more}")]


def signed(author: Author) -> str:
    """The name as families and colleagues read it."""
    return line(author.signature, 80) or "A colleague"


def colleague(practice: Practice, slack: str | None) -> str:
    """A person of the practice by Slack user id, signed; whoever left the list is said to have left it."""
    if slack and slack.startswith("cli:"):
        return "the administrator, by command"
    person = practice.person(slack) if slack else None
    return (line(person.signature, 80) if person else "") or "a colleague who left the staff list"


def short_name(practice: Practice, slack: str | None) -> str:
    """The same without the title."""
    person = practice.person(slack) if slack else None
    return (line(person.name, 80) if person else "") or "a colleague who left the staff list"


def phone(number: str | None) -> str:
    """A number as people dial it, "" when there is none."""
    flat = line(number, 40)
    known = _NORTH_AMERICA.fullmatch(flat)
    return "({}) {}-{}".format(*known.groups()) if known else flat


def age(patient: Patient, clock: Clock) -> str:
    """The child's age, "age not given" when unknown."""
    return age_in_words(patient.birth_date, today=clock.today)


def child_header(picture: Picture, clock: Clock) -> list[Block]:
    """The first two blocks of every window: the child with age, then birth date and MRN."""
    patient = picture.patient
    name = line(patient.name, 150) or "Child not named"
    mrn = f"MRN {line(patient.mrn, 40)}" if line(patient.mrn, 40) else "MRN not given"
    return [named_header("", name, f", {age(patient, clock)}"), context(f"{born(patient.birth_date)} · {mrn}")]


def other_children(picture: Picture) -> list[str]:
    """Children whom other messages of the conversation name: an answer must not go out about the wrong one."""
    own = picture.patient
    found: dict[str, None] = {}  # in order, each once
    for stored in picture.messages:
        other = stored.content.patient
        known = other.id is not None and own.id is not None
        same = other.id == own.id if known else (other.name, other.birth_date) == (own.name, own.birth_date)
        if other.name and not same:
            found[line(other.name, 60)] = None
    return [name for name in found if name][:3]


def relative(related: Related, *, named: bool) -> str:
    """Another open message worth pointing to: "Tobi Okafor (appointment, No. 4818)"."""
    what = f"{KINDS[related.kind][0].lower()}, No. {related.number}"
    name = line(related.patient_name, 60) if named and related.why == "family" else ""
    return f"{name} ({what})" if name else what


def relatives(picture: Picture, *, named: bool) -> list[str]:
    """The family's other open messages, and other cards of the same portal thread, a sentence part each."""
    if not picture.related:
        return []
    said = []
    for why, words in (("family", "also open in this family"), ("thread", "same portal thread, another account")):
        found = [r for r in picture.related if r.why == why]
        shown = ", ".join(relative(r, named=named) for r in found[:3])
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        if found:
            said.append(f"{words}: {shown}{more}")
    return said
