"""The signature, against somebody else's signer and verifier, and at its edges."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
import standardwebhooks
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy

from bot.portals.signature import NotVerified, secret, sign, verify
from tests.portals.bad_requests import RETIRED, SECRET

BODY = '{"type": "portal.ping", "words": "Señal ✓"}'.encode()
NOW = datetime(2026, 11, 22, 19, 4, 11, tzinfo=UTC)
STAMP = int(NOW.timestamp())
KEY, OLD = secret(SECRET), secret(RETIRED)


def test_somebody_elses_verifier_believes_our_signature() -> None:
    """PyPI's standardwebhooks verifies what we sign."""
    headers = sign("evt_1", int(datetime.now(UTC).timestamp()), BODY, KEY)
    assert standardwebhooks.Webhook(SECRET).verify(BODY, headers)["type"] == "portal.ping"


def test_somebody_elses_signature_is_believed() -> None:
    """We verify what PyPI's standardwebhooks signs."""
    made = standardwebhooks.Webhook(SECRET).sign("evt_1", NOW, BODY.decode())
    headers = {"webhook-id": "evt_1", "webhook-timestamp": str(STAMP), "webhook-signature": made}
    assert verify(headers, BODY, [KEY], NOW) == "evt_1"


def test_a_get_is_signed_over_its_method_and_path() -> None:
    """A GET's signature is good for its own path and for no other."""
    headers = sign("ask-1", STAMP, b"GET /portal/main/messages/m-1", KEY)
    assert verify(headers, b"GET /portal/main/messages/m-1", [KEY], NOW) == "ask-1"
    with pytest.raises(NotVerified):
        verify(headers, b"GET /portal/main/messages/m-2", [KEY], NOW)


@pytest.mark.parametrize("away", [-300, -299, 0, 299, 300])
def test_a_clock_within_five_minutes_is_believed(away: int) -> None:
    """Three hundred seconds either way are tolerated."""
    verify(sign("evt_1", STAMP + away, BODY, KEY), BODY, [KEY], NOW)


@pytest.mark.parametrize("away", [-301, 301])
def test_a_clock_further_away_is_not(away: int) -> None:
    """One second more is not."""
    with pytest.raises(NotVerified, match="300 s away"):
        verify(sign("evt_1", STAMP + away, BODY, KEY), BODY, [KEY], NOW)


def test_every_secret_verifies_during_a_rotation() -> None:
    """A sender with the old secret, the new one, or both is believed while we hold both."""
    old, new = sign("evt_1", STAMP, BODY, OLD), sign("evt_1", STAMP, BODY, KEY)
    both = new | {"webhook-signature": f"{old['webhook-signature']} {new['webhook-signature']}"}
    for headers in (old, new, both):
        assert verify(headers, BODY, [KEY, OLD], NOW) == "evt_1"
    assert verify(both, BODY, [KEY], NOW) == "evt_1"
    with pytest.raises(NotVerified):
        verify(old, BODY, [KEY], NOW)


@pytest.mark.parametrize("before", ["v1a,AAAA ", "garbage ", "v1,!!! ", " ", "v1, ", "v2,x v3,y "])
def test_what_is_not_understood_beside_a_good_signature_is_skipped(before: str) -> None:
    """Unknown versions and malformed entries do not spoil a good one."""
    headers = sign("evt_1", STAMP, BODY, KEY)
    headers["webhook-signature"] = before + headers["webhook-signature"]
    assert verify(headers, BODY, [KEY], NOW) == "evt_1"


def test_header_names_are_read_in_any_case() -> None:
    """A server that keeps the sender's capitals, and aiohttp's own mapping, both work."""
    headers = {name.title(): value for name, value in sign("evt_1", STAMP, BODY, KEY).items()}
    assert verify(headers, BODY, [KEY], NOW) == "evt_1"
    assert verify(CIMultiDictProxy(CIMultiDict(headers)), BODY, [KEY], NOW) == "evt_1"


def test_no_secret_believes_nobody() -> None:
    """Without a configured secret nothing is believed."""
    with pytest.raises(NotVerified):
        verify(sign("evt_1", STAMP, BODY, KEY), BODY, [], NOW)


@given(
    st.dictionaries(st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]), st.text()), st.binary()
)
def test_whatever_the_headers_hold_the_answer_is_no(headers: dict[str, str], body: bytes) -> None:
    """No header of any text raises anything but NotVerified."""
    with pytest.raises(NotVerified):
        verify(headers, body, [KEY], NOW)


@pytest.mark.parametrize("size", [24, 32, 64])
def test_a_secret_of_24_to_64_bytes_is_taken(size: int) -> None:
    """The standard's sizes are taken."""
    assert len(secret("whsec_" + base64.b64encode(b"k" * size).decode())) == size


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "starts with whsec_"),
        (base64.b64encode(b"k" * 32).decode(), "starts with whsec_"),
        ("WHSEC_" + base64.b64encode(b"k" * 32).decode(), "starts with whsec_"),
        ("whsec_", "24 to 64 bytes; this one has 0"),
        ("whsec_" + base64.b64encode(b"k" * 23).decode(), "24 to 64 bytes; this one has 23"),
        ("whsec_" + base64.b64encode(b"k" * 65).decode(), "24 to 64 bytes; this one has 65"),
        ("whsec_not base64!", "base64"),
        ("whsec_" + base64.b64encode(b"k" * 32).decode().rstrip("="), "padded"),
        ("whsec_" + base64.b64encode(b"k" * 32).decode() + "\n", "base64"),
        ("whsec_ключ", "base64"),
    ],
)
def test_a_weak_or_broken_secret_is_refused_in_words(text: str, words: str) -> None:
    """A secret that is no secret is refused at start, and not repeated."""
    with pytest.raises(ValueError, match=words) as refusal:
        secret(text)
    assert len(text) < 8 or text[6:] not in str(refusal.value)


@pytest.mark.parametrize("bad", ["", "a" * 129, "a.b", "a b", "é"])
def test_an_id_that_nobody_would_take_is_not_signed(bad: str) -> None:
    """Signing such an id is our own slip, and says so."""
    with pytest.raises(ValueError, match="webhook id"):
        sign(bad, STAMP, BODY, KEY)


def test_time_zones_do_not_matter() -> None:
    """The clock may be in any zone."""
    from zoneinfo import ZoneInfo

    local = (NOW + timedelta(seconds=2)).astimezone(ZoneInfo("America/New_York"))
    assert verify(sign("evt_1", STAMP, BODY, KEY), BODY, [KEY], local) == "evt_1"
