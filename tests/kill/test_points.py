"""The list of failpoints is the source's, and nothing in the product arms one."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import verdict
from tests.kill import scene
from tests.kill.journeys import JOURNEYS
from tests.kill.points import ELSEWHERE, FAILPOINTS
from tests.kill.practice import ROOT
from tests.kill.stage import Stage

LISTED = {point.name for point in FAILPOINTS}


def calls(name: str) -> set[str]:
    """The literal arguments of all calls of that function in the product."""
    pattern = re.compile(rf"(?<!def )\b{name}\((?:\"([^\"]*)\")?")
    paths = [path for room in ("bot", "handlers", "storage") for path in (ROOT / room).rglob("*.py")]
    return {found for path in paths for found in pattern.findall(path.read_text(encoding="utf-8"))}


def test_every_failpoint_of_the_source_is_listed():
    """A failpoint that no test knows proves nothing, and a listed one that is gone tells a lie."""
    assert calls("failpoint") - {""} == LISTED | set(ELSEWHERE)


def test_nothing_in_the_product_arms_a_failpoint():
    """No setting, no command and no module of the product leads to `arm`; only tests/service.py does."""
    assert calls("arm") == set()
    importers = [
        path
        for room in ("bot", "handlers", "storage")
        for path in (ROOT / room).rglob("*.py")
        if "failpoint import arm" in path.read_text(encoding="utf-8") or "_armed" in path.read_text(encoding="utf-8")
    ]
    assert importers == [ROOT / "bot/failpoint.py"]


@pytest.mark.kill
@pytest.mark.asyncio(loop_scope="module")
async def test_the_journeys_pass_every_failpoint(play: Stage, fresh: Callable[[str], str], tmp_path: Path):
    """All journeys side by side, one lost answer of Slack's, nobody killed: every listed failpoint is passed."""
    database, hits = fresh("sqlite"), tmp_path / "hits"
    service = play.service(database, once=["--hits", str(hits)])
    mark, tokens = scene.Mark(play), {name: scene.new_token() for name in JOURNEYS}
    await service.start()
    try:
        await play.ready(service)
        await play.human("faults", faults=[{"kind": "reset_after", "method": "chat.postMessage", "nth": [1]}])
        await asyncio.gather(*(journey.play(play, tokens[name]) for name, journey in JOURNEYS.items()))
        await scene.settled(play, database)
    finally:
        await play.human("faults", faults=[])
        await service.end()
    passed = _passed(hits)
    assert passed >= LISTED, LISTED - passed
    assert service.deaths == 0
    found = mark.read()
    assert verdict.judge(found) == []
    assert len(found.shown) == sum(journey.answers for journey in JOURNEYS.values())
    assert len(found.told) == sum(journey.decisions for journey in JOURNEYS.values())


def test_there_are_forty_of_them_and_more():
    """SAFETY asks for at least forty named places."""
    assert len(LISTED | set(ELSEWHERE)) >= 40


def _passed(hits: Path) -> set[str]:
    return {line.partition(" ")[2] for line in hits.read_text().splitlines()}
