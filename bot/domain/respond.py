"""Sending the turn back to the colleague who forwarded, with an answer and words that may go to the family."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain import tell
from bot.domain.conversation import Conversation
from bot.domain.entitled import Seat, open_window, seat, write
from bot.domain.forward import NOTE_LIMIT, may_respond, still_open
from bot.domain.permission import Act
from bot.domain.refused import Refusal, Refused
from bot.domain.reply import TEXT_LIMIT
from bot.domain.staff import Person
from bot.domain.store import Records
from bot.domain.turn import Forward, ForwardState, Turn
from bot.domain.window import Window, mine

TEXT, WORDS = "respond_text", "respond_words"  # the fields that a refusal belongs to


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was written: `text` for the colleague, `words` offered for the family (may be empty)."""

    text: str
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Responding:
    """An opened Respond window and the forward that it answers."""

    window: Window
    seat: Seat
    forward: Forward


def open_respond(records: Records, *, conversation_id: str, person: Person, now: datetime) -> Responding:
    """Open the Respond window, if something was forwarded to this person."""
    found = seat(records, conversation_id=conversation_id, person=person, act=Act.RESPOND)
    still_open(found.conversation)
    handed = may_respond(found)
    window = open_window(records, found, what="respond", now=now, draft=handed.id)
    return Responding(window=window, seat=found, forward=handed)


def respond(records: Records, *, window_id: str, person: Person, answer: Answer, now: datetime) -> Forward:
    """Send it back: the turn returns to the one who forwarded, or to their cover. Nothing goes to the family."""
    window = mine(records.window(window_id), person.slack, "respond")
    found = seat(records, conversation_id=window.conversation_id, person=person, act=Act.RESPOND)
    still_open(found.conversation)
    handed = may_respond(found)
    if handed.id != window.draft:
        raise Refused(
            "It was forwarded once more while this window was open. Copy your answer, close it, and press again.",
            because=Refusal.CHANGED,
            field=TEXT,
        )
    checked = _checked(answer)
    done = replace(handed, response=checked.text, words=checked.words)
    records.save_window(replace(window, used_by=handed.id))
    return come_back(records, found, done, state=ForwardState.RETURNED, now=now)


def come_back(records: Records, found: Seat, handed: Forward, *, state: ForwardState, now: datetime) -> Forward:
    """The turn returns by itself to the one who forwarded; to their department when they are here no more."""
    ended = replace(handed, state=state, ended_at=now, ended_by=found.staff.slack)
    records.save_forward(ended)
    practice = found.picture.practice
    home = practice.person(handed.by)
    back_to = practice.cover(handed.by) if home and home.roles else None
    present = replace(
        found.conversation,
        version=found.conversation.version + 1,
        department=handed.from_department if handed.to_department else found.conversation.department,
        holder=back_to.slack if back_to else None,
        held_since=now,
        turn=Turn.RETURNED,
        snoozed_until=None,
    )
    records.save_conversation(present)
    _journal(records, present, found, ended, now=now)
    if back_to:
        tell.direct(records, present, ended, slack=back_to.slack, now=now)
    tell.draw(records, present, now=now)
    return ended


def _journal(records: Records, talk: Conversation, found: Seat, ended: Forward, *, now: datetime) -> None:
    action = "message.returned" if ended.state is ForwardState.RETURNED else "message.given_back"
    write(records, action, talk, by=found.staff, now=now, forward=ended.id, to=talk.holder)


def _checked(answer: Answer) -> Answer:
    text, words = answer.text.strip(), answer.words.strip()
    if not text:
        raise Refused("Write an answer for your colleague first.", because=Refusal.TEXT, field=TEXT)
    for said, most, field in ((text, NOTE_LIMIT, TEXT), (words, TEXT_LIMIT, WORDS)):
        if len(said) > most:
            over = len(said) - most
            sentence = f"{len(said):,} characters; this takes {most:,}. Take out {over:,}."
            raise Refused(sentence, because=Refusal.TEXT, field=field)
    return Answer(text=text, words=words)
