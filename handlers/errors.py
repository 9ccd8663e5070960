"""A refusal becomes words, a bug becomes an apology with a number; nothing stays unacknowledged."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp

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
        if isinstance(error, StoreUnavailable):
            return _away(body)
        number = f"E-{secrets.randbelow(9000) + 1000}"
        log.failure(logger, "press.bug", error, number=number)
        words = sentence.our_fault("your admin", number)
        view = body.get("view") or {}
        block = first_input(view)
        if body.get("type") == "view_submission" and block:
            return BoltResponse(status=200, body={"response_action": "errors", "errors": {block: words}})
        if body.get("type") == "block_actions":
            front.later(front.notice(body, notices.ephemeral(words)))
        return BoltResponse(status=200, body="")

    app.error(failed)


def _away(body: Mapping[str, Any]) -> BoltResponse:
    """The database did not answer. An event (a note in a thread, a channel archived) is not acknowledged: Slack tells
    it again, a minute and five minutes later. Names and phrases that were asked for are none.
    """
    log.event(logger, "press.database-away", level=logging.WARNING)
    if body.get("type") == "event_callback":
        return BoltResponse(status=503, body="")
    return BoltResponse(status=200, body={"options": []} if body.get("type") == "block_suggestion" else "")
