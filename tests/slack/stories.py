"""The people and conversations that the views are drawn from: it is Tuesday, Nov 24, 2026, 9:26 AM in New York."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.domain.appointment import AppointmentRequest, WishedTime
from bot.domain.conversation import Conversation, Note, Related, Status
from bot.domain.delivery import State
from bot.domain.department import Department, Hours
from bot.domain.insurance import InsuranceChange, Subscriber
from bot.domain.message import Attachment, Kind, Patient, PortalMessage, Relationship, Sender, StoredMessage
from bot.domain.phrasebook import PERSONAL, Book, Kept
from bot.domain.picture import Picture
from bot.domain.practice import CardDetail, Phrase, Practice
from bot.domain.referral import ReferralRequest
from bot.domain.refill import Medication, Pharmacy, RefillRequest
from bot.domain.reply import Author, Reply
from bot.domain.staff import Role, Staff
from bot.domain.window import Window

NOW = datetime(2026, 11, 24, 14, 26, tzinfo=UTC)
WROTE = NOW - timedelta(minutes=14)
SENT = NOW - timedelta(minutes=2)

ALICE = Staff(
    slack="U0ALICE", name="Alice Moreno", title="RN", roles=frozenset({Role.STAFF}), departments=("Nursing", "Refills")
)
GRACE = Staff(slack="U0GRACE", name="Grace Kim", title="PNP", roles=frozenset({Role.STAFF}), departments=("Nursing",))
PAT = Staff(slack="U0ADMIN", name="Pat Quinn", roles=frozenset({Role.ADMIN, Role.STAFF}), departments=("Front Desk",))


class NeverClosed:
    """A calendar without holidays."""

    def is_closed(self, day: date) -> bool:
        return False


def practice(detail: CardDetail = CardDetail.FULL, **changes) -> Practice:
    departments = [
        Department(name=name, channel=f"#{name.lower().replace(' ', '-')}")
        for name in ("Nursing", "Front Desk", "Refills", "Billing", "Referrals")
    ]
    departments[0] = replace(departments[0], escalate_to="U0ALICE", notify="group", group="S0NURSES")
    made = Practice(
        name="Bright Kids Pediatrics",
        timezone="America/New_York",
        card_detail=detail,
        hours=Hours(spans={}),
        calendar=NeverClosed(),
        departments=tuple(departments),
        default_department="Front Desk",
        staff=(ALICE, GRACE, PAT),
    )
    return replace(made, **changes)


ROSA = Sender(
    portal_user_id="pu-77",
    name="Rosa Delgado",
    relationship=Relationship.PARENT,
    proxy_verified=True,
    phone="+15550100142",
)
MATEO = Patient(id="p-1", mrn="100871", name="Mateo Delgado", birth_date=date(2020, 8, 14))
MAYA = Patient(id="p-2", mrn="100234", name="Maya Okafor", birth_date=date(2017, 3, 9))

EARS = (
    "Mateo started the ear drops on Friday. He got water in the ear at swimming yesterday and now says it hurts more "
    "on the left side. No fever. Should we keep going with the drops, or come in?"
)
ANSWER = (
    "Hi Rosa, please stop the drops for today and keep the ear dry. Dr. Lee would like to look at it: we have 3:40 PM "
    "today. Does that work for you?"
)


def message(text: str = EARS, **changes) -> PortalMessage:
    made = PortalMessage(
        message_id="m-88121",
        thread_id="t-5512",
        kind=Kind.GENERAL,
        subject="Ear drops and swimming",
        text=text,
        sent_at=WROTE,
        sender=ROSA,
        patient=MATEO,
        lang="en",
    )
    return replace(made, **changes)


def stored(content: PortalMessage | None = None, **changes) -> StoredMessage:
    content = content or message()
    made = StoredMessage(
        id=f"s_{content.message_id}",
        conversation_id="c_5r8Kd2Lm",
        portal="main",
        content=content,
        content_sha256=b"",
        received_at=content.sent_at,
    )
    return replace(made, **changes)


def answer(state: State = State.DELIVERED, **changes) -> Reply:
    made = Reply(
        id="r_1",
        conversation_id="c_5r8Kd2Lm",
        in_reply_to="m-88121",
        thread_id="t-5512",
        to="pu-77",
        to_name="Rosa Delgado",
        text=ANSWER,
        text_sha256="",
        author=Author(slack="U0ALICE", name="Alice Moreno", title="RN", role="staff"),
        written_at=SENT,
        done_after=False,
        state=state,
        attempts=1,
        first_tried_at=SENT,
        last_tried_at=SENT,
    )
    if state is State.DELIVERED:
        made = replace(made, delivered_at=SENT, portal_status="accepted", portal_status_at=SENT)
    return replace(made, **changes)


def talk(**changes) -> Conversation:
    made = Conversation(
        id="c_5r8Kd2Lm",
        number=4817,
        portal="main",
        kind=Kind.GENERAL,
        department="Nursing",
        status=Status.OPEN,
        came_at=WROTE,
        due_at=WROTE + timedelta(hours=4),
        why_here="The portal asked for Nursing.",
    )
    return replace(made, **changes)


HELD = {"holder": "U0ALICE", "held_since": SENT}


def picture(*replies: Reply, detail: CardDetail = CardDetail.FULL, messages=None, **changes) -> Picture:
    """A general message of Rosa's; `changes` are the conversation's, but for notes, related and practice."""
    own = {key: changes.pop(key) for key in ("notes", "related", "practice") if key in changes}
    return Picture(
        conversation=talk(**changes),
        practice=own.pop("practice", practice(detail)),
        messages=tuple(messages) if messages is not None else (stored(),),
        replies=replies,
        **own,
    )


def failed(**changes) -> Reply:
    words = "the portal says that this family account is closed (410)"
    return answer(State.FAILED, **({"code": "http_410", "reason": words} | changes))


def unclear(**changes) -> Reply:
    return answer(State.UNCLEAR, owner="U0ALICE", decide_by=SENT + timedelta(hours=1), **changes)


REFILL = RefillRequest(
    medications=(
        Medication(
            line=1,
            text="albuterol HFA 90 mcg inhaler",
            sig="2 puffs every 4 h as needed",
            prescriber="Dr. Dana Lee",
            last_filled=date(2026, 10, 20),
            refills_left=0,
            schedule="none",
        ),
        Medication(
            line=2,
            text="methylphenidate ER 18 mg tablet",
            sig="1 tablet every morning",
            last_filled=date(2026, 11, 15),
            schedule="II",
        ),
    ),
    pharmacy=Pharmacy(name="Walgreens #1234", phone="+15550100199"),
    needed_by=date(2026, 11, 25),
)
APPOINTMENT = AppointmentRequest(
    action="new",
    visit_type="check-up",
    provider="Dr. Omar Shah",
    preferred=(
        WishedTime(start=datetime(2026, 12, 1, 20, tzinfo=UTC), end=datetime(2026, 12, 1, 22, tzinfo=UTC)),
        WishedTime(start=datetime(2026, 12, 3, 20, tzinfo=UTC), end=datetime(2026, 12, 3, 22, tzinfo=UTC)),
        WishedTime(days=("any Saturday",), part_of_day="morning"),
    ),
)
INSURANCE = InsuranceChange(
    payer="Blue Harbor Health",
    plan="Family Choice PPO",
    member_id="BHX 4410 2297 03",
    group="77120",
    subscriber=Subscriber(name="Nadia Weber", birth_date=date(1987, 6, 2), relationship="parent"),
    effective_from=date(2026, 12, 1),
    replaces="Cedar Mutual",
    card_attachments=("a1", "a2"),
)
REFERRAL = ReferralRequest(
    specialty="Allergy",
    to="Dr. Helen Voss, Harbor Allergy",
    reason="hives after peanuts, twice",
    urgency="routine",
    visit_date=date(2026, 12, 9),
)

_ASKED = {
    Kind.REFILL: ("Patient Portal Rx Refill", REFILL, "Refills", "Please refill both. We travel on Wednesday."),
    Kind.APPOINTMENT: ("Appointment Request", APPOINTMENT, "Front Desk", "After daycare would be best for us."),
    Kind.INSURANCE: ("Insurance Change Notification", INSURANCE, "Billing", ""),
    Kind.REFERRAL: ("Patient Portal Referral", REFERRAL, "Referrals", "The allergist needs a referral from you."),
}


def asking(kind: Kind, *replies: Reply, request=..., messages=(), **changes) -> Picture:
    """A request of that kind for Maya; `request` None where the portal gave nothing; `messages` came after it."""
    subject, known, department, text = _ASKED[kind]
    asked = known if request is ... else request
    first = message(text, kind=kind, subject=subject, request=asked, patient=MAYA)
    changes = {"kind": kind, "department": department, "number": 4820} | changes
    return picture(*replies, messages=[stored(first), *messages], **changes)


def window(**changes) -> Window:
    made = Window(
        id="w_7Qm2c9Vt", what="reply", conversation_id="c_5r8Kd2Lm", slack="U0ALICE", opened_at=SENT, version=1
    )
    return replace(made, **changes)


OWN = Kept(
    ref="ph_own00001",
    phrase=Phrase(notebook=PERSONAL, title="Ear drops", text="Hi {sender_first_name}, stop the drops."),
    changeable=True,
    personal=True,
)
READY = Phrase(
    notebook="Nursing",
    title="Ready at pharmacy",
    text="Hi {sender_first_name}, {medication} for {patient_first_name} is at {pharmacy}.\n\n{my_name}",
)


def book(staff: Staff = ALICE, *kept: Kept) -> Book:
    """The phrases of somebody: one of their own, one of Nursing's."""
    shared = Kept(ref="ph_shared01", phrase=READY, changeable=Role.ADMIN in staff.roles)
    return Book(practice=practice(phrases=(READY,), version=7), staff=staff, kept=kept or (OWN, shared))


TOBI = Related(id="c_2", number=4818, kind=Kind.APPOINTMENT, why="family", patient_name="Tobi Okafor", patient_id="p-3")
ANOTHER = Related(id="c_3", number=4811, kind=Kind.REFILL, why="thread", patient_name="Mateo Delgado", patient_id="p-1")
FILES = (
    Attachment(id="a1", name="card.jpg", type="image/jpeg", size=81233),
    Attachment(id="a2", name="form.pdf", type="application/pdf", size=215_040),
)
NOTE = Note(id="n_1", conversation_id="c_5r8Kd2Lm", author="U0GRACE", text="Mom sounded worried on the phone.", at=SENT)
LATER = stored(
    message(
        "Now there is yellow fluid coming out and he has 101.2.",
        message_id="m-88122",
        subject="Re: Ear drops and swimming",
        sent_at=NOW - timedelta(minutes=1),
    )
)
TEEN = message(
    "Can I ask about the pill without my mom seeing it?",
    sender=Sender(portal_user_id="pu-9", name="Ada Lindgren", relationship=Relationship.SELF),
    patient=Patient(id="p-9", mrn="100900", name="Ada Lindgren", birth_date=date(2013, 5, 1)),
    confidential=True,
)
GUARDIAN = replace(TEEN, sender=replace(ROSA, name="Eva Lindgren", relationship=Relationship.GUARDIAN))
NOTHING = PortalMessage(
    message_id="m-0",
    thread_id="t-0",
    kind=Kind.GENERAL,
    subject="",
    text="",
    sent_at=WROTE,
    sender=Sender(portal_user_id="pu-0"),
    patient=Patient(),
)
