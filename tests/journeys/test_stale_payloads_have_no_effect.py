"""Windows of a colleague, of yesterday's role, of another sort, handed in twice; odd values: nothing comes of them."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.sandbox.slack.http_mode import signature
from tests.journeys.conftest import OpenDesk
from tests.journeys.forger import Opened, every_window, fingerprint, hand_in, nothing_came_of, reference, refusals
from tests.world import PRACTICE, SIGNING, World, message, words

NOBODY_LEFT = PRACTICE.partition("staff:")[0] + "staff:\n  - {slack: U0NOBODY, name: Nobody Known, roles: [admin]}\n"
ELSEWHERE = PRACTICE.replace("departments: [Nursing, Refills]", "departments: []").replace(
    "departments: [Front Desk]", "departments: []"
)
SORTS = ("reply", "forward", "note", "snooze", "respond", "refill", "confirm", "outcome", "map", "staff")
ODD = ("\x00", "\ud800", "w_" + "0" * 2900, "'; DROP TABLE replies; --", "[]", "0")


async def test_windows_of_a_colleague(desk: World):
    """Each sort of window, handed in by two people who did not open it: refused in words, audited."""
    made = await every_window(desk)
    before, refused = await fingerprint(desk), await refusals(desk)
    cases = 0
    for thief in ("reply", "respond", "outcome"):
        for sort in SORTS:
            if made[sort].who == made[thief].who:
                continue
            told = await hand_in(desk, made[sort], by=made[thief])
            assert told.get("errors"), (thief, sort, told)
            cases += 1
    assert cases >= 18
    await nothing_came_of(desk, before)
    assert await refusals(desk) == refused + cases


async def test_windows_that_say_they_are_of_another_sort(desk: World):
    """Each reference behind each other window's name: no door opens for another's key."""
    made = await every_window(desk)
    before, refused = await fingerprint(desk), await refusals(desk)
    cases = 0
    for form in SORTS[:8]:
        for key in SORTS:
            same = form == key or made[form].who != made[key].who or {form, key} == {"refill", "confirm"}
            if same:
                continue
            told = await hand_in(desk, made[form], private_metadata=made[key].view["private_metadata"])
            assert told.get("errors"), (form, key, told)
            cases += 1
    told = await hand_in(desk, made["confirm"], by=made["refill"], private_metadata=_key(made["refill"]))
    assert told.get("errors"), told  # the second page of what has no first
    assert cases >= 14
    await nothing_came_of(desk, before)
    assert await refusals(desk) == refused + cases + 1


@pytest.mark.parametrize("change", ["nobody", "elsewhere"])
async def test_windows_of_somebody_who_may_not_any_more(desk: World, change: str):
    """The staff list changed while ten windows were open: no role at all, or no department."""
    made = await every_window(desk)
    await desk.apply(NOBODY_LEFT if change == "nobody" else ELSEWHERE)
    before, refused = await fingerprint(desk), await refusals(desk)
    sorts = [sort for sort in SORTS if change == "nobody" or sort != "respond"]  # it is still Grace's turn
    for sort in sorts:
        told = await hand_in(desk, made[sort])
        assert told.get("errors"), (sort, told)
    await nothing_came_of(desk, before)
    assert await refusals(desk) == refused + len(sorts)


async def test_references_that_nobody_made(desk: World):
    """Bytes that no database takes, halves of characters, thousands of them, SQL: in every sort of window."""
    made = await every_window(desk)
    before, refused = await fingerprint(desk), await refusals(desk)
    for sort in SORTS:
        for odd in ODD:
            told = await hand_in(desk, made[sort], private_metadata=odd)
            assert told.get("errors"), (sort, odd[:20], told)
            assert "E-" not in str(told["errors"]), (sort, odd[:20], told)
    await nothing_came_of(desk, before)
    assert await refusals(desk) == refused + len(SORTS) * len(ODD)
    subjects = {row["subject"] for row in await desk.history() if row["outcome"] == "refused"}
    assert not [subject for subject in subjects if len(subject) > 100 or "DROP" in subject]


async def test_windows_handed_in_twice(desk: World):
    """Each once for good, then each twice more: one effect each."""
    made = await every_window(desk)
    desk.triangles = 1  # Slack looks for the closed window in which the next refill would be offered
    for sort in SORTS:
        if sort in ("forward", "note", "snooze", "refill", "staff"):  # something else has changed what they are about
            continue
        told = await hand_in(desk, made[sort])
        assert not told.get("errors"), (sort, told)
    await desk.quiet()
    sent = len(desk.tries())
    before = await fingerprint(desk)
    for sort in ("reply", "respond", "confirm", "outcome", "map", "staff") * 2:
        told = await hand_in(desk, made[sort])
        assert told.get("errors"), (sort, told)
    assert await fingerprint(desk) == before
    assert len(desk.tries()) == sent


NUMBER, TEXT = "number_input", "plain_text_input"


def _typed(kind: str, value: str) -> dict[str, Any]:
    return {"type": kind, "value": value}


def _radio(value: str) -> dict[str, Any]:
    return {"type": "radio_buttons", "selected_option": {"value": value}}


CHANGED = {"line_1_outcome": _radio("approved_changed")}
BOOKED = {"outcome": _radio("booked"), "reply_text": _typed(TEXT, "See you then.")}
FAR = {"type": "datetimepicker"}
VALUES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("snooze", {"snooze_until": FAR | {"selected_date_time": 10**18}}),
    ("snooze", {"snooze_until": FAR | {"selected_date_time": -(10**18)}}),
    ("snooze", {"snooze_until": FAR | {"selected_date_time": -1}}),
    ("snooze", {"snooze_until": FAR | {"selected_date_time": 99_999_999_999}}),
    ("snooze", {"snooze_for": {"selected_option": {"value": "99999999999"}}}),
    ("snooze", {"snooze_for": {"selected_option": {"value": "-1"}}}),
    ("snooze", {"snooze_for": {"selected_option": {"value": "\u0661\u0662"}}}),
    ("note", {"note_text": _typed(TEXT, " \n ")}),
    ("reply", {"reply_text": _typed(TEXT, "x" * 20_000)}),
    ("reply", {"reply_text": _typed(TEXT, "Dear {patient_first_name}")}),
    ("respond", {"respond_text": _typed(TEXT, "x" * 20_000)}),
    ("respond", {"respond_text": _typed(TEXT, "Yes."), "respond_words": _typed(TEXT, "x" * 50_000)}),
    ("refill", CHANGED | {"line_1_refills": _typed(NUMBER, "1" * 5000)}),
    ("refill", CHANGED | {"line_1_refills": _typed(NUMBER, "\u0967")}),
    ("refill", CHANGED | {"line_1_refills": _typed(NUMBER, "1.5")}),
    ("refill", CHANGED | {"line_1_refills": _typed(NUMBER, "1e1")}),
    ("refill", CHANGED | {"line_1_sig": _typed(TEXT, "r\u0456t\u0430lin 10 mg")}),
    ("refill", CHANGED | {"line_1_quantity": _typed(TEXT, "30 \u30ea\u30bf\u30ea\u30f3")}),
    ("refill", CHANGED | {"line_1_pharmacy": _typed(TEXT, "Walgreens; o x y c o d o n e")}),
    ("refill", {"line_\u0661_outcome": _radio("approved")}),
    ("refill", {"line_99999999999999999999_outcome": _radio("approved")}),
    ("confirm", {"family_words": _typed(TEXT, " ")}),
    ("confirm", {"answer_by": _radio("later"), "family_words": _typed(TEXT, "x" * 20_000)}),
    ("confirm", {"answer_by": _radio("never"), "family_words": _typed(TEXT, "x" * 20_000)}),
    ("outcome", {"outcome": _radio("recorded")}),
    ("outcome", {"outcome": _radio("created")}),
    ("outcome", {"outcome": _radio("cancelled")}),
    ("outcome", BOOKED | {"visit_date_1": {"selected_date": "9999-12-31"}, "visit_time_1": {"selected_time": "23:59"}}),
    ("outcome", BOOKED | {"visit_date_1": {"selected_date": "0001-01-01"}, "visit_time_1": {"selected_time": "00:00"}}),
    ("outcome", BOOKED | {"visit_date_1": {"selected_date": "tomorrow"}, "visit_time_1": {"selected_time": "25:99"}}),
    ("map", {"map_department": _radio("d99"), "map_channel": {"selected_conversation": "C0URGENT"}}),
    ("map", {"map_department": _radio("d0"), "map_channel": {"selected_conversation": "C0NOWHERE"}}),
    ("staff", {"staff_person": {"selected_user": ""}}),
    ("staff", {"staff_person": {"selected_user": "U0PAT"}, "staff_roles": {"selected_options": [{"value": "owner"}]}}),
)  # fmt: skip


async def test_values_that_no_field_would_let_through(desk: World):
    """Numbers beyond every calendar, digits of other scripts, look-alikes, options that were not there."""
    made = await every_window(desk)
    before = await fingerprint(desk)
    for sort, fields in VALUES:
        one = made[sort]
        there = {block.get("block_id") for block in one.view["blocks"]}
        more = [{"type": "input", "block_id": name} for name in fields if name not in there]
        values = {name: {name: given} for name, given in fields.items()}
        form = Opened(who=one.who, view=dict(one.view) | {"blocks": [*one.view["blocks"], *more]}, values=values)
        told = await hand_in(desk, form)
        assert told.get("errors"), (sort, str(fields)[:200], told)
        assert "E-" not in str(told["errors"]), (sort, str(fields)[:200], told)
    await nothing_came_of(desk, before)


QUERIES = ("", "a", "\x00", "\ud800", "(" * 500, "a" * 20_000, "%", "' OR 1=1", "\u202e")
ASKED = ("forward_to", "reply_phrase", "who", "")


async def test_suggestions_tell_a_stranger_nothing(desk: World):
    """Whoever asks for names or phrases without a role gets none, whatever they type."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    before = await fingerprint(desk)
    where = {"channel": "C0NURSING", "ts": card["ts"], "block_id": "x", "forged": True}
    for action in ASKED:
        for query in QUERIES:
            for who in ("U0NOBODY", "U0GUEST"):
                told = await desk.do("options", action_id=action, query=query, **where, **{"as": who})
                assert told["acked"], (action, query[:20])
                assert told["options"] == []
            told = await desk.do("options", action_id=action, query=query, **where, **{"as": "U0ALICE"})
            assert told["acked"], (action, query[:20])
    await nothing_came_of(desk, before)


COMMANDS = ("map", "staff", "setup", "phrases")


async def test_commands_of_a_stranger(desk: World):
    """Setup and phrases are not for whoever has no role: a sentence, no window, audited; the desk is empty."""
    await desk.write(message())
    before, refused = await fingerprint(desk), await refusals(desk)
    for who in ("U0NOBODY", "U0GUEST"):
        for word in COMMANDS:
            told = await desk.do("command", channel="C0FRONT", text=f"/portal {word}", **{"as": who})
            assert told["acked"], word
        await desk.quiet()
        assert len(await desk.notices("C0FRONT", who)) == len(COMMANDS)
        assert await desk.views(who) == []
        await desk.do("command", channel="C0FRONT", text="/portal", **{"as": who})
        assert "Mateo" not in words(await desk.window(who))
    await nothing_came_of(desk, before)
    assert await refusals(desk) >= refused + 2 * (len(COMMANDS) - 1)  # phrases are not refused, there are none


async def test_slack_is_asked_nothing_for_whoever_is_no_admin(desk: World):
    """A channel's existence and a person's name are not found out by handing in an admin's window."""
    made = await every_window(desk)
    await desk.apply(
        PRACTICE.replace("roles: [admin, staff]", "roles: [staff]").replace(
            "Grace Kim, title: PNP, roles: [", "Grace Kim, title: PNP, roles: [admin, "
        )
    )
    asked = len(desk.calls("conversations.info")), len(desk.calls("users.info"))
    for sort in ("map", "staff"):
        assert "Only an admin" in str((await hand_in(desk, made[sort]))["errors"])
    assert (len(desk.calls("conversations.info")), len(desk.calls("users.info"))) == asked


AN_HOUR = 3600


async def test_what_was_signed_an_hour_ago(open_desk: OpenDesk):
    """Old, wrongly or not signed at all: 401 and nothing; the same press once more within minutes: one effect."""
    desk = await open_desk(PRACTICE, http_mode=True)
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    before = await fingerprint(desk)
    pressed = {"type": "button", "action_id": "card_take", "block_id": "x", "value": reference(card)}
    payload = {
        "type": "block_actions", "user": {"id": "U0ALICE", "team_id": "T0CLINIC"}, "team": {"id": "T0CLINIC"},
        "api_app_id": "A0PORTAL", "trigger_id": "1.1", "actions": [pressed],
        "container": {"type": "message", "channel_id": "C0NURSING", "message_ts": card["ts"]},
        "channel": {"id": "C0NURSING"},
    }  # fmt: skip
    raw = urlencode({"payload": json.dumps(payload)}).encode()
    now = int(time.time())
    for at, secret in ((now - AN_HOUR, SIGNING), (now + AN_HOUR, SIGNING), (now, "0" * 32), (now, "")):
        assert await _post(desk, raw, str(at), signature(secret, str(at), raw)) == 401
    for at, sign in (("", ""), ("x", "v0=x"), (str(now), "v0="), ("-1", "v0=" + "0" * 64)):
        assert await _post(desk, raw, at, sign) in (400, 401), at
    await nothing_came_of(desk, before)
    for _ in range(3):
        assert await _post(desk, raw, str(now), signature(SIGNING, str(now), raw)) == 200
    await desk.journalled("message.taken")
    await desk.quiet()
    assert len(await desk.history("message.taken")) == 1
    stranger = payload | {"user": {"id": "U0ALICE", "team_id": "T0OTHER"}}
    raw = urlencode({"payload": json.dumps(stranger)}).encode()
    before = await fingerprint(desk)
    assert await _post(desk, raw, str(now), signature(SIGNING, str(now), raw)) == 200
    await desk.notice("own workspace")
    assert await fingerprint(desk) == before


async def _post(desk: World, raw: bytes, at: str, sign: str) -> int:
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": at,
        "X-Slack-Signature": sign,
    }
    async with desk.http.post(f"{desk.url}/slack/events", data=raw, headers=headers) as response:
        return response.status


def _key(form: Opened) -> str:
    return str(form.view["private_metadata"])


def test_the_table_is_large_enough():
    """Far more than 80 distinct cases."""
    asked, typed = len(ASKED) * len(QUERIES) * 3, len(VALUES)
    assert 18 + 14 + 19 + len(SORTS) * len(ODD) + asked + typed + 2 * len(COMMANDS) + 2 + 9 >= 250
