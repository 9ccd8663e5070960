"""Done without an answer, and open again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain import tell
from bot.domain.conversation import Conversation, Status
from bot.domain.decision import to_enter
from bot.domain.delivery import State
from bot.domain.entitled import seat, write
from bot.domain.forward import ended, still_open
from bot.domain.permission import Act
from bot.domain.promise import promised
from bot.domain.refused import Refusal, Refused
from bot.domain.staff import Person
from bot.domain.store import Records
from bot.domain.turn import ForwardState, Turn


def done(records: Records, *, conversation_id: str, person: Person, now: datetime, heard: str) -> Conversation:
    """Nothing more to do. A new message from the family opens it again.

    `heard` is the mark of what the pressed card showed (`Picture.heard`): nobody closes words that they were not shown.
    """
    found = seat(records, conversation_id=conversation_id, person=person, act=Act.DONE)
    talk, picture = found.conversation, found.picture
    still_open(talk)
    if talk.status is Status.DONE:
        raise Refused("This one is done already.", because=Refusal.NOT_NOW)
    if heard != picture.heard:
        raise Refused(
            "This did not show all that the family wrote. It is being drawn anew: read it, then press Done once more.",
            because=Refusal.UNREAD,
        )
    if any(reply.state is State.UNCLEAR for reply in picture.replies):
        raise Refused(
            "It is unclear whether the family got an answer. Settle that first: press Check portal on the card.",
            because=Refusal.NOT_NOW,
        )
    if to_enter(picture.decisions):
        raise Refused(
            "An approved refill still has to be entered in the EHR. Enter it there, then press Entered in EHR.",
            because=Refusal.NOT_NOW,
        )
    ended(records, picture.forwards, state=ForwardState.OVER, by=found.staff.slack, now=now)
    present = replace(
        talk,
        version=talk.version + 1,
        status=Status.DONE,
        closed_at=now,
        closed_by=found.staff.slack,
        holder=found.staff.slack,
        held_since=now,
        snoozed_until=None,
        turn=Turn.TAKEN,
    )
    records.save_conversation(present)
    write(records, "message.done", present, by=found.staff, now=now)
    if talk.holder and talk.holder != found.staff.slack:
        tell.news(records, present, news="done", by=found.staff.slack, to=talk.holder, now=now)
    tell.draw(records, present, now=now)
    return present


def reopen(records: Records, *, conversation_id: str, person: Person, now: datetime) -> Conversation:
    """Something is left to do after all: it is the turn of the one who says so, with a new promise from now."""
    found = seat(records, conversation_id=conversation_id, person=person, act=Act.REOPEN)
    talk = found.conversation
    still_open(talk)
    if talk.status is not Status.DONE:
        raise Refused("This one is open already.", because=Refusal.NOT_NOW)
    practice = found.picture.practice
    department = practice.department(talk.department)
    present = replace(
        talk,
        version=talk.version + 1,
        status=Status.OPEN,
        holder=found.staff.slack,
        held_since=now,
        turn=Turn.TAKEN,
        due_at=promised(came=now, urgent=talk.urgent, department=department, practice=practice, now=now),
        closed_at=None,
        closed_by=None,
    )
    records.save_conversation(present)
    write(records, "message.reopened", present, by=found.staff, now=now)
    tell.draw(records, present, now=now)
    return present
