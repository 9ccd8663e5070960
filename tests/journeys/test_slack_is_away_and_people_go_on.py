"""The page that is printed while Slack is away."""

from __future__ import annotations

from bot.cli import queue
from bot.slack.clock import Clock
from tests.world import World, message


async def test_the_page_lists_what_is_open_urgent_first(desk: World):
    """By department, the urgent one first; the child's name only when it is asked for, and no word of the family."""
    await desk.write(message(n="1"))
    await desk.write(message(n="2", priority="urgent", body={"format": "plain", "text": "He cannot breathe."}))
    await desk.card("Urgent")
    practice, found = await desk.read(queue._open, names=True)
    page = queue.page(practice, found, Clock.of(practice, desk.clock()))
    nursing = page[page.index("Nursing: 2 open") :]
    assert [line.split("[ ]")[1].split()[0] for line in nursing.splitlines() if "[ ]" in line] == ["2", "1"]
    assert ["!!" in line for line in nursing.splitlines() if "[ ]" in line] == [True, False]
    assert "Mateo Delgado" in nursing
    assert "nobody" in nursing
    assert all(len(line) <= queue.WIDE + 20 for line in page.splitlines())
    _, bare = await desk.read(queue._open, names=False)
    without = queue.page(practice, bare, Clock.of(practice, desk.clock()))
    assert "Mateo" not in without
    assert "breathe" not in page
