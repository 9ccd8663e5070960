"""The way out to one portal over signed HTTP (CONTRACT section 5, Out)."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote, urlsplit
from uuid import uuid4

import aiohttp
import msgspec

from bot.domain.delivery import QUIET, Outcome, State, backoff
from bot.domain.reply import Reply
from bot.portals.base import Arrival, Clock, LookUp, MessageState, Mode, PortalConfig, ThreadAfter
from bot.portals.outgoing import (
    Decision,
    OutgoingDecision,
    OutgoingReply,
    PlainBody,
    ReplyAuthor,
    StateChange,
    To,
)
from bot.portals.signature import sign
from bot.portals.verdict import OFF, OFF_FOR, Attempt, judge_reply, judge_state, read_receipt, switched_off
from bot.portals.wire import Answer, Call, Lost, NotSent, carry

_ENCODER = msgspec.json.Encoder()


def reply_bytes(reply: Reply, thread_after: ThreadAfter, decision: Decision | None = None) -> bytes:
    """A reply as it stands on the wire: compact UTF-8 JSON, the same bytes for the same arguments."""
    return _ENCODER.encode(
        OutgoingReply(
            reply_id=reply.id,
            thread_id=reply.thread_id,
            in_reply_to=reply.in_reply_to,
            to=To(portal_user_id=reply.to),
            body=PlainBody(text=reply.text),
            author=_author(reply),
            written_at=reply.written_at,
            thread_after=thread_after,
            decision=decision,
        )
    )


def decision_bytes(reply: Reply, thread_after: ThreadAfter, decision: Decision) -> bytes:
    """The same for a decision without words."""
    return _ENCODER.encode(
        OutgoingDecision(
            reply_id=reply.id,
            thread_id=reply.thread_id,
            in_reply_to=reply.in_reply_to,
            to=To(portal_user_id=reply.to),
            author=_author(reply),
            written_at=reply.written_at,
            thread_after=thread_after,
            decision=decision,
        )
    )


def _author(reply: Reply) -> ReplyAuthor:
    return ReplyAuthor(name=reply.author.name, title=reply.author.title, role=reply.author.role)


class HttpPortal:
    """One portal, as bot.portals.base.Portal. What may have been sent is the caller's to remember.

    It remembers for an hour that a portal has no call for decisions, unless it had it before: then a 404 is about the
    one thing. Afterwards, and after a start, it tries once more. What is in doubt is asked about all the same.

    `session` is from bot.portals.wire.open_session; `clock` gives aware UTC; `chance` gives [0, 1) to spread retries.
    """

    def __init__(
        self,
        config: PortalConfig,
        session: aiohttp.ClientSession,
        clock: Clock,
        *,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._config = config
        self._session = session
        self._clock = clock
        self._chance = chance
        self._prefix = urlsplit(config.url).path
        self._no_decisions: tuple[datetime, int] | None = None  # until when, and with which status it said so
        self._takes_decisions = False  # it took one

    async def send_reply(
        self,
        reply: Reply,
        thread_after: ThreadAfter,
        decision: Decision | None = None,
        *,
        attempts: int = 1,
        maybe_sent: bool = False,
    ) -> Outcome:
        """Carry an answer; `thread_after` and `decision` must be the same at every try, as the bytes must be.

        With `maybe_sent` a portal that can be asked is asked first, and to one that can neither be asked nor told
        apart repeats nothing is sent: UNCLEAR, until a person said "Send again" (then `maybe_sent` is False again).
        """
        if hashlib.sha256(reply.text.encode("utf-8", "surrogatepass")).hexdigest() != reply.text_sha256:
            return _altered()
        try:
            body = reply_bytes(reply, thread_after, decision)
        except UnicodeEncodeError:
            return _altered()
        return await self._send("/v1/replies", reply.id, body, self._attempt(attempts, maybe_sent=maybe_sent))

    async def send_decision(
        self,
        reply: Reply,
        thread_after: ThreadAfter,
        decision: Decision,
        *,
        attempts: int = 1,
        maybe_sent: bool = False,
    ) -> Outcome:
        """Carry a decision without words (`reply.text` is not sent); DROPPED `switched_off` on 404, 405, 501."""
        if self._no_decisions and not maybe_sent and self._clock() < self._no_decisions[0]:
            return switched_off(self._no_decisions[1])
        body = decision_bytes(reply, thread_after, decision)
        return await self._send("/v1/decisions", reply.id, body, self._attempt(attempts, maybe_sent=maybe_sent))

    async def put_state(self, message_id: str, state: MessageState, *, attempts: int = 1) -> Outcome:
        """Tell how far a message is; DROPPED `switched_off` on 404, 405, 501, FAILED when the portal refuses."""
        if message_id in {".", ".."}:  # not even percent-encoded would these survive a proxy
            return Outcome(
                state=State.DROPPED, code="unsendable", words="the message's id does not fit into an address"
            )
        body = _ENCODER.encode(StateChange(state=state))
        path = f"/v1/messages/{quote(message_id, safe='')}/state"
        end = await self._carry("PUT", path, webhook_id=f"st_{uuid4().hex}", body=body)
        return judge_state(self._attempt(attempts, maybe_sent=False), end)

    async def look_up(self, reply_id: str) -> LookUp:
        """Ask `GET /v1/replies/{id}`. NOT_FOUND only for a 404 that speaks JSON: any web server says a bare 404.

        A portal that cannot be asked is not: what it says of an address that it does not know would count as an answer.
        """
        if self._config.mode is Mode.NEITHER:
            return LookUp(arrival=Arrival.UNKNOWN, code="cannot_tell")
        end = await self._carry("GET", f"/v1/replies/{quote(reply_id, safe='')}", webhook_id=f"lu_{uuid4().hex}")
        if not isinstance(end, Answer):
            return LookUp(arrival=Arrival.UNKNOWN, again=True, code=end.code)
        if end.status == 200:
            receipt = read_receipt(end, reply_id=reply_id)
            if receipt is None:
                return LookUp(arrival=Arrival.UNKNOWN, code="wrong_body")
            return LookUp(arrival=Arrival.FOUND, ref=receipt.portal_message_id, code="found")
        if end.status == 404 and end.is_json:
            return LookUp(arrival=Arrival.NOT_FOUND, code="not_found")
        if end.status == 401:
            return LookUp(arrival=Arrival.UNKNOWN, again=True, code="unauthorized")
        again = end.status in {408, 425, 429} or (end.status >= 500 and end.status not in OFF)
        return LookUp(arrival=Arrival.UNKNOWN, again=again, code=f"http_{end.status}")

    async def _send(self, path: str, reply_id: str, body: bytes, attempt: Attempt) -> Outcome:
        if attempt.maybe_sent and attempt.mode is Mode.NEITHER:
            words = "an earlier try may have arrived, and this portal cannot be asked"
            return Outcome(state=State.UNCLEAR, maybe_sent=True, code="unknown", words=words)
        if attempt.maybe_sent and attempt.mode is Mode.LOOKUP:
            known = await self._ask_first(reply_id, attempt)
            if known is not None:
                return known
            attempt = self._attempt(attempt.attempts, maybe_sent=False)
        end = await self._carry("POST", path, webhook_id=reply_id, body=body, key=reply_id)
        if path == "/v1/decisions" and isinstance(end, Answer):
            self._takes_decisions = self._takes_decisions or end.status < 300
            if end.status in OFF:
                self._no_decisions = None if self._takes_decisions else (self._clock() + OFF_FOR, end.status)
                return switched_off(end.status)
        return judge_reply(attempt, end, reply_id=reply_id)

    async def _ask_first(self, reply_id: str, attempt: Attempt) -> Outcome | None:
        """What the portal says of an earlier try; None when it has nothing, so that sending is safe."""
        asked = await self.look_up(reply_id)
        if asked.arrival is Arrival.FOUND:
            return Outcome(state=State.DELIVERED, ref=asked.ref, code="found")
        if asked.arrival is Arrival.NOT_FOUND:
            return None
        if not asked.again:
            words = "an earlier try may have arrived, and the portal does not say whether it did"
            return Outcome(state=State.UNCLEAR, maybe_sent=True, code=asked.code, words=words)
        wait = max(QUIET, backoff(attempts=max(1, attempt.attempts), chance=attempt.chance))
        return Outcome(
            state=State.PENDING,
            again_at=attempt.now + wait,
            maybe_sent=True,
            counted=asked.code != "unauthorized",
            code=asked.code,
            words="an earlier try may have arrived; the portal could not be asked yet",
        )

    async def _carry(
        self, method: str, path: str, *, webhook_id: str, body: bytes | None = None, key: str | None = None
    ) -> Answer | NotSent | Lost:
        signed = f"{method} {self._prefix}{path}".encode() if body is None else body
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "PortalDesk",
            **({} if body is None else {"Content-Type": "application/json"}),
            **({} if key is None else {"Idempotency-Key": f'"{key}"'}),
            **sign(webhook_id, int(self._clock().timestamp()), signed, self._config.secrets[0]),
        }
        call = Call(method=method, url=self._config.url + path, headers=headers, body=body)
        return await carry(self._session, call, limit=self._config.call_limit)

    def _attempt(self, attempts: int, *, maybe_sent: bool) -> Attempt:
        return Attempt(
            mode=self._config.mode,
            now=self._clock(),
            attempts=attempts,
            chance=self._chance(),
            maybe_sent=maybe_sent,
        )


def _altered() -> Outcome:
    """The text is not what was shown at Send (SAFETY, I6): a person must look at it, and nothing may leave."""
    words = "the stored answer is not the text that was shown at Send, and was not given to the portal"
    return Outcome(state=State.FAILED, code="text_altered", words=words)
