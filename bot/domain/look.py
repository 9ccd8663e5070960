"""What could not be shown: a post asks people to look into the portal, until somebody says that they did."""

from __future__ import annotations

from datetime import datetime

from bot.domain import intake, tell
from bot.domain.delivery import Delivery, What, redraw_lane
from bot.domain.journal import Entry
from bot.domain.permission import must_be_of
from bot.domain.practice import Practice
from bot.domain.refused import Refusal, Refused
from bot.domain.spoken import spoken
from bot.domain.staff import Person
from bot.domain.store import Records
from bot.domain.unshown import Unshown

AT_ONCE = 50  # posts asked for in one transaction; the next round takes the next


def look_into(records: Records, *, inbox_id: str, person: Person, channel: str, ts: str, now: datetime) -> None:
    """Somebody says that they looked into the portal; whoever comes second is told who did.

    `channel` and `ts`: where the post stands in which it was pressed, as Slack signed it; what is known counts more.
    """
    practice = tell.in_force(records)
    known = records.unshown(inbox_id)
    stands = (known.channel if known else None) or channel
    departments = _departments(records, practice, stands)
    staff = must_be_of(
        person,
        practice.person(person.slack),
        departments,
        home=practice.default_department,
        ask=practice.ask,
    )
    if known is None:
        raise Refused(
            "I do not know this message any more. Look into the portal for what is not here.", because=Refusal.GONE
        )
    if known.looked_at or not records.looked_into(inbox_id, by=staff.slack, channel=channel, ts=ts, now=now):
        raise Refused(
            _somebody_did(records.unshown(inbox_id) or known, staff.slack, practice, now), because=Refusal.HELD
        )
    records.journal(
        Entry(at=now, actor=staff.slack, action="event.looked_into", subject=inbox_id, detail={"portal": known.portal})
    )
    redraw(records, inbox_id=inbox_id, now=now)


def redraw(records: Records, *, inbox_id: str, now: datetime) -> None:
    """Have its post drawn as it is now, if it stands anywhere."""
    if known := records.unshown(inbox_id):
        _redraw(records, known, now=now)


def _redraw(records: Records, known: Unshown, *, now: datetime) -> None:
    if not known.channel or not known.ts:
        return
    records.add_delivery(
        Delivery(
            id=records.new_id("d"),
            what=What.UNREADABLE,
            lane=redraw_lane(known.id),
            subject=known.id,
            fold=f"unshown:{known.id}",
        ),
        now=now,
    )


def remind(records: Records, *, now: datetime, after: Unshown | None = None) -> Unshown | None:
    """Hold what nobody looked into against Slack, the oldest after that one: a deleted post is made again.

    So is one that was made by a version without a button for it, also by a replica that still is of that version, and
    one that an operator took out. The last of them, for the next round to go on after; None when it was the newest.
    """
    records.alone("unshown")
    for inbox_id in records.posted_nowhere(limit=AT_ONCE):
        records.add_unshown(inbox_id)
        intake.post_unshown(records, inbox_id=inbox_id, now=now)
    found = records.some_not_looked_into(after=after, limit=AT_ONCE)
    for one in found:
        _redraw(records, one, now=now)
    return found[-1] if len(found) == AT_ONCE else None


def _departments(records: Records, practice: Practice, channel: str) -> frozenset[str]:
    """The default department, which has to look, and whoever reads the channel in which the post stands instead."""
    found = {practice.default_department}
    for department in practice.departments:
        known = records.channel(department.channel)
        if known is not None and known.id == channel:
            found.add(department.name)
    return frozenset(found)


def _somebody_did(known: Unshown, slack: str, practice: Practice, now: datetime) -> str:
    who = practice.person(known.looked_by) if known.looked_by else None
    name = "You" if known.looked_by == slack else who.name if who else "A colleague"
    when = f" ({spoken(known.looked_at, practice=practice, now=now)})" if known.looked_at else ""
    return f"{name} looked into the portal already{when}, so there is nothing left to do here."
