"""Something that a person must know: raised once, told to admins, closed when it is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """An open alarm. `key` names the cause, so that the same cause rings once; `words` hold no patient's data."""

    id: str
    key: str
    words: str
    since: datetime
    times: int = 1
    over_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A card's place in Slack. `slot`: "department" or "urgent". `key` stands in the message's metadata."""

    conversation_id: str
    slot: str
    key: str
    channel: str | None = None
    ts: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What is known of a Slack channel that the practice file names (`named`: as written there).

    `trouble` is empty while it is usable, else a code: not_found, archived, not_in_channel,
    no_posting, shared_outside, replaced.
    """

    named: str
    id: str | None
    trouble: str = ""

    @property
    def unseen(self) -> bool:
        """Nobody asked Slack about it since the practice file names it."""
        return self.id is None and not self.trouble
