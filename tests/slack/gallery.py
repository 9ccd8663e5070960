"""Every card that has a golden file."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.conversation import Status
from bot.domain.delivery import State
from bot.domain.message import Kind, Standing
from bot.domain.picture import Picture
from bot.domain.practice import CardDetail
from bot.domain.refill import Medication, RefillRequest
from tests.slack.stories import (
    ANOTHER,
    EARS,
    FILES,
    GUARDIAN,
    HELD,
    LATER,
    NOTHING,
    NOW,
    ROSA,
    SENT,
    TEEN,
    TOBI,
    answer,
    asking,
    failed,
    message,
    picture,
    stored,
    unclear,
)


def cards() -> dict[str, tuple[Picture, str, datetime | None]]:
    """Name: picture, slot, since when the portal's queue stands."""
    ago = timedelta
    answered = {"status": Status.ANSWERED, **HELD}
    done = {"status": Status.DONE, "closed_by": "U0ALICE", **HELD}
    told = {
        "unread": picture(),
        "held": picture(**HELD, notes=1),
        "late": picture(due_at=NOW - ago(minutes=36)),
        "urgent": picture(urgent=True),
        "sending": picture(answer(State.PENDING, attempts=0, done_after=True), **(done | {"closed_at": SENT})),
        "delayed": picture(
            answer(
                State.PENDING,
                attempts=4,
                code="timeout",
                reason="the portal did not answer in time",
                written_at=NOW - ago(minutes=20),
                next_try_at=NOW + ago(minutes=8),
            ),
            **answered,
        ),
        "answered": picture(answer(), **answered),
        "answered-seen-by-person": picture(answer(settled_by="U0GRACE", portal_status=None), **answered),
        "failed": picture(failed(), **HELD),
        "failed-urgent": picture(failed(), **HELD, urgent=True),
        "unclear": picture(unclear(), **answered),
        "done": picture(answer(), **done, closed_at=NOW - ago(minutes=3)),
        "done-shrunk": picture(answer(), **done, closed_at=NOW - ago(minutes=11)),
        "withdrawn": picture(
            status=Status.WITHDRAWN, closed_at=NOW, messages=[stored(standing=Standing.WITHDRAWN, standing_at=NOW)]
        ),
        "elsewhere": picture(
            status=Status.ELSEWHERE,
            closed_at=NOW,
            messages=[stored(standing=Standing.ELSEWHERE, standing_by="Grace Kim")],
        ),
        "opened-again": picture(
            answer(), opened_again=True, messages=[stored(), LATER], came_at=LATER.received_at, related=(TOBI, ANOTHER)
        ),
        "wrote-while-sending": picture(
            answer(State.PENDING), messages=[stored(), LATER], came_at=LATER.received_at, **HELD
        ),
        "every-line": picture(
            messages=[
                stored(message(lang="es", sender=replace(ROSA, proxy_verified=False), attachments=FILES, text=EARS * 6))
            ]
        ),
        "refill": asking(Kind.REFILL, related=(TOBI,)),
        "refill-follow-up": asking(Kind.REFILL, messages=[LATER]),
        "refill-unknown": asking(Kind.REFILL, request=RefillRequest(medications=(Medication(line=1, text="pills"),))),
        "appointment": asking(Kind.APPOINTMENT),
        "insurance": asking(Kind.INSURANCE),
        "referral": asking(Kind.REFERRAL),
        "nothing-given": picture(messages=[stored(NOTHING)]),
        "minimal": asking(Kind.REFILL, detail=CardDetail.MINIMAL),
        "minimal-failed": picture(failed(), detail=CardDetail.MINIMAL, **HELD),
        "minimal-unclear": picture(unclear(), detail=CardDetail.MINIMAL, **answered),
        "minimal-done": picture(answer(), detail=CardDetail.MINIMAL, **done),
        "confidential": picture(messages=[stored(TEEN)], confidential=True),
        "confidential-guardian": picture(messages=[stored(GUARDIAN)], confidential=True),
    }
    made = {name: (shown, "department", None) for name, shown in told.items()}
    waits = picture(answer(State.PENDING, attempts=1), **answered)
    made["stopped"] = (waits, "department", NOW - ago(minutes=30))
    made["urgent-copy"] = (picture(urgent=True), "urgent", None)
    return made
