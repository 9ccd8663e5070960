"""What a card says, and what it keeps to itself."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.domain import privacy
from bot.domain.appointment import WishedTime
from bot.domain.conversation import Status
from bot.domain.delivery import State
from bot.domain.message import Attachment, Kind, Patient, Relationship, Standing
from bot.domain.practice import CardDetail
from bot.domain.refill import Medication
from bot.slack.card import card
from tests.slack import gallery, stories
from tests.slack.judge import nodes, reading, units, wrong_message
from tests.slack.stories import HELD, NOW


def _read(shown, **more):
    return reading(card(shown, **({"slot": "department", "now": NOW} | more))["blocks"])


def test_delivered_says_the_words_of_the_issue():
    """An answer that the portal has says so, with the time, in the full, the minimal and the shrunk form."""
    done = {"status": Status.DONE, "closed_at": NOW - timedelta(minutes=10), "closed_by": "U0ALICE", **HELD}
    for shown in (
        stories.picture(stories.answer(), status=Status.ANSWERED, **HELD),
        stories.picture(stories.answer(), status=Status.ANSWERED, detail=CardDetail.MINIMAL, **HELD),
        stories.picture(stories.answer(), **done),
    ):
        assert "delivered to the portal" in _read(shown).lower()
    dates = [
        n
        for _, n in nodes(card(stories.picture(stories.answer(), status=Status.ANSWERED), slot="department", now=NOW))
        if n.get("type") == "date"
    ]
    assert dates[0]["fallback"] == "9:24 AM, Tue, Nov 24"


@pytest.mark.parametrize(
    ("name", "wording"),
    [
        (
            "unread",
            "General · Mateo Delgado, 6 y| Unread · nobody has it|Due | · came |Web Portal User  Rosa Delgado, parent",
        ),
        ("held", " In progress · Alice Moreno, RN has it|No. 4817 · Nursing|1 note in the thread"),
        ("sending", " Sending · Alice Moreno, RN has it|Send pressed | · the portal has not confirmed yet"),
        (
            "answered",
            " Answered · waiting for the family|Alice Moreno, RN  to the family|not yet read by the family, says the portal",
        ),
        (
            "failed",
            " Not delivered · Alice Moreno, RN has it|The family has not got this answer · tried |, once|Why: |What to do: ",
        ),
        ("unclear", " Unclear · Alice Moreno, RN decides|Decide by | · the portal broke off at |kept word for word"),
        (
            "unclear",
            "Nothing is sent again until a person says so.|later answers in this conversation wait for this one",
        ),
        ("late", "Late since "),
        ("opened-again", "opened again by the family"),
        ("elsewhere", "⚪ Handled in the portal by Grace Kim"),
        (
            "every-line",
            "relationship not verified by the portal|wrote in Spanish|view in portal: card.jpg (JPEG, 79 KB)",
        ),
        (
            "refill",
            "Last filled Oct 20 · 0 refills left · quantity not given|Pharmacy Walgreens #1234, (555) 010-0199|Needed by Wed, Nov 25",
        ),
        (
            "appointment",
            "New visit check-up|With Dr. Omar Shah|Where not given|Tue, Dec 1, 3:00 to 5:00 PM|any Saturday morning",
        ),
        (
            "insurance",
            "Subscriber Nadia Weber, parent, born Jun 2, 1987|Replaces Cedar Mutual|no words of their own|an answer is optional",
        ),
        (
            "referral",
            "Specialty Allergy|To Dr. Helen Voss, Harbor Allergy|Why hives after peanuts, twice|Visit Dec 9, 2026",
        ),
        ("minimal", "Refill · No. 4820 · M.O.|Refills · opening it is recorded"),
        ("done-shrunk", "⚪ Done · General · Mateo Delgado, 6 y\nAnswered by Alice Moreno, RN · "),
    ],
)
def test_the_words_are_the_designs(name, wording):
    """Each state and kind says what its mock-up says, in the mock-up's words."""
    shown, slot, stopped = gallery.cards()[name]
    words = reading(card(shown, slot=slot, now=NOW, stopped=stopped)["blocks"])
    assert [part for part in wording.split("|") if part not in words] == []


def test_a_card_keeps_its_places():
    """From unread to answered nothing moves: the same blocks in the same order, the answer added before the buttons."""
    stages = [
        stories.picture(),
        stories.picture(**HELD),
        stories.picture(stories.answer(State.PENDING), status=Status.ANSWERED, **HELD),
        stories.picture(stories.answer(), status=Status.ANSWERED, **HELD),
    ]
    shapes = [[b["type"] for b in card(s, slot="department", now=NOW)["blocks"]] for s in stages]
    plain = ["header", "rich_text", "divider", "rich_text", "actions", "context"]
    assert shapes == [plain, plain, [*plain[:4], "rich_text", *plain[4:]], [*plain[:4], "rich_text", *plain[4:]]]


def test_the_name_is_cut_never_the_age():
    """A name of 400 letters leaves the kind and the age in the header."""
    long = stories.message(patient=Patient(name="M" * 400, birth_date=date(2020, 8, 14)))
    header = card(stories.picture(messages=[stories.stored(long)]), slot="department", now=NOW)["blocks"][0]
    words = header["text"]["text"]
    assert words.startswith("General · MMM")
    assert words.endswith("…, 6 y")
    assert units(words) == 150


def test_a_done_card_shrinks_after_ten_minutes():
    """It stays whole while people may still look for it, and is two lines after that."""

    def blocks(minutes):
        shown = stories.picture(stories.answer(), status=Status.DONE, closed_at=NOW - timedelta(minutes=minutes))
        return len(card(shown, slot="department", now=NOW)["blocks"])

    assert blocks(9) > 1
    assert blocks(10) == 1


def test_a_withdrawn_message_shows_no_words():
    """What the family took back is not on the card any more."""
    shown = stories.picture(status=Status.WITHDRAWN, closed_at=NOW)
    assert "drops" not in _read(shown)
    assert "Withdrawn by the family through the portal · Nov 24, 9:26 AM" in _read(shown)


def test_a_message_taken_back_gives_way_to_the_one_that_stands():
    """When the newest of several was withdrawn, the card shows the newest that stands."""
    gone = replace(stories.LATER, standing=Standing.WITHDRAWN)
    words = _read(stories.picture(messages=[stories.stored(), gone]))
    assert "yellow fluid" not in words
    assert "ear drops on Friday" in words


@pytest.mark.parametrize("kind", [k for k in Kind if k is not Kind.GENERAL])
def test_unknown_is_said(kind):
    """Where the portal gave nothing, the card says so; no empty line, no guess."""
    words = _read(stories.asking(kind, request=None))
    assert "not given" in words
    assert "None" not in words


def test_unknown_facts_of_a_refill():
    """Quantity, refills, last fill and directions are each said to be missing; no schedule counts as controlled."""
    lines = stories.RefillRequest(medications=(Medication(line=1, text="pills"),))
    words = _read(stories.asking(Kind.REFILL, request=lines))
    for missing in ("quantity", "refills", "Last fill", "directions"):
        assert f"{missing} not given" in words
    assert "Nobody says that it is not controlled: sign it in the EHR" in words


def test_what_the_practice_calls_controlled_is_said_on_the_card():
    """Its own list beats the portal's word, on the card as in the window."""
    lines = stories.RefillRequest(medications=(Medication(line=1, text="gabapentin 250 mg", schedule="none"),))
    shown = stories.asking(Kind.REFILL, request=lines)
    practice = replace(shown.practice, medicines={"controlled": ("gabapentin",)})
    assert "Controlled, says the practice: sign it in the EHR" in _read(replace(shown, practice=practice))


@pytest.mark.parametrize("schedule", ["II", "III", "IV", "V"])
def test_controlled_is_said_as_the_portals_word(schedule):
    """We have not looked it up ourselves: the portal says that it is controlled."""
    one = Medication(line=1, text="pills", schedule=schedule)
    words = _read(stories.asking(Kind.REFILL, request=stories.RefillRequest(medications=(one,))))
    assert f"Controlled ({schedule}), says the portal" in words


def test_more_than_four_medicines():
    """Four are shown, the others counted."""
    many = tuple(Medication(line=n, text=f"medicine {n}") for n in range(1, 41))
    words = _read(stories.asking(Kind.REFILL, request=stories.RefillRequest(medications=many)))
    assert "medicine 4" in words
    assert "medicine 5" not in words
    assert "36 more, press Open" in words


def test_a_long_text_is_cut_and_the_rest_counted():
    """At most 600 characters or 8 lines, then how many more."""
    words = _read(stories.picture(messages=[stories.stored(stories.message("word " * 368))]))
    assert "more characters, press Open" in words
    assert words.count("word") <= 120
    lines = _read(
        stories.picture(messages=[stories.stored(stories.message("\n".join(f"line {n}" for n in range(20))))])
    )
    assert "line 7" in lines
    assert "line 8" not in lines


def test_a_sibling_in_the_same_conversation_is_pointed_out():
    """A card about two children says so, in bold, before the words."""
    words = _read(stories.asking(Kind.REFILL, messages=[stories.LATER]))
    assert "About two children: another message names Mateo Delgado" in words


def test_minimal_shows_initials_at_most():
    """Minimal, confidential and copied cards have no name, no word, no reason and no file of the family."""
    secret = replace(stories.message(), confidential=True)
    for shown, slot in (
        (stories.picture(detail=CardDetail.MINIMAL), "department"),
        (stories.picture(confidential=True), "department"),
        (stories.picture(messages=[stories.stored(secret)]), "department"),
        (stories.picture(), "urgent"),
        (stories.picture(stories.failed(), detail=CardDetail.MINIMAL, **HELD), "department"),
        (stories.picture(stories.unclear(), detail=CardDetail.MINIMAL, **HELD), "department"),
    ):
        words = json.dumps(card(shown, slot=slot, now=NOW))
        assert "M.D." in words
        for private in ("Mateo", "Delgado", "Rosa", "drops", "ear", "closed (410)", "0142", "2020"):
            assert private not in words.replace("year", "").replace("clear", "").replace("appear", ""), private


def test_notifications_hold_no_name_and_no_word():
    """In both modes the notification has number and department, and nothing of the family."""
    for name, (shown, slot, stopped) in gallery.cards().items():
        text = card(shown, slot=slot, now=NOW, stopped=stopped)["text"]
        assert f"No. {shown.conversation.number} in {shown.conversation.department}" in text, name
        for private in ("Mateo", "Maya", "Rosa", "Delgado", "Okafor", "drops", "albuterol", "Ada"):
            assert private not in text, name


def test_a_card_pings_nobody():
    """No card of any state mentions anybody."""
    for shown, slot, stopped in gallery.cards().values():
        assert wrong_message(card(shown, slot=slot, now=NOW, stopped=stopped)) == []


def test_huge_requests_stay_small():
    """40 medicines, 60 files, 200 messages, 50 answers, a text of a megabyte: a card stays a card."""
    files = tuple(Attachment(id=str(n), name="f" * 500, type="image/" + "x" * 99, size=10**12) for n in range(60))
    wishes = tuple(WishedTime(days=("d" * 500,)) for _ in range(99))
    told = [stories.stored(stories.message("🙂" * 4000, message_id=f"m-{n}", attachments=files)) for n in range(200)]
    told += [stories.stored(stories.message("long " * 200_000, message_id="m-x", sent_at=NOW))]
    for kind, request in (
        (
            Kind.REFILL,
            stories.RefillRequest(
                medications=tuple(Medication(line=n, text="p" * 900, sig="s" * 900) for n in range(40))
            ),
        ),
        (Kind.APPOINTMENT, replace(stories.APPOINTMENT, preferred=wishes, reason="r" * 5000)),
    ):
        answers = [stories.answer(id=f"r_{n}", text="x" * 3000) for n in range(50)]
        shown = stories.asking(kind, *answers, request=request, messages=told, status=Status.ANSWERED)
        assert wrong_message(card(shown, slot="department", now=NOW)) == []
        assert (
            wrong_message(
                card(replace(shown, replies=(*answers, stories.failed(reason="y" * 9999))), slot="department", now=NOW)
            )
            == []
        )


def test_initials():
    """At most two letters, none where there are none."""
    assert [privacy.initials(n) for n in ("Maya Okafor", "Maya van der Berg", "Ada", "", None, "<@U1> !!", "é ß")] == [
        "M.O.",
        "M.B.",
        "A.",
        "",
        "",
        "U.",
        "É.S.",
    ]


def test_who_will_read_it():
    """Whom the portal may show it to is said as just that."""
    child = stories.MATEO
    assert (
        privacy.readers(stories.ROSA, child, confidential=False)
        == "Rosa, and anyone else the portal lets see Mateo’s messages"
    )
    nobody = replace(stories.ROSA, name=None)
    assert privacy.readers(nobody, Patient(), confidential=False).startswith("the account that wrote, and anyone else")
    teen = replace(stories.ROSA, name="Ada L", relationship=Relationship.SELF)
    assert privacy.readers(teen, child, confidential=True).startswith("Ada, in the teenager's own account")
    assert privacy.wrong_reader(stories.ROSA, confidential=True)
    assert not privacy.wrong_reader(teen, confidential=True)
