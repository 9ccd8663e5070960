"""Passes the page's calls on to a server behind it, streams included, so that the browser knows one address only."""

from aiohttp import ClientError, ClientSession, web

_NO_ANSWER = "The server behind this page does not answer. Is the demo still running?"


class Relay:
    """Calls under one prefix of the page go to one base address."""

    def __init__(self, session: ClientSession, base: str) -> None:
        """`base` is where the calls go, such as `http://127.0.0.1:8401/_human`."""
        self._session = session
        self._base = base.rstrip("/")

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Sends the request on and the answer back, piece by piece."""
        address = f"{self._base}/{request.match_info['tail']}"
        if request.query_string:
            address += "?" + request.query_string
        body = await request.read()
        headers = {"Content-Type": "application/json"} if body else {}
        try:
            async with self._session.request(request.method, address, data=body or None, headers=headers) as answer:
                response = web.StreamResponse(status=answer.status)
                response.content_type = answer.content_type
                response.headers["Cache-Control"] = "no-store"
                await response.prepare(request)
                async for piece in answer.content.iter_any():
                    await response.write(piece)
                return response
        except ConnectionResetError:  # the browser has gone
            raise
        except (ClientError, OSError, TimeoutError):
            return web.json_response({"error": _NO_ANSWER}, status=502)
