"""Starts the page as a process of its own: python -m bot.sandbox.page --port 8400 --slack http://... --portal http://..."""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence

from bot.sandbox.page.server import PageConfig, start_page


def config_from(arguments: Sequence[str]) -> PageConfig:
    """The command line as a PageConfig."""
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox.page", description=__doc__)
    parser.add_argument("--port", type=int, default=8400)
    parser.add_argument("--slack", required=True, help="base address of the stand-in Slack, http://127.0.0.1:A")
    parser.add_argument("--portal", required=True, help="base address of the stand-in portal, http://127.0.0.1:B")
    given = parser.parse_args(arguments)
    return PageConfig(port=given.port, slack=given.slack, portal=given.portal)


async def run(config: PageConfig) -> None:
    """Serves until SIGINT or SIGTERM."""
    over = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, over.set)
    page = await start_page(config)
    sys.stdout.write(json.dumps({"ready": True, "url": page.url}) + "\n")
    sys.stdout.flush()
    await over.wait()
    await page.stop()


def main(arguments: Sequence[str]) -> int:
    """The process's whole life; its exit code."""
    asyncio.run(run(config_from(arguments)))
    return 0
