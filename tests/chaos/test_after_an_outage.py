"""Slack was away for eight hours and five thousand messages wait: what people see, and in which order."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from bot.domain import backlog
from storage.schema import upgrade
from tests.world import PRACTICE, World, message, until, words, world

MANY = 5_000
URGENT = 150  # of so many messages three are urgent, one in each channel
CHANNELS = ("C0NURSING", "C0REFILLS", "C0FRONT")
KINDS = ("general", "general", "refill", "appointment")
CHILD = re.compile(r"Child\d{4}\b")
NUMBER = re.compile(r"No\. (\d+)")


async def _written(desk: World) -> None:
    """Families write, each of a child of their own; Slack refuses every post meanwhile."""
    down = {"kind": "error_500_before", "method": "chat.postMessage", "probability": 1}
    await desk.do("faults", faults=[down])
    for n in range(MANY):
        urgent = {"priority": "urgent"} if n % URGENT in (7, 22, 37) else {}
        patient = {"id": f"p-{n}", "mrn": f"9{n}", "name": f"Child{n:04d} Doe", "birth_date": "2020-08-14"}
        sender = {"portal_user_id": f"pu-{n}", "name": "Rosa Delgado", "relationship": "parent", "proxy_verified": True}
        event = message(KINDS[n % len(KINDS)], n=str(n), patient=patient, sender=sender, **urgent)
        status, _ = await desk.event(event, f"evt-{n}")
        assert status == 202


@pytest.mark.timeout(0)
async def test_five_thousand_wait(tmp_path: Path):
    """Urgent cards first, then one word in each channel that says how many wait, then every single card, once."""
    database = f"sqlite:///{tmp_path / 'desk.db'}"
    upgrade(database)
    (tmp_path / "practice.yaml").write_text(PRACTICE, encoding="utf-8")
    async with world(database, tmp_path / "practice.yaml") as desk:
        await _written(desk)
        await desk.later(hours=8)
        await desk.service.store.run(backlog.watch, now=desk.clock())
        known = len(desk.journal("api"))
        await desk.do("faults", faults=[])
        await desk.later(minutes=2)
        await until(lambda: _all_there(desk), what="every card", within=900)
        await desk.quiet()
        posts = [row for row in desk.journal("api")[known:] if row["method"] == "chat.postMessage" and row["applied"]]
    children: set[str] = set()
    for channel in CHANNELS:
        shown = [words(row["answer"]["message"]) for row in posts if row["args"]["channel"] == channel]
        cards = [(n, told) for n, told in enumerate(shown) if CHILD.search(told)]
        assert len({CHILD.findall(told)[0] for _, told in cards}) == len(cards)  # none twice
        children |= {CHILD.findall(told)[0] for _, told in cards}
        urgent = [n for n, told in cards if "Urgent" in told]
        calm = [(n, int(NUMBER.findall(told)[0])) for n, told in cards if "Urgent" not in told]
        (digest,) = [n for n, told in enumerate(shown) if "Catching up" in told]
        print(f"{channel}: {len(cards)} cards, the last urgent one is post {max(urgent)}, the digest is post {digest}:")
        print(shown[digest])
        assert max(urgent) < calm[2][0]  # what was being tried at that very moment may go before them
        assert digest < calm[3][0]
        assert [number for _, number in calm[3:]] == sorted(number for _, number in calm[3:])
        assert not CHILD.search(shown[digest])
    assert len(children) == MANY


async def _all_there(desk: World) -> bool:
    await asyncio.sleep(1)  # looking takes a while as well
    posts = [row for row in desk.journal("api") if row["method"] == "chat.postMessage" and row["applied"]]
    return sum(row["args"]["channel"] in CHANNELS for row in posts) >= MANY + len(CHANNELS)
