"""Standard Webhooks 1.0 in both directions: verify what comes in, sign what goes out."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

TOLERANCE = 300  # seconds that the sender's clock may be away from ours
_MOST_SIGNATURES = 16  # a rotation needs two; a longer list only burns our time
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_PREFIX = "whsec_"
_NAMES = ("webhook-id", "webhook-timestamp", "webhook-signature")


class NotVerified(Exception):  # noqa: N818 - an answer to the sender (401), not a fault of ours
    """A request is not believed. `reason` names the rule and never a value of the request."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def secret(text: str) -> bytes:
    """The key in `whsec_` and base64 of 24 to 64 bytes; ValueError in words that do not repeat the secret."""
    if not text.startswith(_PREFIX):
        raise ValueError(f"a portal secret starts with {_PREFIX}")
    try:
        key = base64.b64decode(text.removeprefix(_PREFIX).encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise ValueError(f"a portal secret is {_PREFIX} and base64, padded with =") from None
    if not 24 <= len(key) <= 64:
        raise ValueError(f"a portal secret has 24 to 64 bytes; this one has {len(key)}")
    return key


def sign(webhook_id: str, timestamp: int, body: bytes, key: bytes) -> dict[str, str]:
    """The three headers of a signed request. `timestamp`: Unix seconds. For a GET, `body` is `b"GET /path"`.

    ValueError for an id that the contract does not allow: it would be refused by every receiver.
    """
    if not _ID.fullmatch(webhook_id):
        raise ValueError("a webhook id has 1 to 128 characters of A-Z a-z 0-9 _ -")
    signature = b"v1," + _digest(webhook_id, str(timestamp), body, key)
    values = (webhook_id, str(timestamp), signature.decode("ascii"))
    return dict(zip(_NAMES, values, strict=True))


def verify(headers: Mapping[str, str], signed: bytes, secrets: Sequence[bytes], now: datetime) -> str:
    """The webhook id of a request that one of `secrets` signed within the tolerance; else NotVerified.

    `headers`: any mapping, also one that holds a name twice (aiohttp's multidict). `signed`: the raw body, before
    any parsing; `b"GET /path"` for a GET. Signatures of unknown versions and malformed ones are skipped: one match
    is enough. Source: standard-webhooks 1.0.0, "Verifying webhook authenticity".
    """
    webhook_id, timestamp, signatures = _values(headers)
    if not _ID.fullmatch(webhook_id):
        raise NotVerified("webhook-id is not 1 to 128 characters of A-Z a-z 0-9 _ -")
    if not _TIMESTAMP.fullmatch(timestamp):
        raise NotVerified("webhook-timestamp is not a number of seconds in digits")
    if abs(int(timestamp) - now.timestamp()) > TOLERANCE:
        raise NotVerified(f"webhook-timestamp is more than {TOLERANCE} s away from our clock")
    given = [one[3:].encode("ascii") for one in signatures.split(" ") if one.startswith("v1,")]
    if len(given) > _MOST_SIGNATURES:
        raise NotVerified(f"webhook-signature lists more than {_MOST_SIGNATURES} signatures")
    expected = [_digest(webhook_id, timestamp, signed, key) for key in secrets]
    matches = [hmac.compare_digest(one, good) for one in given for good in expected]
    if not any(matches):
        raise NotVerified("no signature in webhook-signature is by a secret of this portal over these bytes")
    return webhook_id


def _values(headers: Mapping[str, str]) -> tuple[str, str, str]:
    found: dict[str, str] = {}
    for name, value in headers.items():
        lower = name.lower()
        if lower in _NAMES:
            if lower in found:
                raise NotVerified(f"{lower} is there more than once")
            found[lower] = value
    for name in _NAMES:
        if not found.get(name):
            raise NotVerified(f"{name} is missing")
        if not found[name].isascii():
            raise NotVerified(f"{name} has characters that are not ASCII")
    return found[_NAMES[0]], found[_NAMES[1]], found[_NAMES[2]]


def _digest(webhook_id: str, timestamp: str, body: bytes, key: bytes) -> bytes:
    """Base64 of the HMAC: compared as text, so that a signature in sloppy base64 never matches."""
    content = f"{webhook_id}.{timestamp}.".encode("ascii") + body
    return base64.b64encode(hmac.digest(key, content, "sha256"))
