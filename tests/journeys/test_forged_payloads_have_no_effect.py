"""Forged, swapped, stale and replayed payloads: answered in words, audited, and without any effect (SAFETY I13, I19)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from bot.slack import names
from tests.journeys.conftest import OpenDesk
from tests.journeys.forger import fingerprint, nothing_came_of, reference, refusals, swap
from tests.world import PRACTICE, World, block_of, message, until, words

STRANGERS = ("U0BEN", "U0NOBODY", "U0GUEST")  # another department's, nobody's, a guest
MEDICINE = {"line": 1, "text": "albuterol HFA 90 mcg inhaler", "schedule": "none"}


@pytest.mark.parametrize("who", STRANGERS)
async def test_no_button_of_a_foreign_card_does_anything(desk: World, who: str):
    """Each of the catalogue's actions, pressed with a real reference by somebody who has no part in it."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    before = await fingerprint(desk)
    for count, action in enumerate(names.CARD.values(), 1):
        pressed = {"channel": "C0NURSING", "ts": card["ts"], "block_id": "any", "action_id": action}
        told = await desk.do("press", value=reference(card), forged=True, **pressed, **{"as": who})
        assert told["acked"], action

        async def answered(count: int = count) -> bool:
            return len(await desk.notices(who=who)) >= count

        await until(answered, what=f"an answer to {action} of {who}")
    assert await desk.views(who) == []
    await nothing_came_of(desk, before)
    assert await refusals(desk) == len(names.CARD)
    assert all("Rosa" not in told and "drops" not in told for told in await desk.notices(who=who))


ALLOWED = {"open", "history", "note", "reply", "forward", "take", "take_over", "done", "snooze", "urgent"}
ENTRIES = sorted(set(names.CARD) - ALLOWED)  # an unread general message offers Alice nothing of these


async def test_entries_behind_the_dots_that_were_not_offered(desk: World):
    """Whatever key an overflow entry names, what the state does not offer to this person is refused in words."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    before = await fingerprint(desk)
    for key in ENTRIES:
        option = {"text": {"type": "plain_text", "text": "x"}, "value": f"{key}:{reference(card)}"}
        pressed = {"channel": "C0NURSING", "ts": card["ts"], "block_id": "any", "action_id": "card_more"}
        told = await desk.do(
            "press", type="overflow", selected_option=option, forged=True, **pressed, **{"as": "U0ALICE"}
        )
        assert told["acked"], key
    await nothing_came_of(desk, before)
    assert len(await desk.notices()) >= len(ENTRIES) - 1  # Refill leads to a window


CALLBACKS = (
    names.REFILL, names.REFILL_CONFIRM, names.FORWARD, names.RESPOND, names.OUTCOME, names.SNOOZE, names.NOTE,
    names.MAP_CHANNEL, names.STAFF, "reply_v0", "", "x" * 200,
)  # fmt: skip
TYPED = {
    "line_1_outcome": {"line_1_outcome": {"type": "radio_buttons", "selected_option": {"value": "approved"}}},
    "family_words": {"family_words": {"type": "plain_text_input", "value": "Approved."}},
    "forward_to": {"forward_to": {"type": "external_select", "selected_option": {"value": "p:U0GRACE"}}},
    "respond_text": {"respond_text": {"type": "plain_text_input", "value": "Yes."}},
    "outcome": {"outcome": {"type": "radio_buttons", "selected_option": {"value": "booked"}}},
    "snooze_for": {"snooze_for": {"type": "static_select", "selected_option": {"value": "60"}}},
    "note_text": {"note_text": {"type": "plain_text_input", "value": "A note."}},
    "staff_person": {"staff_person": {"type": "users_select", "selected_user": "U0ALICE"}},
    "map_channel": {"map_channel": {"type": "conversations_select", "selected_conversation": "C0NURSING"}},
}


@pytest.mark.parametrize("callback", CALLBACKS, ids=lambda name: name[:20] or "empty")
async def test_a_reply_window_that_says_it_is_another(desk: World, callback: str):
    """The reference of one sort of window opens no other door."""
    await desk.write(message())
    view = await desk.writing(await desk.card("Ear drops and swimming"))
    before = await fingerprint(desk)
    swap(desk, view, callback_id=callback)
    told = await desk.do("submit", view_id=view["id"], values=TYPED, forged=True, **{"as": "U0ALICE"})
    assert told["acked"]
    assert told.get("errors"), told
    await nothing_came_of(desk, before)


REFERENCES = ("", "w_unknown0000000000", "c_0123456789abcdef", "x" * 3000, "' OR 1=1 --", "\u202e", "{}", "1:ph_x")


async def test_a_window_with_another_one_s_reference(desk: World):
    """Somebody else's window, an unknown one, nonsense: nothing is sent, the text stays."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    theirs = await desk.writing(card, who="U0GRACE")
    view = await desk.writing(card)
    before = await fingerprint(desk)
    for metadata in (theirs["private_metadata"], *REFERENCES):
        swap(desk, view, private_metadata=metadata)
        told = await desk.forge(view, "Stop the drops.")
        assert "I do not know this window any more" in str(told["errors"]), metadata
    await nothing_came_of(desk, before)
    assert await refusals(desk) == 1 + len(REFERENCES)


NOBODY = ("p:U0NOBODY", "p:U0GUEST", "p:B0PORTAL", "p:U0ALICE", "p:", "d:99", "d:-1", "d:Nursing", "x", "")


async def test_a_forward_to_whoever_was_not_offered(desk: World):
    """No role, a guest, a bot, oneself, a department that does not exist: refused under the field."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.press(card, "Forward")
    view = await desk.window(containing="They get a direct message")
    before = await fingerprint(desk)
    for value in NOBODY:
        chosen = {"type": "external_select", "selected_option": {"value": value}}
        values = {block_of(view, "forward_to")["block_id"]: {"forward_to": chosen}}
        told = await desk.do("submit", view_id=view["id"], values=values, forged=True, **{"as": "U0ALICE"})
        assert told.get("errors"), value
    await nothing_came_of(desk, before)


ODD_LINES = (
    {"line_1_outcome": "sold"}, {"line_1_outcome": ""}, {"line_7_outcome": "approved"}, {"line_0_outcome": "denied"},
    {"line_1_outcome": "denied", "line_1_reason": "because"}, {"line_1_outcome": "needs_info"},
    {"line_1_outcome": "approved_changed"}, {"line_1_outcome": "approved_changed", "line_1_refills": "१२"},
    {"line_1_outcome": "approved_changed", "line_1_refills": "-1"},
    {"line_1_outcome": "approved_changed", "line_1_refills": "1000000000"},
    {"line_1_outcome": "approved_changed", "line_1_quantity": "30 oxycodone"},
    {"line_1_outcome": "approved_changed", "line_1_sig": "or rital in 10 mg"}, {"line_1_outcome": "done_in_ehr"},
)  # fmt: skip


async def test_decisions_that_the_window_does_not_offer(desk: World):
    """Outcomes, lines, reasons and numbers that were not there, and a controlled medicine written into a change."""
    await desk.write(message("refill", request={"medications": [MEDICINE]}))
    card = await desk.card("albuterol", channel="C0REFILLS", who="U0GRACE")
    await desk.press(card, "Refill", who="U0GRACE", channel="C0REFILLS")
    view = await desk.window("U0GRACE", containing="Decision for")
    before = await fingerprint(desk)
    for odd in ODD_LINES:
        desk.slack.slack.windows.by_id[view["id"]].state.clear()
        values = {name: {name: _field(name, value)} for name, value in odd.items()}
        swap(desk, view, blocks=[*view["blocks"], *_blocks(odd, view)])
        told = await desk.do("submit", view_id=view["id"], values=values, forged=True, **{"as": "U0GRACE"})
        assert told.get("errors"), odd
    await nothing_came_of(desk, before)


def _field(name: str, value: str) -> dict[str, Any]:
    if name.endswith(("outcome", "reason")):
        return {"type": "radio_buttons", "selected_option": {"value": value}}
    return {"type": "plain_text_input", "value": value}


def _blocks(odd: Mapping[str, str], view: Mapping[str, Any]) -> list[dict[str, Any]]:
    there = {block.get("block_id") for block in view["blocks"]}
    return [{"type": "input", "block_id": name} for name in odd if name not in there]


async def test_the_second_page_without_the_first(desk: World):
    """A first page that says it is the second decides nothing: what would be kept was never chosen."""
    await desk.write(message("refill", request={"medications": [MEDICINE]}))
    card = await desk.card("albuterol", channel="C0REFILLS", who="U0GRACE")
    await desk.press(card, "Refill", who="U0GRACE", channel="C0REFILLS")
    view = await desk.window("U0GRACE", containing="Decision for")
    before = await fingerprint(desk)
    swap(desk, view, callback_id=names.REFILL_CONFIRM)
    told = await desk.do("submit", view_id=view["id"], values=TYPED, forged=True, **{"as": "U0GRACE"})
    assert told.get("errors"), told
    await nothing_came_of(desk, before)


async def test_every_submit_counts_once(desk: World):
    """Forward, note and snooze submitted three times each after they were closed: one effect each."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.press(card, "Open")
    view = await desk.window(containing="Ear drops")
    await desk.press_in(view, "Add note")
    note = await desk.window(containing="The family never sees it")
    assert (await desk.submit(note, note_text="Mom called.")).get("cleared")
    await desk.press(card, "Forward")
    forward = await desk.window(containing="They get a direct message")
    assert (await desk.hand_in(forward, "Grace", forward_note="please")).get("closed")
    before = await fingerprint(desk)
    for view in (note, forward) * 2:
        values = dict(desk.slack.slack.windows.by_id[view["id"]].state)
        told = await desk.do("submit", view_id=view["id"], values=values, forged=True, **{"as": "U0ALICE"})
        assert "done already" in str(told["errors"]), told
    await nothing_came_of(desk, before)


async def test_who_got_no_prior_text_gets_it_nowhere(open_desk: OpenDesk):
    """Forwarded with a note alone: Open, History, Reply, Forward, a note and Home tell nothing of the family's words."""
    desk = await open_desk(PRACTICE)
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.press(card, "Forward")
    view = await desk.window(containing="They get a direct message")
    await desk.hand_in(view, "Ben", forward_note="Can you call her?", forward_prior=False)
    got = await desk.direct("U0BEN", "Can you call her?")
    secrets = ("swimming yesterday", "hurts", "water")
    seen = [words(got)]
    for action in ("card_open", "card_history", "card_reply", "card_forward", "card_note", "card_refill", "card_take"):
        pressed = {"channel": "D0BEN", "ts": got["ts"], "block_id": "any", "action_id": action}
        await desk.do("press", value=reference(card), forged=True, **pressed, **{"as": "U0BEN"})
    await desk.quiet()
    await desk.do("open_home", **{"as": "U0BEN"})
    await desk.quiet()
    seen += [words(view) for view in await desk.views("U0BEN")]
    seen += await desk.notices("D0BEN", "U0BEN")
    seen += [words((await desk.look("home", **{"as": "U0BEN"}))["view"])]
    assert [word for word in secrets if any(word in told for told in seen)] == []


def test_the_table_is_large_enough():
    """At least 80 distinct cases."""
    cases = len(STRANGERS) * len(names.CARD) + len(ENTRIES) + len(CALLBACKS) + len(REFERENCES) + len(NOBODY)
    assert cases + len(ODD_LINES) >= 80
