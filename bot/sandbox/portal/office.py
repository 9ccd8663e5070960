"""What families and the portal itself do: write, read, take back, close; each becomes an event to the practice."""

from typing import Any
from uuid import uuid4

from bot.sandbox.attachment import attachment_facts
from bot.sandbox.portal.courier import Courier, Parcel
from bot.sandbox.portal.memory import Memory, utc_now

JSON = dict[str, Any]
SUBJECTS = {
    "refill": "Patient Portal Rx Refill",
    "appointment": "Appointment Request",
    "insurance": "Insurance Change Notification",
    "referral": "Patient Portal Referral",
}


class Office:
    """Turns acts of families and of the portal's staff into remembered facts and events."""

    def __init__(self, *, memory: Memory, courier: Courier) -> None:
        self._memory = memory
        self._courier = courier

    def say(self, kind: str, **data: Any) -> Parcel:
        """Sends one event and gives back its parcel."""
        parcel = Parcel.of({"type": kind, "timestamp": utc_now(), "data": data})
        self._courier.post(parcel)
        return parcel

    def send(self, event: JSON, event_id: str | None = None) -> Parcel:
        """Sends a complete event; a message in it is remembered as written by the family."""
        self.remember(event)
        parcel = Parcel.of(event, event_id)
        self._courier.post(parcel)
        return parcel

    def remember(self, event: JSON) -> None:
        """Keeps the message of a created or updated event, so that the family's page shows it."""
        data = event.get("data")
        if event.get("type") not in {"portal.message.created", "portal.message.updated"} or not isinstance(data, dict):
            return
        if isinstance(data.get("message_id"), str) and isinstance(data.get("thread_id"), str):
            self._memory.record("message", thread_id=data["thread_id"], data=data)

    def write(self, wish: JSON) -> JSON:
        """A family's new message from the page's form; KeyError names what is missing."""
        sender, patient = self._people(wish["portal_user_id"], wish["patient_id"])
        thread_id = wish.get("thread_id")
        earlier = [m for m in self._memory.messages.values() if m["data"]["thread_id"] == thread_id]
        data = {
            "schema": 1,
            "message_id": "m-" + uuid4().hex[:10],
            "thread_id": thread_id or "t-" + uuid4().hex[:10],
            "in_reply_to": earlier[-1]["data"]["message_id"] if earlier else None,
            "kind": wish.get("kind", "general"),
            "subject": SUBJECTS.get(wish.get("kind", ""), wish.get("subject") or "Message"),
            "department": wish.get("department"),
            "body": {"format": "plain", "text": wish["text"], "lang": wish.get("lang", "en")},
            "sent_at": utc_now(),
            "priority": wish.get("priority", "routine"),
            "sender": sender,
            "patient": patient,
            "confidential": bool(wish.get("confidential")),
            "attachments": [attachment_facts("a-" + uuid4().hex[:8], name) for name in wish.get("files", [])],
        }
        if wish.get("request"):
            data["request"] = wish["request"]
        parcel = self.send({"type": "portal.message.created", "timestamp": utc_now(), "data": data})
        return {"message_id": data["message_id"], "thread_id": data["thread_id"], "event_id": parcel.event_id}

    def _people(self, account_id: str, patient_id: str) -> tuple[JSON, JSON]:
        families = self._memory.families
        sender = next(one for one in families["accounts"] if one["portal_user_id"] == account_id)
        patient = next(one for one in families["patients"] if one["id"] == patient_id)
        told = ("portal_user_id", "name", "relationship", "proxy_verified", "phone")
        return {name: sender.get(name) for name in told}, {
            name: patient[name] for name in ("id", "mrn", "name", "birth_date")
        }

    def read(self, thread_id: str) -> list[str]:
        """The family opens a thread: each reply not yet read is told to the practice as read."""
        unread = [r for r in self._memory.replies if r["thread_id"] == thread_id and r["read_at"] is None]
        for reply_id in dict.fromkeys(r["reply_id"] for r in unread):
            self._memory.record("read", reply_id=reply_id, thread_id=thread_id)
            self.status(reply_id, "read")
        return [r["reply_id"] for r in unread]

    def status(self, reply_id: str, status: str, reason: str | None = None) -> Parcel:
        """Tells the practice what became of a reply: accepted, delivered, read, failed."""
        return self.say("portal.reply.status", reply_id=reply_id, status=status, at=utc_now(), reason=reason)

    def withdraw(self, message_id: str, reason: str | None = None) -> Parcel:
        """The family takes a message back."""
        message = self._memory.messages[message_id]["data"]
        self._memory.record("withdrawn", message_id=message_id, thread_id=message["thread_id"])
        by = (message.get("sender") or {}).get("name")
        return self.say("portal.message.withdrawn", message_id=message_id, at=utc_now(), by=by, reason=reason)

    def handle(self, message_id: str, by: str, reason: str | None = None) -> Parcel:
        """Somebody of the practice dealt with a message inside the portal."""
        message = self._memory.messages[message_id]["data"]
        self._memory.record("handled", message_id=message_id, thread_id=message["thread_id"], by=by)
        return self.say("portal.message.handled_elsewhere", message_id=message_id, at=utc_now(), by=by, reason=reason)

    def update(self, message_id: str, changes: JSON) -> Parcel:
        """A message changes: the whole of it goes out again with a higher version."""
        data = {**self._memory.messages[message_id]["data"], **changes}
        data["version"] = int(data.get("version", 1)) + 1
        return self.send({"type": "portal.message.updated", "timestamp": utc_now(), "data": data})

    def close(self, thread_id: str) -> Parcel:
        """The conversation is closed in the portal."""
        self._memory.record("thread_closed", thread_id=thread_id)
        return self.say("portal.thread.closed", thread_id=thread_id, at=utc_now())
