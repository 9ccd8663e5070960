"""A whole practice for a test: the real service between a stand-in Slack and a stand-in portal, on loopback."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp

import storage
from bot import practice_file, settings
from bot.app import Service
from bot.sandbox.portal import server as portal_server
from bot.sandbox.portal.config import Config as PortalConfig
from bot.sandbox.slack import server as slack_server
from bot.sandbox.slack.config import ChannelConfig, Manifest, PersonConfig, SlackConfig

ROOT = Path(__file__).resolve().parents[1]
SECRET = "whsec_" + base64.b64encode(b"p" * 32).decode()
KEYS = "k1:" + base64.b64encode(b"k" * 32).decode()
SIGNING = "8f742231b10e8888abcd99yyyzzz85a5"

PRACTICE = """
practice: {name: Bright Kids Pediatrics, timezone: America/New_York}
card_detail: full
hours: {mon-sun: "00:00-24:00"}
departments:
  - {name: Front Desk, channel: C0FRONT, kinds: [appointment, insurance], turnaround: 4h}
  - {name: Nursing, channel: C0NURSING, aliases: [NURSE], kinds: [general, referral], turnaround: 8h, escalate_to: U0ALICE}
  - {name: Refills, channel: C0REFILLS, kinds: [refill], turnaround: 8h}
default_department: Front Desk
urgent_channel: C0URGENT
staff:
  - {slack: U0ALICE, name: Alice Moreno, title: RN, roles: [staff], departments: [Nursing, Refills]}
  - {slack: U0GRACE, name: Grace Kim, title: PNP, roles: [staff, prescriber], departments: [Nursing, Refills]}
  - {slack: U0BEN, name: Ben Castillo, roles: [staff], departments: [Front Desk]}
  - {slack: U0PAT, name: Pat Quinn, roles: [admin, staff], departments: [Front Desk]}
"""

PEOPLE = (
    PersonConfig("U0ALICE", "alice", "Alice Moreno"),
    PersonConfig("U0GRACE", "grace", "Grace Kim"),
    PersonConfig("U0BEN", "ben", "Ben Castillo"),
    PersonConfig("U0PAT", "pat", "Pat Quinn", is_admin=True),
    PersonConfig("U0NOBODY", "nobody", "Nobody Known"),
    PersonConfig("U0GUEST", "guest", "Gus Guest", is_restricted=True),
)
EVERYBODY = tuple(person.id for person in PEOPLE)
CHANNELS = (
    ChannelConfig("C0FRONT", "front-desk", members=EVERYBODY),
    ChannelConfig("C0NURSING", "nursing", is_private=True, members=EVERYBODY),
    ChannelConfig("C0REFILLS", "refills", members=EVERYBODY),
    ChannelConfig("C0URGENT", "urgent", members=EVERYBODY),
)


def message(kind: str = "general", **over: Any) -> dict[str, Any]:
    """One event as a portal sends it; `over` replaces fields of `data`."""
    number = over.pop("n", "1")
    data = {
        "schema": 1,
        "message_id": f"m-{number}",
        "thread_id": f"t-{number}",
        "kind": kind,
        "subject": "Ear drops and swimming",
        "body": {"format": "plain", "text": "He got water in the ear. Keep going with the drops?", "lang": "en"},
        "sent_at": "2026-11-22T19:03:58Z",
        "priority": "routine",
        "sender": {"portal_user_id": "pu-1", "name": "Rosa Delgado", "relationship": "parent", "proxy_verified": True},
        "patient": {"id": "p-1", "mrn": "100871", "name": "Mateo Delgado", "birth_date": "2020-08-14"},
    }
    return {"type": "portal.message.created", "timestamp": "2026-11-22T19:04:11Z", "data": data | over}


@dataclass(slots=True, kw_only=True)
class World:
    """What a test plays with. `slack` and `portal` are the running stand-ins."""

    slack: slack_server.RunningSlack
    portal: portal_server.RunningPortal
    service: Service
    environment: dict[str, str]
    http: aiohttp.ClientSession
    windows: dict[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The service's own address."""
        return "http://" + self.environment["PORTALDESK_HTTP"]

    async def write(self, event: Mapping[str, Any], *, wait: bool = True) -> dict[str, Any]:
        """A family writes through the portal; what the service answered."""
        return await self.control("events", dict(event) | {"wait": wait, "retry": True})

    async def control(self, name: str, body: Mapping[str, Any] | None = None) -> Any:
        """Ask the stand-in portal to do something, or (without a body) look at something."""
        address = f"{self.portal.url}/_control/{name}"
        call = self.http.post(address, json=body) if body is not None else self.http.get(address)
        async with call as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def look(self, name: str, **query: str) -> Any:
        """What a person sees in Slack."""
        async with self.http.get(f"{self.slack.url}/_human/{name}", params=query) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def do(self, name: str, **body: Any) -> Any:
        """What a person does in Slack."""
        async with self.http.post(f"{self.slack.url}/_human/{name}", json=body) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def cards(self, channel: str = "C0NURSING", who: str = "U0ALICE") -> list[dict[str, Any]]:
        """The bot's messages of a channel that are cards or notices, oldest first."""
        seen = await self.look("messages", channel=channel, **{"as": who})
        return [m for m in seen["messages"] if m["is_bot"] and not m["ephemeral"]]

    async def notices(self, channel: str = "C0NURSING", who: str = "U0ALICE") -> list[str]:
        """What only this person sees in a channel."""
        seen = await self.look("messages", channel=channel, **{"as": who})
        return [words(m) for m in seen["messages"] if m["ephemeral"]]

    async def card(self, containing: str, channel: str = "C0NURSING", who: str = "U0ALICE") -> dict[str, Any]:
        """Wait for the card that shows these words."""
        return await until(lambda: self._card(containing, channel, who), what=f"a card with {containing!r}")

    async def _card(self, containing: str, channel: str, who: str) -> dict[str, Any] | None:
        return next((m for m in await self.cards(channel, who) if containing in words(m)), None)

    async def press(
        self, card: Mapping[str, Any], label: str, *, who: str = "U0ALICE", channel: str = "C0NURSING"
    ) -> dict[str, Any]:
        """Press a button by its label."""
        block, element = button(card, label)
        result = await self.do(
            "press", channel=channel, ts=card["ts"], block_id=block, action_id=element["action_id"], **{"as": who}
        )
        assert result["acked"], result
        return result

    async def window(self, who: str = "U0ALICE") -> dict[str, Any]:
        """Wait for a window to open for this person; the top one."""

        async def top() -> dict[str, Any] | None:
            views = (await self.look("views", **{"as": who}))["views"]
            return views[-1] if views else None

        return await until(top, what="a window")

    async def reply(self, card: Mapping[str, Any], text: str, *, who: str = "U0ALICE", channel: str = "C0NURSING") -> Any:
        """Press Reply, write, press Send; what became of the window."""
        await self.press(card, "Reply", who=who, channel=channel)
        view = await self.window(who)
        return await self.send(view, text, who=who)

    async def send(self, view: Mapping[str, Any], text: str | None, *, who: str = "U0ALICE", **more: Any) -> Any:
        """Fill the reply field and press Send."""
        values = dict(more) if text is None else {text_block(view): text, **more}
        return await self.do("submit", view_id=view["id"], values=values, **{"as": who})

    async def replies(self, count: int = 1) -> list[dict[str, Any]]:
        """Wait until the portal has at least so many replies; all of them."""

        async def enough() -> list[dict[str, Any]] | None:
            found = await self.control("replies")
            rows = list(found.values()) if isinstance(found, dict) else list(found)
            return rows if len(rows) >= count else None

        return await until(enough, what=f"{count} replies at the portal")

    async def rows(self, sql: str) -> list[Any]:
        """Read our own database directly."""
        return await storage.peek(self.environment["PORTALDESK_DATABASE_URL"], sql)


def text_block(view: Mapping[str, Any]) -> str:
    """The block_id of the reply field."""
    return next(b["block_id"] for b in view["blocks"] if b["block_id"].startswith("reply_text"))


def button(card: Mapping[str, Any], label: str) -> tuple[str, dict[str, Any]]:
    """The block id and the element of a button by its label."""
    for block in card["blocks"]:
        for element in [*block.get("elements", ()), *([block["accessory"]] if "accessory" in block else [])]:
            if element.get("type") == "button" and element["text"]["text"] == label:
                return block["block_id"], element
    raise AssertionError(f"no button {label!r} on {words(card)!r}")


def labels(card: Mapping[str, Any]) -> list[str]:
    """The labels of a card's buttons, in order."""
    return [
        e["text"]["text"]
        for b in card["blocks"]
        if b["type"] == "actions"
        for e in b["elements"]
        if e["type"] == "button"
    ]


def words(thing: Any) -> str:
    """All text that a message or window shows, flat."""
    if isinstance(thing, Mapping):
        own = thing.get("text") if isinstance(thing.get("text"), str) else ""
        inner = [words(v) for k, v in thing.items() if isinstance(v, Mapping | list) and k not in ("metadata", "state")]
        fallback = str(thing.get("fallback", "")) if thing.get("type") == "date" else ""
        return " ".join(part for part in (own, fallback, *inner) if part)
    if isinstance(thing, list):
        return " ".join(part for part in map(words, thing) if part)
    return ""


async def until(look: Callable[[], Awaitable[Any]], *, what: str, within: float = 15.0) -> Any:
    """Look again and again until there is something; fail in words after `within` seconds."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within
    while True:
        found = await look()
        if found:
            return found
        assert loop.time() < end, f"waited {within} s for {what}"
        await asyncio.sleep(0.03)


def free_port() -> int:
    """A port that nobody listens on."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(slack: str, portal: str, database: str, *, http_mode: bool = False, **more: str) -> dict[str, str]:
    """The settings of a service between these two."""
    known = {
        "SLACK_BOT_TOKEN": "xoxb-sandbox-bot",
        "SLACK_API_URL": f"{slack}/api/",
        "PORTALDESK_DATABASE_URL": database,
        "PORTALDESK_KEYS": KEYS,
        "PORTALDESK_PORTAL_MAIN_URL": portal,
        "PORTALDESK_PORTAL_MAIN_SECRETS": SECRET,
        "PORTALDESK_ALLOW_PRIVATE_NETWORK": "on",
        "PORTALDESK_LOG_LEVEL": "INFO",
    }
    mode = {"SLACK_SIGNING_SECRET": SIGNING} if http_mode else {"SLACK_APP_TOKEN": "xapp-1-A0PORTAL-sandbox"}
    return known | mode | more


@asynccontextmanager
async def world(
    database: str,
    practice: Path,
    *,
    http_mode: bool = False,
    slack: SlackConfig | None = None,
    portal: Mapping[str, Any] | None = None,
    settings_over: Mapping[str, str] | None = None,
) -> AsyncIterator[World]:
    """A running practice."""
    port = free_port()
    config = slack or SlackConfig(people=PEOPLE, channels=CHANNELS, limits=False)
    config = replace(config, manifest=Manifest.read(ROOT / "manifest.yml"), signing_secret=SIGNING)
    if http_mode:
        config = replace(config, deliver="http", bot_url=f"http://127.0.0.1:{port}/slack/events")
    at_portal = PortalConfig(bot_url=f"http://127.0.0.1:{port}", secrets=(SECRET,), **(portal or {}))
    async with await slack_server.serve(config) as running_slack:
        running_portal = await portal_server.serve(at_portal)
        env = environment(
            running_slack.url,
            running_portal.url,
            database,
            http_mode=http_mode,
            PORTALDESK_HTTP=f"127.0.0.1:{port}",
            PORTALDESK_PRACTICE=str(practice),
            **(settings_over or {}),
        )
        read = settings.read(env)
        storage.upgrade(read.database_url)
        store = storage.open_store(read.database_url, storage.keyring(read), load_practice=practice_file.load)
        service = Service(read, store)
        await service.start()
        async with aiohttp.ClientSession() as http:
            made = World(slack=running_slack, portal=running_portal, service=service, environment=env, http=http)
            try:
                if not http_mode:
                    await until(lambda: _connected(made), what="the socket")
                yield made
            finally:
                await service.stop()
                await running_portal.stop()


async def _connected(made: World) -> bool:
    state = await made.look("state")
    return bool(state["app"]["connections"])
