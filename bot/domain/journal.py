"""What happened, to what, by whom: one row in the transaction of its effect."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Outcome = Literal["done", "refused", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of the journal. Ids and codes only: never words or names of people.

    `actor`: a Slack user id, `portal:<id>`, `service` or `cli:<system user>`. `action`: a dotted event name.
    `subject`: the opaque id of what it happened to.
    """

    at: datetime
    actor: str
    action: str
    subject: str
    outcome: Outcome = "done"
    detail: dict[str, str | int | bool | None] = field(default_factory=dict)
