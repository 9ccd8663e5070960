"""Standard Webhooks 1.0 as the portal speaks it: signing what goes out, verifying what comes in."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence

TOLERANCE_SECONDS = 300
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")


def secret_bytes(secret: str) -> bytes:
    """The key of a `whsec_...` secret; ValueError when it is not base64 of 24 to 64 bytes."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as fault:
        raise ValueError("a portal secret is whsec_ and base64") from fault
    if not 24 <= len(key) <= 64:
        raise ValueError("a portal secret has 24 to 64 bytes")
    return key


def signature(secret: str, webhook_id: str, timestamp: str, content: bytes) -> str:
    """`v1,` and the base64 HMAC-SHA256 over `id.timestamp.content`."""
    signed = f"{webhook_id}.{timestamp}.".encode() + content
    digest = hmac.new(secret_bytes(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def signed_headers(secret: str, *, webhook_id: str, now: float, content: bytes) -> dict[str, str]:
    """The three headers of a signed request."""
    timestamp = str(int(now))
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature(secret, webhook_id, timestamp, content),
    }


def fault_in(headers: Mapping[str, str], content: bytes, *, secrets: Sequence[str], now: float) -> str | None:
    """Why this request is not believed, or None when one of the secrets signed it within the tolerance."""
    webhook_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "").split()
    if not _ID.fullmatch(webhook_id):
        return "webhook-id is missing or malformed"
    if not (timestamp.isascii() and timestamp.isdigit()):
        return "webhook-timestamp is missing or malformed"
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        return "webhook-timestamp is more than 300 s away"
    expected = [signature(secret, webhook_id, timestamp, content).encode() for secret in secrets]
    if any(hmac.compare_digest(one.encode(), good) for one in given for good in expected):
        return None
    return "webhook-signature does not match"
