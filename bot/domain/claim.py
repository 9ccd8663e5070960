"""Take it, take it over, take it back, give it back: one person wins, and everybody sees who."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain import tell
from bot.domain.conversation import Conversation, Status
from bot.domain.entitled import Seat, seat, write
from bot.domain.forward import ended, still_open, take_back
from bot.domain.permission import Act, Tie
from bot.domain.refused import Refusal, Refused
from bot.domain.respond import come_back
from bot.domain.spoken import spoken
from bot.domain.staff import Person
from bot.domain.store import Records
from bot.domain.turn import ForwardState, Turn, open_chain


def take(records: Records, *, conversation_id: str, person: Person, now: datetime) -> Conversation:
    """Make an untaken message one's own; somebody who came a moment later is told who has it."""
    found = seat(records, conversation_id=conversation_id, person=person, act=Act.TAKE)
    talk = found.conversation
    _takeable(talk)
    if talk.holder is not None and talk.holder != found.staff.slack and not _covers(found):
        if any(one.by == found.staff.slack for one in open_chain(found.picture.forwards)):
            return take_over(records, conversation_id=conversation_id, person=person, now=now)  # they gave it away
        raise Refused(has_it(found, now=now), because=Refusal.HELD)
    if talk.holder == found.staff.slack and talk.turn is Turn.TAKEN and talk.snoozed_until is None:
        raise Refused("You have this one already. Press Reply to answer, or Give it back.", because=Refusal.NOT_NOW)
    return _taken(records, found, action="message.taken", now=now)


def take_over(records: Records, *, conversation_id: str, person: Person, now: datetime) -> Conversation:
    """Take it from the colleague who has it, who is told; for the one who forwarded it: take it back."""
    found = seat(records, conversation_id=conversation_id, person=person, act=Act.TAKE)
    talk = found.conversation
    _takeable(talk)
    if talk.holder == found.staff.slack:
        return take(records, conversation_id=conversation_id, person=person, now=now)
    previous = talk.holder
    talk, back = take_back(records, found, now=now)
    if back:
        found = replace(found, picture=replace(found.picture, conversation=talk))
        return _taken(records, found, action="message.taken_back", now=now)
    ended(records, found.picture.forwards, state=ForwardState.OVER, by=found.staff.slack, now=now)
    present = _taken(records, found, action="message.taken_over", now=now)
    if previous:
        tell.news(records, present, news="taken_over", by=found.staff.slack, to=previous, now=now)
    return present


def give_back(records: Records, *, conversation_id: str, person: Person, now: datetime) -> Conversation:
    """Let go of it: back to who forwarded it, or to whom it was handed before, else to the department, unread."""
    found = seat(records, conversation_id=conversation_id, person=person, act=Act.GIVE_BACK)
    talk = found.conversation
    still_open(talk)
    if talk.status is not Status.OPEN or talk.holder is None:
        raise Refused("Nobody has this one, so there is nothing to give back.", because=Refusal.NOT_NOW)
    handed = found.picture.handed
    if handed and handed.to == talk.holder:
        come_back(records, found, handed, state=ForwardState.BACK, now=now)
        return replace(talk, holder=handed.by)
    to = handed.to if handed else None  # somebody else had got it in between: whoever it was handed to has it again
    turn = Turn.FORWARDED if handed else Turn.NEW
    present = replace(talk, holder=to, held_since=now if to else None, turn=turn, snoozed_until=None)
    return _saved(records, found, present, action="message.given_back", now=now)


def has_it(found: Seat, *, now: datetime) -> str:
    """Who has it, since when, and what can be done all the same."""
    talk, practice = found.conversation, found.picture.practice
    holder = practice.person(talk.holder or "")
    name = holder.name if holder else "A colleague"
    since = f" since {spoken(talk.held_since, practice=practice, now=now)}" if talk.held_since else ""
    return f"{name} has had this{since}. You can still answer: sending takes it over, and {name} is told."


def _covers(found: Seat) -> bool:
    return found.bound is Tie.TURN


def _takeable(talk: Conversation) -> None:
    still_open(talk)
    if talk.status is Status.DONE:
        raise Refused("This one is done. Press Reopen if something is left to do.", because=Refusal.CLOSED)
    if talk.status is Status.ANSWERED:
        raise Refused(
            "This was answered; it is the family's turn. Press Reply to add something.", because=Refusal.NOT_NOW
        )


def _taken(records: Records, found: Seat, *, action: str, now: datetime) -> Conversation:
    talk = found.conversation
    holder = found.staff.slack
    since = talk.held_since if talk.holder == holder else now
    present = replace(talk, holder=holder, held_since=since, turn=Turn.TAKEN, snoozed_until=None)
    return _saved(records, found, present, action=action, now=now)


def _saved(records: Records, found: Seat, present: Conversation, *, action: str, now: datetime) -> Conversation:
    if present.department != found.picture.conversation.department or action != "message.taken":
        present = replace(present, version=present.version + 1)
    records.save_conversation(present)
    write(records, action, present, by=found.staff, now=now)
    tell.draw(records, present, now=now)
    return present
