"""Events as portals send them, well-formed and merely well-meant, and what is made of them."""

import copy
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import event
from bot.domain.message import Kind, PortalMessage, Relationship
from bot.portals.webhook import Unreadable, read

ARRIVED = datetime(2026, 11, 22, 19, 4, 12, tzinfo=UTC)
EVENTS = Path(__file__).parents[2] / "docs" / "portal-contract" / "events"
REFILL = json.loads((EVENTS / "message-created-refill.json").read_text())
LEAST = {
    "type": "portal.message.created",
    "data": {"message_id": "m-1", "sender": {"portal_user_id": "pu-1"}, "body": {"text": "Hello"}},
}


def created(data: dict[str, Any] | None = None, *, base: dict[str, Any] = LEAST, **top: Any) -> event.MessageCreated:
    """The event `base` with some of its data changed, as it is read."""
    changed = copy.deepcopy(base) | top
    changed["data"] |= data or {}
    found = read(json.dumps(changed).encode(), ARRIVED)
    assert isinstance(found, event.MessageCreated)
    return found


def message(data: dict[str, Any] | None = None, **more: Any) -> PortalMessage:
    return created(data, **more).message


def test_the_contracts_example_is_read_whole() -> None:
    """Every field of the example arrives in the domain's words."""
    found = message(base=REFILL)
    assert (found.message_id, found.thread_id, found.kind) == ("m-88121", "t-5512", Kind.REFILL)
    assert found.sent_at == datetime(2026, 11, 22, 19, 3, 58, tzinfo=UTC)
    assert (found.sender.relationship, found.sender.proxy_verified) == (Relationship.PARENT, True)
    assert found.patient.birth_date == date(2017, 3, 9)
    assert (found.attachments[0].size, found.lang, found.urgent, found.confidential) == (81233, "en", False, False)
    medicine = found.request.medications[0]
    assert (medicine.line, medicine.schedule, medicine.refills_left) == (1, "none", 0)
    assert medicine.last_filled == date(2026, 10, 20)
    assert (found.request.pharmacy.name, found.request.needed_by) == ("Walgreens #1234", date(2026, 11, 25))


def test_the_least_that_can_be_used_is_used() -> None:
    """An id, an account and words suffice; all else is unknown or safe."""
    found = message()
    assert (found.thread_id, found.kind, found.subject, found.sent_at) == ("m-1", Kind.GENERAL, "", ARRIVED)
    assert (found.patient.name, found.request, found.urgent, found.confidential) == (None, None, False, False)
    assert (found.sender.relationship, found.sender.proxy_verified) == (Relationship.OTHER, None)


@pytest.mark.parametrize(
    ("data", "field", "value"),
    [
        ({"message_id": 88121}, "message_id", "88121"),
        ({"message_id": 88121.0}, "message_id", "88121"),
        ({"thread_id": 7}, "thread_id", "7"),
        ({"message_id": " a  b "}, "message_id", " a  b "),
        ({"thread_id": ""}, "thread_id", "m-1"),
        ({"thread_id": None}, "thread_id", "m-1"),
        ({"subject": 5}, "subject", "5"),
        ({"subject": ["x"]}, "subject", ""),
        ({"subject": "two\nlines\u2028of it"}, "subject", "two lines of it"),
        ({"body": "Only text"}, "text", "Only text"),
        ({"body": {"text": "x", "format": "markdown"}}, "text", "x"),
        ({"body": {"text": " a\r\nb\rc \n"}}, "text", "a\nb\nc"),
        ({"body": {"text": "<p>One</p><p>Two</p>", "format": "HTML"}}, "text", "One\n\nTwo"),
        ({"body": {"text": "<b>x</b>", "format": "plain"}}, "text", "<b>x</b>"),
        ({"body": {"text": "a\u0000b"}}, "text", "a\ufffdb"),
        ({"version": "3"}, "version", 3),
        ({"version": 3.0}, "version", 3),
        ({"version": "2.1a"}, "version", None),
        ({"version": -1}, "version", None),
        ({"version": 10**30}, "version", None),
        ({"priority": "URGENT"}, "urgent", True),
        ({"priority": "stat"}, "urgent", False),
        ({"priority": 1}, "urgent", False),
        ({"confidential": True}, "confidential", True),
        ({"confidential": None}, "confidential", False),
        ({"confidential": "no"}, "confidential", False),
        ({"confidential": "yes"}, "confidential", True),
        ({"confidential": 1}, "confidential", True),
        ({"confidential": "teen"}, "confidential", True),
        ({"confidential": {}}, "confidential", True),
        ({"attachments": None}, "attachments", ()),
        ({"kind": "Refill"}, "kind", Kind.REFILL),
        ({"kind": None, "subject": "Patient Portal  rx Refill"}, "kind", Kind.REFILL),
        ({"kind": "rx", "subject": "Appointment Request"}, "kind", Kind.APPOINTMENT),
        ({"kind": "rx", "request": {"medications": [{"text": "x"}]}}, "kind", Kind.REFILL),
        ({"kind": None, "request": {"payer": "x"}}, "kind", Kind.INSURANCE),
        ({"kind": None, "request": {"specialty": "x"}}, "kind", Kind.REFERRAL),
        ({"kind": None, "request": {"preferred": [{"days": ["mon"]}]}}, "kind", Kind.APPOINTMENT),
        ({"kind": "general", "request": {"payer": "x"}}, "kind", Kind.GENERAL),
        ({"sent_at": "2026-11-22T14:03:58-05:00"}, "sent_at", ARRIVED.replace(minute=3, second=58)),
        ({"sent_at": "2026-11-22t19:03:58z"}, "sent_at", ARRIVED.replace(minute=3, second=58)),
        ({"sent_at": "2026-11-22T19:03:58"}, "sent_at", ARRIVED.replace(minute=3, second=58)),
        ({"sent_at": 1795374238}, "sent_at", ARRIVED.replace(minute=3, second=58)),
        ({"sent_at": "1795374238000"}, "sent_at", ARRIVED.replace(minute=3, second=58)),
        ({"sent_at": "yesterday"}, "sent_at", ARRIVED),
        ({"sent_at": "0001-01-01T00:00:00Z"}, "sent_at", ARRIVED),
        ({"sent_at": "2099-01-01T00:00:00Z"}, "sent_at", ARRIVED),
    ],
)  # fmt: skip
def test_an_odd_field_is_mended_or_left_out(data: dict[str, Any], field: str, value: object) -> None:
    """What is merely unusual costs nothing, and what cannot be understood takes the safe value."""
    assert getattr(message(data), field) == value


@pytest.mark.parametrize(
    ("sender", "field", "value"),
    [
        ({"portal_user_id": 77}, "portal_user_id", "77"),
        ({"relationship": "Guardian"}, "relationship", Relationship.GUARDIAN),
        ({"relationship": "grandmother"}, "relationship", Relationship.OTHER),
        ({"relationship": 3}, "relationship", Relationship.OTHER),
        ({"proxy_verified": "false"}, "proxy_verified", False),
        ({"proxy_verified": "perhaps"}, "proxy_verified", False),
        ({"proxy_verified": None}, "proxy_verified", None),
        ({"name": " Joy \t Okafor "}, "name", "Joy Okafor"),
        ({"name": ""}, "name", None),
        ({"phone": 15550100177}, "phone", "15550100177"),
    ],
)
def test_an_odd_sender_is_still_a_sender(sender: dict[str, Any], field: str, value: object) -> None:
    """The account that wrote is kept whatever else is odd about it; doubtful rights are not verified."""
    assert getattr(message({"sender": {"portal_user_id": "pu-1"} | sender}).sender, field) == value


@pytest.mark.parametrize(
    ("given", "read_as"),
    [
        ("2017-03-09", date(2017, 3, 9)),
        ("2017-03-09T00:00:00-05:00", date(2017, 3, 9)),
        ("20170309", date(2017, 3, 9)),
        ("03/09/2017", None),
        ("2017-02-30", None),
        (20170309, date(2017, 3, 9)),
        ([], None),
    ],
)
def test_a_birth_date_is_read_or_unknown(given: object, read_as: date | None) -> None:
    """A date that could mean two days is unknown rather than guessed."""
    assert message({"patient": {"name": "Maya", "birth_date": given}}).patient.birth_date == read_as


def test_a_child_given_as_a_name_is_a_child() -> None:
    """A portal that sends a name where an object belongs loses nothing."""
    assert message({"patient": "Maya Okafor"}).patient.name == "Maya Okafor"


@pytest.mark.parametrize(
    ("given", "schedule"),
    [
        ("none", "none"),
        ("NONE", "none"),
        ("ii", "II"),
        ("IV", "IV"),
        (None, "unknown"),
        ("2", "unknown"),
        (2, "unknown"),
        ("not controlled", "unknown"),
        ("", "unknown"),
        ([], "unknown"),
    ],
)
def test_a_schedule_that_is_not_understood_is_unknown(given: object, schedule: str) -> None:
    """Only the contract's own words say that a medicine is not controlled."""
    found = message({"kind": "refill", "request": {"medications": [{"text": "x", "schedule": given}]}})
    assert found.request.medications[0].schedule == schedule


@pytest.mark.parametrize(
    ("lines", "numbers"),
    [
        ([1, 2], [1, 2]),
        ([None, None], [1, 2]),
        ([5, 5], [5, 2]),
        (["2", None], [2, 3]),
        ([2, 1, 1], [2, 1, 3]),
        ([-1], [1]),
        ([10**12], [1]),
    ],
)
def test_no_two_lines_share_a_number(lines: list[object], numbers: list[int]) -> None:
    """The portal's numbers are kept; missing and doubled ones get a free one, so that no decision is ambiguous."""
    medications = [{"line": line, "text": "x"} for line in lines]
    found = message({"kind": "refill", "request": {"medications": medications}})
    assert [one.line for one in found.request.medications] == numbers


def test_medicines_in_odd_shapes_are_all_there() -> None:
    """A lone medicine, a name in place of an object, a pharmacy by name: nothing that a prescriber must see is lost."""
    lone = message(
        {"kind": "refill", "request": {"medications": {"text": "albuterol", "refills_left": "2"}, "pharmacy": "CVS"}}
    )
    assert (lone.request.medications[0].text, lone.request.medications[0].refills_left) == ("albuterol", 2)
    assert lone.request.pharmacy.name == "CVS"
    named = message({"kind": "refill", "request": {"medications": ["albuterol", "cetirizine"]}})
    assert [one.text for one in named.request.medications] == ["albuterol", "cetirizine"]


@pytest.mark.parametrize("action", [("reschedule", "reschedule"), ("CANCEL", "cancel"), ("move", "new"), (None, "new")])
def test_an_action_that_is_not_understood_is_new(action: tuple[str | None, str]) -> None:
    """An unknown action is a new wish, which nobody loses a visit by."""
    found = message({"kind": "appointment", "request": {"action": action[0], "reason": "cough"}})
    assert found.request.action == action[1]


@pytest.mark.parametrize(
    "data",
    [
        {"body": None, "subject": "Only a subject"},
        {"body": {"text": ""}, "attachments": [{"id": "a1"}]},
        {"body": {}, "kind": "refill", "request": {"medications": [{"text": "x"}]}},
        {"body": None, "kind": "insurance", "request": {"payer": "x"}},
    ],
)
def test_words_may_be_missing_where_something_else_is_there(data: dict[str, Any]) -> None:
    """A subject, a request or a file is a message."""
    assert message(data).text == ""


@pytest.mark.parametrize("request_", [{}, {"unknown": 1}, [], "x", 7])
def test_a_request_with_nothing_known_in_it_is_no_request(request_: object) -> None:
    """An empty or foreign request does not count as something to show."""
    assert message({"kind": "refill", "request": request_}).request is None
    with pytest.raises(Unreadable, match="no words"):
        message({"kind": "refill", "request": request_, "body": None})


@pytest.mark.parametrize(
    "raw",
    [rb"a\ud800b", rb"a\udc00b", rb"a\uD83Db", rb"a\ud800\ud800b".replace(rb"\ud800\ud800", rb"\ud800")],
)
def test_half_a_character_is_shown_as_such(raw: bytes) -> None:
    """A lone surrogate, legal in JSON and no character, becomes U+FFFD."""
    found = read(json.dumps(LEAST).encode().replace(b"Hello", raw), ARRIVED)
    assert isinstance(found, event.MessageCreated)
    assert found.message.text == "a\ufffdb"


def test_whole_characters_and_backslashes_stay() -> None:
    """A surrogate pair is a character, and an escaped backslash before a u is only that."""
    found = read(json.dumps(LEAST).encode().replace(b"Hello", rb"\ud83d\ude00 \\ud800 \ud800"), ARRIVED)
    assert isinstance(found, event.MessageCreated)
    assert found.message.text == "\U0001f600 \\ud800 \ufffd"


def test_a_byte_order_mark_is_no_harm() -> None:
    """A BOM before the JSON is skipped."""
    assert isinstance(read(b"\xef\xbb\xbf" + json.dumps(LEAST).encode(), ARRIVED), event.MessageCreated)


def test_brackets_in_words_are_not_depth() -> None:
    """A text full of brackets is read."""
    assert message({"body": {"text": "[" * 500 + "{" * 500}}).text.startswith("[[[")


def test_depth_counts_in_fields_that_are_ignored_too() -> None:
    """Thirty-two levels pass, and many shallow lists do."""
    deep: Any = []
    for _ in range(29):
        deep = [deep]
    message({"extra": deep})
    message({"extra": [[]] * 1000})
    with pytest.raises(Unreadable, match="32 levels"):
        message({"extra": [deep]})


def test_a_repeat_has_the_same_hash_and_a_change_another() -> None:
    """The hash ignores the envelope, unknown fields, order and version; it notices every word that people see."""
    first = created(base=REFILL).content_sha256
    assert len(first) == 32
    assert created(base=REFILL, timestamp="2026-11-23T00:00:00Z", extra=1).content_sha256 == first
    assert created({"version": 2, "schema": 1, "unknown": [1]}, base=REFILL).content_sha256 == first
    reordered = dict(reversed(REFILL["data"].items()))
    assert read(json.dumps({"type": REFILL["type"], "data": reordered}).encode(), ARRIVED).content_sha256 == first
    for change in (
        {"body": {"text": "Other"}},
        {"subject": "Other"},
        {"confidential": True},
        {"priority": "urgent"},
        {"department": "Nursing"},
        {"sender": REFILL["data"]["sender"] | {"portal_user_id": "pu-78"}},
        {"patient": REFILL["data"]["patient"] | {"birth_date": "2017-03-10"}},
        {"attachments": []},
        {"request": REFILL["data"]["request"] | {"needed_by": "2026-11-26"}},
        {"request": {"medications": [REFILL["data"]["request"]["medications"][0] | {"schedule": "IV"}]}},
    ):
        assert created(change, base=REFILL).content_sha256 != first


def test_a_missing_time_is_not_in_the_hash() -> None:
    """A portal that gives no sent_at tells the same hash at every retry."""
    raw = json.dumps(LEAST).encode()
    later = read(raw, ARRIVED + timedelta(hours=1))
    assert later.content_sha256 == read(raw, ARRIVED).content_sha256


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"type": "portal.ping"}, event.Ping()),
        ({"type": "PORTAL.PING", "data": [1]}, event.Ping()),
        ({"type": "portal.thread.archived", "data": {}}, event.Unknown(type="portal.thread.archived")),
        ({"type": "x\ny" * 2000}, event.Unknown(type=("x y" * 2000)[:1000])),
        (
            {"type": "portal.message.withdrawn", "data": {"message_id": "m-1", "at": "2026-11-22T19:00:00Z", "by": "Joy", "reason": "not\nneeded"}},
            event.MessageWithdrawn(message_id="m-1", at=ARRIVED.replace(minute=0, second=0), by="Joy", reason="not\nneeded"),
        ),
        (
            {"type": "portal.message.handled_elsewhere", "timestamp": "2026-11-22T19:00:00Z", "data": {"message_id": 7}},
            event.HandledElsewhere(message_id="7", at=ARRIVED.replace(minute=0, second=0)),
        ),
        ({"type": "portal.thread.closed", "data": {"thread_id": "t-1"}}, event.ThreadClosed(thread_id="t-1", at=ARRIVED)),
        (
            {"type": "portal.reply.status", "data": {"reply_id": "r-1", "status": "READ", "at": "2199-01-01T00:00:00Z"}},
            event.ReplyStatus(reply_id="r-1", status="read", at=ARRIVED),
        ),
    ],
)  # fmt: skip
def test_every_other_event_is_read(given: dict[str, Any], expected: event.Event) -> None:
    """The small events carry their few fields, and unknown types are known as such."""
    assert read(json.dumps(given).encode(), ARRIVED) == expected


def test_an_update_carries_the_whole_message_and_its_version() -> None:
    """An update is the message as it reads now."""
    found = read((EVENTS / "message-updated.json").read_bytes(), ARRIVED)
    assert isinstance(found, event.MessageUpdated)
    assert (found.message.message_id, found.message.version) == ("m-88121", 2)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)
FIELDS = sorted(REFILL["data"])


def outcome(given_: dict[str, Any]) -> event.Event | str:
    """The event, or the reason why there is none."""
    try:
        return read(json.dumps(given_).encode(), ARRIVED)
    except Unreadable as refusal:
        return refusal.reason


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_unreadable(raw: bytes) -> None:
    """Whatever a verified body is, it is an event or Unreadable."""
    with pytest.raises(Unreadable):
        read(raw, ARRIVED)


@given(
    st.dictionaries(st.sampled_from(FIELDS), JSON),
    st.sampled_from(["refill", "appointment", "insurance", "referral", None]),
)
def test_no_value_anywhere_raises_anything_but_unreadable(data: dict[str, Any], kind: str | None) -> None:
    """Any JSON in any field is mended, left out or refused, and what comes out can be kept by any database."""
    changed = {"type": "portal.message.created", "data": copy.deepcopy(REFILL["data"]) | {"kind": kind} | data}
    found = outcome(changed)
    if isinstance(found, str):
        assert found.startswith("data")
        return
    assert isinstance(found, event.MessageCreated)
    repr(found).encode()
    assert "\x00" not in found.message.text + found.message.subject + found.message.message_id
    assert found.message.sent_at.utcoffset() == timedelta(0)


@given(JSON)
def test_no_request_raises_anything_but_unreadable(request_: Any) -> None:
    """Any JSON as a request, or inside one, is taken in its stride."""
    for kind, field in (
        ("refill", "medications"),
        ("appointment", "preferred"),
        ("insurance", "subscriber"),
        ("referral", "reason"),
    ):
        for given_ in (request_, {field: request_}, {field: [request_]}):
            data = copy.deepcopy(LEAST["data"]) | {"kind": kind, "request": given_}
            found = outcome({"type": "portal.message.created", "data": data})
            assert isinstance(found, event.MessageCreated) or found.startswith("data.request")
