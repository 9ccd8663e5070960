"""The only module that calls Slack on its own initiative: paced, never retried blindly, every answer classified."""

from __future__ import annotations

import json
import math
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import aiohttp
import msgspec
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.delivery import CALL_LIMIT
from bot.failpoint import failpoint
from bot.slack.seen import CARD_EVENT, Seen, key_in
from bot.slack.verdict import Called, Verdict, told

ANSWER_LIMIT = 16 * 1024 * 1024  # bytes of an answer; a page of a channel has 200 messages of at most 40,000 characters

YOUNG = timedelta(minutes=2)  # what was posted so lately may not be in Slack's history yet, nor in our records
MOST_SEEN = 50  # channels of which is kept what was read
STUMBLES = 4  # how often one page is asked for again: else a look back over many pages hardly ever comes to its end

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A card as Slack shows it: the conversation that its buttons name, and where it stands, the oldest first."""

    conversation: str
    stands: tuple[str, ...]


def _about(message: Mapping[str, Any]) -> str:
    """The conversation that a card's buttons name, or the dots of one that is a line; "" where there are none."""
    blocks = message.get("blocks") or ()
    elements = [e for block in blocks if block.get("type") == "actions" for e in block.get("elements") or ()]
    elements += [block["accessory"] for block in blocks if block.get("accessory")]
    values = [e.get("value") or next((o.get("value") for o in e.get("options") or ()), "") for e in elements]
    return next((str(value).rpartition(":")[2] for value in values if value), "")


def _body(given: Mapping[str, Any]) -> bytes:
    try:
        return _encode(given)
    except UnicodeEncodeError:  # half of a character, which UTF-8 cannot hold: json writes it as an escape
        return json.dumps(given).encode()


class _TooLong(Exception):  # noqa: N818 - a state of the answer
    """Nothing that Slack says is as long as that."""


async def _whole(response: aiohttp.ClientResponse) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_any():
        parts.append(part)
        size += len(part)
        if size > ANSWER_LIMIT:
            raise _TooLong
    return b"".join(parts)


class Poster:
    """Slack's Web API as far as we use it, over the client's session, with its token, address and proxy.

    The SDK's own sending would cost as much again as the call, and its retry handlers would post twice. `limit`: how
    long one call may take, wholly.
    """

    def __init__(self, client: AsyncWebClient, *, limit: timedelta = CALL_LIMIT) -> None:
        assert client.session is not None
        self._session: aiohttp.ClientSession = client.session
        self._base = client.base_url
        self._headers = {"Authorization": f"Bearer {client.token}", "User-Agent": client.headers["User-Agent"]}
        self._json = self._headers | {"Content-Type": "application/json; charset=utf-8"}
        self._more: dict[str, Any] = {
            "proxy": client.proxy,
            "allow_redirects": False,
            "timeout": aiohttp.ClientTimeout(total=limit.total_seconds()),
        }
        self._seen: dict[str, Seen] = {}
        self.bot_id = ""  # who we are, once auth.test has said it

    async def call(self, method: str, *, read: bool = False, **arguments: Any) -> Called:
        """Call one method, once, within the limit."""
        given = {name: value for name, value in arguments.items() if value is not None}
        try:
            async with self._request(method, given, read=read) as response:
                raw = await _whole(response)
        except _TooLong:
            return Called(verdict=Verdict.UNSURE, code="too_long")
        except aiohttp.ClientConnectorError:
            return Called(verdict=Verdict.UNSENT, code="unreachable")
        except TimeoutError:
            return Called(verdict=Verdict.UNSURE, code="timeout")
        except (aiohttp.ClientError, OSError) as error:
            return Called(verdict=Verdict.UNSURE, code=type(error).__name__)
        return told(response.status, response.headers.get("Retry-After", ""), raw)

    def _request(self, method: str, given: Mapping[str, Any], *, read: bool) -> Any:
        url = self._base + method
        if read:
            return self._session.get(url, params=given, headers=self._headers, **self._more)
        return self._session.post(url, data=_body(given), headers=self._json, **self._more)

    async def post(
        self, channel: str, message: Mapping[str, Any], *, key: str, thread: str | None = None, broadcast: bool = False
    ) -> Called:
        """Post a message. `key` goes into its metadata, so that a lost answer can be found again."""
        failpoint("slack.before_post")
        called = await self.call(
            "chat.postMessage",
            channel=channel,
            **message,
            thread_ts=thread,
            reply_broadcast=True if broadcast else None,
            metadata={"event_type": CARD_EVENT, "event_payload": {"key": key}},
            unfurl_links=False,
            unfurl_media=False,
        )
        failpoint("slack.after_post")
        return called

    async def update(self, channel: str, ts: str, message: Mapping[str, Any]) -> Called:
        """Redraw a message; its metadata stay."""
        failpoint("slack.before_update")
        called = await self.call("chat.update", channel=channel, ts=ts, **message)
        if called.verdict is Verdict.GONE:
            self._seen.pop(channel, None)  # somebody took it away, and perhaps others
        failpoint("slack.after_update")
        return called

    async def find(self, channel: str, *, key: str, since: float, thread: str | None = None) -> Called:
        """Look for our message with that key, posted at or after `since` (UNIX seconds); DONE with data["ts"] or {}.

        What was read of a channel is not read again by the next look, even when Slack's answer cut this one short.
        """
        failpoint("slack.before_find")
        seen = Seen() if thread else self._kept(channel)
        seen.begin(since)
        while (ts := seen.ts(key, since=since)) is None and (gap := seen.gap(since)) is not None:
            async for called in self._pages(channel, since=gap[0], until=gap[1], thread=thread):
                if not called.done:
                    return called
                seen.page(called.data.get("messages") or (), gap, bot_id=self.bot_id)
                if seen.ts(key, since=since):
                    break
            else:
                seen.whole(gap)
        return Called(verdict=Verdict.DONE, data={"ts": ts} if ts else {})

    def _kept(self, channel: str) -> Seen:
        if len(self._seen) > MOST_SEEN:
            self._seen.clear()
        return self._seen.setdefault(channel, Seen())

    async def delete(self, channel: str, ts: str) -> Called:
        """Take a message of ours away."""
        self._seen.pop(channel, None)
        return await self.call("chat.delete", channel=channel, ts=ts)

    async def standing(self, channel: str, *, since: float, until: float = math.inf) -> Mapping[str, Standing] | None:
        """Our cards in a channel since then (UNIX seconds, both ends included), by their keys; None when unsure.

        What a card leaves behind when it goes to another channel has its key and no buttons: it is no card.
        """
        found: dict[str, Standing] = {}
        async for called in self._pages(channel, since=since, until=until):
            if not called.done:
                return None
            for message in called.data.get("messages") or ():
                if (key := key_in(message, bot_id=self.bot_id)) and (about := _about(message)):
                    known = found.get(key, Standing(conversation=about, stands=()))
                    found[key] = replace(known, stands=tuple(sorted((*known.stands, str(message["ts"])))))
        return found

    async def _pages(
        self, channel: str, *, since: float, until: float = math.inf, thread: str | None = None
    ) -> AsyncIterator[Called]:
        cursor, most, stumbled = None, 200, 0
        while True:
            called = await self.call(
                "conversations.replies" if thread else "conversations.history",
                read=True,
                channel=channel,
                ts=thread,
                oldest=f"{max(0.0, since):.6f}",
                latest=f"{until:.6f}" if until < math.inf else None,
                inclusive="true",
                include_all_metadata="true",
                limit=most,
                cursor=cursor,
            )
            if called.code == "too_long" and most > 1:  # of many long messages fewer are asked for at once
                most //= 2
                continue
            again = called.verdict is Verdict.UNSURE and called.code not in {"too_long", "timeout"}
            if again and stumbled < STUMBLES:
                stumbled += 1  # reading changes nothing, so it may be asked for again
                continue
            stumbled = 0
            yield called
            cursor = (called.data.get("response_metadata") or {}).get("next_cursor") or None
            if cursor is None:
                return

    async def direct_channel(self, slack: str) -> Called:
        """The direct message channel with a person; DONE with data["channel"]["id"]."""
        failpoint("slack.before_open")
        opened = await self.call("conversations.open", users=slack)
        failpoint("slack.after_open")
        return opened
