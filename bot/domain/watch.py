"""What the journal's sealer finds that no service can have written rings at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.domain import tell
from bot.domain.store import Records


def chained(records: Records, *, seal: Callable[..., Any], left: Any, now: datetime) -> Any:
    """Seal a batch, which is given back; the admins are told when the journal was tampered with."""
    batch = seal(records, now=now, left=left)
    if batch.forged or batch.gone:
        tell.ring(
            records,
            key="journal:tampered",
            words="Somebody changed the journal in the database itself: a row that Portal Desk did not write so, or "
            "rows that are gone. Run `portaldesk audit verify`: it names them. Find out who can write to the database.",
            now=now,
        )
    return batch
