"""What a phone shows and a screen reader reads instead of the blocks: no family's words, no family's name."""

from __future__ import annotations

from bot.domain.phase import Phase, Situation
from bot.domain.picture import Picture
from bot.domain.reply import Reply
from bot.slack.clock import Clock
from bot.slack.people import KINDS, short_name
from bot.slack.status import owner
from bot.slack.text import line


def notification(picture: Picture, situation: Situation, clock: Clock) -> str:
    """What a phone shows and a screen reader reads: number, department, state, holder, deadline; nobody's words."""
    talk = picture.conversation
    kind = KINDS[talk.kind][2 if situation.urgent else 1]
    urgent = "URGENT: " if situation.urgent else ""
    return f"{urgent}{kind} No. {talk.number} in {talk.department}: {_told(picture, situation, clock)}"


def _told(picture: Picture, situation: Situation, clock: Clock) -> str:
    who, by = owner(picture, situation), _author(situation.reply)
    has = short_name(picture.practice, who) if who else line(picture.conversation.department, 80)
    match situation.phase:
        case Phase.SENDING:
            return f"{by}'s answer is on its way to the portal."
        case Phase.DELAYED:
            return f"{by}'s answer is not delivered yet; it is kept and tried again. {has} has it."
        case Phase.STOPPED:
            return f"{by}'s answer is not delivered yet; it is kept, nothing leaves right now. {has} has it."
        case Phase.ANSWERED:
            return f"answered by {by}, delivered to the portal. Waiting for the family."
        case Phase.FAILED:
            return f"the answer was NOT delivered. {has} has it. What to do is on the card."
        case Phase.UNCLEAR:
            return f"unclear whether the answer arrived. {has} decides{_decision(situation.reply, clock)}."
        case Phase.ENTERING:
            return f"approved, to be entered in the EHR. {has} has it."
        case Phase.DONE | Phase.WITHDRAWN | Phase.ELSEWHERE as over:
            return _OVER[over]
        case open_:
            return f"{_turn(picture, open_, has)}, {_deadline(picture, situation, clock)}."


_OVER = {
    Phase.DONE: "done.",
    Phase.WITHDRAWN: "withdrawn by the family.",
    Phase.ELSEWHERE: "handled in the portal.",
}


def _turn(picture: Picture, phase: Phase, has: str) -> str:
    match phase:
        case Phase.FORWARDED:
            return f"with {_handed(picture)}"
        case Phase.RETURNED:
            return f"came back to {has}"
        case Phase.SNOOZED:
            return "snoozed"
        case Phase.HELD:
            return f"{has} has it"
        case _:
            state = "opened again by the family" if picture.conversation.opened_again else "unread"
            return f"{state}, nobody has it"


def _handed(picture: Picture) -> str:
    talk = picture.conversation
    return short_name(picture.practice, talk.holder) if talk.holder else talk.department


def _decision(reply: Reply | None, clock: Clock) -> str:
    return f" by {clock.spoken(reply.decide_by)}" if reply and reply.decide_by else ""


def _deadline(picture: Picture, situation: Situation, clock: Clock) -> str:
    return f"{'LATE since' if situation.late else 'due'} {clock.spoken(picture.conversation.due_at)}"


def _author(reply: Reply | None) -> str:
    return (line(reply.author.name, 80) if reply else "") or "A colleague"
