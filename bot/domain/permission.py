"""Who may do what: one table for windows, cards and acts, judged where the act takes effect."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.conversation import Conversation
from bot.domain.practice import Practice
from bot.domain.refused import Refusal, Refused
from bot.domain.staff import Person, Role, Staff
from bot.domain.turn import Forward, open_chain


class Act(StrEnum):
    """What a person can do in Slack with one conversation."""

    OPEN = "open"  # see the message: the whole of it, or what a forward without the prior text shows
    HISTORY = "history"  # see what happened to it
    NOTE = "note"  # write an internal note
    REPLY = "reply"  # answer the family
    RETRY = "retry"  # try an undelivered answer again
    SETTLE_DOUBT = "settle_doubt"  # say what became of an unclear answer
    TAKE = "take"  # make it one's own turn, also from a colleague who has it
    GIVE_BACK = "give_back"  # let go of one's own turn
    FORWARD = "forward"  # hand the turn to a colleague or a department
    RESPOND = "respond"  # send it back to the one who forwarded, with an answer
    ASK_PRIOR = "ask_prior"  # ask the one who forwarded for the prior text
    GIVE_PRIOR = "give_prior"  # show the prior text after all
    SNOOZE = "snooze"  # put it aside until a time
    URGENT = "urgent"  # mark urgent, or not
    DONE = "done"  # close it without an answer
    REOPEN = "reopen"  # open it again
    DECIDE = "decide"  # decide a refill, attest a signature in the EHR
    ENTER = "enter"  # attest that an approved refill stands in the EHR
    SCHEDULE = "schedule"  # record what became of a wish for a visit
    RECORD = "record"  # record what became of a change of insurance
    REFER = "refer"  # record what became of a wish for a referral


class Tie(StrEnum):
    """What binds a person to a conversation; the strongest one counts."""

    TURN = "turn"  # it is their turn, or that of somebody they cover for
    DEPARTMENT = "department"  # they belong to its department, or to one that stands in
    FORWARDED = "forwarded"  # they forwarded it and it has to come back to them
    GLIMPSE = "glimpse"  # it is their turn by a forward that left out the prior text: note and subject only
    NONE = "none"  # nothing


_WORKS = frozenset({Role.STAFF, Role.PRESCRIBER})
_ALL_TIES = frozenset({Tie.TURN, Tie.DEPARTMENT, Tie.FORWARDED, Tie.GLIMPSE})
_FULL = _ALL_TIES - {Tie.GLIMPSE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of the table: one of these roles, and one of these ties. `admin`: an admin needs neither."""

    roles: frozenset[Role] = _WORKS
    ties: frozenset[Tie] = _FULL
    admin: bool = False


TABLE = {
    Act.OPEN: Rule(ties=_ALL_TIES, admin=True),
    Act.HISTORY: Rule(admin=True),
    Act.NOTE: Rule(ties=_ALL_TIES),
    Act.REPLY: Rule(),
    Act.RETRY: Rule(),
    Act.SETTLE_DOUBT: Rule(),
    Act.TAKE: Rule(),
    Act.GIVE_BACK: Rule(ties=frozenset({Tie.TURN, Tie.GLIMPSE})),
    Act.FORWARD: Rule(),
    Act.RESPOND: Rule(ties=frozenset({Tie.TURN, Tie.GLIMPSE, Tie.DEPARTMENT})),
    Act.ASK_PRIOR: Rule(ties=frozenset({Tie.GLIMPSE})),
    Act.GIVE_PRIOR: Rule(ties=frozenset({Tie.FORWARDED, Tie.DEPARTMENT})),
    Act.SNOOZE: Rule(),
    Act.URGENT: Rule(),
    Act.DONE: Rule(),
    Act.REOPEN: Rule(),
    Act.DECIDE: Rule(roles=frozenset({Role.PRESCRIBER})),
    Act.ENTER: Rule(),
    Act.SCHEDULE: Rule(),
    Act.RECORD: Rule(),
    Act.REFER: Rule(),
}


def tie(
    staff: Staff,
    conversation: Conversation,
    forwards: tuple[Forward, ...],
    practice: Practice,
    *,
    also: frozenset[str] = frozenset(),
) -> Tie:
    """What binds this person to the conversation. `also`: departments that stand in for its own."""
    chain = open_chain(forwards)
    theirs = practice.turns_of(staff.slack)
    inside = not {conversation.department, *also}.isdisjoint(staff.departments)
    turn = conversation.holder in theirs
    waits = any(forward.by in theirs for forward in chain)
    if turn and chain and not chain[-1].prior and chain[-1].to in theirs and not inside and not waits:
        return Tie.GLIMPSE
    if turn:
        return Tie.TURN
    if inside:
        return Tie.DEPARTMENT
    return Tie.FORWARDED if waits else Tie.NONE


def acts_of(
    person: Person, staff: Staff | None, bound: Tie, conversation: Conversation, forwards: tuple[Forward, ...]
) -> frozenset[Act]:
    """Everything that this person may do with it now; what was handed to one person, only they send back."""
    chain = open_chain(forwards)
    named = bool(chain) and chain[-1].to is not None and bound not in {Tie.TURN, Tie.GLIMPSE}
    allowed = set()
    for act in Act:
        if named and act is Act.RESPOND:
            continue
        try:
            must(person, staff, act, bound, conversation, ask="")
        except Refused:
            continue
        allowed.add(act)
    return frozenset(allowed)


def must(person: Person, staff: Staff | None, act: Act, bound: Tie, conversation: Conversation, *, ask: str) -> Staff:
    """The staff member behind `person`, if they may do `act` now; else Refused, in words.

    To be called inside the transaction in which the act takes effect. `ask` names the admin to turn to.
    """
    known = must_work_here(person, staff, ask=ask)
    rule = TABLE[act]
    if rule.admin and Role.ADMIN in known.roles:
        return known
    _must_answer(known, ask=ask)
    if bound is Tie.NONE:
        raise _elsewhere(conversation.department, ask=ask)
    if known.roles.isdisjoint(rule.roles):
        raise Refused(
            "Refills are decided by a prescriber. Press Forward to hand it to one.", because=Refusal.NOT_PRESCRIBER
        )
    if bound not in rule.ties:
        raise Refused(_not_so_tied(act, bound), because=Refusal.NOT_YOURS)
    return known


def must_be_of(person: Person, staff: Staff | None, departments: frozenset[str], *, home: str, ask: str) -> Staff:
    """The staff member behind `person`, if they work in one of these departments; else Refused, in words.

    For what belongs to a department and to no conversation. `home`: the one to be added to.
    """
    known = must_work_here(person, staff, ask=ask)
    _must_answer(known, ask=ask)
    if departments.isdisjoint(known.departments):
        raise _elsewhere(home, ask=ask)
    return known


def _must_answer(known: Staff, *, ask: str) -> None:
    if known.roles.isdisjoint(_WORKS):
        raise Refused(
            f"Your role does not include answering families. Ask {ask} to change it.", because=Refusal.NO_ROLE
        )


def _elsewhere(department: str, *, ask: str) -> Refused:
    return Refused(
        f"This message belongs to {department}. Ask {ask} to add you to {department}.",
        because=Refusal.NOT_DEPARTMENT,
    )


def must_work_here(person: Person, staff: Staff | None, *, ask: str) -> Staff:
    """The staff member behind an account, if it is an own, active member's and has a role; else Refused."""
    if person.member is None:
        raise Refused(
            "Slack could not confirm your account just now, so nothing was done. Please press again in a moment.",
            because=Refusal.NOT_MEMBER,
        )
    if not person.member:
        raise Refused(
            "Only members of the practice's own workspace can act here. Ask a colleague to do it.",
            because=Refusal.NOT_MEMBER,
        )
    if staff is None or not staff.roles:
        raise Refused(f"You have no role in Portal Desk yet. Ask {ask} to add you.", because=Refusal.NO_ROLE)
    return staff


def _not_so_tied(act: Act, bound: Tie) -> str:
    if bound is Tie.GLIMPSE:
        return "This was forwarded to you without the prior text. Press Respond, or Ask for it behind the three dots."
    if act is Act.GIVE_BACK:
        return "A colleague has this one, not you. Press Take it if you want it."
    if act is Act.ASK_PRIOR:
        return "You can see everything of this message. Press Open."
    if act is Act.GIVE_PRIOR:
        return "Only somebody who may see the prior text can show it. Ask the one who forwarded it."
    return "This was not forwarded to you, so there is nobody to send it back to. Press Reply or Forward."
