"""The one message before a long tail of cards: readable, and within what Slack takes, however many wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.cli.desk import load_practice
from bot.domain.backlog import FIRST, Digest
from bot.domain.conversation import Conversation, Status
from bot.domain.message import Kind
from bot.sandbox.slack.blockkit import faults
from bot.slack.digest import digest
from tests.slack.judge import reading
from tests.world import PRACTICE

NOW = datetime(2026, 11, 25, 19, 40, tzinfo=UTC)


def told(cards: int) -> Digest:
    talk = {"portal": "main", "kind": Kind.APPOINTMENT, "department": "Nursing", "status": Status.OPEN}
    first = tuple(
        Conversation(id=f"c_{n}", number=1_000_000 + n, came_at=NOW, due_at=NOW, urgent=True, holder="U0ALICE", **talk)
        for n in range(FIRST)
    )
    oldest = NOW - timedelta(hours=8)
    return Digest(department="Nursing", cards=cards, open=5_100, urgent=100, late=5_000, oldest=oldest, first=first)


def test_five_thousand_are_told_in_a_few_lines():
    """What Slack takes; the sum, how long it takes, and the five most pressing: no more than fits on a telephone."""
    shown = digest(told(5_000), load_practice(PRACTICE, 1), NOW)
    assert faults(shown["blocks"], "message") == []
    read = reading(shown["blocks"])
    assert "5,000 cards are still to come, the oldest first, in about 1 h 23 min. Urgent ones are above." in read
    assert "In all: 5,100 open, 100 urgent, 5,000 late." in read
    assert read.count("No. 1") == FIRST
    assert len(read) < 600
    assert len(shown["text"]) < 150


def test_one_card_is_one():
    """Nobody reads "1 cards"; and less than a minute is a minute."""
    read = reading(digest(told(1), load_practice(PRACTICE, 1), NOW)["blocks"])
    assert "1 card is still to come, the oldest first, in about 1 min." in read
