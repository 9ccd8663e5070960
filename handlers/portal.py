"""Events from a portal: verified over the raw bytes, stored before the answer; its questions back."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from bot import log
from bot.domain import suspect
from bot.domain.event import Event, Ping
from bot.domain.receive import STUMBLED, Answer, Signed, Taken, Unusable, apply_one, give_up, receive, waited_for
from bot.domain.store import Records, Store, StoreFull, StoreUnavailable
from bot.failpoint import failpoint
from bot.portals import signature, webhook
from handlers.careful import PATIENCE, OthersFirst, SingleFile
from handlers.hall import LIMIT, Hall, Visit, full
from handlers.problem import problem

logger = logging.getLogger("portaldesk.portal")

T = TypeVar("T")

_JSON = {"Content-Type": "application/json; charset=utf-8"}


@dataclass(slots=True, kw_only=True)
class PortalDoor:
    """What the portals' routes share. `secrets` by portal id; `came` hears of each signed event, `seen` of each answer.

    `file`: events go in it because a life of the service ended in the middle.
    """

    store: Store
    secrets: Mapping[str, tuple[bytes, ...]]
    clock: Callable[[], datetime]
    seen: Callable[[str, str], None]
    came: Callable[[], None]
    file: SingleFile
    halls: dict[str, Hall] = field(default_factory=dict)


def _read(raw: bytes, arrived: datetime) -> Event | Unusable:
    failpoint("webhook.parse")
    try:
        return webhook.read(raw, arrived)
    except webhook.Unreadable as unreadable:
        failpoint("webhook.unreadable")
        return Unusable(reason=str(unreadable))


def _unread(raw: bytes, arrived: datetime) -> Event | Unusable:
    del raw, arrived
    return Unusable(reason=STUMBLED)


def _set_aside(raw: bytes, arrived: datetime) -> Event | Unusable:
    del raw, arrived
    return Unusable(reason=suspect.SET_ASIDE)


class PortalRoutes:
    """`POST /portal/{id}/events` and `GET /portal/{id}/messages/{message_id}`."""

    def __init__(self, door: PortalDoor) -> None:
        self._door = door

    async def events(self, request: web.Request) -> web.Response:
        """Take in one event (CONTRACT section 5): never a 2xx before the commit, never a 5xx for bad input."""
        portal = request.match_info["portal_id"]
        secrets = self._door.secrets.get(portal)
        if secrets is None:
            self._door.seen("unknown", "404")
            return problem(404, "No portal of that id is set up here.")
        with self._door.halls.setdefault(portal, Hall()).visit() as visit:
            response = await self._taken(request, portal, secrets, visit) if visit else full()
        self._door.seen(portal, str(response.status))
        return response

    async def _taken(self, request: web.Request, portal: str, secrets: tuple[bytes, ...], visit: Visit) -> web.Response:
        refused = _unsuitable(request)
        if refused is not None:
            return refused
        raw = await visit.body(request)
        if isinstance(raw, web.Response):
            return raw
        failpoint("webhook.read")
        if raw.startswith(b"GET /"):  # what a GET signs must never count as an event
            return problem(401, "The signature does not hold: it signs a request line.")
        now = self._door.clock()
        try:
            event_id = signature.verify(request.headers, raw, secrets, now=now)
        except signature.NotVerified as not_verified:
            return problem(401, f"The signature does not hold: {not_verified}.")
        failpoint("webhook.verified")
        self._door.came()
        return await self._stored(portal, event_id, raw, now)

    async def _stored(self, portal: str, event_id: str, raw: bytes, now: datetime) -> web.Response:
        signed = Signed(portal=portal, event_id=event_id, sha256=hashlib.sha256(raw).digest(), raw=raw)
        try:
            answer = await self._received(signed, now)
        except OthersFirst:
            log.event(logger, "portal.event.others-first", level=logging.WARNING, portal=portal)
            return problem(503, "Events that came before are taken in first; send the event again.", retry_after=10)
        except StoreUnavailable as away:
            log.event(logger, "portal.event.database-away", level=logging.WARNING, portal=portal)
            why = "The database's disk is full" if isinstance(away, StoreFull) else "The database is away"
            return problem(503, f"{why}; send the event again.", retry_after=10)
        if answer is None:
            return web.json_response({"status": "ok"})
        failpoint("webhook.stored")
        log.event(logger, "portal.event.taken", portal=portal, inbox=answer.id, state=answer.taken.value)
        return _answer(answer)

    async def _received(self, signed: Signed, now: datetime) -> Answer | None:
        """Take it in; one that our own code stumbles over is kept unread and shown to a person (SAFETY I4, I25).

        Before that it is taken in without what had waited for it: perhaps that is what we stumble over, or what ends
        us. None for a ping, which is only answered.
        """
        ends = time.monotonic() + PATIENCE

        def left() -> float:
            return max(0.0, ends - time.monotonic())

        def run(act: Callable[..., T], **more: Any) -> Awaitable[T]:
            return self._door.store.run(act, within=left(), signed=signed, now=now, **more)

        async with self._door.file.passing(portal=signed.portal, event_id=signed.event_id, now=now, left=left) as times:
            if times > suspect.MOST:
                return await self._aside(signed, now, left, times=times)
            if b'"portal.ping"' in signed.raw and isinstance(_read(signed.raw, now), Ping):
                failpoint("webhook.ping")
                return None
            failpoint("webhook.before_store")
            answer = None
            if times < 2:
                answer = await _unless_we_stumble(run(receive, read=_read), signed.portal)
            if answer is None:
                answer = await _unless_we_stumble(run(receive, read=_read, alone=True), signed.portal)
                if answer is None:
                    return await run(receive, read=_unread)
                await self._what_waited(signed, now, left)
            return answer

    async def _aside(self, signed: Signed, now: datetime, left: Callable[[], float], *, times: int) -> Answer:
        """It ended the service each time: it stays unread. If it had been taken in alone, that is what had waited.

        To know what had waited it is read once more, and no more once that, too, was the end so often.
        """
        store = self._door.store
        answer = await store.run(receive, within=left(), signed=signed, read=_set_aside, now=now)
        if answer.taken is Taken.SAME and times <= 2 * suspect.MOST:
            for inbox_id in await store.run(waited_for, within=left(), signed=signed, read=_read, now=now):
                shown = partial(give_up, inbox_id=inbox_id, portal=signed.portal, reason=suspect.SET_ASIDE)
                await store.run(shown, within=left(), now=now)
            await self._door.file.clear(portal=signed.portal, event_id=signed.event_id)
        return answer

    async def _what_waited(self, signed: Signed, now: datetime, left: Callable[[], float]) -> None:
        """Apply what had waited for it, each by itself; what we stumble over is shown to a person at once.

        Where the database goes away meanwhile the portal is told so, and sends the message again, for the rest. To read
        is an act here: one that hangs is at work, so that nothing is forgiven.
        """
        store, portal = self._door.store, signed.portal
        for inbox_id in await store.run(waited_for, within=left(), signed=signed, read=_read, now=now):
            work = store.run(apply_one, within=left(), inbox_id=inbox_id, portal=portal, read=_read, now=now)
            if await _unless_we_stumble(work, portal) is None:
                await store.run(give_up, within=left(), inbox_id=inbox_id, portal=portal, now=now)

    async def message(self, request: web.Request) -> web.Response:
        """State and delivery of one message, for the portal's own reconciliation; signed, without words."""
        portal = request.match_info["portal_id"]
        secrets = self._door.secrets.get(portal)
        if secrets is None:
            return problem(404, "No portal of that id is set up here.")
        signed = f"GET {request.rel_url.raw_path}".encode("ascii", "replace")
        try:
            signature.verify(request.headers, signed, secrets, now=self._door.clock())
        except signature.NotVerified as not_verified:
            return problem(401, f"The signature does not hold: {not_verified}.")
        try:
            state = await self._door.store.read(
                _message_state, portal=portal, message_id=request.match_info["message_id"]
            )
        except StoreUnavailable:
            return problem(503, "The database is away.", retry_after=10)
        if state is None:
            return problem(404, "No message of that id came in from this portal.")
        return _told(200, state)  # times as RFC 3339


async def _unless_we_stumble(work: Awaitable[T], portal: str) -> T | None:
    """None when our own code raised: a bug must not keep the portal sending the same event for ever."""
    try:
        return await work
    except StoreUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - said above
        log.failure(logger, "portal.event.bug", error, portal=portal)
        return None


def _message_state(records: Records, *, portal: str, message_id: str) -> dict[str, Any] | None:
    return records.message_state(portal=portal, message_id=message_id)


def _unsuitable(request: web.Request) -> web.Response | None:
    """Refuse what is not a JSON body of a fair size, before any of it is read."""
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        return problem(415, "Content-Encoding is not taken here: send the JSON as it is.")
    kind, _, parameters = request.headers.get("Content-Type", "").partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    if kind.strip().lower() != "application/json" or charset not in ("", "utf-8", "utf8"):
        return problem(415, "Send Content-Type: application/json, in UTF-8.")
    if request.content_length is not None and request.content_length > LIMIT:
        return problem(413, f"A body may have {LIMIT} bytes at most.")
    return None


def _answer(answer: Answer) -> web.Response:
    match answer.taken:
        case Taken.STORED:
            return _told(202, {"id": answer.id, "status": "stored"})
        case Taken.SAME:
            return _told(200, {"id": answer.id, "status": "stored"})
        case Taken.QUARANTINED:
            return _told(202, {"id": answer.id, "status": "quarantined"})
        case Taken.CONFLICT:
            return problem(409, "This webhook-id came before with another body. The first one counts.")


def _told(status: int, told: dict[str, Any]) -> web.Response:
    return web.Response(body=msgspec.json.encode(told), status=status, headers=_JSON)
