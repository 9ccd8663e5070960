"""Random kills and freezes under load, between a faulty Slack and a faulty portal: nothing lost, nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.kill import storm
from tests.kill.conftest import BOTH

pytestmark = pytest.mark.kill


@pytest.mark.timeout(700)
@pytest.mark.parametrize("backend", BOTH)
async def test_nothing_is_lost_and_nothing_twice(
    fresh: Callable[[str], str], tmp_path: Path, backend: str, record_property: Callable[[str, object], None]
):
    """Each message taken has one card, each Send acknowledged reached the family once and in order, no rule is broken."""
    size = storm.Storm(messages=500, kills=60, freezes=15, replicas=2 if backend == "postgres" else 1, within=600)
    result = await storm.run(tmp_path, fresh(backend), size)
    print(f"\n{result}")
    record_property("storm", str(result))
    assert result.problems == []
    assert result.kills >= 50
    assert len(result.found.slack_faults) >= 12
    assert len(result.found.portal_faults) >= 12


@pytest.mark.timeout(400)
async def test_where_the_portal_cannot_help_nothing_is_sent_twice(fresh: Callable[[str], str], tmp_path: Path):
    """Mode `neither`: every answer is at the family once, or its card asks a person; nothing is sent again by itself."""
    result = await storm.run(
        tmp_path, fresh("sqlite"), storm.Storm(messages=40, kills=6, freezes=1, mode="neither", seed=2, follow_ups=0)
    )
    print(f"\n{result}")
    assert result.problems == []
