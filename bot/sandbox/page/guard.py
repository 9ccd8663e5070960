"""Who may talk to the page: this machine's own browser, from this very page."""

from collections.abc import Awaitable, Callable

from aiohttp import web

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def refusal(request: web.Request) -> str | None:
    """Why this request is refused: a foreign Host (DNS rebinding), a foreign Origin, or a form from elsewhere."""
    if (request.url.host or "") not in _LOOPBACK:
        return "This page answers on this machine only."
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{request.host}":
        return "Another page may not call this one."
    if request.method not in {"GET", "HEAD"} and request.content_type != "application/json":
        return "Send application/json."
    return None


@web.middleware
async def guard(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuses strangers, and tells the browser to load nothing from elsewhere."""
    why = refusal(request)
    if why is not None:
        return web.json_response({"error": why}, status=403)
    return await handler(request)


async def harden(_: web.Request, response: web.StreamResponse) -> None:
    """Adds the headers just before an answer leaves (streams included)."""
    response.headers.update(_HEADERS)
    response.headers.setdefault("Cache-Control", "no-cache")
