"""Starts a stand-in portal as a process of its own: python -m bot.sandbox.portal --port 8500 --secret whsec_..."""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.sandbox.portal.config import Config, Mode, Receipts
from bot.sandbox.portal.server import serve
from bot.sandbox.scenario import parents


def config_from(arguments: Sequence[str]) -> Config:
    """The command line as a Config."""
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox.portal", description=__doc__)
    parser.add_argument("--port", type=int, default=8500)
    parser.add_argument("--bot-url", default="http://127.0.0.1:8300")
    parser.add_argument("--portal-id", default="main")
    parser.add_argument("--secret", action="append", required=True, help="whsec_...; the first signs, all verify")
    parser.add_argument("--journal", type=Path, help="append every request and event to this JSONL file")
    parser.add_argument("--state", type=Path, help="remember everything in this file")
    parser.add_argument("--mode", type=Mode, choices=list(Mode), default=Mode.IDEMPOTENT)
    parser.add_argument("--receipts", type=Receipts, choices=list(Receipts), default=Receipts.DELIVERED)
    parser.add_argument("--faults", type=Path, help='JSON: {"rate": 0.2, "kinds": [...], "delay_s": 1}')
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hasty", action="store_true", help="send an event again after half a second, come what may")
    parser.add_argument("--families", type=Path, help="JSON with accounts and patients; the demo's by default")
    given = parser.parse_args(arguments)
    faults = json.loads(given.faults.read_text(encoding="utf-8")) if given.faults else {}
    return Config(
        bot_url=given.bot_url,
        secrets=tuple(given.secret),
        portal_id=given.portal_id,
        port=given.port,
        mode=given.mode,
        receipts=given.receipts,
        journal=given.journal,
        state=given.state,
        faults={"seed": given.seed, **faults},
        hasty=given.hasty,
        families=json.loads(given.families.read_text(encoding="utf-8")) if given.families else parents(),
    )


async def run(config: Config) -> None:
    """Serves until SIGINT or SIGTERM."""
    over = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, over.set)
    portal = await serve(config)
    sys.stdout.write(json.dumps({"ready": True, "url": portal.url}) + "\n")
    sys.stdout.flush()
    await over.wait()
    await portal.stop()


def main(arguments: Sequence[str]) -> int:
    """The process's whole life; its exit code."""
    asyncio.run(run(config_from(arguments)))
    return 0
