"""The portal's side of CONTRACT section 5, Out: replies, decisions, message states, look-ups, attachments."""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from aiohttp import web

from bot.sandbox.attachment import attachment_bytes
from bot.sandbox.portal.answer import Accident, Answer
from bot.sandbox.portal.config import Config, Mode, Settings
from bot.sandbox.portal.fault import FaultPlan
from bot.sandbox.portal.journal import Journal
from bot.sandbox.portal.memory import Memory
from bot.sandbox.portal.shape import STATES, reply_faults
from bot.sandbox.portal.signature import fault_in

_KEY = re.compile(r'"([\x20-\x21\x23-\x5b\x5d-\x7e]+)"')
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Incoming:
    """Receives what the practice sends."""

    def __init__(self, *, config: Config, settings: Settings, memory: Memory, journal: Journal) -> None:
        """`on_reply` is called with each reply shown to a family; `refuse` closes the door for some seconds."""
        self._secrets = config.secrets
        self._clock = config.clock
        self._settings = settings
        self._memory = memory
        self._journal = journal
        self.plan = FaultPlan.from_json(config.faults)
        self.on_reply: Callable[[dict[str, Any]], None] = lambda _: None
        self.refuse: Callable[[float], Awaitable[None]]
        self.later: Callable[[Awaitable[None]], None]

    def routes(self) -> list[web.RouteDef]:
        """The contract's paths."""
        return [
            web.post("/v1/replies", self._faulty(self._reply)),
            web.get("/v1/replies/{id}", self._faulty(self._lookup)),
            web.post("/v1/decisions", self._faulty(self._decision)),
            web.put("/v1/messages/{id}/state", self._faulty(self._state)),
            web.get("/v1/attachments/{id}", self._attachment),
        ]

    def _faulty(self, judge: Callable[[web.Request, bytes], Answer]) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            body = await request.read()
            fault = self.plan.draw(outgoing=False, path=request.path)

            def note(answer: Answer | None) -> None:
                self._note(request, body, fault, answer)

            accident = Accident(
                request=request,
                plan=self.plan,
                apply=lambda: judge(request, body),
                note=note,
                refuse=self.refuse,
                later=self.later,
            )
            return await accident.happen(fault)

        return handle

    def _note(self, request: web.Request, body: bytes, fault: str | None, answer: Answer | None) -> None:
        self._journal.write(
            "request",
            method=request.method,
            path=request.path,
            key=_key(request),
            webhook_id=request.headers.get("webhook-id"),
            body_sha256=hashlib.sha256(body).hexdigest(),
            fault=fault,
            status=None if answer is None else answer.status,
            applied=answer is not None and answer.applied,
            replay=answer is not None and answer.replay,
        )

    def _unbelieved(self, request: web.Request, body: bytes) -> Answer | None:
        content = f"{request.method} {request.path}".encode() if request.method == "GET" else body
        why = fault_in(request.headers, content, secrets=self._secrets, now=self._clock())
        return None if why is None else Answer.problem(401, why)

    def _off(self, call: str) -> Answer | None:
        status = self._settings.off.get(call)
        return None if status is None else Answer.problem(status, "this portal has no such call")

    def _reply(self, request: web.Request, body: bytes) -> Answer:
        return self._unbelieved(request, body) or self._once(request, body, words=True)

    def _decision(self, request: web.Request, body: bytes) -> Answer:
        return self._off("decisions") or self._unbelieved(request, body) or self._once(request, body, words=False)

    def _once(self, request: web.Request, body: bytes, *, words: bool) -> Answer:
        key = _key(request)
        if key is None:
            return Answer.problem(400, "Idempotency-Key is missing or not a quoted string")
        digest = hashlib.sha256(body).hexdigest()
        stored = self._memory.answers.get(key) if self._settings.mode is Mode.IDEMPOTENT else None
        if stored is not None:
            if stored["body_sha256"] != digest:
                return Answer.problem(422, "this Idempotency-Key was used with another body")
            return Answer(stored["status"], stored["body"], {"Idempotency-Replayed": "true"}, replay=True)
        reply, wrong = _parsed(body, words=words)
        if not wrong and not key == request.headers["webhook-id"] == reply["reply_id"]:
            wrong = ["Idempotency-Key, webhook-id and reply_id differ"]
        wrong = wrong or self._misaddressed(reply)
        if wrong:
            return Answer.problem(422, wrong[0], errors=wrong)
        return self._shown(reply, key, digest, words=words)

    def _misaddressed(self, reply: dict[str, Any]) -> list[str]:
        thread = self._memory.threads.get(reply["thread_id"])
        if thread is None:
            return ["thread_id is unknown"] if self._settings.strict else []
        message = self._memory.messages.get(reply.get("in_reply_to") or "")
        writer = (message["data"].get("sender") or {}).get("portal_user_id") if message else thread["account"]
        return [] if writer in {None, reply["to"]["portal_user_id"]} else ["to is not the account that wrote"]

    def _shown(self, reply: dict[str, Any], key: str, digest: str, *, words: bool) -> Answer:
        given = {"reply_id": reply["reply_id"], "portal_message_id": "pm-" + uuid4().hex[:12], "status": "accepted"}
        self._memory.record(
            "reply" if words else "decision", thread_id=reply["thread_id"], **given, reply=reply, body_sha256=digest
        )
        self._memory.record("answer", key=key, body_sha256=digest, status=201, body=given)
        text = reply.get("body", {}).get("text", "") if words else ""
        self._journal.write(
            "shown" if words else "decided",
            reply_id=reply["reply_id"],
            portal_message_id=given["portal_message_id"],
            thread_id=reply["thread_id"],
            in_reply_to=reply.get("in_reply_to"),
            to=reply["to"]["portal_user_id"],
            body_sha256=digest,
            text_sha256=hashlib.sha256(text.encode()).hexdigest(),
            decision=reply.get("decision"),
            times=len(self._memory.shown(reply["reply_id"])),
        )
        if words:
            self.on_reply(given)
        return Answer(201, given, applied=True)

    def _lookup(self, request: web.Request, body: bytes) -> Answer:
        refused = self._off("lookup") or self._unbelieved(request, body)
        if refused is not None:
            return refused
        if self._settings.mode is Mode.NEITHER:
            return Answer.problem(501, "this portal cannot be asked")
        shown = self._memory.shown(request.match_info["id"])
        if not shown:
            return Answer.problem(404, "no such reply")
        return Answer(200, {name: shown[0][name] for name in ("reply_id", "portal_message_id", "status")})

    def _state(self, request: web.Request, body: bytes) -> Answer:
        refused = self._off("state") or self._unbelieved(request, body)
        if refused is not None:
            return refused
        try:
            state = json.loads(body)["state"]
        except (ValueError, KeyError, TypeError):
            state = None
        if state not in STATES:
            return Answer.problem(422, f"state is none of {', '.join(sorted(STATES))}")
        message_id = request.match_info["id"]
        message = self._memory.messages.get(message_id)
        thread_id = message["data"]["thread_id"] if message else None
        self._memory.record("message_state", message_id=message_id, thread_id=thread_id, state=state)
        return Answer(200, {"message_id": message_id, "state": state}, applied=True)

    async def _attachment(self, request: web.Request) -> web.Response:
        refused = self._off("attachments") or self._unbelieved(request, b"")
        if refused is None:
            for message in self._memory.messages.values():
                for attachment in message["data"].get("attachments") or []:
                    if attachment.get("id") == request.match_info["id"]:
                        self._note(request, b"", None, Answer(200, {}))
                        return web.Response(body=attachment_bytes(attachment["name"]), content_type=attachment["type"])
        answer = refused or Answer.problem(404, "no such attachment")
        self._note(request, b"", None, answer)
        return answer.response()


def _key(request: web.Request) -> str | None:
    quoted = _KEY.fullmatch(request.headers.get("Idempotency-Key", ""))
    return None if quoted is None else quoted[1]


def _parsed(body: bytes, *, words: bool) -> tuple[dict[str, Any], list[str]]:
    try:
        reply = json.loads(body)
    except ValueError:
        return {}, ["the body is not JSON"]
    return reply, reply_faults(reply, words=words)
