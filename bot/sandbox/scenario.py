"""The demo's world: Bright Kids Pediatrics, its people and channels, its families, and one morning at its portal."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from bot.sandbox.attachment import attachment_facts

JSON = dict[str, Any]
ZONE = ZoneInfo("America/New_York")
SUBJECTS = {
    "refill": "Patient Portal Rx Refill",
    "appointment": "Appointment Request",
    "insurance": "Insurance Change Notification",
    "referral": "Patient Portal Referral",
}
_HERE = Path(__file__).parent
_DATE = re.compile(r"\{date([+-]\d+)\}")
_AGES = {"w": 7.0, "m": 30.44, "y": 365.25}
_BEHIND_BIRTHDAY = 40  # days since the last birthday, so that nobody's age turns while the demo runs

PEOPLE: tuple[JSON, ...] = (
    {"id": "U0ALICE", "name": "alice", "real_name": "Alice Moreno", "title": "RN", "role": "Nurse"},
    {"id": "U0BEN", "name": "ben", "real_name": "Ben Castillo", "title": "Front desk", "role": "Front desk, billing"},
    {"id": "U0NIA", "name": "nia", "real_name": "Nia Brooks", "title": "LPN", "role": "Nurse"},
    {"id": "U0LEE", "name": "dana", "real_name": "Dr. Dana Lee", "title": "MD", "role": "Physician, prescribes"},
    {"id": "U0SHAH", "name": "omar", "real_name": "Dr. Omar Shah", "title": "MD", "role": "Physician, prescribes"},
    {"id": "U0PAT", "name": "pat", "real_name": "Pat Quinn", "title": "Practice manager", "role": "Admin"},
)
_CHANNELS = {
    "C0FRONTDESK": ("front-desk", "Appointments and forms", ("U0BEN", "U0PAT", "U0ALICE")),
    "C0NURSING": ("nursing", "Questions from families", ("U0ALICE", "U0NIA", "U0LEE", "U0SHAH", "U0PAT")),
    "C0REFILLS": ("refills", "Refills waiting for a prescriber", ("U0ALICE", "U0NIA", "U0LEE", "U0SHAH", "U0PAT")),
    "C0BILLING": ("billing-referrals", "Insurance changes and referrals", ("U0BEN", "U0PAT")),
    "C0URGENT": ("urgent", "What must not wait", tuple(person["id"] for person in PEOPLE)),
    "C0GENERAL": ("general", "The whole practice", tuple(person["id"] for person in PEOPLE)),
}


def slack_config() -> JSON:
    """The workspace as bot.sandbox.slack reads it; tokens and addresses are left to whoever starts it."""
    return {
        "team_name": "Bright Kids Pediatrics",
        "team_domain": "brightkids",
        "users": [
            {"id": one["id"], "name": one["name"], "real_name": one["real_name"], "is_admin": one["id"] == "U0PAT"}
            for one in PEOPLE
        ],
        "channels": [
            {
                "id": channel_id,
                "name": name,
                "topic": topic,
                "members": list(members),
                "is_private": channel_id != "C0GENERAL",
                "bot_is_member": channel_id != "C0GENERAL",
            }
            for channel_id, (name, topic, members) in _CHANNELS.items()
        ],
    }


def channel_topics() -> dict[str, str]:
    """What each channel is for, by id."""
    return {channel_id: topic for channel_id, (_, topic, _) in _CHANNELS.items()}


def practice_yaml_path() -> Path:
    """The demo's practice file (CONTRACT section 4)."""
    return _HERE / "demo-practice.yaml"


def parents(now: datetime | None = None) -> JSON:
    """`{accounts, patients}` for the portal: who may write about whom; ages are counted back from `now`."""
    families = _data("demo-families.yaml")
    day = (now or datetime.now(UTC)).astimezone(ZONE).date()
    return {
        "accounts": [dict(account) for account in families["accounts"]],
        "patients": [_patient(row, families["pharmacies"], day) for row in families["patients"]],
    }


def morning(now: datetime) -> list[JSON]:
    """The morning's `portal.message.created` events, oldest first, the last one a few minutes before `now`."""
    families = parents(now)
    people = {account["portal_user_id"]: account for account in families["accounts"]}
    patients = {patient["id"]: patient for patient in families["patients"]}
    day = now.astimezone(ZONE).date()
    rows = [_dated(row, day) for row in _data("demo-morning.yaml")]
    events = [_event(number, row, now, (people, patients)) for number, row in enumerate(rows)]
    first: dict[str, str] = {}
    for event in events:
        data = event["data"]
        data["in_reply_to"] = first.get(data["thread_id"])
        first[data["thread_id"]] = data["message_id"]
    return events


def _event(number: int, row: JSON, now: datetime, known: tuple[JSON, JSON]) -> JSON:
    people, patients = known
    sent_at = _instant(now - timedelta(minutes=row["minutes_ago"]))
    patient = patients[row["about"]]
    kind = row["kind"]
    files = [attachment_facts(f"a-{number}-{place}", name) for place, name in enumerate(row.get("files", []), 1)]
    sender = {name: people[row["from"]].get(name) for name in _SENDER}
    data: JSON = {
        "schema": 1,
        "message_id": f"m-demo-{number + 1:02}",
        "thread_id": row.get("thread", f"t-demo-{number + 1:02}"),
        "in_reply_to": None,
        "kind": kind,
        "subject": SUBJECTS.get(kind, row.get("subject")),
        "department": None,
        "body": {"format": "html" if row.get("html") else "plain", "text": row["text"], "lang": row.get("lang", "en")},
        "sent_at": sent_at,
        "priority": row.get("priority", "routine"),
        "sender": sender,
        "patient": {name: patient[name] for name in ("id", "mrn", "name", "birth_date")},
        "confidential": row.get("confidential", False),
        "attachments": files,
    }
    if kind != "general":
        data["request"] = _request(row, patient, files)
    return {"type": "portal.message.created", "timestamp": sent_at, "data": data}


_SENDER = ("portal_user_id", "name", "relationship", "proxy_verified", "phone")


def _request(row: JSON, patient: JSON, files: list[JSON]) -> JSON:
    request = dict(row.get("request", {}))
    if row["kind"] == "refill":
        request["medications"] = [patient["medications"][line - 1] for line in row["medicines"]]
        if not row.get("no_pharmacy"):
            request["pharmacy"] = patient["pharmacy"]
    if "card_attachments" in request:
        request["card_attachments"] = [one["id"] for one in files if one["name"] in request["card_attachments"]]
    for wish in request.get("preferred", []):
        for end in ("start", "end"):
            if end in wish:
                wish[end] = _instant(datetime.fromisoformat(wish[end]).replace(tzinfo=ZONE))
    return request


def _patient(row: JSON, pharmacies: JSON, day: date) -> JSON:
    count, unit = int(row["age"][:-1]), row["age"][-1]
    behind = 0 if unit == "w" else 10 if unit == "m" else _BEHIND_BIRTHDAY
    birth = day - timedelta(days=round(count * _AGES[unit]) + behind)
    medicines = [_medicine(line, given, day) for line, given in enumerate(row.get("medications", []), 1)]
    return {
        "id": row["id"],
        "mrn": row["mrn"],
        "name": row["name"],
        "birth_date": birth.isoformat(),
        "pharmacy": pharmacies[row["pharmacy"]],
        "medications": medicines,
    }


def _medicine(line: int, given: JSON, day: date) -> JSON:
    told = {name: value for name, value in given.items() if name != "filled_days_ago"}
    return {"line": line, **told, "last_filled": (day - timedelta(days=given["filled_days_ago"])).isoformat()}


def _dated(value: Any, day: date) -> Any:
    if isinstance(value, dict):
        return {name: _dated(inner, day) for name, inner in value.items()}
    if isinstance(value, list):
        return [_dated(inner, day) for inner in value]
    if isinstance(value, str):
        return _DATE.sub(lambda found: (day + timedelta(days=int(found[1]))).isoformat(), value)
    return value


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@cache
def _data(name: str) -> Any:
    return yaml.safe_load((_HERE / name).read_text(encoding="utf-8"))
