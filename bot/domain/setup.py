"""Changing how the practice works: the reviewed file, or an admin in Slack; the same stored, audited state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain import tell
from bot.domain.alarm import Channel
from bot.domain.journal import Entry
from bot.domain.permission import must_work_here
from bot.domain.practice import Practice
from bot.domain.refused import Refusal, Refused
from bot.domain.staff import Person, Role, Staff
from bot.domain.store import Records

Document = Callable[[Practice], str]  # a practice as its file (bot.practice_file.show)

CHANNEL, PERSON, ROLES = "map_channel", "staff_person", "staff_roles"  # the fields that a refusal belongs to


def apply_practice(records: Records, *, document: str, by: str, now: datetime) -> int | None:
    """Make this practice file the one in force; its version, None when it is in force already."""
    if records.practice_document() == document:
        return None
    version = records.save_practice(document, by=by, now=now)
    records.journal(Entry(at=now, actor=by, action="practice.applied", subject=f"practice:{version}"))
    return version


def apply_at_start(records: Records, *, document: str, by: str, now: datetime) -> int | None:
    """The same for the file that the service finds at each start: unchanged since it was applied, it changes nothing.

    So what an admin changed in Slack meanwhile stands; a file that was edited wins, and that is journalled.
    """
    if records.practice_document_by(by=by) == document:
        return None
    return apply_practice(records, document=document, by=by, now=now)


def administrator(records: Records, *, person: Person) -> tuple[Staff, Practice]:
    """The admin behind an account, and the practice; Refused in one sentence for everybody else."""
    practice = tell.in_force(records)
    staff = must_work_here(person, practice.person(person.slack), ask=practice.ask)
    if Role.ADMIN not in staff.roles:
        raise Refused(f"Only an admin can change this. Ask {practice.ask}.", because=Refusal.NOT_ADMIN)
    return staff, practice


def opened(records: Records, *, person: Person, now: datetime) -> Practice:
    """The practice as an admin sees it before changing something; that they looked is journalled."""
    staff, practice = administrator(records, person=person)
    entry = Entry(at=now, actor=staff.slack, action="setup.opened", subject=f"practice:{practice.version}")
    records.journal(entry)
    return practice


def asked(records: Records, *, person: Person, now: datetime) -> Practice:
    """The practice for an admin who is in the middle of a change; what they do with it is judged once more."""
    del now
    return administrator(records, person=person)[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """A department's channel as it was chosen. `seen`: the version of the practice that the window shows."""

    department: str
    channel: str
    seen: int


def map_channel(
    records: Records, *, person: Person, mapping: Mapping, document_of: Document, now: datetime
) -> Practice:
    """Give a department its channel. Its open cards move there; Slack was asked about the channel just before."""
    _, practice = administrator(records, person=person)
    _unchanged(practice, mapping.seen, field=CHANNEL)
    if all(d.name != mapping.department for d in practice.departments):
        raise Refused("I do not know that department any more. Choose again.", because=Refusal.GONE, field=CHANNEL)
    departments = tuple(
        replace(d, channel=mapping.channel) if d.name == mapping.department else d for d in practice.departments
    )
    records.save_channel(Channel(named=mapping.channel, id=mapping.channel))
    save(
        records,
        replace(practice, departments=departments),
        document_of,
        person=person,
        action="practice.mapped",
        now=now,
    )
    for talk in records.waiting(department=mapping.department):
        tell.draw(records, talk, now=now)
    return practice


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """Who somebody is to be: without roles they leave the staff list."""

    slack: str
    name: str
    title: str
    roles: frozenset[Role]
    departments: tuple[str, ...]
    seen: int


def change_staff(
    records: Records, *, person: Person, membership: Membership, document_of: Document, now: datetime
) -> Practice:
    """Give and take roles. The last admin stays one."""
    _, practice = administrator(records, person=person)
    _unchanged(practice, membership.seen, field=ROLES)
    if not membership.slack:
        raise Refused("Choose a person first.", because=Refusal.TEXT, field=PERSON)
    others = tuple(s for s in practice.staff if s.slack != membership.slack)
    if Role.ADMIN not in membership.roles and not any(Role.ADMIN in s.roles for s in others):
        raise Refused(
            "The practice needs an admin. Make somebody else one first.", because=Refusal.NOT_NOW, field=ROLES
        )
    known = practice.person(membership.slack)
    before = known or Staff(slack=membership.slack, name=membership.name)
    after = replace(
        before,
        name=membership.name or before.name,
        title=membership.title.strip() or None,
        roles=membership.roles,
        departments=tuple(d.name for d in practice.departments if d.name in membership.departments),
    )
    kept = tuple(after if s.slack == after.slack else s for s in practice.staff) if known else (*practice.staff, after)
    staff = kept if membership.roles else others
    save(
        records,
        replace(practice, staff=staff),
        document_of,
        person=person,
        action="practice.staff",
        now=now,
        about=after.slack,
    )
    return practice


def _unchanged(practice: Practice, seen: int, *, field: str) -> None:
    if practice.version != seen:
        raise Refused(
            "Somebody changed the practice while this window was open. Close it, open it again, and look first.",
            because=Refusal.CHANGED,
            field=field,
        )


def save(
    records: Records,
    practice: Practice,
    document_of: Document,
    *,
    person: Person,
    action: str,
    now: datetime,
    about: str = "",
) -> None:
    """Make this practice the one in force, as an admin's change in Slack; nothing when it is the same."""
    document = document_of(practice)
    if records.practice_document() == document:
        return
    version = records.save_practice(document, by=f"slack:{person.slack}", now=now, after=practice.version)
    detail = {"about": about} if about else {}
    records.journal(Entry(at=now, actor=person.slack, action=action, subject=f"practice:{version}", detail={**detail}))
