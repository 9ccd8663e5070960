"""Deciding a refill: a window of two pages, each line its own decision, nothing kept before the second look."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from bot.domain.answer import author_of, still_asked
from bot.domain.controlled import Judged, judge, names_controlled
from bot.domain.decision import Decision, Terms, asked_about, in_force
from bot.domain.entitled import Seat, not_own, open_window, seat
from bot.domain.forward import Handing, open_forward, still_open
from bot.domain.message import Kind, Standing, StoredMessage
from bot.domain.moved import moved
from bot.domain.permission import Act
from bot.domain.picture import Picture
from bot.domain.proposal import for_family
from bot.domain.refill import FREELY, IN_THE_EHR, Denial, Medication, Outcome, RefillRequest
from bot.domain.refused import Refusal, Refused
from bot.domain.sequence import after
from bot.domain.spelling import unreadable
from bot.domain.staff import Person
from bot.domain.store import Records
from bot.domain.window import Window, mine

NOT_A_PRESCRIBER = "Refills are decided by a prescriber. You can hand it to one here, in one step."
MOST_REFILLS = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One medicine in the window: as asked, what our rule says, what was decided before (the round in force).

    `stands`: that was decided about the child and the medicine that the line names now.
    """

    medication: Medication
    judged: Judged
    decided: Decision | None = None
    stands: bool = True

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What may be said about it."""
        return FREELY if self.judged.approvable else IN_THE_EHR

    @property
    def waits(self) -> bool:
        """Whether nobody has decided about what it names now."""
        return self.decided is None or not self.stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What was chosen for one line; texts are as typed, "" for nothing. `outcome` "" or "open" leaves it undecided."""

    line: int
    outcome: str = ""
    quantity: str = ""
    refills: str = ""
    sig: str = ""
    pharmacy: str = ""
    reason: str = ""
    info: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deciding:
    """An opened decision window. `row`: opened to decide the waiting refills one after the other."""

    window: Window
    seat: Seat
    message: StoredMessage
    lines: tuple[Line, ...]
    choices: tuple[Choice, ...] = ()
    row: bool = False

    @property
    def picture(self) -> Picture:
        """The conversation."""
        return self.seat.picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The second page: what would be kept, what stays open, and the words that are proposed."""

    deciding: Deciding
    decisions: tuple[Decision, ...]
    open_lines: tuple[str, ...]
    words: str


def open_refill(
    records: Records, *, conversation_id: str, person: Person, now: datetime, row: bool = False
) -> Deciding | Handing:
    """Open the decision; for whoever is no prescriber, the way to one."""
    try:
        found = seat(records, conversation_id=conversation_id, person=person, act=Act.DECIDE)
    except Refused as refused:
        if refused.because is not Refusal.NOT_PRESCRIBER:
            raise
        return open_forward(records, conversation_id=conversation_id, person=person, now=now, refused=NOT_A_PRESCRIBER)
    message, lines = _decidable(found)
    window = open_window(records, found, what="refill", now=now, draft=_draft((), row=row))
    return Deciding(window=window, seat=found, message=message, lines=lines, row=row)


def open_in_a_row(records: Records, *, conversation_id: str, person: Person, now: datetime) -> Deciding | Handing:
    """The same, to decide the waiting refills one after the other."""
    return open_refill(records, conversation_id=conversation_id, person=person, now=now, row=True)


def _decidable(found: Seat) -> tuple[StoredMessage, tuple[Line, ...]]:
    """The request and its lines; Refused when there is nothing that this person could decide."""
    still_open(found.conversation)
    not_own(found, "decide a refill of your own family")
    message = asking(found.picture)
    request = message.content.request if message else None
    if message is None or not isinstance(request, RefillRequest) or not request.medications:
        raise Refused(
            "The portal named no medicine here, so there is nothing to decide. Press Reply and ask the family.",
            because=Refusal.NOT_NOW,
        )
    if not message.content.patient.may_be(found.picture.patient):
        raise Refused(
            "This conversation names two children, so I cannot say for whom you would decide. Decide it in the EHR, "
            "and phone the family.",
            because=Refusal.NOT_NOW,
        )
    return message, lines_of(found.picture, message)


def asking(picture: Picture) -> StoredMessage | None:
    """The newest message that asks for a refill."""
    stands = [m for m in picture.messages if m.standing is Standing.CURRENT]
    asks = [m for m in stands if isinstance(m.content.request, RefillRequest)]
    return max(asks, key=lambda m: m.content.sent_at, default=None)


def lines_of(picture: Picture, message: StoredMessage) -> tuple[Line, ...]:
    """The request's lines with our rule's judgement and what was decided."""
    request = message.content.request
    medications = request.medications if isinstance(request, RefillRequest) else ()
    decided = {d.line: d for d in in_force(picture.decisions) if d.message_id == message.id}
    medicines = picture.practice.medicines
    return tuple(
        Line(
            medication=m,
            judged=judge(m, medicines=medicines),
            decided=(before := decided.get(m.line)),
            stands=before is None or still_asked(picture, before),
        )
        for m in medications
    )


def deciding_of(records: Records, *, window_id: str, person: Person) -> Deciding:
    """An opened decision window of this person with what was chosen so far; Refused when it is over."""
    window = mine(records.window(window_id), person.slack, "refill")
    found = seat(records, conversation_id=window.conversation_id, person=person, act=Act.DECIDE)
    message, lines = _decidable(found)
    kept = json.loads(window.draft or "{}")
    choices = tuple(Choice(**choice) for choice in kept.get("choices", ()))
    return Deciding(window=window, seat=found, message=message, lines=lines, choices=choices, row=bool(kept.get("row")))


def choose(records: Records, *, window_id: str, person: Person, choices: Sequence[Choice], now: datetime) -> Planned:
    """The first page is filled in: checked line by line, kept for the second page. Nothing is decided yet."""
    deciding = deciding_of(records, window_id=window_id, person=person)
    moved(deciding.picture, deciding.window, now=now)
    window = replace(deciding.window, draft=_draft(choices, row=deciding.row))
    records.save_window(window)
    return plan(records, replace(deciding, window=window, choices=tuple(choices)), now=now)


def drafted(records: Records, *, window_id: str, person: Person, choices: Sequence[Choice]) -> Deciding:
    """What was chosen so far, to draw the first page again; nothing is kept."""
    deciding = deciding_of(records, window_id=window_id, person=person)
    return replace(deciding, choices=tuple(choices))


def planned_of(records: Records, *, window_id: str, person: Person, now: datetime) -> Planned:
    """The second page once more, from what was kept of the first."""
    return plan(records, deciding_of(records, window_id=window_id, person=person), now=now)


def plan(records: Records, deciding: Deciding, *, now: datetime) -> Planned:
    """What the choices come to; Refused under the field where something is missing or may not be."""
    chosen = {choice.line: choice for choice in deciding.choices if choice.outcome not in ("", "open")}
    known = {line.medication.line for line in deciding.lines}
    if not chosen or not set(chosen) <= known:
        first = deciding.lines[0].medication.line
        raise Refused(
            "Choose a decision for at least one medicine.", because=Refusal.TEXT, field=f"line_{first}_outcome"
        )
    decisions = tuple(
        _decision(records, deciding, line, chosen[line.medication.line], now=now)
        for line in deciding.lines
        if line.medication.line in chosen
    )
    left = [line for line in deciding.lines if line.medication.line not in chosen and line.waits]
    open_lines = tuple(line.medication.text for line in left)
    words = for_family(deciding.picture, decisions, open_lines=open_lines)
    return Planned(deciding=deciding, decisions=decisions, open_lines=open_lines, words=words)


def _decision(records: Records, deciding: Deciding, line: Line, choice: Choice, *, now: datetime) -> Decision:
    number = line.medication.line
    staff = deciding.seat.staff
    if choice.outcome not in {outcome.value for outcome in line.outcomes}:
        raise Refused(
            "A controlled medicine cannot be approved by a button, nor one that nobody knows to be uncontrolled. "
            "Sign it in the EHR, then press Refill and choose Signed in EHR.",
            because=Refusal.CONTROLLED,
            field=f"line_{number}_outcome",
        )
    return Decision(
        id=records.new_id("k"),
        conversation_id=deciding.seat.conversation.id,
        message_id=deciding.message.id,
        kind=Kind.REFILL,
        line=number,
        round=(line.decided.round if line.decided else 0) + 1,
        outcome=choice.outcome,
        by=author_of(staff),
        at=after(now, (one.at for one in deciding.picture.decisions)),
        npi=staff.npi,
        approvable=line.judged.approvable,
        terms=_terms(deciding, line.medication, choice),
    )


def _terms(deciding: Deciding, medication: Medication, choice: Choice) -> Terms:
    outcome, number = Outcome(choice.outcome), medication.line
    request = deciding.message.content.request
    asked = request.pharmacy.name if isinstance(request, RefillRequest) and request.pharmacy else None
    approving = outcome in (Outcome.APPROVED, Outcome.CHANGED, Outcome.ALREADY)
    changed = outcome is Outcome.CHANGED
    quantity, sig, pharmacy = choice.quantity.strip()[:100], choice.sig.strip()[:300], choice.pharmacy.strip()[:150]
    medicines, typed = deciding.picture.practice.medicines, f"{quantity} {sig} {pharmacy}"
    if changed and unreadable(typed):
        raise Refused(
            "Write the change in Latin letters, so that I can look for controlled medicines in it.",
            because=Refusal.CONTROLLED,
            field=f"line_{number}_quantity",
        )
    if changed and names_controlled(typed, medicines=medicines):
        raise Refused(
            "A controlled medicine cannot be approved by a button, nor written into a change. Sign it in the EHR.",
            because=Refusal.CONTROLLED,
            field=f"line_{number}_quantity",
        )
    return Terms(
        medicine=medication.text,
        quantity=(quantity if changed else "") or (medication.quantity if approving else None),
        refills=_refills(choice.refills.strip(), number) if changed else None,
        sig=(sig or None) if changed else None,
        pharmacy=((pharmacy if changed else "") or asked) if approving else None,
        reason=_reason(outcome, choice, number),
        about=asked_about(deciding.message.content.patient, medication),
    )


def _refills(typed: str, number: int) -> int | None:
    if not typed:
        return None
    if typed.isascii() and typed.isdecimal() and len(typed) <= 2 and int(typed) <= MOST_REFILLS:
        return int(typed)
    raise Refused(
        f"Refills are a whole number from 0 to {MOST_REFILLS}.", because=Refusal.TEXT, field=f"line_{number}_refills"
    )


def _reason(outcome: Outcome, choice: Choice, number: int) -> str | None:
    if outcome is Outcome.DENIED:
        if choice.reason not in set(Denial):
            raise Refused("Choose the reason.", because=Refusal.TEXT, field=f"line_{number}_reason")
        return choice.reason
    if outcome is Outcome.INFO:
        if not choice.info.strip():
            raise Refused("Write what the family should tell you.", because=Refusal.TEXT, field=f"line_{number}_info")
        return choice.info.strip()[:500]
    if outcome is Outcome.CHANGED and not any((choice.quantity, choice.refills, choice.sig, choice.pharmacy)):
        raise Refused("Write what changes.", because=Refusal.TEXT, field=f"line_{number}_quantity")
    return None


def _draft(choices: Sequence[Choice], *, row: bool) -> str:
    return json.dumps({"choices": [asdict(choice) for choice in choices], "row": row})
