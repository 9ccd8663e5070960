"""A family's message and everything that hangs on it, for the storage tests. The names are canaries: they may stand nowhere in plain."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.domain.appointment import AppointmentRequest, WishedTime
from bot.domain.conversation import Conversation, Note, Status
from bot.domain.delivery import Delivery, What, reply_lane
from bot.domain.insurance import InsuranceChange, Subscriber
from bot.domain.journal import Entry
from bot.domain.message import Attachment, Kind, Patient, PortalMessage, Relationship, Request, Sender, StoredMessage
from bot.domain.referral import ReferralRequest
from bot.domain.refill import Medication, Pharmacy, RefillRequest
from bot.domain.reply import Author, Reply
from bot.domain.store import Records, Store
from bot.domain.window import Window

NOW = datetime(2026, 11, 22, 19, 4, 11, 250_001, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CANARIES = (
    "Canary-Okafor",
    "Canary-Maya",
    "canary-thread",
    "canary-message",
    "canary-account",
    "canary-patient",
    "canary words of the family",
    "canary words of the nurse",
    "canary note",
    "canary reason",
    "Canary Practice",
    "canary raw",
    "canary alarm",
    "canary why",
    "canary event",
    "canary reference",
    "canary phrase",
)

REQUESTS: dict[Kind, Request | None] = {
    Kind.GENERAL: None,
    Kind.REFILL: RefillRequest(
        medications=(
            Medication(line=1, text="albuterol HFA", last_filled=date(2026, 10, 20), refills_left=0, schedule="none"),
            Medication(line=2, text="cetirizine"),
        ),
        pharmacy=Pharmacy(name="Walgreens #1234", phone="+15550100199"),
        needed_by=date(2026, 11, 25),
    ),
    Kind.APPOINTMENT: AppointmentRequest(
        action="reschedule",
        preferred=(WishedTime(start=NOW, end=NOW + MINUTE), WishedTime(days=("mon",), part_of_day="morning")),
    ),
    Kind.INSURANCE: InsuranceChange(
        payer="Aetna",
        subscriber=Subscriber(name="Canary-Okafor", birth_date=date(1985, 1, 2)),
        card_attachments=("a1",),
    ),
    Kind.REFERRAL: ReferralRequest(specialty="ENT", visit_date=date(2026, 12, 1)),
}


def message(
    n: int = 1, *, kind: Kind = Kind.REFILL, thread: int | None = None, account: int = 1, **more: Any
) -> PortalMessage:
    return PortalMessage(
        message_id=f"canary-message-{n}",
        thread_id=f"canary-thread-{thread or n}",
        kind=kind,
        subject="Patient Portal Rx Refill",
        text="canary words of the family\nümläut \U0001f9f8 \x00",
        sent_at=NOW - MINUTE,
        sender=Sender(
            portal_user_id=f"canary-account-{account}",
            name="Joy Canary-Okafor",
            relationship=Relationship.PARENT,
            proxy_verified=True,
        ),
        patient=Patient(id="canary-patient-1", name="Canary-Maya Okafor", birth_date=date(2017, 3, 9)),
        attachments=(Attachment(id="a1", name="card.jpg", type="image/jpeg", size=81233),),
        request=REQUESTS[kind],
        **more,
    )


def stored(records: Records, conversation: Conversation, content: PortalMessage, **more: Any) -> StoredMessage:
    return StoredMessage(
        id=records.new_id("m"),
        conversation_id=conversation.id,
        portal=conversation.portal,
        content=content,
        content_sha256=hashlib.sha256(content.text.encode()).digest(),
        received_at=NOW,
        **more,
    )


def conversation(records: Records, **more: Any) -> Conversation:
    values: dict[str, Any] = {
        "id": records.new_id("c"),
        "number": records.next_number(),
        "portal": "main",
        "kind": Kind.REFILL,
        "department": "Nursing",
        "status": Status.OPEN,
        "came_at": NOW,
        "due_at": NOW + timedelta(hours=8),
        "why_here": "canary why",
    }
    return Conversation(**{**values, **more})


def taken_in(records: Records, n: int = 1, **more: Any) -> Conversation:
    """The whole intake of a message, as an act does it."""
    content = message(n, **more)
    raw = f'{{"canary raw": {n}}}\x00'.encode() + b"\xed\xa0\x80"
    inbox_id = records.add_inbox(
        portal="main", event_id=f"canary event {n}", sha256=hashlib.sha256(raw).digest(), raw=raw, now=NOW
    )
    assert inbox_id
    kept = conversation(records, kind=content.kind)
    records.add_conversation(
        kept,
        thread_id=content.thread_id,
        portal_user_id=content.sender.portal_user_id,
        patient_id=content.patient.id,
    )
    records.add_message(stored(records, kept, content))
    records.journal(Entry(at=NOW, actor="portal:main", action="message.received", subject=kept.id))
    records.add_delivery(card(records, kept), now=NOW)
    return kept


def card(records: Records, of: Conversation, *, lane: str = "slack:dep:Nursing", **more: Any) -> Delivery:
    return Delivery(
        id=records.new_id("d"),
        what=What.CARD,
        lane=lane,
        subject=of.id,
        conversation_id=of.id,
        slot="department",
        **more,
    )


def answer(records: Records, of: Conversation, n: int = 1, **more: Any) -> Reply:
    text = "canary words of the nurse – ümläut"
    values: dict[str, Any] = {
        "id": records.new_id("r"),
        "conversation_id": of.id,
        "in_reply_to": f"canary-message-{n}",
        "thread_id": f"canary-thread-{n}",
        "to": "canary-account-1",
        "to_name": "Joy Canary-Okafor",
        "text": text,
        "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "author": Author(slack="U0ALICE", name="Alice Moreno", title="RN", role="staff"),
        "written_at": NOW,
        "done_after": True,
    }
    return Reply(**{**values, **more})


def sent(records: Records, of: Conversation, n: int = 1, **more: Any) -> Reply:
    """An answer with its delivery and its row in the journal, as an act sends it."""
    reply = answer(records, of, n, **more)
    records.add_reply(reply)
    records.journal(Entry(at=NOW, actor="U0ALICE", action="reply.sent", subject=of.id, detail={"reply": reply.id}))
    records.add_delivery(
        Delivery(
            id=records.new_id("d"),
            what=What.REPLY,
            lane=reply_lane(of.id),
            subject=reply.id,
            conversation_id=of.id,
            portal="main",
        ),
        now=NOW,
    )
    return reply


def window(records: Records, of: Conversation) -> Window:
    opened = Window(
        id=records.new_id("w"), what="reply", conversation_id=of.id, slack="U0ALICE", opened_at=NOW, version=of.version
    )
    records.add_window(opened)
    records.journal(Entry(at=NOW, actor="U0ALICE", action="reply.opened", subject=of.id))
    return opened


def note(records: Records, of: Conversation) -> Note:
    return Note(id=records.new_id("n"), conversation_id=of.id, author="U0ALICE", text="canary note", at=NOW)


def raised(records: Records, conversation_id: str) -> None:
    """An act that reads a row and writes it one higher."""
    known = records.conversation(conversation_id)
    records.save_conversation(replace(known, version=known.version + 1))


async def version(store: Store, conversation_id: str) -> int:
    return (await store.read(lambda r: r.conversation(conversation_id))).version
