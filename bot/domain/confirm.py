"""The second page of a refill: everything is judged once more and kept, in one transaction, or nothing is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.domain import tell
from bot.domain.answer import Answer, answer, still_asked
from bot.domain.conversation import Conversation, Note, Status
from bot.domain.decide import Planned, deciding_of, plan
from bot.domain.decision import Decision, in_force, to_enter
from bot.domain.entitled import Seat, not_own, seat, write
from bot.domain.forward import ended, still_open
from bot.domain.moved import moved
from bot.domain.permission import Act
from bot.domain.proposal import for_colleague
from bot.domain.refused import Refusal, Refused
from bot.domain.reply import TEXT_LIMIT, Reply
from bot.domain.respond import come_back
from bot.domain.send import answerable
from bot.domain.staff import Person
from bot.domain.store import Records
from bot.domain.turn import ForwardState, Turn
from bot.domain.words import Ticks, checked_words, only_once

WORDS = "family_words"  # the field that a refusal belongs to


class By(StrEnum):
    """Who answers the family after a decision."""

    NOW = "now"  # the one who decides, with these words
    BACK = "back"  # the colleague who forwarded it gets decision and words
    LATER = "later"  # the department answers; decision and words are at hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the second page was filled with."""

    words: str
    by: By
    ticks: Ticks


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """What was kept, the answer that goes out (None: a colleague answers), and the next refill that waits."""

    decisions: tuple[Decision, ...]
    reply: Reply | None
    next: Conversation | None
    row: bool


def confirm(records: Records, *, window_id: str, person: Person, said: Said, now: datetime) -> Confirmed:
    """Keep the decisions as they stood on the page, and answer or hand back. Rules are judged again from our rows."""
    deciding = deciding_of(records, window_id=window_id, person=person)
    moved(deciding.picture, deciding.window, now=now)
    planned = plan(records, deciding, now=now)
    words = said.words.strip()
    if said.by is By.NOW:
        answerable(deciding.picture)
        words = checked_words(said.words, picture=deciding.picture, ticks=said.ticks, records=records, field=WORDS)
        if _decided_so(planned):
            only_once(words, picture=deciding.picture, by=person.slack, field=WORDS)
    elif len(words) > TEXT_LIMIT:
        raise Refused(f"{len(words):,} characters; this takes {TEXT_LIMIT:,}.", because=Refusal.TEXT, field=WORDS)
    _keep(records, planned)
    records.save_window(replace(deciding.window, used_by=planned.decisions[0].id))
    fresh = _fresh(records, deciding.seat)
    reply = None
    if said.by is By.NOW:
        reply = answer(
            records, fresh.picture, Answer(text=words, done_after=not planned.open_lines), by=fresh.staff, now=now
        )
    else:
        _hand_back(records, fresh, planned, words, now=now)
    waiting = next_refill(records, person=person, besides=fresh.conversation.id)
    return Confirmed(decisions=planned.decisions, reply=reply, next=waiting, row=deciding.row)


def _decided_so(planned: Planned) -> bool:
    """Whether all of it was decided just so before."""
    before = {line.medication.line: line.decided for line in planned.deciding.lines}
    return all(decision.repeats(before.get(decision.line)) for decision in planned.decisions)


def _keep(records: Records, planned: Planned) -> None:
    deciding = planned.deciding
    talk, practice = deciding.seat.conversation, deciding.picture.practice
    for decision in planned.decisions:
        if not records.decide(decision, version=deciding.window.version, practice=practice.version):
            raise Refused(
                "Somebody decided this a moment ago. Nothing of yours was kept: close this window, look at the card.",
                because=Refusal.DECIDED,
            )
        action = "refill.decided" if decision.round == 1 else "refill.changed"
        about = {"decision": decision.id, "outcome": decision.outcome}
        numbers = {"line": decision.line, "round": decision.round}
        write(records, action, talk, by=deciding.seat.staff, now=decision.at, **about, **numbers)
    records.save_conversation(replace(talk, version=talk.version + 1))


def _fresh(records: Records, found: Seat) -> Seat:
    picture = records.picture(found.conversation.id)
    assert picture is not None
    return replace(found, picture=picture)


def _hand_back(records: Records, found: Seat, planned: Planned, words: str, *, now: datetime) -> None:
    """The turn returns with the decision as the colleague's answer; without a forward the department has it."""
    text = for_colleague(planned.decisions)
    handed = found.picture.handed
    if handed is not None:
        come_back(records, found, replace(handed, response=text, words=words), state=ForwardState.RETURNED, now=now)
        return
    talk = found.conversation
    if words:  # for whoever answers: kept as a note, since nobody forwarded it
        kept = Note(
            id=records.new_id("n"), conversation_id=talk.id, author=found.staff.slack, text=f"{text}\n\n{words}", at=now
        )
        records.add_note(kept, channel="decision", ts=planned.decisions[0].id)
    present = replace(
        talk,
        version=talk.version + 1,
        status=Status.OPEN,
        holder=None,
        held_since=None,
        turn=Turn.NEW,
        snoozed_until=None,
        closed_at=None,
        closed_by=None,
    )
    records.save_conversation(present)
    tell.draw(records, present, now=now)


def next_refill(records: Records, *, person: Person, besides: str) -> Conversation | None:
    """The most pressing refill that waits for this prescriber: their own turn first, then their departments' unread."""
    practice = tell.in_force(records)
    staff = practice.person(person.slack)
    departments = staff.departments if staff else ()
    mine = [talk for slack in practice.turns_of(person.slack) for talk in records.waiting(holder=slack)]
    unread = [t for name in departments for t in records.waiting(department=name) if t.holder is None]
    open_refills = records.undecided()
    for group in (mine, unread):
        for talk in sorted(group, key=lambda t: (not t.urgent, t.due_at)):
            if talk.id != besides and talk.id in open_refills and talk.snoozed_until is None:
                return talk
    return None


def entered(records: Records, *, conversation_id: str, person: Person, now: datetime) -> Conversation:
    """A person attests that the approved refill stands in the EHR; then nothing more is left to do."""
    found = seat(records, conversation_id=conversation_id, person=person, act=Act.ENTER)
    still_open(found.conversation)
    not_own(found, "attest the entry of a refill of your own family")
    waiting = to_enter(found.picture.decisions)
    if not waiting:
        raise Refused("Nothing waits to be entered in the EHR here.", because=Refusal.NOT_NOW)
    if not all(still_asked(found.picture, decision) for decision in waiting):
        raise Refused(
            "The portal changed this request after it was decided. Have it decided again first: press Refill.",
            because=Refusal.CHANGED,
        )
    for decision in waiting:
        records.entered(decision.id, by=found.staff.slack, now=now)
        write(records, "refill.entered", found.conversation, by=found.staff, now=now, decision=decision.id)
    present = _after_entering(found, now=now)
    if present.status is Status.DONE and found.picture.handed:
        # Whoever got it without the prior text must not get that with the end of the forward.
        ended(records, found.picture.forwards, state=ForwardState.OVER, by=found.staff.slack, now=now)
        if present.holder and present.holder != found.staff.slack:
            tell.news(records, present, news="done", by=found.staff.slack, to=present.holder, now=now)
        present = replace(present, holder=found.staff.slack, held_since=now, turn=Turn.TAKEN)
    records.save_conversation(present)
    tell.draw(records, present, now=now)
    return present


def _after_entering(found: Seat, *, now: datetime) -> Conversation:
    talk, picture = found.conversation, found.picture
    wrote = max(m.received_at for m in picture.messages)
    told = [r for r in picture.replies if r.written_at >= wrote and r.text]
    undecided = {d.message_id for d in in_force(picture.decisions) if d.reply_id is None}
    if not told or undecided:
        return replace(talk, version=talk.version + 1)
    done = told[-1].done_after
    return replace(
        talk,
        version=talk.version + 1,
        status=Status.DONE if done else Status.ANSWERED,
        closed_at=now if done else None,
        closed_by=found.staff.slack if done else None,
    )
