"""A portal on loopback, a practice that takes its events, and a client that signs as the bot does."""

import base64
import json
import time
from dataclasses import dataclass, field

import pytest
from aiohttp import ClientSession, web

from bot.sandbox.portal import Config, serve
from bot.sandbox.portal.signature import fault_in, signed_headers
from bot.sandbox.scenario import parents

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


@dataclass
class Practice:
    """Takes events; `answers` are the statuses of the next ones, 202 after that; `wait`: seconds that a 429 asks for."""

    url: str = ""
    events: list = field(default_factory=list)
    answers: list = field(default_factory=list)
    wait: str = "0.05"

    async def take(self, request):
        body = await request.read()
        why = fault_in(request.headers, body, secrets=[SECRET], now=time.time())
        try:
            event = json.loads(body)
        except ValueError:
            event = body
        self.events.append({"id": request.headers["webhook-id"], "why": why, "event": event})
        status = self.answers.pop(0) if self.answers else 202
        return web.json_response({}, status=status, headers={"Retry-After": self.wait} if status == 429 else {})


@dataclass
class Bot:
    """Speaks to the portal as the practice's bot does."""

    session: ClientSession
    url: str

    async def call(self, method, path, value=None, *, key=None, webhook_id=None, secret=SECRET, quoted=True, now=None):
        body = b"" if value is None else json.dumps(value).encode()
        content = f"{method} {path}".encode() if method == "GET" else body
        headers = signed_headers(
            secret, webhook_id=webhook_id or key or "call-1", now=now or time.time(), content=content
        )
        if key is not None:
            headers["Idempotency-Key"] = f'"{key}"' if quoted else key
        async with self.session.request(
            method, self.url + path, data=body, headers=headers, allow_redirects=False
        ) as response:
            raw = await response.read()
            return response.status, json.loads(raw) if "json" in response.content_type else raw, response.headers

    async def reply(self, reply_id="r-1", text="Hello", **more):
        given = {
            "key": more.pop("key", reply_id),
            **{n: more.pop(n) for n in ("secret", "quoted", "now", "webhook_id") if n in more},
        }
        return await self.call("POST", "/v1/replies", reply_body(reply_id, text, **more), **given)

    async def control(self, name, wish=None):
        method = "GET" if wish is None else "POST"
        async with self.session.request(method, f"{self.url}/_control/{name}", json=wish) as response:
            return await response.json()


def reply_body(reply_id="r-1", text="Hello", **more):
    return {
        "schema": 1,
        "reply_id": reply_id,
        "thread_id": "t-1",
        "in_reply_to": "m-1",
        "to": {"portal_user_id": "pu-77"},
        "body": {"format": "plain", "text": text},
        "author": {"name": "Alice Moreno", "title": "RN", "role": "staff"},
        "written_at": "2026-11-24T14:26:00Z",
        "thread_after": "open",
        "attachments": [],
        **more,
    }


@pytest.fixture
async def practice():
    here = Practice()
    app = web.Application()
    app.add_routes([web.post("/portal/main/events", here.take)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    here.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield here
    await runner.cleanup()


@pytest.fixture
def config(practice, tmp_path):
    return Config(
        bot_url=practice.url,
        secrets=(SECRET,),
        journal=tmp_path / "journal.jsonl",
        state=tmp_path / "state.jsonl",
        families=parents(),
        retry_delays=(0.02,),
    )


@pytest.fixture
async def portal(config):
    running = await serve(config)
    yield running
    await running.stop()


@pytest.fixture
async def bot(portal):
    async with ClientSession() as session:
        yield Bot(session, portal.url)


def journal_of(config, what):
    lines = [json.loads(line) for line in config.journal.read_text().splitlines()]
    return [line for line in lines if line["what"] == what]
