"""The first two lines of every card: the state and who has it, then the clock, deadline first."""

from __future__ import annotations

from datetime import datetime

from bot.domain.delivery import State
from bot.domain.message import Standing
from bot.domain.phase import WORKING, Phase, Situation, newest_in
from bot.domain.picture import Picture
from bot.domain.reply import Reply
from bot.domain.unread import UNREAD
from bot.slack.blocks import AGO, TIME, TIME_FIRST, Block, Line, emoji, rich, say, section, when
from bot.slack.clock import Clock
from bot.slack.people import colleague, signed
from bot.slack.text import line

_DUE = WORKING | {Phase.SNOOZED}  # what was promised is still to come
_MARKS = {
    Phase.UNREAD: ("large_blue_circle", "Unread"),
    Phase.HELD: ("large_yellow_circle", "In progress"),
    Phase.FORWARDED: ("arrow_right", "With"),
    Phase.RETURNED: ("leftwards_arrow_with_hook", "Came back"),
    Phase.SNOOZED: ("zzz", "Snoozed"),
    Phase.ENTERING: ("pencil2", "Enter in EHR"),
    Phase.SENDING: ("hourglass_flowing_sand", "Sending"),
    Phase.DELAYED: ("hourglass_flowing_sand", "Not delivered yet"),
    Phase.STOPPED: ("hourglass_flowing_sand", "Not delivered yet"),
    Phase.ANSWERED: ("white_check_mark", "Answered"),
    Phase.FAILED: ("red_circle", "Not delivered"),
    Phase.UNCLEAR: ("warning", "Unclear"),
    Phase.DONE: ("white_circle", "Done"),
    Phase.WITHDRAWN: ("white_circle", "Withdrawn"),
    Phase.ELSEWHERE: ("white_circle", "Handled in the portal"),
}


def status_block(picture: Picture, situation: Situation, clock: Clock) -> Block:
    """Line 1: the state and who has it. Line 2: the clock, deadline first."""
    return rich(section(*_first(picture, situation), say("\n"), *second_line(picture, situation, clock)))


def owner(picture: Picture, situation: Situation) -> str | None:
    """The Slack user id of who must act: an unclear answer has an owner of its own."""
    reply = situation.reply
    if reply and situation.phase is Phase.UNCLEAR and reply.owner:
        return reply.owner
    return picture.conversation.holder or (reply.author.slack if reply else None)


def entry_lines(picture: Picture, situation: Situation, clock: Clock) -> tuple[Line, str, Line]:
    """An entry of Home: the mark, who has it in words, the clock, and always how old it is."""
    mark, word = _MARKS[situation.phase]
    pieces: Line = [
        emoji("rotating_light" if situation.urgent else "alarm_clock" if situation.late else mark),
        say(" "),
    ]
    told = second_line(picture, situation, clock)
    if situation.phase not in WORKING:
        told = [*told, *_came(picture, clock)]
    gap = " " if situation.phase is Phase.FORWARDED else ", "
    return pieces, f"{word}{gap}{_who(picture, situation)}", told


def _first(picture: Picture, situation: Situation) -> Line:
    mark, word = _MARKS[situation.phase]
    talk = picture.conversation
    again = "opened again by the family · " if talk.opened_again and not situation.reply else ""
    pieces: Line = [emoji(mark), say(" "), say(word, bold=True)]
    if situation.urgent:
        pieces = [emoji("rotating_light"), say(" "), say("Urgent", bold=True)]
        if situation.reply:
            pieces += [say(" · "), say(word.lower(), bold=True)]
    gap = " " if situation.phase is Phase.FORWARDED and not situation.urgent else " · "
    return [*pieces, say(f"{gap}{again}{_who(picture, situation)}")]


def _who(picture: Picture, situation: Situation) -> str:
    match situation.phase:
        case Phase.UNREAD:
            return "nobody has it"
        case Phase.FORWARDED:
            return handed_on(picture, situation)
        case Phase.RETURNED:
            return came_back(picture, situation)
        case Phase.SNOOZED | Phase.ENTERING:
            return _kept_by(picture)
        case Phase.ANSWERED:
            return "waiting for the family"
        case Phase.UNCLEAR:
            return f"{colleague(picture.practice, owner(picture, situation))} decides"
        case Phase.DONE | Phase.WITHDRAWN | Phase.ELSEWHERE:
            return ended_by(picture, situation)
        case _:
            return f"{colleague(picture.practice, owner(picture, situation))} has it"


def handed_on(picture: Picture, situation: Situation) -> str:
    """Whose turn it is by a forward, from whom, and for whom they cover: "Dr. Omar Shah, from Alice Moreno"."""
    handed = situation.forward
    if handed is None:
        return "a colleague has it"
    practice, talk = picture.practice, picture.conversation
    who = colleague(practice, talk.holder) if talk.holder else line(talk.department, 80)
    cover = f", covering for {colleague(practice, handed.asked)}" if handed.asked and talk.holder == handed.to else ""
    return f"{who}{cover}, from {colleague(practice, handed.by)}"


def came_back(picture: Picture, situation: Situation) -> str:
    """Who answered whom."""
    holder = picture.conversation.holder
    has = f"{colleague(picture.practice, holder)} has it" if holder else "nobody has it"
    if situation.forward is None:
        return has
    return f"{colleague(picture.practice, situation.forward.ended_by)} answered · {has}"


def _kept_by(picture: Picture) -> str:
    holder = picture.conversation.holder
    return (
        f"{colleague(picture.practice, holder)} has it"
        if holder
        else f"{line(picture.conversation.department, 80)} has it"
    )


def second_line(picture: Picture, situation: Situation, clock: Clock) -> Line:
    """The clock, deadline first."""
    reply, phase = situation.reply, situation.phase
    if phase in _DUE:
        return _due(picture, situation, clock)
    if reply and phase in _CLOCKS:
        return _CLOCKS[phase](reply, clock)
    return _delivered(picture, reply, clock)


def _due(picture: Picture, situation: Situation, clock: Clock) -> Line:
    talk = picture.conversation
    came = _came(picture, clock)
    if situation.phase is Phase.SNOOZED and talk.snoozed_until:
        return [say("Until ", bold=True), _bold(clock, talk.snoozed_until), say(" · due "), when(clock, talk.due_at)]
    if situation.late:
        return [
            emoji("alarm_clock"),
            say(" "),
            say("Late", bold=True),
            say(" since "),
            _bold(clock, talk.due_at),
            *came,
        ]
    word = "Look by " if situation.urgent else "Due "
    return [say(word, bold=True), _bold(clock, talk.due_at), *came]


def _came(picture: Picture, clock: Clock) -> Line:
    return [say(" · came "), when(clock, picture.conversation.came_at, form=AGO)]


def _bold(clock: Clock, at: datetime) -> Block:
    return when(clock, at, bold=True)


def _failed(reply: Reply, clock: Clock) -> Line:
    tried = when(clock, reply.last_tried_at or reply.written_at)
    times = ", once" if reply.attempts <= 1 else f", {reply.attempts} times in all"
    return [say("The family has "), say("not", bold=True), say(" got this answer · tried "), tried, say(times)]


def _unclear(reply: Reply, clock: Clock) -> Line:
    broke = [say("the portal broke off at "), when(clock, reply.last_tried_at or reply.written_at, form=TIME)]
    if reply.code == "restored":
        broke = [say("restored from a backup")]
    if reply.decide_by is None:
        return broke
    word = "Decision late since " if reply.decide_by < clock.now else "Decide by "
    return [say(word, bold=True), _bold(clock, reply.decide_by), say(" · "), *broke]


def _sending(reply: Reply, clock: Clock) -> Line:
    return [say("Send pressed "), _bold(clock, reply.written_at), say(" · the portal has not confirmed yet")]


def _stopped(reply: Reply, clock: Clock) -> Line:
    return [say("Nothing leaves right now", bold=True), say(" · Send pressed "), _bold(clock, reply.written_at)]


def _delayed(reply: Reply, clock: Clock) -> Line:
    tries = f" · tried {reply.attempts} time{'s' if reply.attempts != 1 else ''}" if reply.attempts else ""
    since = [say(f"{tries} since Send at "), when(clock, reply.written_at)]
    if reply.next_try_at is None:
        return [say("Waiting for its turn", bold=True), *since]
    if reply.next_try_at <= clock.now:
        return [say("Being tried right now", bold=True), *since]
    return [say("Next try ", bold=True), _bold(clock, reply.next_try_at), *since]


_CLOCKS = {
    Phase.SENDING: _sending,
    Phase.DELAYED: _delayed,
    Phase.STOPPED: _stopped,
    Phase.FAILED: _failed,
    Phase.UNCLEAR: _unclear,
}


def _delivered(picture: Picture, reply: Reply | None, clock: Clock) -> Line:
    if reply is None or reply.delivered_at is None:
        return [say("No answer went out through Portal Desk")]
    by = f" · {_vouched(picture, reply)}" if _vouched(picture, reply) else f" · {_pace(picture, reply)}"
    at = when(clock, reply.delivered_at, form=TIME_FIRST, bold=True)
    return [say("Delivered to the portal at "), at, say(by)]


def _vouched(picture: Picture, reply: Reply) -> str:
    """An answer that a person saw in the portal, and no receipt told of."""
    if reply.settled_by and reply.portal_status is None:
        return f"seen there by {colleague(picture.practice, reply.settled_by)}"
    return ""


def _pace(picture: Picture, reply: Reply) -> str:
    asked = [m.content.sent_at for m in picture.messages if m.received_at <= reply.written_at]
    since = max(asked, default=reply.written_at)
    minutes = int(((reply.delivered_at or reply.written_at) - since).total_seconds() // 60)
    if minutes < 1:
        return "within a minute"
    if minutes < 120:
        return f"{minutes} min after they wrote"
    return f"{minutes // 60} h after they wrote" if minutes < 2880 else f"{minutes // 1440} days after they wrote"


def ended_by(picture: Picture, situation: Situation) -> str:
    """How it came to its end, as half a sentence."""
    match situation.phase:
        case Phase.WITHDRAWN:
            return "by the family"
        case Phase.ELSEWHERE:
            return elsewhere_by(picture) or "not said by whom"
        case _:
            if situation.reply:
                return f"answered by {signed(situation.reply.author)}"
            person = picture.practice.person(picture.conversation.closed_by or "")
            return f"closed by {line(person.signature, 80)}" if person else "closed without an answer"


def elsewhere_by(picture: Picture) -> str:
    """Who handled it in the portal, as the portal says it; "" when it does not."""
    names = [line(m.standing_by, 60) for m in picture.messages if m.standing is Standing.ELSEWHERE]
    return next((f"by {name}" for name in reversed(names) if name), "")


def seen_by_family(picture: Picture, clock: Clock) -> str:
    """What the portal says of the family's reading, for the small print under an answer."""
    reply = newest_in(picture, State.DELIVERED)
    if reply is None:
        return ""
    if reply.portal_status == "read":
        at = f" {clock.short(reply.portal_status_at)}" if reply.portal_status_at else ""
        return f"read by the family{at}, says the portal"
    if reply.portal_status == UNREAD:
        return "not opened by the family for days, says the portal: call if it matters"
    if reply.portal_status in {"accepted", "delivered"}:
        return "not yet read by the family, says the portal"
    return "the portal does not say whether the family read it"
