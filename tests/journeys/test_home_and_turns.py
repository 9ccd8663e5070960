"""Home's lists, and whose turn it is: take, give back, snooze, urgent, done, reopen, note, history."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.world import World, button, labels, message, until, words


async def home(desk: World, who: str = "U0ALICE", containing: str = "") -> dict[str, Any]:
    """What this person sees on Home, once it shows these words."""

    async def seen() -> dict[str, Any] | None:
        view = (await desk.look("home", **{"as": who})).get("view")
        return view if view and containing in words(view) else None

    found: dict[str, Any] = await until(seen, what=f"Home with {containing!r}")
    return found


async def go_home(desk: World, who: str = "U0ALICE", containing: str = "Unread Portal") -> dict[str, Any]:
    """Open Home."""
    await desk.do("open_home", **{"as": who})
    return await home(desk, who, containing)


async def at_home(desk: World, view: dict[str, Any], label: str, who: str = "U0ALICE") -> None:
    """Press a button of Home, as it is drawn by now: it may be drawn again under the finger."""
    del view

    async def pressed() -> Any:
        now = (await desk.look("home", **{"as": who}))["view"]
        body = {"home": True, "as": who} | button(now, label)
        async with desk.http.post(f"{desk.slack.url}/_human/press", json=body) as response:
            return await response.json() if response.status == 200 else None

    done = await until(pressed, what=f"a press of {label}", within=5)
    assert done["acked"], done


async def arrived(desk: World, **over: Any) -> dict[str, Any]:
    """A general message's card."""
    await desk.write(message(**over))
    return await desk.card("Ear drops and swimming")


async def test_a_message_moves_through_the_lists(desk: World):
    """Unread Portal, then Mine, then Waiting for others and the other's Unread Phone, then back in Unread Phone."""
    await arrived(desk)
    view = await go_home(desk, containing="Unread Portal (1)")
    assert "Mateo Delgado, 6 y" in words(view)
    await at_home(desk, view, "Reply")
    await desk.do("close", view_id=(await desk.window())["id"], **{"as": "U0ALICE"})
    await go_home(desk, containing="Unread Portal (1)")
    view = await home(desk, containing="Unread Portal (1)")
    await at_home(desk, view, "Take it")
    view = await home(desk, containing="Mine (1)")
    assert "Unread Portal (0)" in words(view)
    await at_home(desk, view, "Forward")
    await desk.hand_in(await desk.window(containing="Forward"), "Grace", forward_note="Please look.")
    await home(desk, containing="Waiting for others (1)")
    hers = await go_home(desk, "U0GRACE", "Unread Phone (1)")
    await at_home(desk, hers, "Respond", "U0GRACE")
    view = await desk.window("U0GRACE", containing="Respond")
    await desk.submit(view, who="U0GRACE", respond_text="Fine.")
    await home(desk, "U0GRACE", "Nothing waits for you")
    await go_home(desk, containing="Unread Phone (1)")


async def test_looking_takes_it_off_nobody_s_list(desk: World):
    """Open, Reply and Cancel, History: it stays unread."""
    card = await arrived(desk)
    await desk.press(card, "Open")
    await desk.do("close", view_id=(await desk.window())["id"], **{"as": "U0ALICE"})
    await go_home(desk, containing="Unread Portal (1)")


async def test_five_entries_then_more_and_urgent_first(desk: World):
    """Seven wait: five are shown, the urgent one on top, Show 2 more shows the rest."""
    for n in range(1, 7):
        await desk.write(message(n=str(n), subject=f"Question {n}"))
    await desk.write(
        message(n="7", subject="Urgent one", priority="urgent", patient={"id": "p-9", "name": "Zoe Urgent"})
    )
    await desk.card("Question 6")
    view = await go_home(desk, containing="Unread Portal (7)")
    shown = words(view)
    assert "1 urgent" in shown
    assert shown.index("Zoe Urgent") < shown.index("Mateo Delgado")
    await at_home(desk, view, "Show 2 more")
    await home(desk, containing="Unread Portal (7)")
    await desk.quiet()
    assert "Show 2 more" not in labels(await home(desk))


async def test_two_take_it_at_once_and_one_has_it(desk: World):
    """The first press wins; the second sees who has it, and since when."""
    card = await arrived(desk)
    where = {"channel": "C0NURSING", "ts": card["ts"]} | button(card, "Take it")
    await asyncio.gather(*(desk.do("press", **where, **{"as": who}) for who in ("U0ALICE", "U0GRACE")))
    await desk.quiet()
    (holder,) = await desk.rows("SELECT holder FROM conversations")
    loser = "U0GRACE" if holder == ("U0ALICE",) else "U0ALICE"
    assert "You can still answer: sending takes it over" in await desk.notice("has had this since", who=loser)


async def test_it_is_taken_over_and_the_other_is_told(desk: World):
    """The card says who has it; Take it there takes it over; Alice gets a direct message."""
    card = await arrived(desk)
    await desk.press(card, "Take it")
    await desk.card("Alice Moreno, RN has it")
    await desk.press(card, "Take it", who="U0GRACE")
    await desk.direct("U0ALICE", "Grace Kim took over")
    await desk.press(card, "Give it back")
    assert "not you" in await desk.notice("A colleague has this one")


async def test_given_back_it_is_unread_again(desk: World):
    """Give it back: nobody has it."""
    card = await arrived(desk)
    await desk.press(card, "Take it")
    await desk.card("Moreno, RN has it")
    await desk.press(card, "Give it back")
    await desk.card("nobody has it")
    await go_home(desk, containing="Unread Portal (1)")


async def test_it_sleeps_and_wakes_by_itself(desk: World):
    """Snoozed for an hour: off the list, marked on the card; then it is back, and the channel is told."""
    card = await arrived(desk)
    await desk.press(card, "Snooze")
    view = await desk.window(containing="Snooze until")
    options = next(b for b in view["blocks"] if b["block_id"] == "snooze_for")["element"]["options"]
    assert (await desk.submit(view, snooze_for=options[1]["value"])).get("closed")
    await desk.card("Snoozed")
    await go_home(desk, containing="Nothing waits")
    await desk.later(minutes=61)
    from bot.domain import snooze

    await desk.service.store.run(snooze.wake, now=desk.clock())
    await desk.card("nobody has it")

    async def woken() -> bool:
        return any("Snoozed until now" in words(m) for m in await desk.thread(card))

    await until(woken, what="the channel is told")


async def test_urgent_and_not_urgent(desk: World):
    """A person marks it urgent: its own clock and the urgent channel; not urgent brings the promise back."""
    card = await arrived(desk)
    (before,) = await desk.rows("SELECT due_at FROM conversations")
    await desk.press(card, "Mark urgent")
    await desk.card("Urgent")
    await desk.card("Urgent", channel="C0URGENT")
    again = await desk.card("Urgent")
    assert labels(again)[0] == "Take it"
    await desk.press(again, "Not urgent")
    await desk.quiet()
    (after,) = await desk.rows("SELECT due_at FROM conversations")
    assert after == before


async def test_done_and_open_again(desk: World):
    """Done closes it without an answer; Reopen makes it one's own; the family's next message opens it too."""
    card = await arrived(desk)
    await desk.press(card, "Done")
    done = await desk.card("closed by Alice Moreno")
    assert labels(done)[0].startswith("[")
    await desk.press(card, "Reopen")
    await desk.card("Alice Moreno, RN has it")
    await desk.press(card, "Done")
    await desk.card("closed by Alice Moreno")
    await desk.write(message(message_id="m-2", thread_id="t-1"))
    await desk.card("opened again by the family")
    assert desk.shown() == []


async def test_a_note_and_the_history(desk: World):
    """A note from the window is for colleagues; History tells who did what."""
    card = await arrived(desk)
    await desk.press(card, "Open")
    view = await desk.window(containing="Ear drops")
    await desk.press_in(view, "Add note")
    view = await desk.window(containing="The family never sees it")
    assert (await desk.submit(view, note_text="Mom called as well.")).get("cleared")
    await desk.press(card, "Take it")
    await desk.card("Moreno, RN has it")
    await desk.press(card, "Open")
    view = await desk.window(containing="Mom called as well.")
    await desk.press_in(view, "History")
    told = await desk.window(containing="from the journal")
    for what in ("came from the portal", "wrote a note", "took it", "Alice Moreno"):
        assert what in words(told), what
    assert desk.shown() == []


async def test_the_history_tells_where_a_card_was_posted(desk: World):
    """An urgent message has two cards, and whoever it is forwarded to a third: three rows that differ."""
    await desk.write(message(priority="urgent"))
    card = await desk.card("Ear drops and swimming")
    await desk.hand(card, "Grace", forward_note="Please.")
    await desk.quiet()
    await desk.press(card, "Open")
    await desk.press_in(await desk.window(containing="Ear drops"), "History")
    told = words(await desk.window(containing="from the journal"))
    for what, times in (("card posted", 3), ("card posted in the urgent channel too", 1), ("card posted for Grace", 1)):
        assert told.count(what) == times, (what, told)


async def test_send_takes_it_over_from_whoever_has_it(desk: World):
    """Grace answers what Alice has: it goes out, and Alice is told."""
    card = await arrived(desk)
    await desk.press(card, "Take it")
    await desk.card("Moreno, RN has it")
    await desk.reply(card, "Stop the drops.", who="U0GRACE")
    await desk.replies()
    await desk.direct("U0ALICE", "Grace Kim answered")


async def test_the_command_opens_the_desk(desk: World):
    """`/portal` shows the same lists in a window, and what is pressed there is seen there."""
    await arrived(desk)
    await desk.do("command", text="/portal", channel="C0NURSING", **{"as": "U0ALICE"})
    view = await desk.window(containing="Unread Portal (1)")
    await desk.press_in(view, "Reply")
    over = await desk.window(containing="Reply to family")
    await desk.do("close", view_id=over["id"], **{"as": "U0ALICE"})
    (view,) = await desk.views()
    entry = button(view, "Take it")
    await desk.do("press", view_id=view["id"], **entry, **{"as": "U0ALICE"})
    await desk.window(containing="Mine (1)")
