"""The practice of the kill tests: three departments, twenty-four nurses, five prescribers, and what families ask them for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests import world

ROOT = Path(__file__).resolve().parents[2]
NURSES = tuple(f"U0NURSE{n:02d}" for n in range(24))
PRESCRIBERS = ("U0DRKIM", "U0DRLEE", "U0DRROY", "U0DRSHAH", "U0DRVOSS")
NAMES = {nurse: f"Nurse {nurse[-2:]}" for nurse in NURSES} | {
    "U0DRKIM": "Grace Kim",
    "U0DRLEE": "Omar Lee",
    "U0DRROY": "Tara Roy",
    "U0DRSHAH": "Omid Shah",
    "U0DRVOSS": "Helen Vossler",
}
CHANNELS = ("C0FRONT", "C0NURSING", "C0REFILLS")
URGENT = "C0URGENT"
DEPARTMENTS = {"C0FRONT": "Front Desk", "C0NURSING": "Nursing", "C0REFILLS": "Refills"}
KINDS = {"C0FRONT": ("appointment", "insurance"), "C0NURSING": ("general", "referral"), "C0REFILLS": ("refill",)}
CHANNEL_OF = {kind: channel for channel, kinds in KINDS.items() for kind in kinds}
ASKED: dict[str, dict[str, Any]] = {  # what a request of that kind names
    "appointment": {"action": "new", "visit_type": "check-up", "preferred": [{"days": ["Sat"]}]},
    "insurance": {"payer": "Blue Harbor", "plan": "PPO", "member_id": "BHX 44"},
    "referral": {"specialty": "Allergy", "to": "Dr. Helen Voss", "reason": "hives"},
    "refill": {
        "medications": [{"line": 1, "text": "albuterol HFA 90 mcg inhaler", "sig": "2 puffs", "schedule": "none"}],
        "pharmacy": {"name": "Walgreens #1234", "phone": "+15550100199"},
    },
}


def practice_document() -> str:
    """The practice file."""
    departments = [
        {
            "name": name,
            "channel": channel,
            "kinds": list(KINDS[channel]),
            "turnaround": "8h",
            "escalate_to": NURSES[0],
        }
        for channel, name in DEPARTMENTS.items()
    ]
    everywhere = list(DEPARTMENTS.values())
    staff: list[dict[str, Any]] = [
        {"slack": nurse, "name": NAMES[nurse], "title": "RN", "roles": ["staff"], "departments": everywhere}
        for nurse in NURSES
    ]
    staff += [
        {"slack": who, "name": NAMES[who], "title": "MD", "roles": ["staff", "prescriber"], "departments": everywhere}
        for who in PRESCRIBERS
    ]
    staff.append({"slack": "U0PAT", "name": "Pat Quinn", "roles": ["admin", "staff"], "departments": ["Front Desk"]})
    return yaml.safe_dump(
        {
            "practice": {"name": "Bright Kids Pediatrics", "timezone": "America/New_York"},
            "card_detail": "full",
            "hours": {"mon-sun": "00:00-24:00"},
            "departments": departments,
            "default_department": "Front Desk",
            "urgent_channel": URGENT,
            "staff": staff,
        }
    )


def workspace() -> dict[str, Any]:
    """The stand-in Slack's configuration file."""
    people: list[dict[str, Any]] = [{"id": who, "name": who.lower(), "real_name": name} for who, name in NAMES.items()]
    people.append({"id": "U0PAT", "name": "pat", "real_name": "Pat Quinn", "is_admin": True})
    members = [person["id"] for person in people]
    channels = [{"id": channel, "name": channel.lower(), "members": members} for channel in (*CHANNELS, URGENT)]
    timing = {"retries": [0.0, 1.5, 3.0, 3.0]}  # of events; Slack's own are a minute and five
    return {"people": people, "channels": channels, "manifest": str(ROOT / "manifest.yml"), "timing": timing}


def written(token: str, *, kind: str = "general", thread: str = "", urgent: bool = False) -> dict[str, Any]:
    """A family's message as an event: its id and its words name the token."""
    event = world.message(n=token, kind=kind, subject=f"About {token}")
    data = event["data"]
    data["body"]["text"] = f"Is {token} all right?"
    family = thread.removeprefix("t-") or token
    data["thread_id"] = f"t-{family}"
    data["sender"]["portal_user_id"] = f"pu-{family}"
    data["patient"] |= {"id": f"p-{family}", "mrn": f"mrn-{family}"}
    if kind in ASKED:
        data["request"] = ASKED[kind]
    if urgent:
        data["priority"] = "urgent"
    return {**event, "id": f"evt-{token}", "retry": True}
