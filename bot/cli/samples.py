"""Invented messages of every kind, as a portal would send them."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

KINDS = ("general", "refill", "appointment", "insurance", "referral")

_FAMILIES = (
    ("pu-901", "Joy Okafor", "p-901", "Maya Okafor", "2017-03-09"),
    ("pu-902", "Rosa Delgado", "p-902", "Mateo Delgado", "2020-08-14"),
    ("pu-903", "Sam Whitfield", "p-903", "Ivy Whitfield", "2023-11-18"),
    ("pu-904", "Nadia Weber", "p-904", "Lucas Weber", "2015-05-27"),
)
_TEXTS = {
    "general": ("Ear drops and swimming", "He got water in the ear at swimming. Should we keep going with the drops?"),
    "refill": ("Patient Portal Rx Refill", "Please refill it, she is almost out."),
    "appointment": ("Appointment Request", "After daycare would be best for us."),
    "insurance": ("Insurance Change Notification", ""),
    "referral": ("Patient Portal Referral", "The allergist needs a referral from you. Thank you!"),
}
_REQUESTS: dict[str, dict[str, Any]] = {
    "refill": {
        "medications": [
            {
                "line": 1,
                "text": "albuterol HFA 90 mcg inhaler",
                "sig": "2 puffs every 4 h as needed",
                "refills_left": 0,
                "schedule": "none",
            }
        ],
        "pharmacy": {"name": "Corner Pharmacy", "phone": "+15550100199"},
    },
    "appointment": {
        "action": "new",
        "visit_type": "check-up",
        "provider": "Dr. Omar Shah",
        "preferred": [{"days": ["Saturday"], "part_of_day": "morning"}],
    },
    "insurance": {
        "payer": "Blue Harbor Health",
        "plan": "Family Choice PPO",
        "member_id": "BHX 4410",
        "group": "77120",
    },
    "referral": {"specialty": "Allergy", "to": "Harbor Allergy", "reason": "hives after peanuts", "urgency": "routine"},
}


def events(kind: str, *, count: int, now: datetime) -> Iterator[dict[str, Any]]:
    """`count` events portal.message.created, each with ids of its own."""
    run = secrets.token_hex(4)
    for number, family in zip(range(count), itertools.cycle(_FAMILIES), strict=False):
        yield _event(kind, f"{run}-{number}", family, now)


def _event(kind: str, mark: str, family: tuple[str, str, str, str, str], now: datetime) -> dict[str, Any]:
    account, name, patient, child, born = family
    subject, text = _TEXTS[kind]
    moment = now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    data: dict[str, Any] = {
        "schema": 1,
        "message_id": f"sample-{mark}",
        "thread_id": f"sample-thread-{mark}",
        "kind": kind,
        "subject": subject,
        "body": {"format": "plain", "text": text, "lang": "en"},
        "sent_at": moment,
        "priority": "routine",
        "sender": {"portal_user_id": account, "name": name, "relationship": "parent", "proxy_verified": True},
        "patient": {"id": patient, "mrn": patient[2:], "name": child, "birth_date": born},
    }
    if kind in _REQUESTS:
        data["request"] = _REQUESTS[kind]
    return {"type": "portal.message.created", "timestamp": moment, "data": data}
