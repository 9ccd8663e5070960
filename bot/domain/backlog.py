"""After an outage: a channel with a long tail of cards is told in one message what waits, before the tail comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.conversation import Conversation
from bot.domain.delivery import Delivery, What, slack_lane
from bot.domain.journal import Entry
from bot.domain.store import Records
from bot.domain.tail import Tail

MANY = 60  # cards that wait in one channel: more than a minute of Slack's pace
OLD = timedelta(minutes=10)  # and the oldest of them for so long: no burst, but an outage
FEW = 10  # so few left: it is over, and a next outage is told anew
FIRST = 5  # conversations that the message names
_KEY = "backlog:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What the message tells, as it is when it is posted: `cards` are still to be posted, of all that are `open`.

    `first`: the most pressing conversations.
    """

    department: str
    cards: int
    open: int
    urgent: int
    late: int
    oldest: datetime | None
    first: tuple[Conversation, ...]


def watch(records: Records, *, now: datetime) -> int:
    """Put one message before each long, old tail, once; how many. Urgent cards have gone before it by then."""
    tails = {tail.department: tail for tail in records.tails(now=now)}
    told = sum(_tell(records, tail, now=now) for tail in tails.values())
    for alarm in records.open_alarms():
        department = alarm.key.removeprefix(_KEY)
        if alarm.key.startswith(_KEY) and (department not in tails or tails[department].cards <= FEW):
            records.close_alarm(key=alarm.key, now=now)
    return told


def _tell(records: Records, tail: Tail, *, now: datetime) -> bool:
    if tail.cards <= MANY or now - tail.oldest < OLD:
        return False
    words = (
        f"{tail.cards} cards of {tail.department} waited while Slack could not be reached. They follow by themselves."
    )
    if records.raise_alarm(key=f"{_KEY}{tail.department}", words=words, now=now) is None:
        return False
    records.add_delivery(
        Delivery(
            id=records.new_id("d"),
            what=What.DIGEST,
            lane=slack_lane(f"dep:{tail.department}"),
            subject=tail.department,
            slot="department",
            urgent=True,
        ),
        now=now,
    )
    detail: dict[str, str | int | bool | None] = {"cards": tail.cards, "urgent": tail.urgent}
    records.journal(Entry(at=now, actor="service", action="backlog.told", subject="backlog", detail=detail))
    return True


def digest(records: Records, *, department: str, now: datetime) -> Digest:
    """What waits in that department now."""
    tail = next((one for one in records.tails(now=now) if one.department == department), None)
    waiting = sorted(records.waiting(department=department), key=lambda t: (not t.urgent, t.due_at, t.number))
    return Digest(
        department=department,
        cards=tail.cards if tail else 0,
        open=len(waiting),
        urgent=sum(talk.urgent for talk in waiting),
        late=sum(talk.due_at < now for talk in waiting),
        oldest=tail.oldest if tail else None,
        first=tuple(waiting[:FIRST]),
    )
