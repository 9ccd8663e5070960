"""`portaldesk queue`: what is open, on paper, for the hours in which Slack is away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click

from bot.app import clock
from bot.cli.desk import DATABASE, as_json, settled, who, with_store
from bot.domain import tell
from bot.domain.conversation import Conversation
from bot.domain.journal import Entry
from bot.domain.practice import Practice
from bot.domain.store import Records, Store
from bot.slack.clock import Clock
from bot.slack.people import KINDS, age, short_name
from bot.slack.text import line

WIDE = 78  # columns of a page


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """One open conversation; `child` is "" unless names were asked for."""

    talk: Conversation
    child: str


@click.command(epilog="Example: portaldesk queue --print --names > open.txt")
@click.option("--print", "paper", is_flag=True, help="As a page for a printer, by department (the default).")
@click.option("--names", is_flag=True, help="With each child's name and age. Paper leaves the house: shred it.")
@click.option("--json", "machine", is_flag=True)
def queue(paper: bool, names: bool, machine: bool) -> None:  # noqa: FBT001 - a command's flags
    """List what is open, urgent first, then by deadline; it needs no Slack. That it was printed is journalled."""
    del paper  # there is one page
    now, name = clock(), who()

    async def work(store: Store) -> tuple[Practice, list[Open]]:
        await store.run(_printed, by=name, names=names, now=now)
        return await store.read(_open, names=names, now=now)

    practice, found = with_store(settled(DATABASE), work)
    seen = Clock.of(practice, now)
    if machine:
        as_json([_row(one, practice) for one in found])
        return
    click.echo(page(practice, found, seen), nl=False)


def _printed(records: Records, *, by: str, names: bool, now: datetime) -> None:
    records.journal(Entry(at=now, actor=by, action="queue.printed", subject="queue", detail={"names": names}))


def _open(records: Records, *, names: bool, now: datetime) -> tuple[Practice, list[Open]]:
    practice = tell.in_force(records)
    told = Clock.of(practice, now)
    found: dict[str, Conversation] = {}
    for department in practice.departments:
        found |= {talk.id: talk for talk in records.waiting(department=department.name)}
    for staff in practice.staff:
        found |= {talk.id: talk for talk in records.waiting(holder=staff.slack)}
    ordered = sorted(found.values(), key=lambda t: (not t.urgent, t.due_at, t.number))
    return practice, [Open(talk=talk, child=_child(records, talk, told) if names else "") for talk in ordered]


def _child(records: Records, talk: Conversation, told: Clock) -> str:
    picture = records.picture(talk.id)
    if picture is None:
        return ""
    return f"{line(picture.patient.name, 40) or 'child not named'}, {age(picture.patient, told)}"


def page(practice: Practice, found: Sequence[Open], told: Clock) -> str:
    """The page: a line each under its department, two with the child's name."""
    lines = [f"{practice.name}: {len(found)} open, {told.stamp(told.now)}", "=" * WIDE]
    for name in dict.fromkeys([d.name for d in practice.departments] + [one.talk.department for one in found]):
        here = [one for one in found if one.talk.department == name]
        lines += ["", f"{name} ({len(here)})", "-" * WIDE]
        for one in here:
            lines += _lines(one, practice, told)
    lines += ["", "Answer in the portal while Slack is away: cards agree by themselves afterwards."]
    return "\n".join(lines) + "\n"


def _lines(one: Open, practice: Practice, told: Clock) -> list[str]:
    talk = one.talk
    mark = "!!" if talk.urgent else "LATE" if talk.due_at < told.now else ""
    holder = short_name(practice, talk.holder) if talk.holder else "nobody has it"
    first = f"{mark:4} [ ] No. {talk.number:<6} {KINDS[talk.kind][0]:<12} due {told.short(talk.due_at):<18} {holder}"
    return [first[: WIDE + 20], *([f"          {one.child}"] if one.child else [])]


def _row(one: Open, practice: Practice) -> dict[str, Any]:
    talk = one.talk
    row = {
        "number": talk.number,
        "department": talk.department,
        "kind": talk.kind.value,
        "urgent": talk.urgent,
        "due_at": talk.due_at.isoformat(),
        "holder": short_name(practice, talk.holder) if talk.holder else None,
    }
    return row | ({"child": one.child} if one.child else {})
