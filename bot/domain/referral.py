"""A referral request's own data. What is not given is None, and shown as unknown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralRequest:
    """To whom, for what and by when."""

    specialty: str | None = None
    to: str | None = None
    reason: str | None = None
    urgency: str | None = None
    visit_date: date | None = None
