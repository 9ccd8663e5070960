"""Phrase notebooks are kept in Slack: one's own by everybody, shared ones by admins, and used in the next reply."""

from __future__ import annotations

from typing import Any

from bot.domain.practice import Phrase
from bot.practice_file import read
from tests.journeys.conftest import OpenDesk
from tests.journeys.test_home_has_every_entry import restarted
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


async def test_a_phrase_of_one_s_own_is_there_after_a_restart_and_stands_first_in_reply(open_desk: OpenDesk):
    """One's own, then those of one's departments, then the rest; each once, by opaque values."""
    far = "phrases:\n  - {notebook: Front Desk, title: Closed, text: We are closed.}"
    desk = await open_desk(PRACTICE + PHRASES.replace("phrases:", far))
    view = await writing(desk, await listed(desk))
    await desk.submit(view, phrase_title="Zebra", phrase_text="My own words.")
    await again(desk, "My own words.")
    await closed(desk)
    await restarted(desk)
    await desk.write(message())
    reply = await desk.writing(await desk.card("Ear drops and swimming"))
    offered = await desk.suggested(reply, "reply_phrase", "")
    named = [o["text"]["text"] for o in offered]
    assert named == ["Zebra · Personal", "Fever advice · Nursing", "Closed · Front Desk", "Thanks · Practice"]
    assert all(o["value"].startswith("ph_") and "ebra" not in o["value"] for o in offered)


async def test_lengths_and_letters_that_cannot_be_kept_are_refused_or_put_right(open_desk: OpenDesk):
    """Too long, nothing to be seen: refused under the field. What a paste brings along unseen is left out."""
    desk = await open_desk(PRACTICE + PHRASES)
    view = await writing(desk, await listed(desk, "U0PAT"), who="U0PAT")
    fine = {"phrase_title": "T", "phrase_text": "Words.", "phrase_elsewhere": ""}
    for name, odd, says in (
        ("phrase_title", "t" * 76, "76 characters; it takes 75"),
        ("phrase_text", "x" * 3001, "3,001 characters; it takes 3,000"),
        ("phrase_elsewhere", "n" * 76, "76 characters; it takes 75"),
        ("phrase_title", "\u200b \x00", "needs a title"),
        ("phrase_text", "\u200b\n", "needs a text"),
        ("phrase_text", "Hi {Patient_Name}", "Nothing fills {Patient_Name}"),
    ):
        told = await forged(desk, view, fine | {name: odd})
        assert says in told["errors"][name], told
    pasted = fine | {"phrase_text": "One\x0btwo\x00.\r\nThree."}
    assert not (await forged(desk, view, pasted)).get("errors")
    (own,) = [k.phrase for k in await desk.read(_usable, slack="U0PAT") if k.personal]
    assert (own.title, own.text) == ("T", "One\ntwo.\nThree.")


async def test_a_title_as_long_as_a_file_may_have_it_is_not_cut_by_an_edit(open_desk: OpenDesk):
    """Seventy-five letters in the file are seventy-five after the text was changed in Slack."""
    title = "t" * 75
    desk = await open_desk(PRACTICE + f"phrases: [{{notebook: Practice, title: {title}, text: Old.}}]\n")
    view = await writing(desk, await listed(desk, "U0PAT"), "Edit", who="U0PAT")
    assert not (await desk.submit(view, who="U0PAT", phrase_text="New.")).get("errors")
    (kept,) = read(await desk.read(lambda r: r.practice_document())).phrases
    assert (kept.title, kept.text) == (title, "New.")


async def test_a_typed_notebook_is_the_one_that_is_there_already(open_desk: OpenDesk):
    """ "nursing" is Nursing's notebook, and "personal" one's own: no second one beside it by a slip of the shift key."""
    desk = await open_desk(PRACTICE + PHRASES)
    for named, title in (("nursing", "One"), ("PERSONAL", "Two")):
        view = await writing(desk, await listed(desk, "U0PAT"), who="U0PAT")
        typed = {"phrase_title": title, "phrase_text": f"Words {title}.", "phrase_elsewhere": named}
        assert not (await desk.submit(view, who="U0PAT", **typed)).get("errors")
    kept = await desk.read(_usable, slack="U0PAT")
    assert {(k.phrase.notebook, k.phrase.title) for k in kept if k.personal} == {("Personal", "Two")}
    assert ("Nursing", "One") in {(k.phrase.notebook, k.phrase.title) for k in kept if not k.personal}


async def test_who_has_no_role_is_told_so_and_nobody_reaches_another_one_s_own(desk: World):
    """The command says whom to ask; forged Edit, Delete and Save of a colleague's own phrase change nothing."""
    await desk.do("command", text="/portal phrases", channel="C0NURSING", **{"as": "U0NOBODY"})
    await desk.notice("You have no role in Portal Desk yet. Ask Pat Quinn", who="U0NOBODY")
    await desk.submit(await writing(desk, await listed(desk)), phrase_title="Mine", phrase_text="Alice's own words.")
    await again(desk, "Alice's own words.")
    (own,) = [k.ref for k in await desk.read(_usable, slack="U0ALICE")]
    view = await listed(desk, "U0GRACE")
    for action in ("phrase_edit", "phrase_delete"):
        pressed = {"block_id": "b", "action_id": action, "value": own}
        await desk.do("press", view_id=view["id"], forged=True, **pressed, **{"as": "U0GRACE"})
        told = await desk.window("U0GRACE", containing="Somebody changed or deleted this phrase")
        assert "Alice" not in words(await desk.views("U0GRACE"))
        await desk.do("close", view_id=told["id"], **{"as": "U0GRACE"})
    view = await writing(desk, await listed(desk, "U0GRACE"), who="U0GRACE")
    hub = desk.slack.slack
    hub.windows.by_id[view["id"]].view["private_metadata"] = f"1:{own}"
    told = await forged(desk, view, {"phrase_title": "Mine", "phrase_text": "Stolen."}, who="U0GRACE")
    assert "Somebody changed or deleted" in str(told["errors"])
    assert [(k.ref, k.phrase.text) for k in await desk.read(_usable, slack="U0ALICE")] == [(own, "Alice's own words.")]
    assert await desk.read(_usable, slack="U0GRACE") == ()


async def test_there_is_an_end_to_what_one_person_keeps(desk: World):
    """Two hundred of one's own, over ten pages; the next one is refused, and says what to do."""

    def fill(records: Any) -> None:
        for n in range(200):
            phrase = Phrase(notebook="Personal", title=f"T{n:03}", text=f"Words {n:03}.")
            records.keep_phrase(f"ph_{n:020}", slack="U0ALICE", phrase=phrase, now=desk.clock())

    await desk.service.store.run(fill)
    view = await writing(desk, await listed(desk))
    told = await desk.submit(view, phrase_title="One more", phrase_text="Words.")
    assert "200 are as many as I keep for one person" in str(told["errors"])
    view = await listed(desk)
    for n in range(1, 10):
        await desk.press_in(view, "More")
        view = await again(desk, f"Words {n * 20 + 19:03}.")
    assert "More" not in labels(view)


async def forged(desk: World, view: dict[str, Any], fields: dict[str, str], *, who: str = "U0PAT") -> Any:
    """Save with whatever stands in the fields, past what Slack's form would let through; personal."""
    chosen = {"phrase_notebook": {"phrase_notebook": {"selected_option": {"value": "n0"}}}}
    typed = {name: {name: {"type": "plain_text_input", "value": value}} for name, value in fields.items()}
    return await desk.do("submit", view_id=view["id"], values=chosen | typed, forged=True, **{"as": who})
