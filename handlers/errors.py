"""A refusal becomes words, a bug becomes an apology with a number; nothing stays unacknowledged."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp
from slack_bolt.error import BoltUnhandledRequestError

from bot import log
from bot.domain.store import StoreUnavailable
from bot.slack import notices, sentence
from handlers.context import Front

logger = logging.getLogger("portaldesk.press")


def first_input(view: Mapping[str, Any]) -> str | None:
    """The block_id of a window's first input, under which a sentence can be shown."""
    return next((str(b["block_id"]) for b in view.get("blocks") or () if b.get("type") == "input"), None)


def register(app: AsyncApp, front: Front) -> None:
    """The last net: whatever a listener raised is acknowledged, told and logged with a number."""

    async def failed(error: Exception, body: Mapping[str, Any]) -> BoltResponse:
        if isinstance(error, BoltUnhandledRequestError):  # newer than we are: Slack need not bring it again
            log.event(logger, "slack.unknown", level=logging.WARNING)
            return BoltResponse(status=200, body="")
        if isinstance(error, StoreUnavailable):
            log.event(logger, "press.database-away", level=logging.WARNING)
            return told(body, sentence.DATABASE_AWAY if body.get("view") else sentence.NOT_READY)
        number = f"E-{secrets.randbelow(9000) + 1000}"
        log.failure(logger, "press.bug", error, number=number)
        return told(body, sentence.our_fault("your admin", number), bug=True)

    def told(body: Mapping[str, Any], words: str, *, bug: bool = False) -> BoltResponse:
        block = first_input(body.get("view") or {})
        match body.get("type"):
            case "view_submission" if block:
                return BoltResponse(status=200, body={"response_action": "errors", "errors": {block: words}})
            case "block_actions":
                front.later(front.notice(body, notices.ephemeral(words)))
            case "block_suggestion":  # names and phrases that were asked for are none
                return BoltResponse(status=200, body={"options": []})
            case "event_callback" if not bug:  # a note in a thread: Slack tells it again, in a minute and in five
                return BoltResponse(status=503, body="")
        return BoltResponse(status=200, body="")

    app.error(failed)
