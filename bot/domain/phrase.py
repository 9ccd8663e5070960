"""Ready texts with gaps: found by a few letters, filled from the conversation, never filled twice."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.domain.decision import in_force
from bot.domain.picture import Picture
from bot.domain.practice import Phrase
from bot.domain.privacy import first_name
from bot.domain.refill import RefillRequest
from bot.domain.spoken import spoken
from bot.domain.staff import Staff
from bot.domain.words import GAP

MOST = 100  # options that Slack takes


def fill(text: str, values: Mapping[str, str | None]) -> str:
    """The text with every {gap} filled that has a value; the others stay, and stop Send. Nothing is filled twice."""
    return GAP.sub(lambda gap: values.get(gap[1]) or gap[0], text)


def values_for(picture: Picture, staff: Staff, *, now: datetime) -> dict[str, str | None]:
    """What a conversation knows: None for what nobody gave."""
    request = picture.request_message.request
    medications = request.medications if isinstance(request, RefillRequest) else ()
    pharmacy = request.pharmacy.name if isinstance(request, RefillRequest) and request.pharmacy else None
    decided = in_force(picture.decisions)
    visit = next((v for d in decided for v in d.terms.visits), None)
    asked = getattr(request, "provider", None) or next((m.prescriber for m in medications if m.prescriber), None)
    practice = picture.practice
    return {
        "sender_first_name": first_name(picture.sender.name) or None,
        "sender_name": picture.sender.name,
        "patient_first_name": first_name(picture.patient.name) or None,
        "patient_name": picture.patient.name,
        "provider": decided[-1].by.name if decided else asked,
        "pharmacy": pharmacy,
        "medication": ", ".join(m.text for m in medications) or None,
        "practice": practice.name,
        "department": picture.conversation.department,
        "my_name": staff.name,
        "my_title": staff.title,
        "today": spoken(now, practice=practice, now=now).rpartition(", ")[0] or f"{now:%B} {now.day}",
        "appointment_time": spoken(visit.start, practice=practice, now=now) if visit else None,
    }


def matching(phrases: Sequence[Phrase], query: str) -> list[tuple[int, Phrase]]:
    """Phrases with their places: the letters begin a word of the title or notebook, else stand in the text."""
    wanted = _folded(query).split()
    near = [(n, p) for n, p in enumerate(phrases) if _begins(f"{p.title} {p.notebook}", wanted)]
    far = [(n, p) for n, p in enumerate(phrases) if wanted and all(w in _folded(p.text) for w in wanted)]
    return list(dict.fromkeys([*near, *far]))[:MOST]


def _begins(words: str, wanted: Sequence[str]) -> bool:
    parts = re.split(r"[^a-z0-9]+", _folded(words))
    return all(any(part.startswith(w) for part in parts) for w in wanted)


def _folded(text: str) -> str:
    flat = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in flat if not unicodedata.combining(c))
