"""Send one event to Portal Desk: python send_event.py URL SECRET FILE [WEBHOOK_ID]. Needs Python 3.11, nothing else."""
# ruff: noqa: INP001, S310, T201 - a script to copy

import base64
import hashlib
import hmac
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path


def sign(secret: str, webhook_id: str, timestamp: str, content: bytes) -> str:
    """The value of webhook-signature (Standard Webhooks 1.0)."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, f"{webhook_id}.{timestamp}.".encode() + content, hashlib.sha256)
    return "v1," + base64.b64encode(mac.digest()).decode()


def send(url: str, secret: str, body: bytes, webhook_id: str) -> tuple[int, bytes]:
    """One try: the status and the answer. Try again with the same webhook_id and the same bytes, signed afresh."""
    timestamp = str(int(time.time()))
    request = urllib.request.Request(url, data=body, method="POST")
    request.add_header("Content-Type", "application/json")
    request.add_header("webhook-id", webhook_id)
    request.add_header("webhook-timestamp", timestamp)
    request.add_header("webhook-signature", sign(secret, webhook_id, timestamp, body))
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read()


if __name__ == "__main__":
    url, secret, file = sys.argv[1:4]
    event_id = sys.argv[4] if len(sys.argv) > 4 else "evt_" + uuid.uuid4().hex
    status, answer = send(url, secret, Path(file).read_bytes(), event_id)
    print(status, answer.decode())
    sys.exit(0 if 200 <= status < 300 else 1)
