"""The two lines that remain of a card when it is over."""

from __future__ import annotations

from bot.domain.phase import Phase, Situation
from bot.domain.picture import Picture
from bot.slack.clock import Clock
from bot.slack.people import signed
from bot.slack.status import elsewhere_by, ended_by


def closed_lines(picture: Picture, situation: Situation, who: str, clock: Clock, *, minimal: bool) -> str:
    """The two lines of a card that is over. `who`: kind and child, or kind, number and initials."""
    talk, reply = picture.conversation, situation.reply
    ended = talk.closed_at or clock.now
    number = "" if f"No. {talk.number}" in who else f" · No. {talk.number}"
    match situation.phase:
        case Phase.WITHDRAWN:
            return f"⚪ Withdrawn by the family through the portal · {clock.short(ended)}\n{who}{number}"
        case Phase.ELSEWHERE:
            by = "" if minimal or not elsewhere_by(picture) else f" {elsewhere_by(picture)}"
            return f"⚪ Handled in the portal{by} · {clock.short(ended)}\n{who}{number}"
        case _:
            how = f"{_sentence(ended_by(picture, situation))} · {clock.short(ended)}"
            if reply and reply.delivered_at:
                told = f"delivered to the portal {clock.short(reply.delivered_at)}"
                how = f"Answered by {signed(reply.author)} · {told}"
            return f"⚪ Done · {who}\n{how}{number}"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
