"""A whole sandbox on loopback: stand-in Slack, stand-in portal, page, and a puppet in the bot's place."""

import base64
import json
import shutil
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs

import pytest
import pytest_asyncio
from aiohttp import ClientSession, web
from playwright.async_api import async_playwright

from bot.sandbox.page import PageConfig, start_page
from bot.sandbox.portal import Config
from bot.sandbox.portal import serve as serve_portal
from bot.sandbox.scenario import parents, slack_config
from bot.sandbox.slack.config import SlackConfig
from bot.sandbox.slack.server import serve as serve_slack

MOCKUPS = Path(__file__).parent / "mockups"
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
MANIFEST = {
    "display_information": {"name": "Portal Desk"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "bot_user": {"display_name": "Portal Desk"},
        "slash_commands": [{"command": "/portal"}],
    },
    "oauth_config": {
        "scopes": {"bot": ["chat:write", "commands", "im:history", "im:write", "groups:history", "users:read"]}
    },
    "settings": {
        "interactivity": {"is_enabled": True},
        "event_subscriptions": {"bot_events": ["app_home_opened", "message.im"]},
    },
}


def mockup(name):
    return json.loads((MOCKUPS / name).read_text(encoding="utf-8"))


@dataclass
class Puppet:
    """Stands where the bot would: keeps what it hears, answers as a test tells it."""

    session: ClientSession = None
    api: str = ""
    heard: list = field(default_factory=list)
    answers: dict = field(default_factory=dict)
    url: str = ""

    async def take(self, request):
        body = await request.text()
        if request.content_type == "application/json":
            return web.json_response({})
        form = {name: values[0] for name, values in parse_qs(body).items()}
        payload = json.loads(form["payload"]) if "payload" in form else form
        self.heard.append(payload)
        name = (
            payload.get("command") or payload.get("view", {}).get("callback_id")
            if payload.get("type") != "block_actions"
            else payload["actions"][0]["action_id"]
        )
        if payload.get("type") == "block_suggestion":
            name = payload["action_id"]
        answer = self.answers.get(name)
        result = await answer(payload) if answer else None
        return web.json_response(result) if result is not None else web.Response()

    async def call(self, method, **given):
        async with self.session.post(
            self.api + method, json=given, headers={"Authorization": "Bearer xoxb-sandbox-bot"}
        ) as answer:
            body = await answer.json()
        assert body["ok"], (method, body)
        return body

    def opens(self, name, view):
        async def answer(payload):
            await self.call("views.open", trigger_id=payload["trigger_id"], view=view)

        self.answers[name] = answer


@dataclass
class Sandbox:
    puppet: Puppet
    slack: object
    portal: object
    page: object

    @property
    def url(self):
        return self.page.url

    async def post(self, name, channel="C0NURSING"):
        shown = mockup(name)
        return await self.puppet.call("chat.postMessage", channel=channel, text=shown["text"], blocks=shown["blocks"])


@asynccontextmanager
async def whole_sandbox():
    async with ClientSession() as session:
        puppet = Puppet(session)
        app = web.Application()
        app.add_routes([web.post("/slack/events", puppet.take), web.post("/portal/main/events", puppet.take)])
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        puppet.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        slack = await serve_slack(
            SlackConfig.parse(
                {
                    **slack_config(),
                    "manifest": MANIFEST,
                    "deliver": "http",
                    "bot_url": puppet.url + "/slack/events",
                    "limits": False,
                }
            )
        )
        portal = await serve_portal(
            Config(bot_url=puppet.url, secrets=(SECRET,), families=parents(), retry_delays=(0.05,))
        )
        page = await start_page(PageConfig(slack=slack.url, portal=portal.url, port=0))
        puppet.api = slack.api_url
        yield Sandbox(puppet, slack, portal, page)
        await page.stop()
        await portal.stop()
        await slack.stop()
        await runner.cleanup()


@pytest_asyncio.fixture(loop_scope="session")
async def sandbox():
    async with whole_sandbox() as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser():
    if CHROMIUM is None:
        pytest.skip(
            "NO CHROMIUM FOUND: the page was not looked at in a browser. Install one (apt-get install chromium)."
        )
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        await running.close()


@asynccontextmanager
async def watched_tab(browser, sandbox):
    """A tab at the page, 1440x900, that fails the test when the page's scripts do."""
    faults = []
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    # The browser notes a 404 by itself, as when a window closed between two looks; what the page makes of it counts.
    page.on(
        "console",
        lambda said: faults.append(said.text) if said.type == "error" and "404 (Not Found)" not in said.text else None,
    )
    await page.goto(sandbox.url)
    await page.wait_for_selector(".side-row")
    await page.wait_for_selector(".kind")
    yield page
    await context.close()
    assert faults == []


@pytest_asyncio.fixture(loop_scope="session")
async def tab(browser, sandbox):
    """A tab of the test's own."""
    async with watched_tab(browser, sandbox) as made:
        yield made
