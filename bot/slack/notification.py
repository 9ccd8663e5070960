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
    due = _deadline(picture, situation, clock)
    state = "opened again by the family" if picture.conversation.opened_again else "unread"
    return {
        Phase.UNREAD: f"{state}, nobody has it, {due}.",
        Phase.HELD: f"{has} has it, {due}.",
        Phase.FORWARDED: f"with {_handed(picture)}, {due}.",
        Phase.RETURNED: f"came back to {has}, {due}.",
        Phase.SNOOZED: f"snoozed, {due}.",
        Phase.ENTERING: f"approved, to be entered in the EHR. {has} has it.",
        Phase.SENDING: f"{by}'s answer is on its way to the portal.",
        Phase.DELAYED: f"{by}'s answer is not delivered yet; it is kept and tried again. {has} has it.",
        Phase.STOPPED: f"{by}'s answer is not delivered yet; it is kept, nothing leaves right now. {has} has it.",
        Phase.ANSWERED: f"answered by {by}, delivered to the portal. Waiting for the family.",
        Phase.FAILED: f"the answer was NOT delivered. {has} has it. What to do is on the card.",
        Phase.UNCLEAR: f"unclear whether the answer arrived. {has} decides{_decision(situation.reply, clock)}.",
        Phase.DONE: "done.",
        Phase.WITHDRAWN: "withdrawn by the family.",
        Phase.ELSEWHERE: "handled in the portal.",
    }[situation.phase]


def _handed(picture: Picture) -> str:
    talk = picture.conversation
    return short_name(picture.practice, talk.holder) if talk.holder else talk.department


def _decision(reply: Reply | None, clock: Clock) -> str:
    return f" by {clock.spoken(reply.decide_by)}" if reply and reply.decide_by else ""


def _deadline(picture: Picture, situation: Situation, clock: Clock) -> str:
    return f"{'LATE since' if situation.late else 'due'} {clock.spoken(picture.conversation.due_at)}"


def _author(reply: Reply | None) -> str:
    return (line(reply.author.name, 80) if reply else "") or "A colleague"
