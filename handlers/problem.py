"""Errors over HTTP as RFC 9457 says: application/problem+json, in words, without anybody's data."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler

from bot import log

logger = logging.getLogger("portaldesk.web")


def problem(status: int, detail: str, *, retry_after: int | None = None) -> web.Response:
    """One problem; `retry_after` in seconds."""
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    headers = {"Retry-After": str(retry_after)} if retry_after is not None else {}
    return web.Response(
        status=status, body=json.dumps(body).encode(), content_type="application/problem+json", headers=headers
    )


_DETAILS = {
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
    413: "The body is too large.",
}


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn aiohttp's own refusals into problems, and a bug into a 500 that tells nothing."""
    try:
        return await handler(request)
    except web.HTTPException as refused:
        if refused.status < HTTPStatus.BAD_REQUEST:
            raise
        answer = problem(refused.status, _DETAILS.get(refused.status, refused.reason))
        if "Allow" in refused.headers:
            answer.headers["Allow"] = refused.headers["Allow"]
        return answer
    except ConnectionError:
        raise
    except Exception as error:  # noqa: BLE001 - the web's error handler, as Bolt's
        log.failure(logger, "web.bug", error)
        return problem(500, "That did not work here; it was logged. Nothing was stored.")
