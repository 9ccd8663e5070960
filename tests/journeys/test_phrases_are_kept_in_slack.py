"""Phrase notebooks are kept in Slack: one's own by everybody, shared ones by admins, and used in the next reply."""

from __future__ import annotations

from typing import Any

from bot.practice_file import read
from tests.journeys.conftest import OpenDesk
from tests.world import PRACTICE, World, block_of, labels, message, until, words

PHRASES = """
phrases:
  - {notebook: Practice, title: Thanks, text: "Thank you for writing."}
  - {notebook: Nursing, title: Fever advice, text: "Hi {sender_first_name}, offer {patient_first_name} plenty to drink."}
"""


async def closed(desk: World, who: str = "U0ALICE") -> None:
    """Close every window."""
    for view in reversed(await desk.views(who)):
        await desk.do("close", view_id=view["id"], **{"as": who})


async def listed(desk: World, who: str = "U0ALICE") -> dict[str, Any]:
    """Type `/portal phrases`; the list."""
    await closed(desk, who)
    await desk.do("command", text="/portal phrases", channel="C0NURSING", **{"as": who})
    return await desk.window(who, containing="As an invented family")


async def writing(desk: World, view: dict[str, Any], label: str = "New phrase", who: str = "U0ALICE") -> dict[str, Any]:
    """Press New phrase, or Edit; the window to write in."""
    await desk.press_in(view, label, who=who)
    return await desk.window(who, containing="A gap that nothing fills stops Send")


async def again(desk: World, containing: str, who: str = "U0ALICE") -> dict[str, Any]:
    """Wait for the list to show something."""
    return await desk.window(who, containing=containing)


async def test_a_phrase_of_one_s_own_is_kept_used_changed_and_deleted(desk: World):
    """Written once, previewed for an invented family, found in Reply, changed, gone; nobody else ever sees it."""
    view = await writing(desk, await listed(desk))
    typed = {"phrase_title": "Ear drops", "phrase_text": "Hi {sender_first_name}, stop the drops."}
    assert not (await desk.submit(view, **typed)).get("errors")
    view = await again(desk, "Hi Joy, stop the drops.")
    assert "Personal: only you see it" in words(view)
    assert "Ear drops" not in words(await listed(desk, "U0GRACE"))
    await closed(desk)
    await desk.write(message())
    reply = await desk.writing(await desk.card("Ear drops and swimming"))
    (option,) = await desk.suggested(reply, "reply_phrase", "ear")
    await desk.choose(reply, "reply_phrase", option)
    await desk.quiet()
    assert "Hi Rosa, stop the drops." in block_of((await desk.views())[-1], "reply_text")["element"]["initial_value"]
    view = await writing(desk, await listed(desk), "Edit")
    await desk.submit(view, phrase_text="Hi {sender_first_name}, no swimming.")
    view = await again(desk, "Hi Joy, no swimming.")
    await desk.press_in(view, "Delete")
    await again(desk, "There are no phrases yet")
    assert await desk.rows("SELECT id FROM own_phrases") == []
    assert [row["actor"] for row in await desk.history("phrase.kept")] == ["U0ALICE"]
    assert await desk.journalled("phrase.removed")


async def test_an_admin_keeps_shared_notebooks_and_the_practice_file_shows_them(open_desk: OpenDesk):
    """New, changed and deleted ones are the practice's at once, for everybody, and in what `practice show` prints."""
    desk = await open_desk(PRACTICE + PHRASES)
    view = await writing(desk, await listed(desk, "U0PAT"), who="U0PAT")
    offered = [o["text"]["text"] for o in block_of(view, "phrase_notebook")["element"]["options"]]
    assert offered == ["Personal (only you see it)", "Front Desk", "Nursing", "Refills", "Practice"]
    typed = {"phrase_title": "Closed", "phrase_text": "We are closed {today}.", "phrase_elsewhere": "Holidays"}
    assert not (await desk.submit(view, who="U0PAT", **typed)).get("errors")
    await again(desk, "We are closed November 24.", "U0PAT")
    assert "We are closed" in words(await listed(desk))
    view = await listed(desk, "U0PAT")
    assert labels(view).count("Edit") == 3
    view = await writing(desk, view, "Edit", who="U0PAT")
    await desk.submit(view, who="U0PAT", phrase_text="Thanks, we got it.")
    view = await again(desk, "Thanks, we got it.", "U0PAT")
    await desk.press_in(view, "Delete", who="U0PAT")

    async def gone() -> bool:
        return "Thanks" not in words((await desk.views("U0PAT"))[-1])

    await until(gone, what="the list without it")
    document = await desk.read(lambda r: r.practice_document())
    assert [(p.notebook, p.title) for p in read(document).phrases] == [
        ("Nursing", "Fever advice"),
        ("Holidays", "Closed"),
    ]


async def test_what_cannot_be_a_phrase_is_refused_under_its_field(open_desk: OpenDesk):
    """An unknown gap, a title that is there already, nothing at all: a sentence each, and the text stays."""
    desk = await open_desk(PRACTICE + PHRASES)
    view = await writing(desk, await listed(desk, "U0PAT"), who="U0PAT")
    typed = {"phrase_title": "Odd", "phrase_text": "Hi {patien_name}", "phrase_notebook": "n2"}
    told = await desk.submit(view, who="U0PAT", **typed)
    assert "Nothing fills {patien_name}" in told["errors"]["phrase_text"]
    assert "{patient_first_name}" in told["errors"]["phrase_text"]
    told = await desk.submit(view, who="U0PAT", **(typed | {"phrase_title": "fever advice", "phrase_text": "Rest."}))
    assert 'has a phrase "fever advice" already' in told["errors"]["phrase_title"]
    told = await desk.submit(view, who="U0PAT", **(typed | {"phrase_text": "A { bracket"}))
    assert "no partner" in told["errors"]["phrase_text"]
    assert (await desk.rows("SELECT COUNT(*) FROM practices")) == [(1,)]


async def test_a_preview_is_drawn_without_keeping_anything(desk: World):
    """Preview shows the typed text as a family would read it; nothing is kept."""
    view = await writing(desk, await listed(desk))
    block = block_of(view, "phrase_text")["block_id"]
    typed = {"view_id": view["id"], "block_id": block, "action_id": "phrase_text", "value": "Hi {sender_first_name}!"}
    await desk.do("input", **typed, **{"as": "U0ALICE"})
    await desk.press_in(view, "Preview")
    await again(desk, "Hi Joy!")
    assert await desk.rows("SELECT id FROM own_phrases") == []


async def test_who_is_no_admin_changes_no_shared_phrase(open_desk: OpenDesk):
    """No buttons, no shared notebooks to choose; a forged press changes nothing; nobody uses another one's own phrase."""
    desk = await open_desk(PRACTICE + PHRASES)
    view = await listed(desk)
    assert "Edit" not in labels(view)
    assert "Shared notebooks are changed by an admin. Ask Pat Quinn" in words(view)
    (shared,) = [k.ref for k in await desk.read(_usable, slack="U0ALICE") if k.phrase.title == "Thanks"]
    pressed = {"block_id": "b", "action_id": "phrase_delete", "value": shared}
    await desk.do("press", view_id=view["id"], forged=True, **pressed, **{"as": "U0ALICE"})
    await desk.window(containing="Only an admin can change this")
    view = await writing(desk, await listed(desk, "U0GRACE"), who="U0GRACE")
    await desk.submit(view, who="U0GRACE", phrase_title="Mine", phrase_text="Grace's own words.")
    await again(desk, "Grace's own words.", "U0GRACE")
    (own,) = [k.ref for k in await desk.read(_usable, slack="U0GRACE") if k.personal]
    await closed(desk)
    await desk.write(message())
    reply = await desk.writing(await desk.card("Ear drops and swimming"))
    stolen = {"text": {"type": "plain_text", "text": "x"}, "value": own}
    values = {block_of(reply, "reply_phrase")["block_id"]: {"reply_phrase": {"selected_option": stolen}}}
    await desk.do(
        "press", view_id=reply["id"], block_id="reply_phrase", action_id="reply_phrase", selected_option=stolen,
        values=values, forged=True, **{"as": "U0ALICE"},
    )  # fmt: skip
    await desk.quiet()
    assert "Grace's own" not in words(await desk.views())
    assert (await desk.rows("SELECT COUNT(*) FROM practices")) == [(1,)]


def _usable(records: Any, *, slack: str) -> Any:
    from bot.domain.phrasebook import usable

    return usable(records, slack=slack)
