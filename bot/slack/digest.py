"""One message before a long tail of cards: how many wait, and the most pressing by their numbers. No names."""

from __future__ import annotations

from datetime import datetime

from bot.domain.backlog import Digest
from bot.domain.conversation import Conversation
from bot.domain.practice import Practice
from bot.slack import blocks as kit
from bot.slack.blocks import Block, Line, Message, emoji, say
from bot.slack.clock import Clock
from bot.slack.people import KINDS, colleague
from bot.slack.text import line


def digest(told: Digest, practice: Practice, now: datetime) -> Message:
    """What waits in this channel, as it is now; in both modes without a child's name or a family's word."""
    clock = Clock.of(practice, now)
    counts = f"{told.open:,} open, {told.urgent:,} urgent, {told.late:,} late"
    since = f" Slack could not be reached since {clock.spoken(told.oldest)}." if told.oldest else ""
    coming = f"{told.cards:,} {'card is' if told.cards == 1 else 'cards are'} still to come"
    lines: list[Line] = [
        [say(coming, bold=True), say(f", the oldest first, {_long(told.cards)}. Urgent ones are above.{since}")],
        [say(f"In all: {counts}.")],
    ]
    blocks: list[Block] = [kit.header(f"Catching up: {line(told.department, 80)}"), _section(lines)]
    if told.first:
        blocks.append(_section([[say("First", bold=True)], *(_one(talk, practice, clock) for talk in told.first)]))
    note = f"{line(told.department, 80)} is catching up: {coming}. In all {counts}."
    return {"text": kit.notification(note), "blocks": blocks}


def _long(cards: int) -> str:
    """How long they take at Slack's pace of one a second."""
    hours, minutes = divmod(max(1, round(cards / 60)), 60)
    return f"in about {f'{hours} h {minutes}' if hours else minutes} min"


def _section(lines: list[Line]) -> Block:
    return kit.rich(kit.section(*kit.joined(lines)))


def _one(talk: Conversation, practice: Practice, clock: Clock) -> Line:
    mark = [emoji("rotating_light"), say(" ")] if talk.urgent else []
    word = "late since" if talk.due_at < clock.now else "look by" if talk.urgent else "due"
    has = colleague(practice, talk.holder) if talk.holder else "nobody has it"
    number = say(f"No. {talk.number} ", bold=True)
    return [*mark, number, say(f"{KINDS[talk.kind][0]} · {word} {clock.spoken(talk.due_at)} · {has}")]
