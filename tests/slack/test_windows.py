"""The reply and Open windows: what must be seen before a press, what fits, what comes back."""

import pytest

from bot.domain.conversation import Note, Status
from bot.domain.delivery import State
from bot.domain.message import Attachment, Kind
from bot.domain.permission import Act
from bot.domain.refill import Medication
from bot.domain.refused import Refusal, Refused
from bot.domain.send import Desk, Stale
from bot.slack import form, names, open, reply  # noqa: A004 - a window of ours
from tests.slack import stories
from tests.slack.judge import active, labels, nodes, reading, units, wrong_view
from tests.slack.stories import ALICE, NOW, SENT, WROTE


def _build(shown, **more):
    window = more.pop("window", stories.window())
    return reply.build(window, shown, ALICE, NOW, **more)


def _stale(shown, since=SENT):
    return Stale(
        desk=Desk(window=stories.window(stale=True), picture=shown, staff=ALICE, stopped=None), seen_until=since
    )


def _submitted(view, typed="Hello", ticks=()):
    """What Slack would send back of a view."""
    values = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element, action = block["element"], block["element"]["action_id"]
            if element["type"] == "plain_text_input":
                values[block["block_id"]] = {action: {"type": element["type"], "value": typed}}
            else:
                chosen = element["options"] if action in ticks else []
                values[block["block_id"]] = {action: {"type": "checkboxes", "selected_options": chosen}}
    return {**view, "state": {"values": values}}


def _position(view, words):
    return next(i for i, b in enumerate(view["blocks"]) if words in reading(b))


def test_the_reply_window_is_the_contracts():
    """Title, Send, the field's names, its limit and the opaque reference are those that everybody relies on."""
    view = _build(stories.picture())
    field = next(b for b in view["blocks"] if b.get("block_id") == "reply_text")
    assert (view["callback_id"], view["submit"]["text"], view["private_metadata"]) == ("reply", "Send", "w_7Qm2c9Vt")
    assert field["element"]["action_id"] == "reply_text"
    assert field["element"]["max_length"] == 3000
    assert "initial_value" not in field["element"]
    assert "up to 3,000 characters" in field["hint"]["text"]
    assert not any("focus_on_load" in n for _, n in nodes(view))


def test_child_age_recipient_come_before_the_field():
    """Child, age, birth date, MRN, To and Read by stand above anything that can be typed."""
    view = _build(stories.picture())
    field = _position(view, "up to 3,000 characters")
    for words in (
        "Mateo Delgado, 6 y",
        "Born Aug 14, 2020 · MRN 100871",
        "To Web Portal User, Rosa Delgado (parent)",
        "Read by Rosa",
    ):
        assert _position(view, words) < field


def test_done_after_sending_is_ticked_at_first():
    """A reply closes the message unless the writer says otherwise, and what they said is kept."""
    ticked = [
        b["element"].get("initial_options")
        for b in _build(stories.picture())["blocks"]
        if b.get("block_id") == "reply_done"
    ]
    assert ticked[0]
    kept = [
        b["element"].get("initial_options")
        for b in _build(stories.picture(), done_after=False)["blocks"]
        if b.get("block_id") == "reply_done"
    ]
    assert kept == [None]


def test_a_bump_makes_slack_forget():
    """A new text comes under a new block id, because Slack keeps what was typed under the old one."""
    view = _build(stories.picture(), text="New words", bump=2)
    assert any(
        b.get("block_id") == "reply_text:2" and b["element"]["initial_value"] == "New words" for b in view["blocks"]
    )
    assert form.bump_of(view, "reply_text") == 2
    assert form.bump_of({"blocks": [None, {"block_id": 3}, {"block_id": "reply_text:x"}]}, "reply_text") == 0
    assert form.bump_of({}, "reply_text") == 0


def test_stale_shows_what_is_new_and_asks_for_a_tick():
    """The reason on top, the new words right under To, the text kept, a required tick that a second press lacks."""
    shown = stories.picture(messages=[stories.stored(), stories.LATER], version=2)
    view = _build(shown, window=stories.window(stale=True), stale=_stale(shown), text="kept")
    assert view["blocks"][0]["type"] == "alert"
    assert _position(view, "New from Web Portal User") == _position(view, "Read by") + 1
    tick = next(b for b in view["blocks"] if names.base(b.get("block_id", "")) == "stale_read")
    assert not tick.get("optional")
    assert "initial_options" not in tick["element"]
    again = stories.picture(messages=[stories.stored(), stories.LATER], version=3)
    other = _build(again, window=stories.window(stale=True), stale=_stale(again), text="kept")
    assert tick["block_id"] not in {b.get("block_id") for b in other["blocks"]}
    assert not reply.read(_submitted(view)).read_tick
    assert reply.read(_submitted(view, ticks={"stale_read"})).read_tick


def test_stale_without_a_visible_cause_still_says_so():
    """A changed message that came long ago is no reason for silence."""
    shown = stories.picture(version=2)
    view = _build(shown, window=stories.window(stale=True), stale=_stale(shown, since=NOW))
    assert "Something about this message changed" in reading(view["blocks"][0])
    assert wrong_view(view) == []


def test_an_unverified_writer_needs_a_tick():
    """The portal did not verify that the writer may act for the child: an alert, and a required tick."""
    writer = stories.replace(stories.ROSA, proxy_verified=False)
    view = _build(stories.picture(messages=[stories.stored(stories.message(sender=writer))]))
    tick = next(b for b in view["blocks"] if b.get("block_id") == "reply_proxy")
    assert not tick.get("optional")
    assert "Relationship not verified by the portal" in reading(view)
    assert reply.read(_submitted(view, ticks={"reply_proxy"})).proxy_tick


def test_warnings_stand_above_the_field():
    """Confidential, siblings, a stopped portal and an earlier answer on its way are seen before anything is typed."""
    sending = stories.picture(stories.answer(State.PENDING), status=Status.ANSWERED, related=(stories.TOBI,))
    view = _build(sending)
    assert "earlier answer is still on its way" in reading([b for b in view["blocks"] if b["type"] == "alert"])
    assert "Tobi Okafor" in reading([b for b in view["blocks"] if b["type"] == "alert"])
    stopped = _build(sending, stopped=SENT)
    assert "The portal refuses our signature" in reading(stopped)
    secret = _build(stories.picture(messages=[stories.stored(stories.TEEN)], confidential=True))
    assert "Confidential: only the teenager's own account may get the answer" in reading(secret)
    guardian = _build(stories.picture(messages=[stories.stored(stories.GUARDIAN)], confidential=True))
    assert "Answer by phone, or ask a prescriber" in reading(guardian)


def test_earlier_messages_stand_oldest_first():
    """Below the field, in the order in which they were said, long ones whole."""
    told = [
        stories.stored(
            stories.message(f"text {n} " + "x" * 7000, message_id=f"m-{n}", sent_at=WROTE + n * (SENT - WROTE) / 9)
        )
        for n in range(4)
    ]
    view = _build(stories.picture(messages=told))
    places = [_position(view, f"text {n} ") for n in (0, 1, 2)]
    assert places == sorted(places)
    assert places[0] > _position(view, "up to 3,000 characters")
    assert reading(view).count("x") >= 4 * 7000


def test_a_huge_conversation_fits_and_says_what_is_left_out():
    """200 long messages: at most 100 blocks and 250 KB, and the number that is not shown."""
    told = [stories.stored(stories.message("😀" * 4000, message_id=f"m-{n}")) for n in range(200)]
    told.append(stories.stored(stories.message("漢" * 300_000, message_id="m-last", sent_at=NOW)))
    answers = [stories.answer(id=f"r_{n}", text="z" * 3000) for n in range(30)]
    shown = stories.picture(*answers, messages=told)
    view = _build(shown, window=stories.window(stale=True), stale=_stale(shown, since=WROTE), text="t" * 5000)
    assert wrong_view(view) == []
    assert "messages. Press Open on the card to read them all" in reading(view)
    assert "Press Open on the card to read all of it" in reading(view)


def test_open_shows_everything_over_its_pages():
    """Page by page nothing of a huge conversation is left out, and each page names the child and who looks."""
    medicines = tuple(Medication(line=n, text=f"medicine-{n}.", sig="s" * 5000) for n in range(40))
    files = tuple(Attachment(id=str(n), name=f"file-{n}.jpg") for n in range(60))
    told = [
        stories.stored(stories.message(f"begin-{n}. " + "漢" * 3500 + f" end-{n}.", message_id=f"m-{n}"))
        for n in range(200)
    ]
    shown = stories.asking(Kind.REFILL, request=stories.RefillRequest(medications=medicines), messages=told)
    shown = stories.replace(
        shown, messages=(*shown.messages, stories.stored(stories.message(message_id="m-f", attachments=files)))
    )
    notes = [Note(id=str(n), conversation_id="c", author="U0GRACE", text=f"note-{n}.", at=SENT) for n in range(50)]
    read, page, last = "", 0, None
    while True:
        view = open.build(shown, notes, ALICE, NOW, frozenset(Act), page=page)
        assert wrong_view(view) == []
        assert "opened this is recorded" in reading(view)
        read += reading(view)
        more = [
            b for b in view["blocks"] if names.base(b.get("block_id", "")) == "open_more" and "Show more" in reading(b)
        ]
        if not more:
            break
        page = names.number(more[0]["block_id"])
        assert page != last
        last = page
    wanted = (
        [f"medicine-{n}." for n in range(40)] + [f"file-{n}.jpg" for n in range(60)] + [f"note-{n}." for n in range(50)]
    )
    wanted += [f"{part}-{n}." for n in range(200) for part in ("begin", "end")]
    assert [w for w in wanted if w not in read] == []
    assert open.build(shown, notes, ALICE, NOW, frozenset(Act), page=10**6)["blocks"]


def test_open_offers_what_this_person_may_do():
    """Buttons come from the person's acts; somebody who may only look gets the history."""
    shown = stories.picture(stories.unclear(), **stories.HELD)
    able = labels(open.build(shown, [], ALICE, NOW, frozenset(Act))["blocks"])
    assert able[:5] == ["Check portal", "Mark delivered", "Send again", "Reply", "Forward"]
    assert labels(open.build(shown, [], ALICE, NOW, {Act.OPEN, Act.HISTORY})["blocks"]) == ["History"]


def test_notes_are_said_to_stay_inside():
    """Internal notes are counted, signed, and said never to reach the family."""
    words = reading(open.build(stories.picture(notes=1), [stories.NOTE], ALICE, NOW, {Act.OPEN}))
    assert "1 internal note · For colleagues only. The family never sees it." in words
    assert "Grace Kim, PNP" in words


def test_what_is_typed_comes_back():
    """Text and ticks are read wherever Slack puts them, under a bumped block as well."""
    view = _build(stories.picture(), text="a", bump=4)
    form = reply.read(_submitted(view, typed="Fever? Come in.", ticks={"reply_done"}))
    assert (form.window_id, form.text, form.done_after) == ("w_7Qm2c9Vt", "Fever? Come in.", True)
    assert form.form.text == "Fever? Come in."


@pytest.mark.parametrize(
    "state",
    [
        None,
        7,
        [],
        {},
        {"values": None},
        {"values": []},
        {"values": {1: {}}},
        {"values": {"reply_text": None}},
        {"values": {"reply_text": {"reply_text": "x"}}},
        {"values": {"reply_text": {"reply_text": {"value": 7}}}},
        {
            "values": {
                "reply_text": {"reply_text": {"value": None}},
                "reply_done": {"reply_done": {"selected_options": 1}},
            }
        },
        {"values": {"reply_done": {"reply_done": {"selected_options": [None, 3, {}, {"value": None}]}}}},
        {"values": {"stale_read:x:y": {"stale_read": {"selected_options": {"value": "read"}}}}},
    ],
)
def test_forged_state_is_read_without_a_bug(state):
    """Odd or missing values are empty or not ticked; nothing raises."""
    form = reply.read({"private_metadata": state, "state": state})
    assert (form.text, form.done_after, form.read_tick, form.proxy_tick) == ("", False, False, False)
    assert form.window_id == ""


def test_refusals_land_under_a_field_that_exists():
    """Slack shows an error only under a block of the view: the field's own, with its number, else the text field."""
    view = _build(stories.picture(), text="a", bump=4)
    refused = Refused("Because.", because=Refusal.TEXT, field="reply_text")
    assert form.errors(refused, view, field="reply_text") == {"reply_text:4": "Because."}
    assert form.errors(Refused("No.", because=Refusal.CLOSED), view, field="reply_text") == {"reply_text:4": "No."}
    assert form.errors(Refused("No.", because=Refusal.UNREAD_CHECK, field="stale_read"), view, field="reply_text") == {
        "reply_text:4": "No."
    }
    shown = stories.picture(version=9)
    stale = _build(shown, window=stories.window(stale=True))
    assert form.errors(
        Refused("Tick.", because=Refusal.UNREAD_CHECK, field="stale_read"), stale, field="reply_text"
    ) == {"stale_read:9": "Tick."}
    assert form.errors(refused, {"blocks": "odd"}, field="reply_text") == {"reply_text": "Because."}


def test_too_long_a_text_is_kept_as_far_as_slack_takes_it():
    """A text beyond the limit comes back cut, never refused by Slack."""
    view = _build(stories.picture(), text="😀" * 2999)
    initial = next(b for b in view["blocks"] if b.get("block_id") == "reply_text")["element"]["initial_value"]
    assert units(initial) <= 3000
    assert active(view) == []
