"""Putting a message aside until a time; it wakes by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain import tell
from bot.domain.conversation import Conversation, Status
from bot.domain.entitled import Seat, open_window, seat, write
from bot.domain.forward import still_open
from bot.domain.journal import Entry
from bot.domain.permission import Act
from bot.domain.refused import Refusal, Refused
from bot.domain.staff import Person
from bot.domain.store import Records
from bot.domain.window import Window, mine

LONGEST = timedelta(days=30)
UNTIL = "snooze_until"  # the field that a refusal belongs to
AT_ONCE = 100  # messages woken in one transaction; the next tick takes the next


def open_snooze(records: Records, *, conversation_id: str, person: Person, now: datetime) -> tuple[Window, Seat]:
    """Open the Snooze window."""
    found = seat(records, conversation_id=conversation_id, person=person, act=Act.SNOOZE)
    _can_wait(found.conversation)
    window = open_window(records, found, what="snooze", now=now)
    return window, found


def snooze(records: Records, *, window_id: str, person: Person, until: datetime | None, now: datetime) -> Conversation:
    """Put it aside until then. The promise to the family goes on: its clock does not stop."""
    window = mine(records.window(window_id), person.slack, "snooze")
    found = seat(records, conversation_id=window.conversation_id, person=person, act=Act.SNOOZE)
    _can_wait(found.conversation)
    if until is None or until <= now:
        raise Refused("Choose a time that is still to come.", because=Refusal.TEXT, field=UNTIL)
    if until > now + LONGEST:
        raise Refused("Choose a time within the next 30 days.", because=Refusal.TEXT, field=UNTIL)
    records.save_window(replace(window, used_by=found.conversation.id))
    present = replace(found.conversation, snoozed_until=until)
    records.save_conversation(present)
    write(records, "message.snoozed", present, by=found.staff, now=now, until=int(until.timestamp()))
    tell.draw(records, present, now=now)
    return present


def wake(records: Records, *, now: datetime) -> int:
    """Wake what was put aside until now: its holder is told, or its department; how many."""
    woken = 0
    for conversation_id in records.snoozed_until(before=now, limit=AT_ONCE):
        talk = records.conversation(conversation_id)
        if talk is None or talk.snoozed_until is None or talk.snoozed_until > now:
            continue  # somebody woke it meanwhile
        present = replace(talk, snoozed_until=None)
        records.save_conversation(present)
        records.journal(Entry(at=now, actor="service", action="message.woke", subject=talk.id))
        tell.draw(records, present, now=now)
        if talk.status is Status.OPEN:
            _tell(records, present, now=now)
        woken += 1
    return woken


def _tell(records: Records, talk: Conversation, *, now: datetime) -> None:
    if talk.holder:
        tell.news(records, talk, news="woke", by=talk.holder, to=talk.holder, now=now)
    else:
        tell.again(records, talk, now=now)


def _can_wait(talk: Conversation) -> None:
    still_open(talk)
    if talk.status is not Status.OPEN:
        raise Refused("Only what is still open can be put aside.", because=Refusal.NOT_NOW)
    if talk.urgent:
        raise Refused("This is urgent. Press Not urgent first if it may wait.", because=Refusal.NOT_NOW)
