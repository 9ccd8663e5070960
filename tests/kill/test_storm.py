"""Random kills, freezes and losses under load, between a faulty Slack and a faulty portal: nothing lost, nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.kill import storm
from tests.kill.weather import Blows
from tests.postgres import PostgresServer

pytestmark = pytest.mark.kill


async def _blown_over(result: storm.Result, record_property: Callable[[str, object], None]) -> None:
    print(f"\n{result}")
    record_property("storm", str(result))
    blows = result.storm.blows
    assert result.problems == []
    assert (result.happened["kills"], result.happened["freezes"]) == (blows.kills, blows.freezes)
    assert len(result.found.slack_faults) >= 12
    assert len(result.found.portal_faults) >= 12


@pytest.mark.timeout(600)
async def test_nothing_is_lost_and_nothing_twice(
    fresh: Callable[[str], str], tmp_path: Path, record_property: Callable[[str, object], None]
):
    """On SQLite: each message taken has one card, each Send and decision reached the portal once, no rule is broken."""
    result = await storm.run(tmp_path, fresh("sqlite"), storm.Storm())
    await _blown_over(result, record_property)


@pytest.mark.postgres
@pytest.mark.timeout(600)
async def test_nothing_is_lost_between_two_replicas(
    fresh: Callable[[str], str],
    postgres_server: PostgresServer,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
):
    """The same on PostgreSQL, whose server crashes as well, and with two replicas that do not know of each other."""
    result = await storm.run(tmp_path, fresh("postgres"), storm.Storm(replicas=2), postgres_server)
    await _blown_over(result, record_property)


@pytest.mark.timeout(400)
async def test_where_the_portal_cannot_help_nothing_is_sent_twice(fresh: Callable[[str], str], tmp_path: Path):
    """Mode `neither`: every answer is at the family once, or its card asks a person; nothing is sent again by itself."""
    blows = Blows(kills=6, freezes=1, restarts=0, archives=0, skews=0, revokes=0)
    result = await storm.run(tmp_path, fresh("sqlite"), storm.Storm(messages=40, blows=blows, mode="neither", seed=2))
    print(f"\n{result}")
    assert result.problems == []
