"""What stands out about a refill request: early, asked for twice, or a brother's or sister's medicine."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from bot.domain.picture import Picture
from bot.domain.privacy import first_name
from bot.domain.refill import Asked, Medication

EARLY = 21  # days since the last fill; most supplies are for 30, and nobody says how long this one lasts


def early(medication: Medication, *, today: date) -> int | None:
    """Days since the last fill, when they are few; None when they are not, or nobody said."""
    if medication.last_filled is None:
        return None
    days = (today - medication.last_filled).days
    return days if 0 <= days < EARLY else None


def elsewhere(picture: Picture, medications: Sequence[Medication]) -> list[str]:
    """Sentences about the same medicine in the family's other requests of the last 90 days."""
    said = [
        _sentence(picture, asked)
        for medication in medications
        for asked in picture.asked
        if any(same(medication.text, other.text) for other in asked.medications)
    ]
    return list(dict.fromkeys(said))[:4]


def _sentence(picture: Picture, asked: Asked) -> str:
    if asked.sibling is None:
        return f"Same medicine was asked for before: No. {asked.number}"
    child, other = first_name(picture.patient.name) or "this child", first_name(asked.sibling)
    return f"Asked for {child}, but the medicine is on {other}'s request: No. {asked.number}"


def same(one: str, other: str) -> bool:
    """Whether two lines name the same medicine: their first word of four letters or more is the same."""
    first, second = _name(one), _name(other)
    return bool(first) and first == second


def _name(text: str) -> str:
    flat = unicodedata.normalize("NFKD", text).casefold()
    return next(iter(re.findall(r"[a-z]{4,}", flat)), "")
