"""What colleagues told each other about a message; the family never sees it."""

from __future__ import annotations

from bot.domain.phase import Phase, Situation
from bot.domain.picture import Picture
from bot.domain.turn import Forward, ForwardState
from bot.slack.blocks import Block, say
from bot.slack.people import colleague
from bot.slack.said import told
from bot.slack.text import excerpt

INSIDE = "for colleagues only"


def at_hand(picture: Picture, seen: Situation) -> list[Block]:
    """On a card: the note of the forward that is with a colleague, or the answer that came back."""
    forward = seen.forward
    if forward is None:
        return []
    if seen.phase is Phase.FORWARDED:
        return note(picture, forward)
    return answer(picture, forward)


def note(picture: Picture, forward: Forward) -> list[Block]:
    """What the one who forwarded wrote."""
    return _said(colleague(picture.practice, forward.by), INSIDE, forward.note)


def answer(picture: Picture, forward: Forward) -> list[Block]:
    """What came back: the answer, and words that may go to the family."""
    if forward.state is not ForwardState.RETURNED:
        return []
    by = colleague(picture.practice, forward.ended_by)
    words = _said("Words for the family", "offered, not sent: Reply has them at hand", forward.words)
    return _said(by, INSIDE, forward.response) + words


def _said(who: str, more: str, text: str) -> list[Block]:
    if not text:
        return []
    shown, rest = excerpt(text, chars=2500, lines=40)
    cut = f"\n… {rest:,} more characters, press Open" if rest > 0 else ""
    return told([say(who, bold=True), say(f"  {more}")], "", shown + cut)
