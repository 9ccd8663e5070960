"""Where a message goes, in which order of reasons, and that the reason holds nothing of the family's."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.appointment import AppointmentRequest, WishedTime
from bot.domain.department import Department, Hours, Route, folded
from bot.domain.message import Kind, Patient, PortalMessage, Sender
from bot.domain.practice import CardDetail, Practice
from bot.domain.referral import ReferralRequest
from bot.domain.refill import Medication, Pharmacy, RefillRequest
from bot.domain.route import TEXT_LIMIT, route, searched


class Open:
    """A calendar without closed days."""

    def is_closed(self, day: object) -> bool:
        return False


NURSING = Department(
    name="Nursing",
    channel="C0NURSING",
    aliases=("NURSE", "Clinical Team"),
    kinds=frozenset({Kind.GENERAL, Kind.REFILL}),
)
FRONT = Department(name="Front Desk", channel="C0FRONT", aliases=("Réception",), kinds=frozenset({Kind.APPOINTMENT}))
BILLING = Department(name="Billing", channel="C0BILLING")
PRACTICE = Practice(
    name="Bright Kids",
    timezone="America/New_York",
    card_detail=CardDetail.MINIMAL,
    hours=Hours(spans={}),
    calendar=Open(),
    departments=(NURSING, FRONT, BILLING),
    default_department="Front Desk",
    staff=(),
)
MESSAGE = PortalMessage(
    message_id="m-1",
    thread_id="t-1",
    kind=Kind.GENERAL,
    subject="Zebra question",
    text="Zebra has a rash",
    sent_at=datetime(2026, 11, 22, 19, tzinfo=UTC),
    sender=Sender(portal_user_id="pu-77", name="Zebra Okafor"),
    patient=Patient(name="Zebra Okafor"),
)


def routed(*routes: Route, portal: str = "main", **changes: object) -> tuple[str, str]:
    found = route(replace(MESSAGE, **changes), portal=portal, practice=replace(PRACTICE, routes=routes))
    assert "zebra" not in found.why.lower()
    return found.department.name, found.why


@pytest.mark.parametrize(
    "named",
    [
        "Nursing",
        "nursing",
        " NURSING ",
        "NURSE",
        "nur se",
        "clinicalteam",
        "CLINICAL  team",
        "Ｎursing",
        "clinical\tteam",
    ],
)
def test_the_portals_own_word_comes_first(named: str) -> None:
    """A name or an alias is understood whatever the case and the spaces, and beats every route."""
    told = routed(Route(to="Billing", kind=Kind.GENERAL), department=named)
    assert told == ("Nursing", "The portal asked for Nursing.")


def test_letters_are_compared_in_one_form() -> None:
    """An accent written as a sign of its own is the same letter."""
    assert routed(department="Re\u0301ception")[0] == "Front Desk"
    assert folded("Straße 1") == folded("STRASSE1")


@pytest.mark.parametrize("named", [None, "", "   "])
def test_no_name_is_no_name(named: str | None) -> None:
    """A missing or blank department is not an unknown one."""
    assert routed(department=named) == ("Nursing", "Nursing takes general messages.")


def test_an_unknown_name_falls_through_and_is_told() -> None:
    """A department the practice does not name loses no message, and the card can say why it is where it is."""
    told = routed(department="Zebra Surgery")
    assert told == (
        "Nursing",
        "The portal asked for a department that the practice file does not name. Nursing takes general messages.",
    )


def test_the_first_route_that_fits_wins() -> None:
    """Routes are tried in order, before kinds."""
    rash, all_of_it = Route(to="Billing", text=re.compile("rash")), Route(to="Front Desk", kind=Kind.GENERAL)
    assert routed(rash, all_of_it) == ("Billing", "Route 1 of the practice file (words) sends it to Billing.")
    assert routed(all_of_it, rash)[0] == "Front Desk"


@pytest.mark.parametrize(
    ("line", "changes", "fits"),
    [
        (Route(to="Billing", kind=Kind.REFILL), {}, False),
        (Route(to="Billing", kind=Kind.REFILL), {"kind": Kind.REFILL}, True),
        (Route(to="Billing", portal="main"), {}, True),
        (Route(to="Billing", portal="other"), {}, False),
        (Route(to="Billing", urgent=True), {}, False),
        (Route(to="Billing", urgent=True), {"urgent": True}, True),
        (Route(to="Billing", urgent=False), {"urgent": True}, False),
        (Route(to="Billing", confidential=True), {"confidential": True}, True),
        (Route(to="Billing", confidential=False), {"confidential": True}, False),
        (Route(to="Billing", text=re.compile("RASH", re.IGNORECASE)), {}, True),
        (Route(to="Billing", text=re.compile("^rash")), {}, False),
        (Route(to="Billing", text=re.compile("rash"), kind=Kind.REFILL), {}, False),
        (Route(to="Billing", text=re.compile("has a rash")), {"text": "has\n  a\trash"}, True),
    ],
)
def test_every_condition_must_hold(line: Route, changes: dict[str, object], *, fits: bool) -> None:
    """A route fits only if all it says is so."""
    assert (routed(line, **changes)[0] == "Billing") is fits


@pytest.mark.parametrize(
    ("kind", "request_", "word"),
    [
        (Kind.REFILL, RefillRequest(medications=(Medication(line=1, text="albuterol HFA"),)), "albuterol"),
        (Kind.REFILL, RefillRequest(pharmacy=Pharmacy(name="Walgreens")), "walgreens"),
        (Kind.REFERRAL, ReferralRequest(specialty="ENT"), "ent"),
        (Kind.APPOINTMENT, AppointmentRequest(preferred=(WishedTime(days=("monday",)),)), "monday"),
    ],
)
def test_a_requests_own_words_are_searched(kind: Kind, request_: object, word: str) -> None:
    """A pattern finds what the family wrote into the form, not only subject and text."""
    line = Route(to="Billing", text=re.compile(rf"\b{word}\b", re.IGNORECASE))
    assert routed(line, kind=kind, request=request_)[0] == "Billing"


def test_kinds_then_the_default() -> None:
    """Without name and route the kind decides; a kind that nobody takes goes to the default department."""
    assert routed(kind=Kind.APPOINTMENT) == ("Front Desk", "Front Desk takes appointment requests.")
    told = routed(kind=Kind.INSURANCE)
    assert told == ("Front Desk", "No department takes insurance changes, so it went to the default department.")


def test_what_is_searched_is_bounded() -> None:
    """A message of a megabyte is searched in its first TEXT_LIMIT characters; all of it would take days."""
    huge = replace(MESSAGE, text="a" * 1_000_000)
    assert len(searched(huge)) == TEXT_LIMIT
    routed(Route(to="Billing", text=re.compile("a.*b", re.IGNORECASE)), text="a" * 1_000_000)
