"""The demo as a visitor meets it: started by its command, played in Chromium, killed in the middle, started again."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Page, async_playwright

from tests.ports import free_port
from tests.world import until

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(240),
    pytest.mark.skipif(CHROMIUM is None, reason="NO CHROMIUM HERE: the demo was not played in a browser"),
]


class Running:
    """`portaldesk demo` as a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port(in_a_row=4)
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> str:
        """Start it and wait for its welcome; what it printed."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "demo", "--port", str(self.port), "--folder", str(self.folder),
            cwd=ROOT, stdout=asyncio.subprocess.PIPE, env={**os.environ, "COLUMNS": "100"},
        )  # fmt: skip
        assert self.process.stdout is not None
        said = ""
        async with asyncio.timeout(90):
            while "╰" not in said:
                line = await self.process.stdout.readline()
                assert line, said
                said += line.decode()
        return said

    async def stop(self) -> int:
        """Press Ctrl-C."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        await self.process.communicate()
        return self.process.returncode or 0

    async def kill_the_service(self) -> None:
        """kill -9 the service alone, by its id; the demo starts it again, as a supervisor does."""
        file = self.folder / "service.pid"
        pid = file.read_text()
        os.kill(int(pid), signal.SIGKILL)
        async with aiohttp.ClientSession() as http:

            async def again() -> bool:
                try:
                    async with http.get(f"http://127.0.0.1:{self.port + 3}/readyz") as ready:
                        return ready.status == 200 and file.read_text() != pid
                except aiohttp.ClientError:
                    return False

            await until(again, what="the service to be back", within=60)


async def quiet(page: Page) -> None:
    """Wait until the morning's messages have all been posted: Slack takes one a second in a channel."""
    seen, since = -1, 0
    while since < 3:
        await page.wait_for_timeout(1000)
        now = await page.locator(".message").count()
        since = since + 1 if now == seen else 0
        seen = now


async def ask_as_parent(page: Page, kind: str, text: str) -> None:
    """Take a sample of that kind in the family's portal, and say it in other words."""
    back = page.get_by_label("Back")
    if await back.count():
        await back.click()
    await page.locator(".kind", has_text=kind).click()
    await page.locator(".sample").first.click()
    await page.locator(".family-form textarea").last.fill(text)
    await page.get_by_role("button", name="Send to the practice").click()
    await page.wait_for_selector(".bubble.mine")


async def test_a_visitor_plays_the_main_job(tmp_path: Path):
    """A parent's message and refill appear as cards, Reply and Send bring the answer back, the card says delivered."""
    demo = Running(tmp_path / "demo")
    said = await demo.start()
    assert demo.url in said
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            page = await browser.new_page(viewport={"width": 1600, "height": 1000})
            troubles: list[str] = []
            page.on("pageerror", lambda error: troubles.append(str(error)))
            await page.goto(demo.url)
            await page.wait_for_selector(".side-row")
            await _answered(page)
            await _refill(page)
            assert not troubles
            await browser.close()
        assert await demo.stop() == 0
        said = await demo.start()
        assert "Welcome back" in said
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"http://127.0.0.1:{demo.port + 2}/_control/replies") as found,
        ):
            kept = await found.json()
        assert len(kept) == 1
        await demo.kill_the_service()
        assert await demo.stop() == 0
    finally:
        if demo.process and demo.process.returncode is None:
            await demo.stop()


async def _answered(page: Page) -> None:
    await page.get_by_text("nursing", exact=True).first.click()
    await quiet(page)
    await ask_as_parent(page, "Ask a question", "His left ear hurts since Friday, number 4711.")
    card = page.locator(".message", has_text="number 4711").last
    await card.get_by_role("button", name="Reply", exact=True).click(timeout=5000)
    window = page.locator("dialog, [role=dialog]").last
    await window.locator("textarea").fill("Please come in at 3:40 PM today.")
    await window.get_by_role("button", name="Send", exact=True).click()
    await page.wait_for_selector(".bubble.theirs >> text=3:40 PM", timeout=10000)
    await card.get_by_text("Delivered to the portal").wait_for(timeout=10000)


async def _refill(page: Page) -> None:
    await page.get_by_text("refills", exact=True).first.click()
    await quiet(page)
    await ask_as_parent(page, "Refill a medicine", "She is almost out of it, number 4712.")
    card = page.locator(".message", has_text="number 4712").last
    await card.get_by_text("Pharmacy").wait_for(timeout=5000)
