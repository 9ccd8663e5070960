"""What became of a wish for a visit, a change of insurance, a wish for a referral: recorded, and told to the family."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import MAXYEAR, MINYEAR, date, datetime, time
from zoneinfo import ZoneInfo

from bot.domain.answer import Answer, answer, author_of
from bot.domain.appointment import AppointmentRequest
from bot.domain.decision import Decision, Terms, Visit, asked_about, in_force
from bot.domain.entitled import Seat, not_own, open_window, seat, write
from bot.domain.forward import still_open
from bot.domain.message import Kind, Standing, StoredMessage
from bot.domain.moved import moved
from bot.domain.permission import Act
from bot.domain.picture import Picture
from bot.domain.practice import Practice
from bot.domain.refused import Refusal, Refused
from bot.domain.send import answerable
from bot.domain.sequence import after
from bot.domain.staff import Person
from bot.domain.store import Records
from bot.domain.window import Window, mine
from bot.domain.words import Ticks, checked_words, only_once

ACTS = {Kind.APPOINTMENT: Act.SCHEDULE, Kind.INSURANCE: Act.RECORD, Kind.REFERRAL: Act.REFER}
OUTCOMES = {
    Kind.APPOINTMENT: ("booked", "offered", "declined", "needs_call"),
    Kind.INSURANCE: ("recorded", "needs_info", "rejected"),
    Kind.REFERRAL: ("created", "needs_visit", "needs_info", "declined"),
}
CANCELLED = "cancelled"  # the portal contract has no word for it: the family is told, the portal gets the words alone
UNTICKED = Ticks()
OUTCOME, WORDS = "outcome", "reply_text"  # the fields that a refusal belongs to


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A day and a time as they were chosen: "2026-12-01", "15:20"; "" for nothing."""

    day: str = ""
    time: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What the window was filled with. `tells`: words go to the family."""

    outcome: str = ""
    slots: tuple[Slot, ...] = ()
    provider: str = ""
    place: str = ""
    specialist: str = ""
    number: str = ""
    words: str = ""
    tells: bool = True
    done_after: bool = True
    ticks: Ticks = UNTICKED


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """An opened window: what it is about, and what was decided before."""

    window: Window
    seat: Seat
    message: StoredMessage
    before: Decision | None = None

    @property
    def picture(self) -> Picture:
        """The conversation."""
        return self.seat.picture

    @property
    def outcomes(self) -> tuple[str, ...]:
        """What may be recorded."""
        request = self.message.content.request
        if isinstance(request, AppointmentRequest) and request.action == "cancel":
            return (CANCELLED, *OUTCOMES[Kind.APPOINTMENT])
        return OUTCOMES[self.seat.conversation.kind]


def open_outcome(records: Records, *, conversation_id: str, person: Person, now: datetime) -> Recording:
    """Open the window of this conversation's kind."""
    found = _seated(records, conversation_id, person)
    window = open_window(records, found, what="outcome", now=now)
    return _recording(window, found)


def _seated(records: Records, conversation_id: str, person: Person) -> Seat:
    talk = records.conversation(conversation_id)
    found = seat(
        records, conversation_id=conversation_id, person=person, act=ACTS.get(talk.kind, Act.OPEN) if talk else Act.OPEN
    )
    still_open(found.conversation)
    not_own(found, "record anything about your own family")
    if found.conversation.kind not in ACTS:
        raise Refused("This card was out of date and I have redrawn it. Please press again.", because=Refusal.NOT_NOW)
    return found


def _recording(window: Window, found: Seat) -> Recording:
    stands = [m for m in found.picture.messages if m.standing is Standing.CURRENT] or found.picture.messages
    asks = [m for m in stands if m.content.kind is found.conversation.kind]
    message = max(asks or stands, key=lambda m: m.content.sent_at)
    before = next((d for d in in_force(found.picture.decisions) if d.message_id == message.id), None)
    return Recording(window=window, seat=found, message=message, before=before)


def recording_of(records: Records, *, window_id: str, person: Person, proposed: str | None = None) -> Recording:
    """An opened window once more, to draw it again; `proposed` is remembered as what was proposed last."""
    window = mine(records.window(window_id), person.slack, "outcome")
    if proposed is not None:
        window = replace(window, draft=proposed)
        records.save_window(window)
    return _recording(window, _seated(records, window.conversation_id, person))


def record(records: Records, *, window_id: str, person: Person, filled: Filled, now: datetime) -> Decision:
    """Keep what became of it, and send the words; a decision alone when there are none."""
    recording = recording_of(records, window_id=window_id, person=person)
    picture = recording.picture
    moved(picture, recording.window, now=now)
    if filled.outcome not in recording.outcomes:
        raise Refused("Choose what became of it.", because=Refusal.TEXT, field=OUTCOME)
    terms = _terms(recording, filled, now=now)
    decision = _decision(records, recording, filled, terms, now=now)
    words = ""
    if filled.tells:
        answerable(picture)
        words = checked_words(filled.words, picture=picture, ticks=filled.ticks, records=records, field=WORDS)
        if decision.repeats(recording.before):
            only_once(words, picture=picture, by=person.slack, field=WORDS)
    elif filled.outcome != "recorded":
        raise Refused("Tell the family: tick Answer the family and write it.", because=Refusal.TEXT, field=OUTCOME)
    _keep(records, recording, decision)
    fresh = records.picture(picture.conversation.id)
    assert fresh is not None
    said = Answer(text=words, done_after=filled.done_after or not words)
    reply = answer(records, fresh, said, by=recording.seat.staff, now=now)
    records.save_window(replace(recording.window, used_by=reply.id))
    return decision


def _decision(records: Records, recording: Recording, filled: Filled, terms: Terms, *, now: datetime) -> Decision:
    talk, before = recording.seat.conversation, recording.before
    return Decision(
        id=records.new_id("k"),
        conversation_id=talk.id,
        message_id=recording.message.id,
        kind=talk.kind,
        line=0,
        round=(before.round if before else 0) + 1,
        outcome=filled.outcome,
        by=author_of(recording.seat.staff),
        at=after(now, (one.at for one in recording.picture.decisions)),
        terms=terms,
    )


def _keep(records: Records, recording: Recording, decision: Decision) -> None:
    talk, before = recording.seat.conversation, recording.before
    version = recording.window.version
    if not records.decide(decision, version=version, practice=recording.picture.practice.version):
        raise Refused(
            "Somebody recorded this a moment ago. Close this window, look at the card.", because=Refusal.DECIDED
        )
    action = f"{talk.kind.value}.{'changed' if before else 'recorded'}"
    write(
        records, action, talk, by=recording.seat.staff, now=decision.at, decision=decision.id, outcome=decision.outcome
    )
    records.save_conversation(replace(talk, version=talk.version + 1))


def _terms(recording: Recording, filled: Filled, *, now: datetime) -> Terms:
    practice = recording.picture.practice
    request = recording.message.content.request
    about = asked_about(recording.message.content.patient)
    if recording.seat.conversation.kind is Kind.APPOINTMENT:
        visits = visits_of(filled, practice, now=now) if filled.outcome in ("booked", "offered") else ()
        booked = request.appointment_id if isinstance(request, AppointmentRequest) else None
        return Terms(visits=visits, appointment_id=booked, about=about)
    if recording.seat.conversation.kind is Kind.REFERRAL:
        day = _day(filled.slots[0].day) if filled.slots else None
        return Terms(
            referral_id=filled.number.strip() or None,
            specialist=filled.specialist.strip() or None,
            visit_date=day,
            about=about,
        )
    return Terms(about=about)


def visits_of(filled: Filled, practice: Practice, *, now: datetime) -> tuple[Visit, ...]:
    """The chosen times as aware UTC; Refused, in a sentence, for one that is missing, past, or does not exist."""
    wanted = filled.slots[:1] if filled.outcome == "booked" else filled.slots
    visits = tuple(_visit(n, slot, filled, practice, now=now) for n, slot in enumerate(wanted) if slot.day or slot.time)
    if not visits:
        raise Refused("Choose the day and the time.", because=Refusal.TEXT, field="visit_date_1")
    return visits


def _visit(n: int, slot: Slot, filled: Filled, practice: Practice, *, now: datetime) -> Visit:
    day, at = _day(slot.day), _time(slot.time)
    if day is None or at is None:
        raise Refused("Choose both, the day and the time.", because=Refusal.TEXT, field=f"visit_date_{n + 1}")
    zone = ZoneInfo(practice.timezone)
    local = datetime.combine(day, at, tzinfo=zone)
    start = local.astimezone(ZoneInfo("UTC"))
    if start.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise Refused(
            "That time does not exist: the clocks go forward in that hour. Choose another.",
            because=Refusal.TEXT,
            field=f"visit_time_{n + 1}",
        )
    if start <= now:
        raise Refused("That time is over. Choose one to come.", because=Refusal.TEXT, field=f"visit_date_{n + 1}")
    return Visit(start=start, provider=filled.provider.strip() or None, location=filled.place.strip() or None)


def _day(text: str) -> date | None:
    """A day in whose year a time zone can be reckoned with: at the ends of the calendar none can."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if MINYEAR < day.year < MAXYEAR else None


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None
