"""What staff write in a card's thread: kept as internal notes, and going nowhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain import tell
from bot.domain.conversation import Note
from bot.domain.entitled import Seat, open_window, seat, write
from bot.domain.journal import Entry
from bot.domain.permission import Act
from bot.domain.refused import Refusal, Refused
from bot.domain.staff import Person
from bot.domain.store import Records
from bot.domain.window import Window, mine


def note(
    records: Records, *, channel: str, thread_ts: str, ts: str, person: Person, text: str, now: datetime
) -> Note | None:
    """Keep a staff member's thread message as an internal note.

    None when the thread is not a card's, the writer is not on the staff list or a guest, or it is kept already. While
    Slack cannot say who is a guest the list decides: it stands in the thread for everybody to read, and goes nowhere.
    """
    place = records.place_at(channel=channel, ts=thread_ts)
    conversation = records.conversation(place.conversation_id) if place else None
    if conversation is None:
        return None
    slack = person.slack
    staff = tell.in_force(records).person(slack)
    if staff is None or not staff.roles or person.member is False:
        records.journal(Entry(at=now, actor=slack, action="note.refused", subject=conversation.id, outcome="refused"))
        return None
    kept = Note(id=records.new_id("n"), conversation_id=conversation.id, author=slack, text=text, at=now)
    if not records.add_note(kept, channel=channel, ts=ts):
        return None
    records.journal(
        Entry(at=now, actor=slack, action="note.written", subject=conversation.id, detail={"note": kept.id})
    )
    tell.draw(records, conversation, now=now)
    return kept


def open_note(records: Records, *, conversation_id: str, person: Person, now: datetime) -> tuple[Window, Seat]:
    """Open the window for a note."""
    found = seat(records, conversation_id=conversation_id, person=person, act=Act.NOTE)
    window = open_window(records, found, what="note", now=now)
    return window, found


def add_note(records: Records, *, window_id: str, person: Person, text: str, now: datetime) -> Note:
    """Keep what was written in the window, once."""
    window = mine(records.window(window_id), person.slack, "note")
    found = seat(records, conversation_id=window.conversation_id, person=person, act=Act.NOTE)
    words = text.strip()
    if not words:
        raise Refused("Write something first.", because=Refusal.TEXT, field="note_text")
    kept = Note(id=records.new_id("n"), conversation_id=found.conversation.id, author=person.slack, text=words, at=now)
    records.add_note(kept, channel="window", ts=window.id)
    records.save_window(replace(window, used_by=kept.id))
    write(records, "note.written", found.conversation, by=found.staff, now=now, note=kept.id)
    tell.draw(records, found.conversation, now=now)
    return kept


def change_note(records: Records, *, channel: str, ts: str, slack: str, text: str | None, now: datetime) -> str | None:
    """Follow an edit (None: a deletion) of a note in Slack; the conversation's id, None when it is no note."""
    conversation_id = records.change_note(channel=channel, ts=ts, text=text, now=now)
    if conversation_id:
        action = "note.changed" if text is not None else "note.deleted"
        records.journal(Entry(at=now, actor=slack, action=action, subject=conversation_id))
    return conversation_id
