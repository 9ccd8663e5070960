"""`portaldesk sample`: signed sample messages, as a portal would send them."""

from __future__ import annotations

import asyncio
import json
import sys
import uuid
from collections import Counter

import aiohttp
import click
from rich.progress import Progress

from bot.app import clock
from bot.cli.desk import console, settled
from bot.cli.samples import KINDS, events
from bot.portals import signature
from bot.settings import PortalSettings

AT_ONCE = 16


@click.command(epilog="Example: portaldesk sample refill --count 20 --rate 5")
@click.argument("kind", type=click.Choice([*KINDS, "all"]))
@click.option("--count", type=click.IntRange(min=1), default=1, show_default=True, help="How many of it.")
@click.option(
    "--rate", type=click.FloatRange(min=0), default=0.0, help="How many a second; as fast as it goes if not given."
)
@click.option("--portal", "portal_id", help="Which portal's name and secret to use; the first when not given.")
@click.option("--url", help="The service's base address; PORTALDESK_HTTP when not given.")
def sample(kind: str, count: int, rate: float, portal_id: str | None, url: str | None) -> None:
    """Send invented messages to a running service."""
    settings = settled({"portals", "http"})
    portal = next((p for p in settings.portals if portal_id in (None, p.id)), None)
    if portal is None:
        raise click.UsageError(f"There is no portal {portal_id}. Known: {', '.join(p.id for p in settings.portals)}.")
    host, port = settings.http
    base = (url or f"http://{host}:{port}").rstrip("/")
    bodies = [
        json.dumps(event).encode()
        for one in (KINDS if kind == "all" else (kind,))
        for event in events(one, count=count, now=clock())
    ]
    answers = asyncio.run(_send(bodies, f"{base}/portal/{portal.id}/events", portal, rate))
    console.print(", ".join(f"{number} answered {answer}" for answer, number in sorted(answers.items())))
    sys.exit(0 if set(answers) <= {"202", "200"} else 1)


async def _send(bodies: list[bytes], url: str, portal: PortalSettings, rate: float) -> Counter[str]:
    answers: Counter[str] = Counter()
    gate = asyncio.Semaphore(AT_ONCE)

    async with aiohttp.ClientSession() as session:
        with Progress(console=console) as progress:
            task = progress.add_task("sending", total=len(bodies))

            async def one(body: bytes) -> None:
                async with gate:
                    answers[await _post(session, url, body, portal.secrets[0])] += 1
                    progress.advance(task)

            sending = []
            for body in bodies:
                sending.append(asyncio.create_task(one(body)))
                await asyncio.sleep(1 / rate if rate > 0 else 0)
            await asyncio.gather(*sending)
    return answers


async def _post(session: aiohttp.ClientSession, url: str, body: bytes, secret: bytes) -> str:
    headers = signature.sign(f"sample_{uuid.uuid4().hex}", int(clock().timestamp()), body, secret)
    try:
        async with session.post(url, data=body, headers={"Content-Type": "application/json", **headers}) as response:
            return str(response.status)
    except aiohttp.ClientError:
        return "nothing: no service there"
