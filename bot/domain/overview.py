"""What Home asks about all conversations at once, so that it need not look at each."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class OverviewRecords(Protocol):
    """Ids, counts and times; no words."""

    def undecided(self) -> frozenset[str]:
        """Ids of the open refills that nobody has decided."""
        ...

    def in_trouble(self) -> frozenset[str]:
        """Ids of open conversations with an answer that did not arrive (and none since that did), or may not have."""
        ...

    def answered(self, *, since: datetime) -> dict[str, int]:
        """Per department: how many conversations have an answer, written since then, that the portal took."""
        ...

    def last_came(self) -> datetime | None:
        """When the newest message came from a portal, None before the first."""
        ...
