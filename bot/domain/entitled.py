"""The beginning of every act: the conversation as it is now, and whether this person may do this with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain import tell
from bot.domain.conversation import Conversation
from bot.domain.journal import Entry
from bot.domain.permission import Act, Tie, acts_of, must, must_work_here, tie
from bot.domain.picture import Picture
from bot.domain.place import stand_ins
from bot.domain.refused import Refusal, Refused
from bot.domain.staff import Person, Staff
from bot.domain.store import Records
from bot.domain.window import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A conversation, locked, with the person who may act on it, and what binds them to it."""

    picture: Picture
    person: Person
    staff: Staff
    bound: Tie

    @property
    def acts(self) -> frozenset[Act]:
        """Everything that this person may do with it now; only a window that offers it all asks."""
        return acts_of(self.person, self.staff, self.bound, self.conversation, self.picture.forwards)

    @property
    def conversation(self) -> Conversation:
        """The conversation as it is now."""
        return self.picture.conversation


def seat(records: Records, *, conversation_id: str, person: Person, act: Act) -> Seat:
    """The conversation as it is now, and the staff member behind `person`, if they may do `act` with it."""
    conversation = records.conversation(conversation_id)
    practice = tell.in_force(records)  # behind the conversation's lock: what was applied while one waited counts
    picture = records.picture(conversation_id) if conversation else None
    if conversation is None or picture is None:
        raise Refused("I do not know this message any more. Look for its number in the channel.", because=Refusal.GONE)
    staff = must_work_here(person, practice.person(person.slack), ask=practice.ask)
    also = stand_ins(records, practice, conversation)
    bound = tie(staff, conversation, picture.forwards, practice, also=also)
    must(person, staff, act, bound, conversation, ask=practice.ask)
    return Seat(picture=picture, person=person, staff=staff, bound=bound)


def entitled(
    records: Records, *, conversation_id: str, person: Person, act: Act
) -> tuple[Conversation, Staff, Picture]:
    """The same as `seat`, in parts."""
    found = seat(records, conversation_id=conversation_id, person=person, act=act)
    return found.conversation, found.staff, found.picture


def not_own(found: Seat, what: str) -> None:
    """Refuse a decision, or an attestation, about the person's own family (SAFETY I12)."""
    wrote = {stored.content.sender.portal_user_id for stored in found.picture.messages}
    if not wrote.isdisjoint(found.staff.own_portal_users):
        raise Refused(f"You cannot {what}. Forward it to a colleague.", because=Refusal.OWN)


def open_window(records: Records, found: Seat, *, what: str, now: datetime, draft: str = "") -> Window:
    """Remember that this person opened a window of that sort, at what the conversation is now; journalled."""
    window = Window(
        id=records.new_id("w"),
        what=what,
        conversation_id=found.conversation.id,
        slack=found.staff.slack,
        opened_at=now,
        version=found.conversation.version,
        draft=draft,
    )
    records.add_window(window)
    write(records, f"{what}.opened", found.conversation, by=found.staff, now=now)
    return window


def write(
    records: Records,
    action: str,
    conversation: Conversation,
    *,
    by: Staff,
    now: datetime,
    **detail: str | int | bool | None,
) -> None:
    """One row of the journal about what a person did."""
    records.journal(Entry(at=now, actor=by.slack, action=action, subject=conversation.id, detail=detail))
