"""Changing how the practice works: the reviewed file, applied and journalled."""

from __future__ import annotations

from datetime import datetime

from bot.domain.journal import Entry
from bot.domain.store import Records


def apply_practice(records: Records, *, document: str, by: str, now: datetime) -> int | None:
    """Make this practice file the one in force; its version, None when it is in force already."""
    if records.practice_document() == document:
        return None
    version = records.save_practice(document, by=by, now=now)
    records.journal(Entry(at=now, actor=by, action="practice.applied", subject=f"practice:{version}"))
    return version
