"""A window is about what was true when it was opened: what changed since is said, and nothing is done."""

from __future__ import annotations

from datetime import datetime

from bot.domain.picture import Picture
from bot.domain.proposal import in_words
from bot.domain.refused import Refusal, Refused
from bot.domain.spoken import spoken
from bot.domain.window import Window


def moved(picture: Picture, window: Window, *, now: datetime) -> None:
    """Refused, with who did what and when, if the conversation is not at the version that the window shows."""
    if picture.conversation.version == window.version:
        return
    since = window.opened_at
    decided = [d for d in picture.decisions if d.at > since]
    if decided:
        last = decided[-1]
        at = spoken(last.at, practice=picture.practice, now=now)
        raise Refused(
            f"{last.by.name} decided this at {at}: {in_words(last)}. Close this window and press Open to see it, "
            "or press the button again if it must differ.",
            because=Refusal.DECIDED,
        )
    raise Refused(
        f"Nothing was done: {_what(picture, since, now=now)} while this window was open. "
        "Copy what you wrote, close it, look at the card, and press again.",
        because=Refusal.CHANGED,
    )


def _what(picture: Picture, since: datetime, *, now: datetime) -> str:
    practice = picture.practice
    replies = [r for r in picture.replies if r.written_at > since]
    if replies:
        return f"{replies[-1].author.name} answered at {spoken(replies[-1].written_at, practice=practice, now=now)}"
    wrote = [m for m in picture.messages if m.received_at > since]
    if wrote:
        who = picture.sender.name or "the family"
        return f"{who} wrote again at {spoken(wrote[-1].received_at, practice=practice, now=now)}"
    if picture.conversation.held_since and picture.conversation.held_since > since:
        holder = practice.person(picture.conversation.holder or "")
        return f"{holder.name if holder else picture.conversation.department} got it"
    return "something about this message changed"
