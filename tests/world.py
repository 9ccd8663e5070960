"""A whole practice for a test: the real service between a stand-in Slack and a stand-in portal, on loopback."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from bot import settings
from bot.app import Service
from bot.cli.desk import load_practice
from bot.domain import setup
from bot.domain.store import Records
from bot.sandbox.portal import server as portal_server
from bot.sandbox.portal.config import Config as PortalConfig
from bot.sandbox.portal.config import Mode
from bot.sandbox.portal.signature import signed_headers
from bot.sandbox.slack import server as slack_server
from bot.sandbox.slack.config import ChannelConfig, Manifest, PersonConfig, SlackConfig, Timing
from bot.sandbox.slack.event import told_change
from bot.sandbox.slack.shape import message_public
from storage import keyring_for, open_store, verify
from storage.sql import Sql
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
MANIFEST = Manifest.read(ROOT / "manifest.yml")
SECRET = "whsec_" + base64.b64encode(b"p" * 32).decode()
KEYS = "k1:" + base64.b64encode(b"k" * 32).decode()
SIGNING = "8f742231b10e8888abcd99yyyzzz85a5"

OUR_FAULT = {  # what Slack says when an app is wrong
    "invalid_blocks", "invalid_blocks_format", "invalid_arguments", "invalid_arg_name", "no_text", "msg_too_long",
    "invalid_view", "hash_conflict", "unknown_method", "invalid_metadata_format", "invalid_form_data", "missing_scope",
}  # fmt: skip

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
# Machines that run tests stand still for seconds at times, and then nobody is to blame for a late acknowledgement.
# How soon ours comes is measured by `make bench`; a test about Slack's own three seconds says so. An act may take as long.
PATIENCE = Timing(ack=12.0, trigger=12.0)
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


@dataclass(slots=True)
class Clock:
    """The world's time: the real one, and `ahead` of it by as much as a test skipped; `stood`: steady seconds skipped."""

    ahead: timedelta = timedelta()
    stood: float = 0.0

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def unix(self) -> float:
        """The same as UNIX seconds, for the stand-in portal."""
        return self().timestamp()

    def steady(self) -> float:
        """Seconds that only go on, for the metronome."""
        return time.monotonic() + self.stood


@dataclass(slots=True, kw_only=True)
class World:
    """What a test plays with. `slack` and `portal` are the running stand-ins.

    `triangles`: how many of Slack's warning signs people may have met; none, unless a test is about them. `bugs`: the
    log may tell of our own faults, because a test makes them.
    """

    slack: slack_server.RunningSlack
    portal: portal_server.RunningPortal
    service: Service
    environment: dict[str, str]
    http: aiohttp.ClientSession
    clock: Clock
    triangles: int = 0
    bugs: bool = False

    @property
    def url(self) -> str:
        """The service's own address."""
        return "http://" + self.environment["PORTALDESK_HTTP"]

    @property
    def database(self) -> str:
        """The address of the service's database."""
        return self.environment["PORTALDESK_DATABASE_URL"]

    # the portal's side

    async def write(self, event: Mapping[str, Any], *, wait: bool = True, **more: Any) -> dict[str, Any]:
        """A family writes through the portal; what the service answered."""
        told: dict[str, Any] = await self.control("events", dict(event) | {"wait": wait, "retry": True} | more)
        return told

    async def control(self, name: str, body: Mapping[str, Any] | None = None) -> Any:
        """Ask the stand-in portal to do something, or (without a body) look at something."""
        address = f"{self.portal.url}/_control/{name}"
        call = self.http.post(address, json=body) if body is not None else self.http.get(address)
        async with call as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def event(self, event: Any, event_id: str, **headers: str) -> tuple[int, dict[str, Any]]:
        """Send one signed event by hand, as any portal would; status and body of the answer."""
        raw = event if isinstance(event, bytes) else json.dumps(event).encode()
        signed = signed_headers(SECRET, webhook_id=event_id, now=self.clock.unix(), content=raw)
        return await self.post("/portal/main/events", raw, {"Content-Type": "application/json"} | signed | headers)

    async def post(self, path: str, raw: bytes, headers: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Post bytes to the service; status and JSON of the answer."""
        async with self.http.post(self.url + path, data=raw, headers=headers) as response:
            return response.status, await response.json(content_type=None)

    async def get(self, path: str, *, signed: bool = False) -> tuple[int, Any]:
        """Look at something of the service; status and JSON (or text) of the answer."""
        headers = {}
        if signed:
            now = self.clock.unix()
            headers = signed_headers(SECRET, webhook_id="look_1", now=now, content=f"GET {path}".encode())
        async with self.http.get(self.url + path, headers=headers) as response:
            text = await response.text()
            return response.status, json.loads(text) if "json" in response.content_type else text

    async def replies(self, count: int = 1) -> list[dict[str, Any]]:
        """Wait until families have been shown at least so many answers; all of them, as they went over the wire."""

        async def enough() -> list[dict[str, Any]] | None:
            return self.shown() if len(self.shown()) >= count else None

        found: list[dict[str, Any]] = await until(enough, what=f"{count} replies at the portal")
        return found

    def shown(self) -> list[dict[str, Any]]:
        """Every answer that a family was shown, each time it was."""
        return [shown["reply"] for shown in self.portal.memory.replies]

    def tries(self, path: str = "/v1/replies") -> list[dict[str, Any]]:
        """Every request that reached the portal, from its journal, with key and status."""
        return [one for one in self.portal.journal.lines if one["what"] == "request" and one["path"].startswith(path)]

    async def trouble(self, *coming: str, **plan: Any) -> None:
        """The next requests to the portal meet these accidents; or all of them: rate=1, kinds=[...]."""
        await self.control("faults", {"next": list(coming)} | plan)

    # Slack's side

    async def look(self, name: str, **query: str) -> Any:
        """What a person sees in Slack."""
        async with self.http.get(f"{self.slack.url}/_human/{name}", params=query) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def do(self, name: str, /, **body: Any) -> Any:
        """What a person does in Slack."""
        async with self.http.post(f"{self.slack.url}/_human/{name}", json=body) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    def edit(self, channel: str, ts: str, text: str) -> None:
        """Somebody edits their message in Slack."""
        hub = self.slack.slack
        place = hub.workspace.channels[channel]
        written = place.messages[ts]
        before = message_public(written, place, hub.config)
        written.text = text
        told_change(hub, place, written, before)

    async def admin(self, deed: str, /, **body: Any) -> Any:
        """What the workspace's owner, or fate, does."""
        return await self.do("admin", do=deed, **body)

    async def messages(self, channel: str = "C0NURSING", who: str = "U0ALICE") -> list[dict[str, Any]]:
        """Everything this person sees in a channel, oldest first."""
        return list((await self.look("messages", channel=channel, **{"as": who}))["messages"])

    async def thread(self, card: Mapping[str, Any], channel: str = "C0NURSING", who: str = "U0ALICE") -> list[Any]:
        """What stands under a card, oldest first."""
        return list((await self.look("thread", channel=channel, ts=card["ts"], **{"as": who}))["messages"])[1:]

    async def cards(self, channel: str = "C0NURSING", who: str = "U0ALICE") -> list[dict[str, Any]]:
        """The bot's messages of a channel that all people see, oldest first."""
        return [m for m in await self.messages(channel, who) if m["is_bot"] and not m["ephemeral"]]

    async def notices(self, channel: str = "C0NURSING", who: str = "U0ALICE") -> list[str]:
        """What only this person sees in a channel."""
        return [words(m) for m in await self.messages(channel, who) if m["ephemeral"]]

    async def notice(self, containing: str, channel: str = "C0NURSING", who: str = "U0ALICE") -> str:
        """Wait for a notice with these words that only this person sees."""

        async def seen() -> str | None:
            return next((told for told in await self.notices(channel, who) if containing in told), None)

        found: str = await until(seen, what=f"a notice with {containing!r}")
        return found

    async def alarm(self, containing: str, who: str = "U0PAT") -> str:
        """Wait for a direct message with these words."""

        async def seen() -> str | None:
            told = [words(m) for m in await self.messages("D" + who[1:], who)]
            return next((one for one in told if containing in one), None)

        found: str = await until(seen, what=f"a direct message with {containing!r}")
        return found

    async def card(self, containing: str, channel: str = "C0NURSING", who: str = "U0ALICE") -> dict[str, Any]:
        """Wait for a message of the bot's that shows these words."""

        async def seen() -> dict[str, Any] | None:
            return next((m for m in await self.cards(channel, who) if containing in words(m)), None)

        found: dict[str, Any] = await until(seen, what=f"a card with {containing!r} in {channel}")
        return found

    async def press(
        self, card: Mapping[str, Any], label: str, *, who: str = "U0ALICE", channel: str = "C0NURSING"
    ) -> dict[str, Any]:
        """Press a button of a card, as it is drawn by now, by its label, or choose an entry behind its dots."""

        async def pressed() -> Any:  # a card that is redrawn under the finger is pressed again
            now = next((m for m in await self.messages(channel, who) if m["ts"] == card["ts"]), card)
            body = {"channel": channel, "ts": card["ts"], "as": who} | button(now, label)
            async with self.http.post(f"{self.slack.url}/_human/press", json=body) as response:
                return await response.json() if response.status == 200 else None

        result: dict[str, Any] = await until(pressed, what=f"a press of {label}", within=5)
        assert result["acked"], result
        return result

    async def press_in(self, view: Mapping[str, Any], label: str, *, who: str = "U0ALICE") -> dict[str, Any]:
        """Press a button of a window by its label."""
        result: dict[str, Any] = await self.do("press", view_id=view["id"], **button(view, label), **{"as": who})
        assert result["acked"], result
        return result

    async def views(self, who: str = "U0ALICE") -> list[dict[str, Any]]:
        """The windows this person has open, the top one last."""
        return list((await self.look("views", **{"as": who}))["views"])

    async def window(self, who: str = "U0ALICE", *, containing: str = "") -> dict[str, Any]:
        """Wait for a window to open for this person; the top one."""

        async def top() -> dict[str, Any] | None:
            views = await self.views(who)
            return views[-1] if views and containing in words(views[-1]) else None

        found: dict[str, Any] = await until(top, what=f"a window with {containing!r}")
        return found

    async def writing(
        self, card: Mapping[str, Any], *, who: str = "U0ALICE", channel: str = "C0NURSING"
    ) -> dict[str, Any]:
        """Press Reply; the window that opens."""
        await self.press(card, "Reply", who=who, channel=channel)
        return await self.window(who, containing="Reply")

    async def reply(
        self, card: Mapping[str, Any], text: str, *, who: str = "U0ALICE", channel: str = "C0NURSING", **ticks: Any
    ) -> Any:
        """Press Reply, write, press Send; what became of the window."""
        return await self.send(await self.writing(card, who=who, channel=channel), text, who=who, **ticks)

    async def forge(self, view: Mapping[str, Any], text: str, *, who: str = "U0ALICE") -> Any:
        """Submit a window behind Slack's back: also a closed one, also what its form would not let through."""
        values = {text_block(view): {"reply_text": {"type": "plain_text_input", "value": text}}}
        return await self.do("submit", view_id=view["id"], values=values, forged=True, **{"as": who})

    async def send(self, view: Mapping[str, Any], text: str | None, *, who: str = "U0ALICE", **ticks: bool) -> Any:
        """Fill the reply field, tick (`done`, `read`, `proxy`) and press Send."""
        values: dict[str, Any] = {} if text is None else {text_block(view): text}
        for name, block in (("done", "reply_done"), ("read", "stale_read"), ("proxy", "reply_proxy")):
            if name in ticks:
                values |= ticked(view, block, on=ticks[name])
        return await self.do("submit", view_id=view["id"], values=values, **{"as": who})

    async def submit(self, view: Mapping[str, Any], *, who: str = "U0ALICE", **fields: Any) -> Any:
        """Fill fields by the name of their block (text, a value of an option, True or False for a box) and submit."""
        values: dict[str, Any] = {}
        for name, given in fields.items():
            values |= filled(view, name, given)
        return await self.do("submit", view_id=view["id"], values=values, **{"as": who})

    async def choose(self, view: Mapping[str, Any], name: str, value: Any, *, who: str = "U0ALICE") -> Any:
        """Choose in a field that tells the app at once; what Slack answered."""
        block = block_of(view, name)
        field = filled(view, name, value)[block["block_id"]]
        action_id, given = next(iter(field.items()))
        body = {"view_id": view["id"], "block_id": block["block_id"], "action_id": action_id}
        done: Any = await self.do("press", **body, **given, **{"as": who})
        assert done["acked"], done
        return done

    async def suggested(self, view: Mapping[str, Any], name: str, typed: str, *, who: str = "U0ALICE") -> list[Any]:
        """What an external select offers for the letters typed."""
        block = block_of(view, name)
        asked = {"view_id": view["id"], "block_id": block["block_id"], "action_id": block["element"]["action_id"]}
        told = await self.do("options", query=typed, **asked, **{"as": who})
        return list(told["options"])

    async def direct(self, who: str, containing: str = "") -> dict[str, Any]:
        """Wait for a direct message of the bot's to this person with these words; the newest one."""

        async def seen() -> dict[str, Any] | None:
            found = [m for m in await self.messages("D" + who[1:], who) if m["is_bot"] and containing in words(m)]
            return found[-1] if found else None

        found: dict[str, Any] = await until(seen, what=f"a direct message to {who} with {containing!r}")
        return found

    async def hand(
        self, thing: Mapping[str, Any], to: str, *, who: str = "U0ALICE", channel: str = "C0NURSING", **fields: Any
    ) -> Any:
        """Press Forward, choose whoever is called `to`, and press Forward."""
        await self.press(thing, "Forward", who=who, channel=channel)
        view = await self.window(who, containing="Forward")
        return await self.hand_in(view, to, who=who, **fields)

    async def hand_in(self, view: Mapping[str, Any], to: str, *, who: str = "U0ALICE", **fields: Any) -> Any:
        """Fill an opened Forward window and press Forward."""
        option = (await self.suggested(view, "forward_to", to, who=who))[0]
        return await self.submit(view, who=who, forward_to=option, **fields)

    def journal(self, kind: str) -> list[dict[str, Any]]:
        """Rows of the stand-in Slack's journal."""
        return self.slack.slack.journal.rows(kind=kind)

    def calls(self, method: str) -> list[dict[str, Any]]:
        """Every call of a method of Slack's Web API."""
        return [row for row in self.journal("api") if row["method"] == method]

    # our own side

    async def read(self, query: Callable[..., Any], **arguments: Any) -> Any:
        """Ask our own store something."""
        return await self.service.store.read(query, **arguments)

    async def apply(self, practice: str) -> None:
        """Make this practice file the one in force, as `portaldesk practice apply` does."""
        await self.service.store.run(setup.apply_practice, document=practice, by="cli:test", now=self.clock())

    async def rows(self, sql: str) -> list[Any]:
        """Read our own database directly."""
        return list(await self.read(_rows, statement=Sql(sql)))

    async def history(self, action: str = "") -> list[dict[str, Any]]:
        """Our journal, oldest first; or its rows of one action."""
        found = await self.rows("SELECT actor, action, subject, outcome, detail_json FROM journal ORDER BY n")
        names = ("actor", "action", "subject", "outcome")
        told = [dict(zip(names, row[:4], strict=True)) | {"detail": json.loads(row[4])} for row in found]
        return [row for row in told if action in ("", row["action"])]

    async def journalled(self, action: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait until our journal has so many rows of one action."""

        async def enough() -> list[dict[str, Any]] | None:
            found = await self.history(action)
            return found if len(found) >= count else None

        found: list[dict[str, Any]] = await until(enough, what=f"{count} of {action} in the journal")
        return found

    async def later(self, **delta: float) -> None:
        """Time passes for the service and the portal: what is due by then is done now."""
        self.clock.ahead += timedelta(**delta)
        assert self.service._outbox
        await self.service._outbox.tick()

    async def quiet(self) -> None:
        """Wait until nothing is under way: what has not happened by now does not happen by itself."""

        def working() -> bool:
            front, outbox = self.service._front, self.service._outbox
            being_told = len(self.journal("delivery")) > len(self.journal("ack"))  # by Slack, just now
            return being_told or bool(front and front.tasks) or bool(outbox and outbox._workers)

        async def idle() -> bool:
            now = self.clock()
            due = [lane for lane, ready_at in await self.read(_lanes, now=now) if ready_at <= now]
            return not due and not working()

        await until(idle, what="nothing to be under way")
        await asyncio.sleep(0.05)  # what the portal tells of its own accord may start something new
        await until(idle, what="nothing to be under way")


def _rows(records: Any, *, statement: Sql) -> list[Any]:
    return [tuple(row) for row in records.rows(statement)]


def _lanes(records: Records, *, now: datetime) -> list[tuple[str, datetime]]:
    return list(records.lanes(now=now))


def text_block(view: Mapping[str, Any]) -> str:
    """The block_id of the reply field."""
    return next(b["block_id"] for b in view["blocks"] if b["block_id"].startswith("reply_text"))


def block_of(view: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The block of that name, whatever number it ends in."""
    found = [b for b in view["blocks"] if str(b.get("block_id", "")).partition(":")[0] == name]
    assert found, f"no {name} in {[b.get('block_id') for b in view['blocks']]}"
    return found[0]


def takes(view: Mapping[str, Any], name: str, given: Any) -> bool:
    """Whether the window has that field, and that choice where there are choices to make."""
    found = [b for b in view["blocks"] if str(b.get("block_id", "")).partition(":")[0] == name]
    element = found[0]["element"] if found else {}
    options = [option["value"] for option in element.get("options", ())]
    return bool(found) and (element["type"] not in ("radio_buttons", "static_select") or given in options)


def filled(view: Mapping[str, Any], name: str, given: Any) -> dict[str, Any]:
    """A field's value as Slack tells it: a text, an option by its value, a box ticked or not, a whole element state."""
    block = block_of(view, name)
    element = block["element"]
    kind, options = element["type"], element.get("options", ())
    if isinstance(given, Mapping) and kind == "external_select":
        value: Any = {"selected_option": given}
    elif isinstance(given, Mapping):
        value = given
    elif kind == "checkboxes":
        value = {"selected_options": list(options) if given else []}
    elif kind in ("radio_buttons", "static_select"):
        value = {"selected_option": next(o for o in options if o["value"] == given)}
    elif kind in _PICKED:
        value = {_PICKED[kind]: given}
    else:
        return {block["block_id"]: {element["action_id"]: {"value": given}}}
    return {block["block_id"]: {element["action_id"]: value}}


_PICKED = {
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
}


def ticked(view: Mapping[str, Any], name: str, *, on: bool) -> dict[str, Any]:
    """The values of a form in which the only box of a block is ticked, or not."""
    block = next(b for b in view["blocks"] if b["block_id"].partition(":")[0] == name)
    element = block["element"]
    return {block["block_id"]: {element["action_id"]: {"selected_options": element["options"] if on else []}}}


def button(thing: Mapping[str, Any], label: str) -> dict[str, Any]:
    """What a press of that button (or of that entry behind the dots) names: its block, its action, its option."""
    for block in thing["blocks"]:
        for element in [*block.get("elements", ()), *([block["accessory"]] if "accessory" in block else [])]:
            found = {"block_id": block["block_id"], "action_id": element.get("action_id")}
            if element.get("type") == "button" and element["text"]["text"] == label:
                return found
            for option in element.get("options") or ():
                if element["type"] == "overflow" and option["text"]["text"] == label:
                    return found | {"selected_option": option}
    raise AssertionError(f"no button {label!r} on {words(thing)!r}")


def labels(card: Mapping[str, Any]) -> list[str]:
    """The labels of a card's or window's buttons, in order; an overflow's entries in brackets."""
    found = []
    for block in card["blocks"]:
        for element in [*(block.get("elements", ())), *([block["accessory"]] if "accessory" in block else [])]:
            if element.get("type") == "button":
                found.append(element["text"]["text"])
            elif element.get("type") == "overflow":
                found += [f"[{option['text']['text']}]" for option in element["options"]]
    return found


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


async def until(look: Callable[[], Awaitable[Any]], *, what: str, within: float = 40.0) -> Any:
    """Look again and again until there is something; fail in words after `within` seconds."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within
    while True:
        found = await look()
        if found:
            return found
        assert loop.time() < end, f"waited {within} s for {what}"
        await asyncio.sleep(0.01)


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
    pace: float = 0.0,
    before: Callable[[slack_server.RunningSlack], None] | None = None,
) -> AsyncIterator[World]:
    """A running practice on a database that has the schema.

    `pace`: seconds between two posts in a channel; `before` is done to Slack before the service starts.
    """
    port, clock = free_port(), Clock()
    config = slack or SlackConfig(people=PEOPLE, channels=CHANNELS, limits=False)
    config = replace(config, manifest=MANIFEST, signing_secret=SIGNING)
    patient = (config.timing.ack, config.timing.trigger) == (Timing().ack, Timing().trigger)
    if patient:
        config = replace(config, timing=replace(config.timing, ack=PATIENCE.ack, trigger=PATIENCE.trigger))
    if http_mode:
        config = replace(config, deliver="http", bot_url=f"http://127.0.0.1:{port}/slack/events")
    bot = f"http://127.0.0.1:{port}"
    portal = dict(portal or {})
    portal["mode"] = Mode(portal.get("mode", Mode.IDEMPOTENT))
    at_portal = PortalConfig(**{"bot_url": bot, "secrets": (SECRET,), "clock": clock.unix} | portal)
    async with await slack_server.serve(config) as running_slack:
        if before:
            before(running_slack)
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
        service = serving(env, clock, pace=pace, patient=patient)
        await service.start()
        async with aiohttp.ClientSession() as http:
            made = World(
                slack=running_slack, portal=running_portal, service=service, environment=env, http=http, clock=clock
            )
            try:
                if not http_mode and not before:
                    await connected(made)
                yield made
            finally:
                await made.service.stop()
                await running_portal.stop()


def serving(env: Mapping[str, str], clock: Clock, *, pace: float = 0.0, patient: bool = True) -> Service:
    """The service of these settings, not started yet. `patient`: its Slack is."""
    read = replace(settings.read(env), slack_pace=pace)
    if patient:
        read = replace(read, press_within=PATIENCE.ack - 2.0)
    keys = keyring_for(read.database_url, read.keys)
    store = open_store(read.database_url, keys, load_practice=load_practice)
    return Service(read, store, clock=clock, steady=clock.steady)


async def connected(made: World) -> None:
    """Wait until Slack has a socket to the service."""

    async def open_socket() -> bool:
        return bool((await made.look("state"))["app"]["connections"])

    await until(open_socket, what="the socket")


async def unbroken(made: World) -> None:
    """What must hold at the end of every journey, whatever it was about."""
    triangles = made.journal("triangle")
    assert len(triangles) <= made.triangles, triangles
    refused = [row for row in made.journal("api") if row["answer"].get("error") in OUR_FAULT]
    assert not refused, refused
    breaches = await made.read(verify)
    assert not breaches, [(b.invariant, b.sentence, b.ids) for b in breaches]


def texts(things: Iterable[Any]) -> list[str]:
    """The words of each."""
    return [words(thing) for thing in things]
