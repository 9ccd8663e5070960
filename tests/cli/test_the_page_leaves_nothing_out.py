"""Paper is for the hours in which nothing else is there: what is not on it is answered by nobody."""

from __future__ import annotations

from dataclasses import replace

from bot.cli.queue import _open, page
from bot.slack.clock import Clock
from tests.domain.conftest import blank_sqlite, one_process
from tests.storage.family import NOW, taken_in
from tests.world import PRACTICE

__all__ = ["blank_sqlite", "one_process"]


async def test_what_the_practice_file_names_no_more_is_on_the_page(one_process):
    """A department that was renamed away, nobody's or a former colleague's message in it: all of them are printed."""
    await one_process.run(lambda r: r.save_practice(PRACTICE, by="cli:test", now=NOW))
    talks = [await one_process.run(taken_in, n=n) for n in (1, 2, 3)]

    def moved(records):
        for talk, department, holder in zip(talks, ("Nursing", "Old", "Old"), (None, None, "U0GONE"), strict=True):
            found = records.conversation(talk.id)
            records.save_conversation(replace(found, department=department, holder=holder, held_since=NOW))

    await one_process.run(moved)
    practice, found = await one_process.read(_open, names=False)
    assert {one.talk.number for one in found} == {talk.number for talk in talks}
    assert "Old: 2 open" in page(practice, found, Clock.of(practice, NOW))
