"""Home's four lists of one person: read from whose turn it is, so that looking at a message changes none of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain import tell
from bot.domain.confirm import undecided
from bot.domain.conversation import Conversation
from bot.domain.permission import Act, acts_of, tie
from bot.domain.phase import TROUBLE, Situation, situation
from bot.domain.picture import Picture
from bot.domain.place import stand_ins
from bot.domain.practice import Practice
from bot.domain.staff import Person, Role, Staff
from bot.domain.store import Records
from bot.domain.turn import Turn

PAGE = 5  # entries that a list shows at first
_HANDED = frozenset({Turn.FORWARDED, Turn.RETURNED})


class Name(StrEnum):
    """The lists, in the words of the contract."""

    PORTAL = "unread_portal"  # families' messages of my departments that nobody has dealt with
    PHONE = "unread_phone"  # forwarded to me or my department, and answers that came back
    MINE = "mine"  # what I have
    OTHERS = "others"  # what I forwarded, and has to come back


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a list: the conversation as it is now, and what this person may do with it."""

    picture: Picture
    situation: Situation
    acts: frozenset[Act]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One list: how many there are, and those that are shown, the most pressing first."""

    count: int
    shown: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What Home shows to one person; `staff` is None for somebody without a role."""

    practice: Practice
    staff: Staff | None
    lists: Mapping[Name, Listed] = field(default_factory=dict)
    urgent: int = 0
    refills: int = 0


def board(records: Records, *, person: Person, now: datetime, shown: Mapping[str, int] | None = None) -> Board:
    """The four lists as they are now. `shown`: how many entries of which list, PAGE where nothing is said."""
    practice = tell.in_force(records)
    staff = practice.person(person.slack)
    if staff is None or not staff.roles or person.member is False:
        return Board(practice=practice, staff=None)
    found = sorted_out(records, staff, practice, now=now)
    listed = {
        name: Listed(
            count=len(talks),
            shown=tuple(_entries(records, talks[: (shown or {}).get(name, PAGE)], person, staff, now=now)),
        )
        for name, talks in found.items()
    }
    urgent = {t.id for name in (Name.PORTAL, Name.PHONE, Name.MINE) for t in found[name] if t.urgent}
    refills = 0
    if Role.PRESCRIBER in staff.roles:
        refills = sum(undecided(records, t) for name in (Name.PORTAL, Name.PHONE, Name.MINE) for t in found[name])
    return Board(practice=practice, staff=staff, lists=listed, urgent=len(urgent), refills=refills)


def sorted_out(
    records: Records, staff: Staff, practice: Practice, *, now: datetime
) -> dict[Name, Sequence[Conversation]]:
    """Which open conversation stands in which list; each in one, the first that fits."""
    own = practice.turns_of(staff.slack)
    held = [talk for slack in own for talk in records.waiting(holder=slack)]
    free = [t for name in staff.departments for t in records.waiting(department=name) if t.holder is None]
    awake = [t for t in free if t.snoozed_until is None or t.snoozed_until <= now]
    sent = [t for slack in own for t in records.forwarded_by(slack) if t.holder not in own]
    return {
        Name.PORTAL: _ordered((t for t in awake if t.turn is Turn.NEW), now=now),
        Name.PHONE: _ordered((t for t in [*held, *awake] if t.turn in _HANDED), now=now),
        Name.MINE: _ordered((t for t in held if t.turn not in _HANDED), now=now),
        Name.OTHERS: _ordered(sent, now=now),
    }


def _ordered(talks: Iterable[Conversation], *, now: datetime) -> Sequence[Conversation]:
    """Urgent first, then late, then by deadline; what sleeps comes last."""
    each = {talk.id: talk for talk in talks}.values()
    return sorted(
        each,
        key=lambda t: (bool(t.snoozed_until and t.snoozed_until > now), not t.urgent, t.due_at > now, t.due_at),
    )


def _entries(
    records: Records, talks: Sequence[Conversation], person: Person, staff: Staff, *, now: datetime
) -> list[Entry]:
    made = []
    for talk in talks:
        picture = records.picture(talk.id)
        if picture is None:
            continue
        also = stand_ins(records, picture.practice, talk)
        bound = tie(staff, talk, picture.forwards, picture.practice, also=also)
        seen = situation(picture, now=now)
        made.append(Entry(picture=picture, situation=seen, acts=acts_of(person, staff, bound, talk)))
    return sorted(made, key=lambda e: (not e.situation.urgent, e.situation.phase not in TROUBLE))
