"""A load generator that costs little: requests are bytes made beforehand, answers are read and timed."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

SECRET = b"b" * 32
SIGNING = "8f742231b10e8888abcd99baac85a5bb"


@dataclass(frozen=True, slots=True)
class Answered:
    """One request: its number, status, and when it left and was answered (monotonic ns)."""

    number: int
    status: int
    left: int
    back: int

    @property
    def ms(self) -> float:
        """Milliseconds until the answer."""
        return (self.back - self.left) / 1e6


def request(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A whole HTTP request."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def event(number: int, *, kind: str = "general", run: str = "r", department: str | None = None) -> bytes:
    """A signed portal.message.created with its number in the text."""
    data = {
        "schema": 1,
        "message_id": f"m-{run}-{number}",
        "thread_id": f"t-{run}-{number}",
        "in_reply_to": None,
        "kind": kind,
        "subject": "Ear drops and swimming",
        "department": department,
        "body": {"format": "plain", "text": f"bench-{number}- He got water in the ear at swimming yesterday and now "
                 "says it hurts more on the left side. No fever. Should we keep going with the drops?", "lang": "en"},
        "sent_at": "2026-11-22T19:03:58Z",
        "priority": "routine",
        "sender": {"portal_user_id": f"pu-{number}", "name": "Joy Okafor", "relationship": "parent",
                   "proxy_verified": True, "phone": "+15550100177"},
        "patient": {"id": f"p-{number}", "mrn": "100234", "name": "Maya Okafor", "birth_date": "2017-03-09"},
        "confidential": False,
        "attachments": [],
    }  # fmt: skip
    body = json.dumps({"type": "portal.message.created", "timestamp": "2026-11-22T19:04:11Z", "data": data}).encode()
    webhook_id, stamp = f"w_{run}_{number}", str(int(time.time()))
    digest = hmac.new(SECRET, f"{webhook_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    headers = {
        "Content-Type": "application/json",
        "webhook-id": webhook_id,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }
    return request("/portal/main/events", body, headers)


def from_slack(payload: dict) -> bytes:
    """A signed interaction, as Slack posts it."""
    return _signed(("payload=" + quote(json.dumps(payload))).encode(), "application/x-www-form-urlencoded")


def home(number: int) -> bytes:
    """Somebody opens the Home tab."""
    told = {
        "type": "event_callback",
        "team_id": "T0CLINIC",
        "api_app_id": "A0",
        "token": "x",
        "event_id": f"Ev{number}",
        "event_time": int(time.time()),
        "event": {"type": "app_home_opened", "user": "U0ALICE", "channel": "D0ALICE", "tab": "home", "event_ts": "1.0"},
    }
    return _signed(json.dumps(told).encode(), "application/json")


def _signed(body: bytes, kind: str) -> bytes:
    stamp = str(int(time.time()))
    digest = hmac.new(SIGNING.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest}",
    }
    return request("/slack/events", body, headers)


def press(value: str, trigger: str, *, action: str = "card_reply") -> bytes:
    """Somebody presses a button on a card."""
    return from_slack(
        {
            "type": "block_actions",
            "team": {"id": "T0CLINIC", "domain": "x"},
            "user": {"id": "U0ALICE", "username": "alice", "team_id": "T0CLINIC"},
            "api_app_id": "A0",
            "token": "x",
            "trigger_id": trigger,
            "container": {"type": "message", "message_ts": "1.0", "channel_id": "C0CHANNEL0"},
            "channel": {"id": "C0CHANNEL0", "name": "x"},
            "actions": [{"action_id": action, "block_id": "b", "type": "button", "value": value, "action_ts": "1"}],
        }
    )


def submit(window: str, text: str) -> bytes:
    """Somebody presses Send in a reply window."""
    block = {"type": "input", "block_id": "reply_text", "label": {"type": "plain_text", "text": "Reply"}, "element": {}}
    return from_slack(
        {
            "type": "view_submission",
            "team": {"id": "T0CLINIC", "domain": "x"},
            "user": {"id": "U0ALICE", "username": "alice", "team_id": "T0CLINIC"},
            "api_app_id": "A0",
            "token": "x",
            "view": {
                "id": "V1",
                "type": "modal",
                "callback_id": "reply",
                "private_metadata": window,
                "blocks": [block],
                "hash": "1",
                "root_view_id": "V1",
                "previous_view_id": None,
                "state": {"values": {"reply_text": {"reply_text": {"type": "plain_text_input", "value": text}}}},
            },
        }
    )


class Line:
    """One kept-alive connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int) -> Line:
        """Connect."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def ask(self, number: int, raw: bytes) -> Answered:
        """Send one request and read its answer wholly."""
        left = time.monotonic_ns()
        self._writer.write(raw)
        head = await self._reader.readuntil(b"\r\n\r\n")
        back = time.monotonic_ns()
        lower = head.lower()
        at = lower.find(b"content-length:")
        if at >= 0:
            length = int(lower[at + 15 : lower.find(b"\r\n", at)])
            if length:
                await self._reader.readexactly(length)
        return Answered(number, int(head[9:12]), left, back)

    def close(self) -> None:
        """Let go."""
        self._writer.close()


async def burst(port: int, requests: Sequence[bytes], *, lines: int = 16) -> list[Answered]:
    """As fast as `lines` connections go."""
    opened = [await Line.open(port) for _ in range(lines)]
    queue = list(enumerate(requests))[::-1]
    answers: list[Answered] = []

    async def worker(line: Line) -> None:
        while queue:
            number, raw = queue.pop()
            answers.append(await line.ask(number, raw))

    await asyncio.gather(*(worker(line) for line in opened))
    for line in opened:
        line.close()
    return answers


async def steady(port: int, requests: Sequence[bytes], *, rate: float) -> list[Answered]:
    """At a fixed rate, whatever the answers do."""
    lines = [await Line.open(port) for _ in range(8)]
    free: asyncio.Queue[Line] = asyncio.Queue()
    for line in lines:
        free.put_nowait(line)
    began = time.monotonic()

    async def one(number: int, raw: bytes) -> Answered:
        await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
        line = await free.get()
        answered = await line.ask(number, raw)
        free.put_nowait(line)
        return answered

    answers = await asyncio.gather(*(one(number, raw) for number, raw in enumerate(requests)))
    for line in lines:
        line.close()
    return list(answers)
