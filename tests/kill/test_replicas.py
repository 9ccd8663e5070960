"""Two services on one PostgreSQL share the work; when one dies, the other takes over what it held."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.domain.delivery import REDRAWS_A_MINUTE, REDRAWS_AT_ONCE
from tests import history, verdict, world
from tests.kill import scene
from tests.kill.people import Nurse
from tests.kill.practice import CHANNEL_OF
from tests.kill.stage import Stage, stage
from tests.ports import free_port
from tests.service import FAST

KINDS = ("appointment", "general", "refill")
CHANNELS = tuple(CHANNEL_OF[kind] for kind in KINDS)

pytestmark = [pytest.mark.kill, pytest.mark.postgres]


async def _carried(hits: Path) -> int:
    return Counter(line.partition(" ")[2] for line in hits.read_text().splitlines())["outbox.carried"]


async def _cards(play: Stage, tokens: list[str], written: list[str]) -> None:
    for token in tokens:
        n = written.index(token)
        await world.until(
            lambda token=token, n=n: Nurse(play).card(token, CHANNELS[n % 3]), what=f"the card of {token}", within=30
        )


async def _write(play: Stage, count: int) -> list[str]:
    tokens = [scene.new_token() for _ in range(count)]
    for n, token in enumerate(tokens):
        await play.write(token, kind=KINDS[n % 3])
        await asyncio.sleep(0.02)
    return tokens


async def test_two_share_the_work_and_one_takes_over(fresh: Callable[[str], str], tmp_path: Path):
    """Both carry, nothing is carried twice; one is killed with claims in hand, and the other posts them in time."""
    database = fresh("postgres")
    hits = [tmp_path / "hits0", tmp_path / "hits1"]
    async with stage(tmp_path) as play:
        one = play.service(database, options=["--hits", str(hits[0])])
        two = play.service(database, port=free_port(), options=["--hits", str(hits[1])])
        try:
            for service in (one, two):
                await service.start()
                await play.ready(service)
            await world.until(lambda: _both_show_themselves(database), what="a beat of both")
            tokens = await _write(play, 30)
            await _cards(play, tokens, tokens)
            nurses = [Nurse(play, f"U0NURSE{n:02d}") for n in range(6)]
            for start in range(0, 12, 6):
                await asyncio.gather(*(_answer(nurse, tokens, start + n) for n, nurse in enumerate(nurses)))
            await scene.settled(play, database)
            shared = [await _carried(path) for path in hits]
            await one.end()
            three = play.service(database, once=["--failpoint", "outbox.before_carry:kill:3"])
            await three.start()
            three.wanted = False  # nobody starts it again
            await play.ready(three)
            more = await _write(play, 6)
            await play.nursery.ended(three.pid)
            since = asyncio.get_running_loop().time()
            kept = history.read(play.slack_journal, play.portal_journal).accepted
            held = [token for token in more if token in kept]
            await _cards(play, held, more)
            took = asyncio.get_running_loop().time() - since
            one.wanted = True
            await one.start()  # the portal's first address again: what was not taken comes once more
            await _cards(play, more, more)
            await scene.settled(play, database)
        finally:
            for service in (one, two):
                await service.end()
        found = history.read(play.slack_journal, play.portal_journal)
    print(
        f"\nreplicas carried {shared[0]} and {shared[1]} deliveries; {len(held)} cards of a dead one taken over in {took:.1f} s"
    )
    assert min(shared) > 0, shared
    assert held
    assert took < FAST["LEASE"] + 2 + 10  # the lease, two ticks, and a machine that stands still for a while
    assert verdict.judge(found) == []
    assert len(found.shown) == 12
    assert await scene.breaches(database) == []


async def _both_show_themselves(database: str) -> bool:
    return [beats > 0 for (beats,) in scene.rows(database, "SELECT beats FROM lives")] == [True, True]


async def _answer(nurse: Nurse, tokens: list[str], n: int) -> None:
    channel = CHANNELS[n % 3]
    await nurse.answer(tokens[n], f"Answer to {tokens[n]}", channel)


async def test_together_they_keep_the_pace_of_redraws(fresh: Callable[[str], str], tmp_path: Path):
    """Two replicas draw what nurses take: together twenty at once, then a redraw each 1.2 seconds, whoever makes it."""
    database = fresh("postgres")
    async with stage(tmp_path) as play:
        services = [
            play.service(database, port=free_port() if n else 0, options=["--pace", "0.01", "--slow"]) for n in range(2)
        ]
        try:
            for service in services:
                await service.start()
                await play.ready(service)
            tokens = await _write(play, REDRAWS_AT_ONCE + 6)
            await _cards(play, tokens, tokens)
            nurse = Nurse(play)
            for n, token in enumerate(tokens):
                card = await nurse.card(token, CHANNELS[n % 3])
                assert card is not None
                where = {"channel": CHANNELS[n % 3], "ts": card["ts"], "as": nurse.slack}
                await play.human("press", **where, **world.button(card, "Take it"))

            async def drawn() -> bool:
                return len(_updates(play)) >= len(tokens)

            await world.until(drawn, what="every redraw", within=60)
        finally:
            for service in services:
                await service.end()
        at = _updates(play)
    most = [n + 1 - REDRAWS_AT_ONCE - (at[n] - at[0]) * REDRAWS_A_MINUTE / 60 for n in range(len(at))]
    assert max(most) < 1.5, most


def _updates(play: Stage) -> list[float]:
    rows = [json.loads(line) for line in play.slack_journal.read_text().splitlines() if "chat.update" in line]
    return [row["at"] for row in rows if row["kind"] == "api"]


async def test_together_they_keep_slack_s_pace(fresh: Callable[[str], str], tmp_path: Path):
    """Three replicas post in one channel under Slack's strict limit of a message a second: hardly ever a 429."""
    database = fresh("postgres")
    hits = [tmp_path / f"hits{n}" for n in range(3)]
    async with stage(tmp_path, limits="on") as play:
        services = [
            play.service(database, port=free_port() if n else 0, options=["--pace", "1", "--hits", str(path)])
            for n, path in enumerate(hits)
        ]
        try:
            for service in services:
                await service.start()
                await play.ready(service)
            tokens = [scene.new_token() for _ in range(15)]
            for token in tokens:
                await play.write(token, kind="general")
            for token in tokens:
                await world.until(
                    lambda token=token: Nurse(play).card(token, CHANNEL_OF["general"]), what="a card", within=60
                )
        finally:
            for service in services:
                await service.end()
        rows = [json.loads(line) for line in play.slack_journal.read_text().splitlines()]
    posts = [row for row in rows if row["kind"] == "api" and row["method"] == "chat.postMessage"]
    refused = [row for row in posts if row["status"] == 429]
    carried = [await _carried(path) for path in hits]
    assert sum(count > 0 for count in carried) >= 2, carried
    assert len(refused) <= 1, (len(refused), len(posts))
