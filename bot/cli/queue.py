"""`portaldesk queue`: what is open, on paper, for the hours in which Slack is away."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from textwrap import wrap
from typing import Any

import click

from bot import log
from bot.app import clock
from bot.cli.desk import DATABASE, as_json, errors, settled, who, with_store
from bot.domain import tell
from bot.domain.conversation import Conversation
from bot.domain.journal import Entry
from bot.domain.practice import Practice
from bot.domain.store import Records, Store, StoreUnavailable
from bot.domain.unshown import Unshown
from bot.slack.clock import Clock, born
from bot.slack.people import KINDS, short_name
from bot.slack.text import line
from bot.slack.unshown import counted

logger = logging.getLogger("portaldesk.queue")

WIDE = 78  # columns of a page
MARKS = (
    "!! urgent   LATE its time is over   [ ] tick it, with your initials, when it\n"
    "is answered in the portal. The portal does not know the numbers: find a\n"
    "message there by its kind and by when it came."
)
IN_TROUBLE = "look first: an answer was sent that may not have arrived"
UNTOLD = (
    "The database cannot be written now, so this look could not be journalled: note by hand who printed it, and when."
)
CONFIDENTIAL = "CONFIDENTIAL: no name here; answer the teenager alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """One open conversation; `child` is "" unless names were asked for. `trouble`: an answer may not have arrived."""

    talk: Conversation
    child: str
    trouble: bool = False


@click.command(epilog="Example: portaldesk queue --print --names > open.txt")
@click.option("--print", "paper", is_flag=True, help="As a page for a printer, by department (the default).")
@click.option("--names", is_flag=True, help="With each child's name and birth date. Paper leaves the house: shred it.")
@click.option("--json", "machine", is_flag=True)
def queue(paper: bool, names: bool, machine: bool) -> None:  # noqa: FBT001 - a command's flags
    """List what is open, urgent first, then by deadline; it needs no Slack. That it was printed is journalled.

    Where the database can be read but not written, it is printed nevertheless, and standard error says so.
    """
    del paper  # there is one page
    settings = settled(DATABASE)
    now, name = clock(), who()

    async def work(store: Store) -> tuple[Practice, list[Open], Sequence[Unshown], bool]:
        practice, found = await store.read(_open, names=names)
        lost = await store.read(_unshown)
        try:
            await store.run(_printed, by=name, names=names, now=now)  # before anything of it is shown
        except StoreUnavailable:  # this page is for such days
            return practice, found, lost, False
        return practice, found, lost, True

    practice, found, lost, journalled = with_store(settings, work)
    if not journalled:
        log.set_up(form=settings.log, level=settings.log_level)
        log.event(logger, "queue.not-journalled", level=logging.WARNING, kind="names" if names else "numbers")
        errors.print(UNTOLD, soft_wrap=True)
    seen = Clock.of(practice, now)
    if machine:
        as_json([*(_row(one, practice) for one in found), *(_lost_row(one, practice) for one in lost)])
        return
    click.echo(page(practice, found, seen, lost), nl=False)


def _printed(records: Records, *, by: str, names: bool, now: datetime) -> None:
    records.journal(Entry(at=now, actor=by, action="queue.printed", subject="queue", detail={"names": names}))


def _open(records: Records, *, names: bool) -> tuple[Practice, list[Open]]:
    practice = tell.in_force(records)
    trouble = records.in_trouble()
    # All of them: of departments and people, too, whom the practice file in force does not name any more.
    ordered = sorted(records.waiting(), key=lambda t: (not t.urgent, t.due_at, t.number))
    children = {talk.id: _child(records, talk) if names else "" for talk in ordered}
    return practice, [Open(talk=t, child=children[t.id], trouble=t.id in trouble) for t in ordered]


def _unshown(records: Records) -> Sequence[Unshown]:
    return records.not_looked_into()


def _child(records: Records, talk: Conversation) -> str:
    """Two things to know a child by. Whose message is confidential is not named on paper that lies about."""
    picture = records.picture(talk.id)
    if picture is None or talk.confidential:
        return ""
    return f"{line(picture.patient.name, 40) or 'child not named'}, {born(picture.patient.birth_date)}"


def page(practice: Practice, found: Sequence[Open], told: Clock, lost: Sequence[Unshown] = ()) -> str:
    """The page: what is open under its department, a line each, and one more where there is more to know.

    `lost`: what could not be shown, and nobody looked into the portal; it stands first, since nobody knows how urgent.
    """
    urgent, late = sum(one.talk.urgent for one in found), sum(one.talk.due_at < told.now for one in found)
    free = sum(not one.talk.holder for one in found)
    lines = [f"{practice.name}: what is open, as of {told.stamp(told.now)}"]
    lines += [f"{len(found)} open: {urgent} urgent, {late} late, {free} that nobody has", "=" * WIDE, MARKS]
    if lost:
        lines += ["", counted(len(lost)), "-" * WIDE]
        lines += [f"{'':7} [ ] came {_when(one.came_at, told):<12} portal {line(one.portal, 40)}" for one in lost]
    for name in dict.fromkeys([d.name for d in practice.departments] + [one.talk.department for one in found]):
        here = [one for one in found if one.talk.department == name]
        lines += ["", f"{name}: {len(here)} open" if here else f"{name}: nothing is open", "-" * WIDE]
        for one in here:
            lines += _lines(one, practice, told)
    lines += ["", "Answer in the portal while Slack is away: the cards follow by themselves."]
    return "\n".join(lines) + "\n"


def _lines(one: Open, practice: Practice, told: Clock) -> list[str]:
    talk = one.talk
    mark = f"{'!!' if talk.urgent else '':2} {'LATE' if talk.due_at < told.now else ''}"
    holder = short_name(practice, talk.holder) if talk.holder else "nobody"
    came, due = _when(talk.came_at, told), _when(talk.due_at, told)
    first = f"{mark:7} [ ] {talk.number:>6} {KINDS[talk.kind][0]:<11} came {came:<12} due {due:<12}"
    beside = WIDE - len(first) - 1
    asleep = talk.snoozed_until if talk.snoozed_until and talk.snoozed_until > told.now else None
    notes = [] if len(holder) <= beside else wrap(f"with {holder}", WIDE - 19)
    notes += [IN_TROUBLE if one.trouble else "", CONFIDENTIAL if talk.confidential else ""]
    notes += [one.child, f"put aside until {_when(asleep, told)}" if asleep else ""]
    return [
        f"{first} {holder if len(holder) <= beside else ''}".rstrip(),
        *(f"{'':19}{note}" for note in notes if note),
    ]


def _when(at: datetime, told: Clock) -> str:
    """As short as it can be understood: the time today, with its weekday this week, else the day."""
    away = abs((told.local(at).date() - told.today).days)
    if away == 0:
        return told.time(at)
    day = told.local(at).date()
    return f"{told.weekday(day)[:3]} {told.time(at)}" if away < 6 else told.day(day)


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
    row |= {"came_at": talk.came_at.isoformat(), "confidential": talk.confidential, "in_trouble": one.trouble}
    return row | ({"child": one.child} if one.child else {})


def _lost_row(one: Unshown, practice: Practice) -> dict[str, Any]:
    """The same keys for what could not be shown: it has no number, no deadline, and nobody has it."""
    row = {"number": None, "department": practice.default_department, "kind": "unshown", "urgent": False}
    row |= {"due_at": None, "holder": None, "came_at": one.came_at.isoformat(), "confidential": False}
    return row | {"in_trouble": False, "portal": one.portal, "inbox": one.id}
