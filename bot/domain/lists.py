"""Home's four lists of one person: read from whose turn it is, so that looking at a message changes none of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain import tell
from bot.domain.conversation import Conversation
from bot.domain.permission import Act, acts_of, tie
from bot.domain.phase import Situation, situation
from bot.domain.picture import Picture
from bot.domain.place import stand_ins
from bot.domain.practice import Practice
from bot.domain.staff import Person, Role, Staff
from bot.domain.store import Records
from bot.domain.turn import Turn

PAGE = 5  # entries that a list shows at first
LEAF = 20  # entries that the one opened list shows at a time
_HANDED = frozenset({Turn.FORWARDED, Turn.RETURNED})


class Name(StrEnum):
    """The lists, in the words of the contract."""

    PORTAL = "unread_portal"  # families' messages of my departments that nobody has dealt with
    PHONE = "unread_phone"  # forwarded to me or my department, and answers that came back
    MINE = "mine"  # what I have
    OTHERS = "others"  # what I forwarded, and has to come back


FOR_ME = (Name.PORTAL, Name.PHONE, Name.MINE)  # it is my turn, or my department's


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The one list that somebody opened, at the leaf on which its entry number `upto` stands."""

    name: Name
    upto: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a list: the conversation as it is now, and what this person may do with it."""

    picture: Picture
    situation: Situation
    acts: frozenset[Act]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One list: how many wait, how many are put aside (they come last), and those that are shown, from `start` on."""

    count: int
    shown: tuple[Entry, ...]
    asleep: int = 0
    start: int = 0

    @property
    def total(self) -> int:
        """All of it, what is put aside too."""
        return self.count + self.asleep


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """What is true when nothing waits: what colleagues of the departments have, families answered today, the portal."""

    with_colleagues: int
    answered: Mapping[str, int]
    last_came: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What Home shows to one person; `staff` is None for somebody without a role, `quiet` while something waits.

    `unshown`: how many events could not be shown, and nobody of the person's department looked into the portal.
    """

    practice: Practice
    staff: Staff | None
    lists: Mapping[Name, Listed] = field(default_factory=dict)
    opened: Opened | None = None
    urgent: int = 0
    refills: int = 0
    unshown: int = 0
    quiet: Quiet | None = None


def board(records: Records, *, person: Person, now: datetime, opened: Opened | None = None) -> Board:
    """The four lists as they are now, five entries of each, but for the one that is opened."""
    practice = tell.in_force(records)
    staff = practice.person(person.slack)
    if staff is None or not staff.roles or person.member is False:
        return Board(practice=practice, staff=None)
    found = sorted_out(records, staff, practice, now=now)
    listed = {}
    for name, talks in found.items():
        asleep = sum(_sleeps(t, now=now) for t in talks) if name in FOR_ME else 0
        leaf = _leaf(len(talks), opened.upto if opened and opened.name is name else PAGE)
        shown = tuple(_entries(records, talks[leaf], person, staff, now=now))
        listed[name] = Listed(count=len(talks) - asleep, asleep=asleep, start=leaf.start, shown=shown)
    mine = practice.default_department in staff.departments
    unshown = records.how_many_not_looked_into() if mine else 0
    waits = unshown or any(one.count for one in listed.values())
    awake = {t.id: t for name in FOR_ME for t in found[name] if not _sleeps(t, now=now)}
    return Board(
        practice=practice,
        staff=staff,
        lists=listed,
        opened=opened,
        urgent=sum(t.urgent for t in awake.values()),
        refills=len(records.undecided() & awake.keys()) if Role.PRESCRIBER in staff.roles else 0,
        unshown=unshown,
        quiet=None if waits else _quiet(records, staff, practice, now=now),
    )


def sorted_out(
    records: Records, staff: Staff, practice: Practice, *, now: datetime
) -> dict[Name, Sequence[Conversation]]:
    """Which open conversation stands in which list; each in one, the first that fits.

    What nobody has, or somebody who left the staff list, is the department's, also while it is put aside: then it
    comes last.
    """
    own = practice.turns_of(staff.slack)
    held = [talk for slack in own for talk in records.waiting(holder=slack)]
    free = [t for name in staff.departments for t in records.waiting(department=name) if not _kept(t, practice)]
    sent = [t for slack in own for t in records.forwarded_by(slack) if t.holder not in own]
    fits = {
        Name.PORTAL: [t for t in free if t.turn not in _HANDED],
        Name.PHONE: [t for t in (*held, *free) if t.turn in _HANDED],
        Name.MINE: [t for t in held if t.turn not in _HANDED],
        Name.OTHERS: sent,
    }
    trouble, seen, found = records.in_trouble(), set[str](), {}
    for name, talks in fits.items():
        found[name] = _ordered((t for t in talks if t.id not in seen), trouble, now=now)
        seen |= {t.id for t in talks}
    return found


def _kept(talk: Conversation, practice: Practice) -> bool:
    """Whether a person of the practice has it."""
    holder = practice.person(talk.holder) if talk.holder else None
    return holder is not None and bool(holder.roles)


def _sleeps(talk: Conversation, *, now: datetime) -> bool:
    return talk.snoozed_until is not None and talk.snoozed_until > now


def _ordered(talks: Iterable[Conversation], trouble: frozenset[str], *, now: datetime) -> Sequence[Conversation]:
    """Urgent first, then what the family did not get, then late, then by deadline; what sleeps comes last."""
    each = {talk.id: talk for talk in talks}.values()
    return sorted(
        each,
        key=lambda t: (_sleeps(t, now=now), not t.urgent, t.id not in trouble, t.due_at > now, t.due_at, t.number),
    )


def _leaf(total: int, upto: int) -> slice:
    """The entries to show of a list of `total`, when its entry number `upto` is asked for; the last leaf beyond it."""
    if upto <= PAGE:
        return slice(0, PAGE)
    start = (max(min(upto, total), 1) - 1) // LEAF * LEAF
    return slice(start, start + LEAF)


def _entries(
    records: Records, talks: Sequence[Conversation], person: Person, staff: Staff, *, now: datetime
) -> Iterable[Entry]:
    for talk in talks:
        picture = records.picture(talk.id)
        if picture is None:
            continue
        also = stand_ins(records, picture.practice, talk)
        bound = tie(staff, talk, picture.forwards, picture.practice, also=also)
        seen = situation(picture, now=now)
        acts = acts_of(person, staff, bound, talk, picture.forwards)
        yield Entry(picture=picture, situation=seen, acts=acts - {Act.TAKE} if _has(staff, talk, now=now) else acts)


def _has(staff: Staff, talk: Conversation, *, now: datetime) -> bool:
    """Whether there is nothing to take: it is theirs, they took it, and it is not put aside."""
    return talk.holder == staff.slack and talk.turn is Turn.TAKEN and not _sleeps(talk, now=now)


def _quiet(records: Records, staff: Staff, practice: Practice, *, now: datetime) -> Quiet:
    own = practice.turns_of(staff.slack)
    open_here = [talk for name in staff.departments for talk in records.waiting(department=name)]
    zone = ZoneInfo(practice.timezone)
    midnight = datetime.combine(now.astimezone(zone).date(), time(), tzinfo=zone)
    answered = records.answered(since=midnight)
    return Quiet(
        with_colleagues=sum(talk.holder not in own for talk in open_here if _kept(talk, practice)),
        answered={name: answered.get(name, 0) for name in staff.departments},
        last_came=records.last_came(),
    )
