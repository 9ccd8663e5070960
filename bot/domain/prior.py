"""The prior text that was left out of a forward: asked for, and shown after all."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain import tell
from bot.domain.entitled import seat, write
from bot.domain.forward import may_respond, still_open
from bot.domain.permission import Act
from bot.domain.refused import Refusal, Refused
from bot.domain.staff import Person
from bot.domain.store import Records
from bot.domain.turn import Forward


def ask_prior(records: Records, *, conversation_id: str, person: Person, now: datetime) -> Forward:
    """Ask the one who forwarded for the prior text; they get a direct message with a button."""
    found = seat(records, conversation_id=conversation_id, person=person, act=Act.ASK_PRIOR)
    still_open(found.conversation)
    handed = may_respond(found)
    if handed.prior_asked_at is not None:
        raise Refused("You asked for it already. Press Respond if you can answer without it.", because=Refusal.NOT_NOW)
    asked = replace(handed, prior_asked_at=now)
    records.save_forward(asked)
    write(records, "prior.asked", found.conversation, by=found.staff, now=now, forward=handed.id)
    tell.news(records, found.conversation, news="prior_asked", by=found.staff.slack, to=handed.by, now=now)
    tell.draw(records, found.conversation, now=now)
    return asked


def give_prior(records: Records, *, conversation_id: str, person: Person, now: datetime) -> Forward:
    """Show the prior text to the one who has it."""
    found = seat(records, conversation_id=conversation_id, person=person, act=Act.GIVE_PRIOR)
    handed = found.picture.handed
    if handed is None or handed.prior:
        raise Refused("Nobody waits for the prior text here any more.", because=Refusal.NOT_NOW)
    given = replace(handed, prior=True)
    records.save_forward(given)
    present = replace(found.conversation, version=found.conversation.version + 1)
    records.save_conversation(present)
    write(records, "prior.given", present, by=found.staff, now=now, forward=handed.id)
    if handed.to:
        tell.news(records, present, news="prior_given", by=found.staff.slack, to=handed.to, now=now)
    tell.draw(records, present, now=now)
    return given
