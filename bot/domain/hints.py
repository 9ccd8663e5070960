"""What stands out about a refill request: early, asked for twice, or a brother's or sister's medicine."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from bot.domain.picture import Picture
from bot.domain.privacy import first_name
from bot.domain.refill import Asked, Medication

BEGINNING = 80  # characters of a line among which its name stands
EARLY = 21  # days since the last fill; most supplies are for 30, and nobody says how long this one lasts


def early(medication: Medication, *, today: date) -> int | None:
    """Days since the last fill, when they are few; None when they are not, or nobody said."""
    if medication.last_filled is None:
        return None
    days = (today - medication.last_filled).days
    return days if 0 <= days < EARLY else None


def elsewhere(picture: Picture, medications: Sequence[Medication]) -> list[str]:
    """Sentences about the same medicine in the family's other requests of the last 90 days."""
    wanted = [name for name in dict.fromkeys(_name(medication.text) for medication in medications) if name]
    named = [(asked, {_name(other.text) for other in asked.medications}) for asked in picture.asked] if wanted else []
    said = (_sentence(picture, asked) for name in wanted for asked, names in named if name in names)
    return list(dict.fromkeys(said))[:4]


def _sentence(picture: Picture, asked: Asked) -> str:
    if asked.sibling is None:
        return f"Same medicine was asked for before: No. {asked.number}"
    child, other = first_name(picture.patient.name) or "this child", first_name(asked.sibling)
    return f"Asked for {child}, but the medicine is on {other}'s request: No. {asked.number}"


def _name(text: str) -> str:
    """What two lines for the same medicine begin with: the first word of four letters or more, "" without one."""
    flat = unicodedata.normalize("NFKD", text[:BEGINNING]).casefold()
    found = re.search(r"[a-z]{4,}", flat)
    return found[0] if found else ""
