"""An event that could not be shown: when it came, why, where its post stands, and who looked into the portal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Unshown:
    """A quarantined event. `id` is its inbox row's; `reason` names fields, never values, and is "" in lists.

    `channel` and `ts` are where its post stands in Slack, None while it stands nowhere.
    """

    id: str
    portal: str
    came_at: datetime
    reason: str = ""
    channel: str | None = None
    ts: str | None = None
    looked_by: str | None = None
    looked_at: datetime | None = None


class UnshownRecords(Protocol):
    """What is remembered of events that could not be shown."""

    def add_unshown(self, inbox_id: str) -> bool:
        """It is about to get a post; False when it has one, or one is on its way."""
        ...

    def unshown(self, inbox_id: str) -> Unshown | None:
        """The quarantined event of that id with its reason, or None."""
        ...

    def not_looked_into(self) -> Sequence[Unshown]:
        """Those that nobody looked for in the portal yet, oldest first, without reasons."""
        ...

    def some_not_looked_into(self, *, after: Unshown | None, limit: int) -> Sequence[Unshown]:
        """As many of those, the oldest that came after that one."""
        ...

    def how_many_not_looked_into(self) -> int:
        """How many there are."""
        ...

    def posted_nowhere(self, *, limit: int) -> Sequence[str]:
        """Ids of those that nobody looked for and whose post stands nowhere, is not on its way and rings no alarm."""
        ...

    def unshown_stands(self, inbox_id: str, *, channel: str, ts: str) -> None:
        """Where its post stands."""
        ...

    def looked_into(self, inbox_id: str, *, by: str, channel: str, ts: str, now: datetime) -> bool:
        """Somebody looked into the portal, at the post that stands there; False when somebody did before."""
        ...
