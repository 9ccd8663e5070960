"""A window that somebody opened: what it was about, and what they had seen when they wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.refused import Refusal, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One opened window. Its opaque `id` stands in `private_metadata`; it is the idempotency key of its Send.

    `version` is the conversation's version that the window shows, `opened_at` when it last showed it; `stale`: it had
    to be shown again, since something changed. `used_by` is the id of what its Send made. `draft` is what earlier pages
    of the same window were filled with.
    """

    id: str
    what: str
    conversation_id: str
    slack: str
    opened_at: datetime
    version: int
    stale: bool = False
    used_by: str | None = None
    draft: str = ""


GONE = "I do not know this window any more. Copy what you wrote, close it, and press again on the card."
USED = "This was done already. Close this window; the card shows what became of it."
_OWN_WORDS = {  # a reply is the one that people press twice
    "reply": (
        "I do not know this window any more. Copy your text, close it, and press Reply on the card again.",
        "Already sent. Close this window; the card shows how far the answer is.",
    )
}


def mine(window: Window | None, slack: str, what: str) -> Window:
    """The window, if it is this person's, of that sort, and was not used; else Refused, in words."""
    gone, used = _OWN_WORDS.get(what, (GONE, USED))
    if window is None or window.slack != slack or window.what != what:
        raise Refused(gone, because=Refusal.GONE)
    if window.used_by is not None:
        raise Refused(used, because=Refusal.ALREADY_SENT)
    return window
