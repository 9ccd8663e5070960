"""Doubt: a lost answer of Slack's or the portal's is looked up, and a card never keeps showing what is over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import verdict, world
from tests.kill import scene
from tests.kill.journeys import JOURNEYS
from tests.kill.people import Nurse, lacks
from tests.kill.stage import Service, Stage, stage, stages

pytestmark = [pytest.mark.kill, pytest.mark.asyncio(loop_scope="module")]


async def test_a_card_found_again_shows_the_present_state(play: Stage, fresh: Callable[[str], str]):
    """The post's answer was lost, the family wrote again meanwhile, and the first redraw fails: it is redrawn all the same."""
    database = fresh("sqlite")
    service = play.service(database)
    mark, first, second = scene.Mark(play), scene.new_token(), scene.new_token()
    lost = {"kind": "reset_after", "method": "chat.postMessage", "nth": [1], "times": 1}
    refused = {"kind": "error_500_before", "method": "chat.update", "nth": [1], "times": 1}
    await service.start()
    try:
        await play.ready(service)
        await play.human("faults", faults=[lost, refused])
        await play.write(first, thread=f"t-{first}")
        await world.until(lambda: Nurse(play).card(first), what="the card")
        await play.write(second, thread=f"t-{first}")
        await scene.settled(play, database)
    finally:
        await play.human("faults", faults=[])
        await service.end()
    found = mark.read()
    (key,) = found.tokens[first, "C0NURSING"]
    (card,) = [text for place, text in found.texts.items() if found.key_of[place] == key]
    assert second in card, "the card shows the first message only"
    assert verdict.judge(found) == []


ON_THE_WAY_OUT = ("outbox.mark", "portal.before_send", "portal.after_send", "reply.before_settle")


async def test_where_the_portal_cannot_help_a_person_decides(tmp_path: Path, fresh: Callable[[str], str]):
    """Mode `neither`, killed on the way out: nothing is sent again by itself; the card asks, and has an owner."""
    async with stages(tmp_path, len(ON_THE_WAY_OUT), mode="neither") as plays, asyncio.TaskGroup() as group:
        for play, point in zip(plays, ON_THE_WAY_OUT, strict=True):
            group.create_task(_killed_on_the_way_out(play, fresh("sqlite"), point))


async def _killed_on_the_way_out(play: Stage, database: str, point: str) -> None:
    hits, when = play.folder / "hits", play.folder / "when"
    once = ["--failpoint", f"{point}:kill", "--hits", str(hits), "--when", str(when)]
    service = play.service(database, once=once, PORTALDESK_PORTAL_MAIN_REPLIES="neither")
    mark, token, nurse = scene.Mark(play), scene.new_token(), Nurse(play)
    await service.start()
    try:
        await _answered(play, service, when, nurse, token)
        await world.until(lambda: _asks_or_says(nurse, token), what="a card that asks or says delivered", within=30)
        await scene.settled(play, database)
    finally:
        await service.end()
    found = mark.read()
    assert service.deaths == 1
    assert verdict.judge(found, mode="neither") == []
    assert len(found.shown) == (0 if point in ("outbox.mark", "portal.before_send") else 1)
    assert await scene.breaches(database) == []


async def _answered(play: Stage, service: Service, when: Path, nurse: Nurse, token: str) -> None:
    """A message comes and is answered, once the service is ready; from then on its failpoints count."""
    await play.ready(service)
    when.touch()
    await play.write(token)
    await world.until(lambda: nurse.card(token), what="the card")
    await nurse.answer(token, f"Answer to {token}")


async def _asks_or_says(nurse: Nurse, token: str) -> bool:
    card = await nurse.card(token)
    if card is None:
        return False
    said = world.words(card)
    return "elivered to the portal" in said or "Check portal" in said


async def test_a_look_up_that_dies_is_done_again(tmp_path: Path, fresh: Callable[[str], str]):
    """Mode `lookup`, the answer lost and the service killed while asking: the family has it once, the card says so."""
    hits, when = tmp_path / "hits", tmp_path / "when"
    async with stage(tmp_path, mode="lookup") as play:
        database = fresh("sqlite")
        once = ["--failpoint", "portal.answered:kill:2", "--hits", str(hits), "--when", str(when)]
        service = play.service(database, once=once, PORTALDESK_PORTAL_MAIN_REPLIES="lookup")
        mark, token = scene.Mark(play), scene.new_token()
        await play.control("faults", {"rate": 0, "next": ["error_500_after"]})
        await play.control("settings", {"receipts": "none"})  # its own word would end the doubt first
        await service.start()
        try:
            await play.ready(service)
            when.touch()
            await JOURNEYS["answered"].play(play, token)
            await scene.settled(play, database)
        finally:
            await service.end()
        found = mark.read()
        assert service.deaths == 1, scene.report(service)
        assert verdict.judge(found, mode="lookup") == []
        assert len(found.shown) == 1
        assert await scene.breaches(database) == []


WAYS_OUT = ("portal.after_send", "doubt.received", "look_up.before_ask", "look_up.before_settle", "doubt.done")


async def test_the_ways_out_of_doubt_though_each_life_of_the_service_ends(tmp_path: Path, fresh: Callable[[str], str]):
    """Killed with an answer on its way, while the portal is asked, and while a person settles it: once, with a name."""
    hits, when = tmp_path / "hits", tmp_path / "when"
    common = ("--hits", str(hits), "--when", str(when))
    async with stage(tmp_path, mode="neither") as play:
        database = fresh("sqlite")
        lives = [("--failpoint", f"{point}:kill", *common) for point in WAYS_OUT]
        service = play.service(database, lives=lives, PORTALDESK_PORTAL_MAIN_REPLIES="neither")
        mark, token, nurse = scene.Mark(play), scene.new_token(), Nurse(play)

        async def dead(times: int) -> bool:
            card = await nurse.card(token)
            if service.deaths < times and card is not None:
                await nurse.press(card, "Check portal", "C0NURSING")
                await asyncio.sleep(0.5)
            return service.deaths >= times

        await play.control("settings", {"receipts": "none"})  # its own word would end the doubt first
        await service.start()
        try:
            await _answered(play, service, when, nurse, token)
            await world.until(lambda: dead(len(WAYS_OUT)), what="each life to end", within=60)
            await play.ready(service)
            await nurse.push(token, "Mark delivered", "C0NURSING", until=lacks("Mark delivered"))
            await scene.settled(play, database)
        finally:
            await service.end()
        found = mark.read()
        assert [line.partition("!kill ")[2] for line in hits.read_text().splitlines() if "!" in line] == list(WAYS_OUT)
        assert verdict.judge(found, mode="neither") == []
        assert len(found.shown) == 1
        assert await scene.breaches(database) == []
