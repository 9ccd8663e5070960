"""What a request asks for, by kind: on a card in short, in a window in full."""

from __future__ import annotations

from typing import assert_never

from bot.domain.appointment import AppointmentRequest
from bot.domain.controlled import Medicines
from bot.domain.insurance import InsuranceChange
from bot.domain.message import Kind, PortalMessage
from bot.domain.referral import ReferralRequest
from bot.domain.refill import RefillRequest
from bot.slack import appointment, insurance, referral, refill
from bot.slack.blocks import Block, Line
from bot.slack.clock import Clock


def elements(kind: Kind, message: PortalMessage, clock: Clock, medicines: Medicines) -> list[Block]:
    """The parts of the card's rich text; none for a general message. `medicines`: the practice's own lists."""
    ask = message.request
    match kind:
        case Kind.GENERAL:
            return []
        case Kind.REFILL:
            return refill.elements(ask if isinstance(ask, RefillRequest) else None, clock, medicines)
        case Kind.APPOINTMENT:
            return appointment.elements(ask if isinstance(ask, AppointmentRequest) else None, clock)
        case Kind.INSURANCE:
            return insurance.elements(ask if isinstance(ask, InsuranceChange) else None, clock)
        case Kind.REFERRAL:
            return referral.elements(ask if isinstance(ask, ReferralRequest) else None, clock)
        case _:
            assert_never(kind)


def lines(kind: Kind, message: PortalMessage, clock: Clock, medicines: Medicines) -> list[Line]:
    """Everything that was given, a line each; none for a general message. `medicines`: the practice's own lists."""
    ask = message.request
    match kind:
        case Kind.GENERAL:
            return []
        case Kind.REFILL:
            return refill.lines(ask if isinstance(ask, RefillRequest) else None, clock, medicines)
        case Kind.APPOINTMENT:
            return appointment.lines(ask if isinstance(ask, AppointmentRequest) else None, clock)
        case Kind.INSURANCE:
            return insurance.lines(ask if isinstance(ask, InsuranceChange) else None, clock)
        case Kind.REFERRAL:
            return referral.lines(ask if isinstance(ask, ReferralRequest) else None, clock)
        case _:
            assert_never(kind)
