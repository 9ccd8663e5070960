"""A session as the product opens it, and a portal made with it."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import aiohttp
import pytest

from bot.domain.reply import Author, Reply
from bot.portals.base import Mode, PortalConfig
from bot.portals.client import HttpPortal
from bot.portals.signature import secret
from bot.portals.wire import open_session
from tests.portals.bad_requests import RETIRED, SECRET

NOW = datetime(2026, 11, 22, 19, 38, 12, tzinfo=UTC)
MakePortal = Callable[..., HttpPortal]


def a_reply(text: str = "Hi Joy, please check this afternoon. Señal ✓") -> Reply:
    return Reply(
        id="rep_0Kx3vT9mQ2sLw8Za",
        conversation_id="con_1",
        in_reply_to="m-88121",
        thread_id="t-5512",
        to="pu-77",
        to_name="Joy Okafor",
        text=text,
        text_sha256=sha256(text.encode()).hexdigest(),
        author=Author(slack="U0ALICE", name="Alice Moreno", title="RN", role="staff"),
        written_at=NOW,
        done_after=False,
    )


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    opened = open_session(allow_private=True)
    yield opened
    await opened.close()


@pytest.fixture
def make_portal(session: aiohttp.ClientSession) -> MakePortal:
    def make(
        url: str, mode: Mode = Mode.IDEMPOTENT, *, limit: float = 5, using: aiohttp.ClientSession | None = None
    ) -> HttpPortal:
        config = PortalConfig(
            id="main",
            url=url,
            secrets=(secret(SECRET), secret(RETIRED)),
            mode=mode,
            call_limit=timedelta(seconds=limit),
        )
        return HttpPortal(config, using or session, lambda: NOW, chance=lambda: 0.5)

    return make
