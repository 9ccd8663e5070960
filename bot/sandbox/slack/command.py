"""`python -m bot.sandbox slack`: the stand-in workspace as its own process."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bot.sandbox.slack.config import ConfigFault, SlackConfig
from bot.sandbox.slack.server import serve


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m bot.sandbox slack",
        description="A strict stand-in Slack workspace on loopback.",
        epilog="Example: python -m bot.sandbox slack --port 8401 --journal slack.jsonl --limits off",
    )
    made.add_argument("--host", help="a loopback address (default 127.0.0.1)")
    made.add_argument("--port", type=int, help="0 picks a free one (default)")
    made.add_argument("--config", type=Path, help="team, people, channels: a YAML or JSON file")
    made.add_argument("--manifest", type=Path, help="the app's manifest (default ./manifest.yml)")
    made.add_argument("--journal", type=Path, help="append what happens to this JSONL file")
    made.add_argument("--state", type=Path, help="keep the workspace in this file between starts")
    made.add_argument("--deliver", choices=("socket", "http"), help="how payloads reach the bot (default socket)")
    made.add_argument("--bot-url", help="the bot's request URL for --deliver http")
    made.add_argument("--signing-secret")
    made.add_argument("--bot-token")
    made.add_argument("--app-token")
    made.add_argument("--limits", choices=("on", "off"), help="rate limits (default on)")
    made.add_argument("--faults", type=Path, help='a fault plan: {"faults": [...], "seed": 1}')
    made.add_argument("--seed", type=int, help="of the fault plan (default: the file's, else 1)")
    return made


def configured(options: argparse.Namespace) -> SlackConfig:
    """The configuration file with the command line's words above it."""
    config = SlackConfig.read(options.config) if options.config else SlackConfig()
    names = ("host", "port", "manifest", "journal", "state", "deliver", "bot_url", "signing_secret")
    given = {name: getattr(options, name) for name in (*names, "bot_token", "app_token")}
    changes = {name: value for name, value in given.items() if value is not None}
    if options.limits:
        changes["limits"] = options.limits == "on"
    if options.faults:
        plan = json.loads(options.faults.read_text(encoding="utf-8"))
        changes |= {"faults": tuple(plan.get("faults", ())), "seed": plan.get("seed", 1)}
    if options.seed is not None:
        changes["seed"] = options.seed
    return replace(config, **changes)


async def run(config: SlackConfig) -> None:
    """Serve until SIGINT or SIGTERM; the first line of output says where."""
    running = await serve(config)
    sys.stdout.write(json.dumps({"ready": True, "url": running.url, "api": running.api_url}) + "\n")
    sys.stdout.flush()
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)
    await over.wait()
    await running.stop()


def main(arguments: Sequence[str]) -> int:
    try:
        asyncio.run(run(configured(parser().parse_args(arguments))))
    except (ConfigFault, OSError, ValueError) as error:
        sys.stderr.write(f"sandbox slack: {error}\n")
        return 2
    return 0
