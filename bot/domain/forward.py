"""Handing the turn to a colleague or a department, with a note; taking it back is in bot.domain.claim."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain import tell
from bot.domain.conversation import Conversation, Status
from bot.domain.entitled import Seat, open_window, seat, write
from bot.domain.permission import Act, Tie
from bot.domain.picture import Picture
from bot.domain.practice import Practice
from bot.domain.refused import Refusal, Refused
from bot.domain.sequence import after
from bot.domain.spoken import spoken
from bot.domain.staff import Person, Role, Staff
from bot.domain.store import Records
from bot.domain.turn import Forward, ForwardState, Turn, open_chain
from bot.domain.window import Window, mine

NOTE_LIMIT = 3000  # characters of a note or an answer between colleagues: what Slack's input takes

TO, NOTE = "forward_to", "forward_note"  # the fields that a refusal belongs to


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What was filled in: `to` a Slack user id or a department's name, the note, and whether prior text goes along."""

    to: str | None
    department: str | None
    note: str
    prior: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Handing:
    """An opened Forward window. `proposed` is whom the practice would name; `why` says it in half a sentence.

    `refused`: a person pressed Refill who may not decide; the sentence says so and the window offers the way on.
    """

    window: Window
    seat: Seat
    proposed: Staff | None = None
    why: str = ""
    refused: str = ""


def open_forward(
    records: Records, *, conversation_id: str, person: Person, now: datetime, refused: str = ""
) -> Handing:
    """Open the Forward window. `refused`: why something else that was pressed leads here."""
    found = seat(records, conversation_id=conversation_id, person=person, act=Act.FORWARD)
    still_open(found.conversation)
    window = open_window(records, found, what="forward", now=now, draft=f"{found.conversation.holder or ''}\n{refused}")
    proposed, why = propose(found) if refused else (None, "")
    return Handing(window=window, seat=found, proposed=proposed, why=why, refused=refused)


def handing_of(records: Records, *, window_id: str, person: Person) -> Handing:
    """An opened Forward window of this person, to draw it again; Refused when it is over or they may not any more."""
    window = mine(records.window(window_id), person.slack, "forward")
    found = seat(records, conversation_id=window.conversation_id, person=person, act=Act.FORWARD)
    return Handing(window=window, seat=found, refused=window.draft.rpartition("\n")[2])


def propose(found: Seat) -> tuple[Staff | None, str]:
    """The prescriber to hand a refill to: who prescribed it, or covers for them, else the department's own."""
    practice, picture = found.picture.practice, found.picture
    named = _prescribed_by(practice, picture)
    if named and (cover := practice.cover(named.slack)) and _decides(cover) and cover.slack != found.staff.slack:
        if cover.slack == named.slack:
            return cover, f"{named.name} prescribed it"
        return cover, f"{cover.name} covers for {named.name}, who prescribed it"
    here = [s for s in practice.staff if _decides(s) and picture.conversation.department in s.departments]
    for staff in here or [s for s in practice.staff if _decides(s)]:
        cover = practice.cover(staff.slack)
        if cover and _decides(cover) and cover.slack != found.staff.slack:
            return cover, f"{cover.name} is a prescriber of {picture.conversation.department}" if here else ""
    return None, ""


def _decides(staff: Staff) -> bool:
    return Role.PRESCRIBER in staff.roles


def _prescribed_by(practice: Practice, picture: Picture) -> Staff | None:
    request = picture.request_message.request
    names = [m.prescriber for m in getattr(request, "medications", ()) if m.prescriber]
    for name in names:
        words = {word.strip(".,").casefold() for word in name.split()} - {"dr", "md", "np", "do", "pa", "doctor"}
        for staff in practice.staff:
            own = {word.strip(".,").casefold() for word in staff.name.split()}
            if _decides(staff) and words and words <= own:
                return staff
    return None


def forward(records: Records, *, window_id: str, person: Person, slip: Slip, now: datetime) -> Forward:
    """Hand the turn on: one window, one forward. Whoever is away passes it to their cover, visibly."""
    window = mine(records.window(window_id), person.slack, "forward")
    found = seat(records, conversation_id=window.conversation_id, person=person, act=Act.FORWARD)
    talk = found.conversation
    still_open(talk)
    _unmoved(found, window, now=now)
    if len(slip.note) > NOTE_LIMIT:
        raise Refused(f"{len(slip.note):,} characters; a note takes {NOTE_LIMIT:,}.", because=Refusal.TEXT, field=NOTE)
    to, asked, department = _addressee(found, slip)
    if talk.holder != found.staff.slack:
        talk, _ = take_back(records, found, now=now)  # they had handed it on already: this one stands instead
    made = Forward(
        id=records.new_id("f"),
        conversation_id=talk.id,
        by=found.staff.slack,
        from_department=talk.department,
        to=to,
        to_department=department,
        at=after(now, (one.at for one in found.picture.forwards)),
        prior=slip.prior,
        asked=asked,
        note=slip.note.strip(),
    )
    records.add_forward(made)
    records.save_window(replace(window, used_by=made.id))
    present = replace(
        talk,
        version=talk.version + 1,
        status=Status.OPEN,
        department=department or talk.department,
        holder=to,
        held_since=now,
        turn=Turn.FORWARDED,
        snoozed_until=None,
        closed_at=None,
        closed_by=None,
    )
    records.save_conversation(present)
    detail = {"forward": made.id, "to": to, "department": department, "asked": asked, "prior": slip.prior}
    write(records, "message.forwarded", present, by=found.staff, now=now, **detail)
    if to:
        tell.direct(records, present, made, slack=to, now=now)
    tell.draw(records, present, now=now)
    return made


def _addressee(found: Seat, slip: Slip) -> tuple[str | None, str | None, str | None]:
    """Who gets it (a person, who was meant, a department); Refused when it would go nowhere."""
    practice, talk = found.picture.practice, found.conversation
    if slip.department is not None:
        if all(d.name != slip.department for d in practice.departments):
            raise Refused("I do not know that department any more. Choose again.", because=Refusal.GONE, field=TO)
        if slip.department == talk.department and talk.holder is None:
            raise Refused(f"{talk.department} has it already. Choose somebody else.", because=Refusal.NOT_NOW, field=TO)
        return None, None, slip.department
    named = practice.person(slip.to or "")
    person = practice.cover(named.slack) if named else None
    if named is None or person is None or person.roles.isdisjoint({Role.STAFF, Role.PRESCRIBER}):
        raise Refused("Choose who gets it: somebody with a role here, or a department.", because=Refusal.GONE, field=TO)
    if person.slack == found.staff.slack:
        raise Refused(
            "That would come to you. Choose somebody else, or press Take it.", because=Refusal.NOT_NOW, field=TO
        )
    return person.slack, named.slack if named.slack != person.slack else None, None


def _unmoved(found: Seat, window: Window, *, now: datetime) -> None:
    """Stop when the turn went to somebody else while the window was open: they should not lose it unseen.

    The window remembers who had it when it opened: times would not tell, if the clock stepped back in between.
    """
    talk, practice = found.conversation, found.picture.practice
    had, remembers, _ = window.draft.partition("\n")
    if talk.held_since is None or talk.holder == found.staff.slack or not remembers or (talk.holder or "") == had:
        return
    clock = spoken(talk.held_since, practice=practice, now=now)
    holder = practice.person(talk.holder or "")
    who = holder.name if holder else talk.department
    raise Refused(
        f"{who} has it now, since {clock}: it changed while this window was open. Copy your note, close this window, "
        "and look at the card.",
        because=Refusal.CHANGED,
        field=NOTE,
    )


def still_open(talk: Conversation) -> None:
    """Refuse what makes no sense once the family or the portal has ended it."""
    if talk.status is Status.WITHDRAWN:
        raise Refused("The family took this message back. There is nothing left to do.", because=Refusal.CLOSED)
    if talk.status is Status.ELSEWHERE:
        raise Refused("This was handled in the portal itself. There is nothing left to do.", because=Refusal.CLOSED)


def may_respond(found: Seat) -> Forward:
    """The forward that this person can send back now; else Refused."""
    handed = found.picture.handed
    if handed is None:
        raise Refused(
            "Nobody waits for your answer here: it was sent back, answered or taken back. Look at the card.",
            because=Refusal.NOT_NOW,
        )
    if handed.to is not None and found.bound is Tie.DEPARTMENT:
        holder = found.picture.practice.person(handed.to)
        raise Refused(
            f"This was forwarded to {holder.name if holder else 'a colleague'}, not to you. "
            "Press Take it if you want it, or write a note in the thread.",
            because=Refusal.NOT_YOURS,
        )
    if handed.by == found.staff.slack:
        raise Refused("You forwarded this one yourself. Press Reply to answer, or Take it.", because=Refusal.NOT_YOURS)
    return handed


def take_back(records: Records, found: Seat, *, now: datetime) -> tuple[Conversation, bool]:
    """End what this person had forwarded, and all behind it: the message as it was before; whether there was any."""
    talk = found.conversation
    chain = open_chain(found.picture.forwards)
    own = next((place for place, one in enumerate(chain) if one.by == found.staff.slack), None)
    if own is None:
        return talk, False
    ended(records, chain[own:], state=ForwardState.BACK, by=found.staff.slack, now=now)
    if talk.holder:
        tell.news(records, talk, news="taken_back", by=found.staff.slack, to=talk.holder, now=now)
    moved = any(one.to_department for one in chain[own:])
    return replace(talk, department=chain[own].from_department) if moved else talk, True


def ended(records: Records, forwards: tuple[Forward, ...], *, state: ForwardState, by: str, now: datetime) -> None:
    """Close these forwards: nobody waits for them any more."""
    for one in open_chain(forwards):
        records.save_forward(replace(one, state=state, ended_at=now, ended_by=by))
