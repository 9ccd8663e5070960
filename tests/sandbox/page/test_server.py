"""The page's server: this machine only, nothing from elsewhere, streams passed through."""

import asyncio
import json

import pytest
from aiohttp import ClientSession

from bot.sandbox.page import PageConfig, start_page
from bot.sandbox.page.command import config_from

ONE_LOOP = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
    ],
)
@ONE_LOOP
@pytest.mark.parametrize("path", ["/", "/static/js/main.js", "/api/slack/state", "/api/portal/threads"])
async def test_only_this_page_may_ask(sandbox, headers, status, path):
    """A foreign host name or page is refused before anything behind is asked."""
    async with sandbox.puppet.session.get(sandbox.url + path, headers=headers) as answer:
        assert answer.status == status
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


@ONE_LOOP
async def test_a_form_from_elsewhere_is_refused(sandbox):
    """A write needs a content type that no foreign form can send."""
    async with sandbox.puppet.session.post(sandbox.url + "/api/slack/post", data=b"{}") as answer:
        assert answer.status == 403


@ONE_LOOP
async def test_calls_and_streams_are_relayed(sandbox):
    """What the servers behind say arrives, and a change is heard at once."""
    session = sandbox.puppet.session
    async with session.get(sandbox.url + "/api/slack/stream?as=U0ALICE") as stream:
        await stream.content.readline()
        said = {"as": "U0ALICE", "channel": "C0NURSING", "text": "hello"}
        async with session.post(sandbox.url + "/api/slack/post", json=said) as answer:
            assert (await answer.json())["ts"]
        while not (line := await asyncio.wait_for(stream.content.readline(), 2)).startswith(b"data"):
            pass
        assert json.loads(line.removeprefix(b"data: "))["what"] == "message"
    async with session.get(sandbox.url + "/api/portal/families") as answer:
        assert len((await answer.json())["accounts"]) >= 10
    async with session.get(sandbox.url + "/api/slack/messages?channel=C0NONE&as=U0ALICE") as answer:
        assert answer.status == 404
        assert "C0NONE" in (await answer.json())["error"]


async def test_a_server_that_is_gone_is_said_in_words():
    """The page stays up when a stand-in does not answer."""
    page = await start_page(PageConfig(slack="http://127.0.0.1:9", portal="http://127.0.0.1:9", port=0))
    async with ClientSession() as session, session.get(page.url + "/api/slack/state") as answer:
        assert answer.status == 502
        assert "does not answer" in (await answer.json())["error"]
    await page.stop()


async def test_never_beyond_loopback():
    """The page refuses to listen elsewhere."""
    with pytest.raises(ValueError, match="loopback"):
        await start_page(PageConfig(slack="http://127.0.0.1:9", portal="http://127.0.0.1:9", host="0.0.0.0"))


def test_the_command_line():
    """Every switch reaches the configuration."""
    assert config_from(
        ["--port", "1", "--slack", "http://127.0.0.1:2", "--portal", "http://127.0.0.1:3"]
    ) == PageConfig(port=1, slack="http://127.0.0.1:2", portal="http://127.0.0.1:3")
