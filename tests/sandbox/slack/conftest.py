"""A running stand-in Slack per test, and ways to call it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from bot.sandbox.slack import ChannelConfig, Manifest, PersonConfig, RunningSlack, SlackConfig, Timing, serve
from bot.sandbox.slack.visitor import Visitor

SCOPES = """chat:write commands users:read usergroups:read channels:read groups:read im:read im:write channels:history
    groups:history im:history channels:join team:read app_mentions:read"""
EVENTS = """message.channels message.groups message.im app_home_opened app_mention channel_archive channel_unarchive
    channel_deleted channel_rename member_joined_channel member_left_channel channel_left group_left user_change
    app_uninstalled tokens_revoked"""
MANIFEST = Manifest(
    scopes=frozenset(SCOPES.split()),
    events=frozenset(EVENTS.split()),
    commands=("/portal",),
    home_tab=True,
    messages_tab=True,
    interactive=True,
)
PEOPLE = (
    PersonConfig("U0ALICE", "alice", "Alice Moreno"),
    PersonConfig("U0LEE", "dlee", "Dr. Dana Lee"),
    PersonConfig("U0ADMIN", "pat", "Pat Quinn", is_admin=True),
    PersonConfig("U0GUEST", "guest", "Gil Guest", is_restricted=True),
    PersonConfig("U0GONE", "gone", "Gone Gray", deleted=True),
)
CHANNELS = (
    ChannelConfig("C0NURSING", "nursing", members=("U0ALICE", "U0LEE", "U0GONE")),
    ChannelConfig("C0PUBLIC", "public", bot_is_member=False, members=("U0ALICE",)),
    ChannelConfig("C0SECRET", "secret", is_private=True, bot_is_member=False, members=("U0ALICE",)),
    ChannelConfig("C0PRIVATE", "private", is_private=True, members=("U0LEE",)),
    ChannelConfig("C0OLD", "old", is_archived=True, members=("U0ALICE",)),
)
PATIENT = Timing(ack=30.0, trigger=30.0, retries=(0.0, 0.05, 0.1), warning=0.2)  # so that a slow machine is no fault
IMPATIENT = replace(PATIENT, ack=1.0, trigger=1.0)  # for the tests that wait until it is over
CONFIG = SlackConfig(
    manifest=MANIFEST,
    people=PEOPLE,
    channels=CHANNELS,
    limits=False,
    timing=PATIENT,
)

Start = Callable[..., Awaitable[RunningSlack]]


class Caller:
    """The Web API, called as an app would."""

    def __init__(self, running: RunningSlack, session: aiohttp.ClientSession) -> None:
        self.running, self.session = running, session
        self.headers: dict[str, str] = {}
        self.status = 0

    async def __call__(self, method: str, *, token: str | None = None, **args: Any) -> dict[str, Any]:
        token = self.running.slack.config.bot_token if token is None else token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"{self.running.api_url}{method}"
        async with self.session.post(url, json=args, headers=headers) as response:
            self.headers, self.status = dict(response.headers), response.status
            found: dict[str, Any] = await response.json()
            return found

    async def post(self, channel: str = "C0NURSING", **args: Any) -> str:
        answer = await self("chat.postMessage", channel=channel, **{"text": "hello", **args})
        assert answer["ok"], answer
        return str(answer["ts"])


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    running: list[RunningSlack] = []

    async def begin(**changes: Any) -> RunningSlack:
        running.append(await serve(replace(CONFIG, **changes)))
        return running[-1]

    yield begin
    for one in running:
        await one.stop()


@pytest.fixture
async def slack(start: Start) -> RunningSlack:
    return await start()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def call(slack: RunningSlack, session: aiohttp.ClientSession) -> Caller:
    return Caller(slack, session)


@pytest.fixture
def caller(session: aiohttp.ClientSession) -> Callable[[RunningSlack], Caller]:
    return lambda running: Caller(running, session)


@pytest.fixture
def visit(session: aiohttp.ClientSession) -> Callable[..., Visitor]:
    return lambda running, user="U0ALICE": Visitor(running.url, user, session)


@pytest.fixture
def alice(slack: RunningSlack, session: aiohttp.ClientSession) -> Visitor:
    return Visitor(slack.url, "U0ALICE", session)
