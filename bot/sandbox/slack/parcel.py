"""A payload on its way to the app, and the word for one that was not taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class Unacked(Exception):  # noqa: N818
    """No acknowledgement will come; the text is Slack's reason for the retry."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One payload on its way; `kind` is events_api, interactive, slash_commands or options."""

    kind: str
    payload: dict[str, Any]
    wants_answer: bool = False
    attempt: int = 0
    reason: str = ""
