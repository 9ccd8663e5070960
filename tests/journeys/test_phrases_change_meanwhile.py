"""Two people, two windows, two presses: what became of a phrase meanwhile is said, and nothing is made twice."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.domain.phrasebook import PERSONAL
from bot.practice_file import read
from tests.journeys.conftest import OpenDesk
from tests.journeys.test_phrases_are_kept_in_slack import PHRASES, again, closed, listed, writing
from tests.world import PRACTICE, World, block_of, labels, words

FEVER = "Fever advice"
DEMOTED = (PRACTICE + PHRASES).replace("roles: [admin, staff]", "roles: [staff]").replace(
    "{slack: U0BEN, name: Ben Castillo, roles: [staff]", "{slack: U0BEN, name: Ben Castillo, roles: [admin]"
)  # fmt: skip


async def titles(desk: World) -> list[str]:
    """The titles of the practice's phrases, in order."""
    return [p.title for p in read(await desk.read(lambda r: r.practice_document())).phrases]


async def typed(desk: World, view: dict[str, Any], name: str, value: str, who: str = "U0ALICE") -> None:
    """Type into a field, without submitting."""
    at = {"view_id": view["id"], "block_id": block_of(view, name)["block_id"], "action_id": name}
    await desk.do("input", **at, value=value, **{"as": who})


async def test_delete_of_what_changed_meanwhile_is_refused_and_the_list_drawn_anew(open_desk: OpenDesk):
    """The admin is told, sees the phrases as they are now, and the next press of Delete counts."""
    desk = await open_desk(PRACTICE + PHRASES)
    view = await listed(desk, "U0PAT")
    await desk.apply(PRACTICE + PHRASES.replace("plenty to drink", "small sips"))
    await desk.press_in(view, "Delete", who="U0PAT")
    await desk.window("U0PAT", containing="so nothing was deleted")
    assert await titles(desk) == ["Thanks", FEVER]
    await desk.quiet()
    below, told = await desk.views("U0PAT")
    assert "small sips" in words(below)
    await desk.do("close", view_id=told["id"], **{"as": "U0PAT"})
    await desk.press_in(below, "Delete", who="U0PAT")
    await desk.journalled("practice.phrases")
    assert await titles(desk) == [FEVER]


async def test_edit_of_what_is_gone_opens_no_empty_window(open_desk: OpenDesk):
    """A phrase that somebody took out since the list was drawn: said, and the list is drawn anew."""
    desk = await open_desk(PRACTICE + PHRASES)
    view = await listed(desk, "U0PAT")
    await desk.apply(PRACTICE)
    await desk.press_in(view, "Edit", who="U0PAT")
    await desk.window("U0PAT", containing="Somebody changed or deleted this phrase")
    await desk.quiet()
    assert "There are no phrases yet" in words((await desk.views("U0PAT"))[0])


async def test_a_save_over_somebody_s_change_is_refused_also_after_a_preview(open_desk: OpenDesk):
    """Preview does not make an edit of what is gone a new phrase; the practice stays as the other one left it."""
    desk = await open_desk(PRACTICE + PHRASES)
    view = await writing(desk, await listed(desk, "U0PAT"), "Edit", who="U0PAT")
    await desk.apply(PRACTICE + PHRASES.replace("title: Thanks", "title: Thank you"))
    await typed(desk, view, "phrase_text", "Thanks a lot.", "U0PAT")
    await desk.press_in(view, "Preview", who="U0PAT")
    view = await desk.window("U0PAT", containing="As an invented family would read it")
    told = await desk.submit(view, who="U0PAT", phrase_notebook="n1", phrase_text="Thanks a lot.")
    assert "Somebody changed or deleted this phrase" in str(told["errors"])
    await desk.quiet()
    below, above = await desk.views("U0PAT")
    assert "Thank you  Practice" in words(below).replace("   ", "  ")
    assert "Thanks a lot." in words(above)
    assert await titles(desk) == ["Thank you", FEVER]


async def test_a_new_phrase_in_a_practice_that_changed_meanwhile_is_refused(open_desk: OpenDesk):
    """Somebody applied another file while the window was open, and a preview in between changes nothing about that."""
    desk = await open_desk(PRACTICE + PHRASES)
    view = await writing(desk, await listed(desk, "U0PAT"), who="U0PAT")
    await desk.apply(PRACTICE)
    await typed(desk, view, "phrase_text", "Hello.", "U0PAT")
    await desk.press_in(view, "Preview", who="U0PAT")
    view = await desk.window("U0PAT", containing="As an invented family would read it")
    told = await desk.submit(view, who="U0PAT", phrase_title="New", phrase_text="Hello.", phrase_notebook="n2")
    assert "Somebody changed the practice" in str(told["errors"])
    assert await titles(desk) == []


async def test_who_is_no_admin_any_more_is_told_so(open_desk: OpenDesk):
    """Edit, Save and Delete from windows of an hour ago: each is judged now, and says whom to ask."""
    desk = await open_desk(PRACTICE + PHRASES)
    view = await listed(desk, "U0PAT")
    write = await writing(desk, view, "Edit", who="U0PAT")
    await desk.apply(DEMOTED)
    told = await desk.submit(write, who="U0PAT", phrase_text="Mine now.")
    assert "Only an admin can change this. Ask Ben Castillo" in str(told["errors"])
    await desk.do("close", view_id=write["id"], **{"as": "U0PAT"})
    for label in ("Edit", "Delete"):
        pressed = {"block_id": "b", "action_id": f"phrase_{label.lower()}", "value": await _first(desk)}
        await desk.do("press", view_id=view["id"], forged=True, **pressed, **{"as": "U0PAT"})
        top = await desk.window("U0PAT", containing="Only an admin can change this. Ask Ben Castillo")
        await desk.do("close", view_id=top["id"], **{"as": "U0PAT"})
    await desk.quiet()
    assert "Edit" not in labels((await desk.views("U0PAT"))[0])
    assert await titles(desk) == ["Thanks", FEVER]


@pytest.mark.parametrize("round_", range(3))
async def test_two_presses_of_save_keep_one_phrase(desk: World, round_: int):
    """The second is told that the title is there already."""
    view = await writing(desk, await listed(desk))
    fields = {"phrase_title": {"value": "Ear drops"}, "phrase_text": {"value": f"Stop them {round_}."}}
    chosen = {"phrase_notebook": {"phrase_notebook": {"selected_option": {"value": "n0"}}}}
    values = chosen | {name: {name: {"type": "plain_text_input", **given}} for name, given in fields.items()}
    pressed = {"view_id": view["id"], "values": values, "forged": True, "as": "U0ALICE"}
    told = await asyncio.gather(*(desk.do("submit", **pressed) for _ in range(4)))
    assert len(await desk.rows("SELECT id FROM own_phrases")) == 1
    assert sum("already" in str(one.get("errors")) for one in told) == 3
    assert len(await desk.history("phrase.kept")) == 1


async def test_two_admins_who_save_at_once_lose_nothing(open_desk: OpenDesk):
    """One is kept; the other is told that the practice changed, and the text stays in the window."""
    two = (PRACTICE + PHRASES).replace(
        "name: Ben Castillo, roles: [staff]", "name: Ben Castillo, roles: [admin, staff]"
    )
    desk = await open_desk(two)
    windows = {who: await writing(desk, await listed(desk, who), who=who) for who in ("U0PAT", "U0BEN")}
    told = await asyncio.gather(*(
        desk.submit(view, who=who, phrase_title=f"By {who}", phrase_text="Hello.", phrase_notebook="n2")
        for who, view in windows.items()
    ))  # fmt: skip
    refused = [one for one in told if one.get("errors")]
    assert len(refused) == 1
    assert "Somebody changed the practice" in str(refused)
    assert len(await titles(desk)) == 3


async def test_a_shared_notebook_that_is_called_personal_is_the_practice_s(open_desk: OpenDesk):
    """A file may name one so: everybody sees it, an admin moves or deletes it, and nobody takes it for their own."""
    desk = await open_desk(PRACTICE + PHRASES.replace("notebook: Practice", f"notebook: {PERSONAL}"))
    assert "only you see it" not in words(await listed(desk))
    view = await listed(desk, "U0PAT")
    await desk.press_in(view, "Delete", who="U0PAT")
    await desk.journalled("practice.phrases")
    assert await titles(desk) == [FEVER] or await titles(desk) == ["Thanks"]
    assert await desk.history("phrase.removed") == []
    await closed(desk, "U0PAT")


async def test_the_list_stays_where_one_was(open_desk: OpenDesk):
    """Twenty-five phrases: after a change on the second page the second page is shown, with the change."""
    many = "phrases:\n" + "".join(f'  - {{notebook: P, title: T{n:02}, text: "Words {n:02}."}}\n' for n in range(25))
    desk = await open_desk(PRACTICE + many)
    await desk.press_in(await listed(desk, "U0PAT"), "More", who="U0PAT")
    view = await again(desk, "Words 24.", "U0PAT")
    view = await writing(desk, view, "Edit", who="U0PAT")
    assert not (await desk.submit(view, who="U0PAT", phrase_text="Twenty, changed.")).get("errors")
    view = await again(desk, "Twenty, changed.", "U0PAT")
    assert "Words 00." not in words(view)
    assert "Words 24." in words(view)


async def _first(desk: World) -> str:
    from bot.domain.phrasebook import usable

    return str((await desk.read(usable, slack="U0PAT"))[0].ref)
