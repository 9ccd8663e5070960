"""HTTP mode: payloads posted to the app's address, signed with version v0 as Slack does."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.slack.config import SlackConfig
from bot.sandbox.slack.parcel import Parcel, Unacked


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`X-Slack-Signature` of a body."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class Post:
    """One app's request URL."""

    def __init__(self, config: SlackConfig) -> None:
        self._config = config
        self.bot_url = config.bot_url
        self._session: aiohttp.ClientSession | None = None

    async def send(self, _envelope_id: str, parcel: Parcel) -> Any:
        """The JSON (or the text) of a 200 answer."""
        body, kind = self._body(parcel)
        extra = {}
        if parcel.attempt:
            reason = {"timeout": "http_timeout"}.get(parcel.reason, parcel.reason)
            extra = {"X-Slack-Retry-Num": str(parcel.attempt), "X-Slack-Retry-Reason": reason}
        status, text, headers = await self.raw(body, kind, extra)
        if status != 200:
            raise Unacked("no_retry" if headers.get("X-Slack-No-Retry") == "1" else "http_error")
        try:
            return json.loads(text) if text.strip() else None
        except ValueError:
            return text

    async def raw(self, body: bytes, kind: str, extra: dict[str, str]) -> tuple[int, str, dict[str, str]]:
        """Post these bytes, signed now; what came back: status, text, headers."""
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": kind,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._config.signing_secret, timestamp, body),
            **extra,
        }
        if self._session is None:
            self._session = aiohttp.ClientSession()
        try:
            async with self._session.post(self.bot_url, data=body, headers=headers, max_redirects=2) as response:
                return response.status, await response.text(), dict(response.headers)
        except aiohttp.TooManyRedirects as error:
            raise Unacked("too_many_redirects") from error
        except aiohttp.ClientError as error:
            raise Unacked("connection_failed") from error

    def _body(self, parcel: Parcel) -> tuple[bytes, str]:
        if parcel.kind == "events_api":
            return json.dumps(parcel.payload).encode(), "application/json"
        form = parcel.payload if parcel.kind == "slash_commands" else {"payload": json.dumps(parcel.payload)}
        return urlencode(form).encode(), "application/x-www-form-urlencoded"

    async def challenge(self) -> bool:
        """The `url_verification` handshake; true when the app gave the challenge back."""
        body = {"token": self._config.verification_token, "challenge": "3eZbrw1aB", "type": "url_verification"}
        status, text, _ = await self.raw(json.dumps(body).encode(), "application/json", {})
        return status == 200 and "3eZbrw1aB" in text

    async def stop(self) -> None:
        if self._session is not None:
            await self._session.close()
