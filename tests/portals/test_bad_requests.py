"""The table of bad requests, judged by the verifier and the reader alone."""

from datetime import UTC, datetime

import pytest
from multidict import CIMultiDict

from bot.portals.signature import NotVerified, secret, verify
from bot.portals.webhook import Unreadable, read
from bot.slack.unshown import plainly
from tests.portals.bad_requests import BAD_REQUESTS, NOT_SIGNED, REFUSED, SECRET, UNUSABLE, BadRequest

NOW = 1_795_374_251


def presented(bad: BadRequest) -> tuple[CIMultiDict[str], bytes]:
    """Headers and body as an HTTP server hands them over."""
    scene = bad.scene(NOW)
    body = bad.body(scene)
    headers = CIMultiDict(
        (name.decode("utf-8", "surrogateescape"), value.decode("utf-8", "surrogateescape"))
        for name, value in bad.headers(scene, body)
    )
    return headers, body


def test_each_kind_is_one_rule_with_its_own_name_and_source() -> None:
    """The table has at least sixty kinds, none of them twice, each with a source."""
    names = [bad.name for bad in BAD_REQUESTS]
    assert len(names) >= 60
    assert len(set(names)) == len(names)
    assert all(bad.source for bad in BAD_REQUESTS)
    assert len({bad.wire(NOW) for bad in BAD_REQUESTS}) == len(names)


@pytest.mark.parametrize("bad", NOT_SIGNED, ids=lambda bad: bad.name)
def test_what_is_not_signed_is_not_believed(bad: BadRequest) -> None:
    """No fault of signature or time is believed, and none raises anything but NotVerified."""
    headers, body = presented(bad)
    with pytest.raises(NotVerified) as refusal:
        verify(headers, body, [secret(SECRET)], datetime.fromtimestamp(NOW, UTC))
    assert refusal.value.reason.startswith(("webhook-", "no signature"))


@pytest.mark.parametrize("bad", REFUSED, ids=lambda bad: bad.name)
def test_what_is_refused_for_another_reason_is_well_signed(bad: BadRequest) -> None:
    """A case of another status breaks that one rule only: its signature is good."""
    headers, body = presented(bad)
    assert verify(headers, body, [secret(SECRET)], datetime.fromtimestamp(NOW, UTC)) == bad.scene(NOW).id


@pytest.mark.parametrize("bad", UNUSABLE, ids=lambda bad: bad.name)
def test_what_is_signed_but_unusable_says_why(bad: BadRequest) -> None:
    """A signed event that cannot be used raises Unreadable with the broken rule, and no value of the event."""
    headers, body = presented(bad)
    verify(headers, body, [secret(SECRET)], datetime.fromtimestamp(NOW, UTC))
    with pytest.raises(Unreadable) as refusal:
        read(body, datetime.fromtimestamp(NOW, UTC))
    assert refusal.value.reason == bad.reason


@pytest.mark.parametrize("bad", UNUSABLE, ids=lambda bad: bad.name)
def test_why_it_cannot_be_used_is_said_to_people(bad: BadRequest) -> None:
    """Each reason has plain words of its own, and the rule beside them for whoever mends it."""
    said = plainly(bad.reason)
    assert said != plainly("anything else")
    assert said.startswith(("It ", "A part of it "))


@pytest.mark.parametrize("more", ["", " Mateo Delgado", ".Mateo", "[Mateo]", ' "He got water in the ear"', "\n"])
@pytest.mark.parametrize("bad", UNUSABLE, ids=lambda bad: bad.name)
def test_no_value_is_said_to_people_whatever_the_reason_holds(bad: BadRequest, more: str) -> None:
    """A reason that held a value by mistake is not repeated: only rules and fields' names of ours are."""
    for reason in (f"{bad.reason}{more}", bad.reason.replace("data.", f"data{more}.", 1)):
        said = plainly(reason)
        assert "Mateo" not in said
        assert "water" not in said
