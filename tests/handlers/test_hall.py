"""Whoever floods the doors is asked to come again: neither requests nor their bytes fill the memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest
from aiohttp import web

from handlers.hall import LIMIT, Hall, full

Open = Callable[[Hall], Awaitable[str]]


@pytest.fixture
async def opened() -> AsyncIterator[Open]:
    """A door with that hall behind it; its address."""
    runners: list[web.AppRunner] = []

    async def opened(hall: Hall) -> str:
        async def take(request: web.Request) -> web.Response:
            with hall.visit() as visit:
                raw = await visit.body(request) if visit else full()
                return raw if isinstance(raw, web.Response) else web.Response(text=str(len(raw)))

        app = web.Application(client_max_size=LIMIT)
        app.router.add_post("/", take)
        runners.append(web.AppRunner(app))
        await runners[-1].setup()
        await web.TCPSite(runners[-1], "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runners[-1].addresses[0][1]}/"

    yield opened
    for runner in runners:
        await runner.cleanup()


class Slow:
    """A body of which so much comes at once, and the rest when it is let go."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.go = asyncio.Event()

    async def __call__(self) -> AsyncIterator[bytes]:
        yield b"x" * self.size
        await self.go.wait()
        yield b"x"


async def inside(hall: Hall, count: int, size: int) -> None:
    async with asyncio.timeout(20):
        while hall.inside < count or hall.held < size:
            await asyncio.sleep(0.01)


async def test_more_than_so_many_are_asked_to_come_again():
    """Two whose bodies are there are being stored, and the third finds no room; when one has left, it gets in."""
    hall = Hall(at_once=2)
    with hall.visit() as first:
        with hall.visit() as second, hall.visit() as third:
            assert first
            assert second
            assert third is None
        with hall.visit() as fourth:
            assert fourth
    assert (hall.inside, hall.held) == (0, 0)


async def test_who_sends_nothing_keeps_nobody_out(opened: Open):
    """All places are taken by bodies that do not end: the oldest of them is told 408, and whoever sends is served."""
    hall, slow = Hall(at_once=2), Slow(10)
    url = await opened(hall)
    async with aiohttp.ClientSession() as http:
        oldest = asyncio.create_task(http.post(url, data=slow()))
        await inside(hall, 1, 10)
        other = asyncio.create_task(http.post(url, data=slow()))
        await inside(hall, 2, 20)
        async with http.post(url, data=b"y") as third:
            assert (third.status, await third.text()) == (200, "1")
        assert (await oldest).status == 408
        assert not other.done()
        slow.go.set()
        assert await (await other).text() == "11"
    assert (hall.inside, hall.held, hall.unfinished) == (0, 0, {})


async def test_the_bytes_of_unfinished_bodies_keep_nobody_out(opened: Open):
    """What is in memory of slow bodies counts, however they announce themselves; the oldest gives way."""
    hall, slow = Hall(bytes_at_once=1000), Slow(600)
    url = await opened(hall)
    async with aiohttp.ClientSession() as http:
        first = asyncio.create_task(http.post(url, data=slow()))
        await inside(hall, 1, 600)
        async with http.post(url, data=b"y" * 500) as second:
            assert second.status == 200
        assert (await first).status == 408
        async with http.post(url, data=b"y" * 1001) as alone:
            assert (alone.status, alone.headers["Retry-After"]) == (503, "1")
    assert (hall.inside, hall.held, hall.unfinished) == (0, 0, {})


async def test_a_body_without_a_length_ends_at_the_limit(opened: Open):
    """A chunked body that never says how long it is: 413 as soon as it is too long."""
    hall, endless = Hall(), Slow(LIMIT + 1)
    url = await opened(hall)
    async with aiohttp.ClientSession() as http, http.post(url, data=endless()) as answer:
        assert answer.status == 413
        endless.go.set()
