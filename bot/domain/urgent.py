"""A person marks a message urgent, or not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain import tell
from bot.domain.conversation import Conversation, Status
from bot.domain.entitled import seat, write
from bot.domain.forward import still_open
from bot.domain.permission import Act
from bot.domain.promise import URGENT_WITHIN, promised
from bot.domain.refused import Refusal, Refused
from bot.domain.staff import Person
from bot.domain.store import Records


def mark_urgent(records: Records, *, conversation_id: str, person: Person, now: datetime) -> Conversation:
    """It must not wait: its own short clock, the urgent channel, and the people who are woken."""
    found = seat(records, conversation_id=conversation_id, person=person, act=Act.URGENT)
    talk = found.conversation
    still_open(talk)
    if talk.urgent:
        raise Refused("This one is marked urgent already.", because=Refusal.NOT_NOW)
    if talk.status is not Status.OPEN:
        raise Refused("Only what is still open can be urgent. Press Reopen first.", because=Refusal.NOT_NOW)
    due = min(talk.due_at, now + URGENT_WITHIN)
    present = replace(talk, version=talk.version + 1, urgent=True, due_at=due, snoozed_until=None)
    records.save_conversation(present)
    write(records, "message.urgent", present, by=found.staff, now=now)
    tell.draw(records, present, now=now)
    tell.announce(records, present, practice=found.picture.practice, now=now)
    return present


def not_urgent(records: Records, *, conversation_id: str, person: Person, now: datetime) -> Conversation:
    """A person looked and says that it may wait: the department's own promise counts again."""
    found = seat(records, conversation_id=conversation_id, person=person, act=Act.URGENT)
    talk, practice = found.conversation, found.picture.practice
    still_open(talk)
    if not talk.urgent:
        raise Refused("This one is not marked urgent.", because=Refusal.NOT_NOW)
    department = practice.department(talk.department)
    due = promised(came=talk.came_at, urgent=False, department=department, practice=practice, now=now)
    present = replace(talk, version=talk.version + 1, urgent=False, due_at=due)
    records.save_conversation(present)
    write(records, "message.not_urgent", present, by=found.staff, now=now)
    tell.draw(records, present, now=now)
    return present
