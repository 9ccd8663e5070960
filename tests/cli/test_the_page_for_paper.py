"""What a nurse holds in her hand while Slack is away: she finds each message in the portal, and answers none twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.cli.desk import load_practice
from bot.cli.queue import CONFIDENTIAL, IN_TROUBLE, WIDE, Open, page
from bot.domain.conversation import Conversation, Status
from bot.domain.message import Kind
from bot.domain.unshown import Unshown
from bot.slack.clock import Clock
from tests.world import PRACTICE

NOW = datetime(2026, 11, 25, 19, 40, tzinfo=UTC)  # 2:40 PM on a Wednesday in New York


def open_one(n: int, *, due: float = 3, child: str = "", trouble: bool = False, **more: Any) -> Open:
    """One open message; `due`: hours from now."""
    at = NOW + timedelta(hours=due)
    talk = {"kind": Kind.GENERAL, "department": "Nursing", "status": Status.OPEN, "came_at": at - timedelta(hours=8)}
    made = Conversation(id=f"c_{n}", number=1000 + n, portal="main", due_at=at, **(talk | more))
    return Open(talk=made, child=child, trouble=trouble)


def printed(*found: Open, lost: Sequence[Unshown] = ()) -> list[str]:
    practice = load_practice(PRACTICE, 1)
    return page(practice, found, Clock.of(practice, NOW), lost).splitlines()


def about(lines: list[str], number: int) -> list[str]:
    """The line of that message, and what stands under it."""
    start = next(n for n, line in enumerate(lines) if str(number) in line)
    end = next(n for n in range(start + 1, len(lines)) if not lines[n].startswith(" " * 19))
    return lines[start:end]


def test_a_message_is_found_in_the_portal():
    """The portal does not know our numbers: kind, when it came and until when, as one says it, and who has it."""
    lines = printed(open_one(1, holder="U0ALICE"), open_one(2, due=20), open_one(3, due=-200))
    (first,) = about(lines, 1001)
    assert first.split("]")[1].split() == [
        "1001",
        "General",
        "came",
        "9:40",
        "AM",
        "due",
        "5:40",
        "PM",
        "Alice",
        "Moreno",
    ]
    assert "came Thu 2:40 AM  due Thu 10:40 AM nobody" in about(lines, 1002)[0]
    assert "came Nov 16       due Nov 17" in about(lines, 1003)[0]


def test_urgent_and_late_are_two_things():
    """An urgent message whose time is over is marked as both; the sum above counts each."""
    lines = printed(open_one(1, due=-1, urgent=True), open_one(2, urgent=True), open_one(3, due=-1), open_one(4))
    marks = [about(lines, 1000 + n)[0].partition("[")[0].split() for n in range(1, 5)]
    assert marks == [["!!", "LATE"], ["!!"], ["LATE"], []]
    assert lines[1] == "4 open: 2 urgent, 2 late, 4 that nobody has"


def test_whoever_answers_knows_what_to_know_first():
    """An answer that may not have arrived, one that is confidential, one that somebody put aside: each says so."""
    asleep = open_one(3, child="Maya Okafor, Born Mar 9, 2017", snoozed_until=NOW + timedelta(hours=20))
    lines = printed(open_one(1, trouble=True), open_one(2, confidential=True), asleep)
    assert [part.strip() for part in about(lines, 1001)[1:]] == [IN_TROUBLE]
    assert [part.strip() for part in about(lines, 1002)[1:]] == [CONFIDENTIAL]
    assert [part.strip() for part in about(lines, 1003)[1:]] == [asleep.child, "put aside until Thu 10:40 AM"]


def test_it_fits_on_paper():
    """No line is wider than a page, and a name that is longer than what is left of one stands whole below it."""
    holders = ("U0ALICE", "U0GONE")
    lines = printed(
        *(open_one(n, trouble=True, confidential=True, holder=h, urgent=True) for n, h in enumerate(holders))
    )
    assert max(map(len, lines)) <= WIDE
    assert about(lines, 1000)[0].endswith(" Alice Moreno")
    assert about(lines, 1001)[1].strip() == "with a colleague who left the staff list"


def test_what_could_not_be_shown_stands_first():
    """Nobody knows how urgent it is: with when each came and its portal, to be looked for there; within the page."""
    came = (NOW - timedelta(hours=20), NOW - timedelta(hours=1))
    lost = [Unshown(id=f"i_{n}", portal="p" * 32, came_at=at) for n, at in enumerate(came)]
    lines = printed(open_one(1), lost=lost)
    start = lines.index("2 messages could not be shown: look in the portal")
    assert start < next(n for n, line in enumerate(lines) if "1001" in line)
    told = [line.split("[ ] came ")[1].split() for line in lines[start + 2 : start + 4]]
    assert told == [["Tue", "6:40", "PM", "portal", "p" * 32], ["1:40", "PM", "portal", "p" * 32]]
    assert max(map(len, lines)) <= WIDE
    assert not any("could not be shown" in line for line in printed(open_one(1)))
