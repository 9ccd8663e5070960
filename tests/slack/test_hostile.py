"""Text from outside cannot ping, link, format or imitate the bot (SAFETY I20), wherever it is drawn."""

import json
from dataclasses import replace

import pytest

from bot.domain.appointment import AppointmentRequest, WishedTime
from bot.domain.conversation import Note, Related, Status
from bot.domain.insurance import InsuranceChange, Subscriber
from bot.domain.message import Attachment, Kind, Patient, Sender, Standing
from bot.domain.permission import Act
from bot.domain.phrasebook import Draft, Kept
from bot.domain.practice import CardDetail, Phrase
from bot.domain.referral import ReferralRequest
from bot.domain.refill import Medication, Pharmacy, RefillRequest
from bot.domain.send import Desk, Stale
from bot.slack import notices, open, phrase, reply, text  # noqa: A004 - a window of ours
from bot.slack.card import card
from tests.slack import stories
from tests.slack.hostile import CORPUS
from tests.slack.judge import active, reading, wrong_message, wrong_view
from tests.slack.stories import ALICE, HELD, NOW, SENT, WROTE


def _requests(evil):
    line = Medication(
        line=1, text=evil, sig=evil, strength=evil, quantity=evil, prescriber=evil, schedule=evil, prescription_id=evil
    )
    wish = WishedTime(days=(evil, evil), part_of_day=evil)
    return {
        Kind.GENERAL: None,
        Kind.REFILL: RefillRequest(
            medications=(line, line), pharmacy=Pharmacy(name=evil, phone=evil, address=evil, ncpdp=evil)
        ),
        Kind.APPOINTMENT: AppointmentRequest(
            action=evil,
            visit_type=evil,
            reason=evil,
            provider=evil,
            location=evil,
            preferred=(wish,),
            appointment_id=evil,
        ),
        Kind.INSURANCE: InsuranceChange(
            payer=evil,
            plan=evil,
            member_id=evil,
            group=evil,
            subscriber=Subscriber(name=evil, relationship=evil),
            replaces=evil,
            card_attachments=(evil,),
        ),
        Kind.REFERRAL: ReferralRequest(specialty=evil, to=evil, reason=evil, urgency=evil),
    }


def _message(evil, kind, request):
    return stories.message(
        evil,
        kind=kind,
        subject=evil,
        request=request,
        lang=evil,
        sender=Sender(portal_user_id=evil, name=evil, phone=evil, proxy_verified=False),
        patient=Patient(id=evil, name=evil, mrn=evil, birth_date=stories.MATEO.birth_date),
        attachments=(Attachment(id=evil, name=evil, type=evil, size=1),) * 2,
    )


def _pictures(evil):
    """Every kind, and every state that shows words, with `evil` wherever the outside can put something."""
    reason = {"reason": evil, "portal_reason": evil, "text": evil or "x", "to_name": evil}
    for kind, request in _requests(evil).items():
        first = stories.stored(_message(evil, kind, request))
        second = stories.stored(replace(first.content, message_id="m-2", sent_at=NOW, patient=stories.MAYA))
        shown = {"kind": kind, "messages": [first, second]}
        related = (Related(id="c_9", number=9, kind=kind, why="family", patient_name=evil),) * 4
        yield stories.picture(**shown, related=related, why_here=evil)
        yield stories.picture(stories.answer(**reason), **shown, status=Status.ANSWERED)
        yield stories.picture(_failed(reason), **shown, **HELD)
        yield stories.picture(stories.unclear(**reason), **shown, **HELD)
    gone = replace(first, standing=Standing.ELSEWHERE, standing_by=evil, standing_reason=evil)
    yield stories.picture(messages=[gone], status=Status.ELSEWHERE, closed_at=NOW)


def _failed(reason):
    return replace(stories.failed(), **reason)


def _views(shown, evil):
    """The windows of a picture."""
    stale = Stale(
        desk=Desk(window=stories.window(stale=True), picture=shown, staff=ALICE, stopped=None), seen_until=WROTE
    )
    note = Note(id="n", conversation_id="c", author=evil, text=evil, at=NOW)
    return [
        reply.build(stories.window(), shown, ALICE, NOW, text=evil),
        reply.build(stories.window(stale=True), shown, ALICE, NOW, text=evil, stale=stale, bump=3),
        open.build(shown, [note, note], ALICE, NOW, frozenset(Act)),
        notices.gone(evil or "x"),
        *_phrases(evil),
    ]


def _phrases(evil):
    """The phrases of an admin, and the windows on one of them."""
    told = Phrase(notebook=evil[:75], title=evil[:75], text=evil[:3000])
    kept = Kept(ref="ph_evil0001", phrase=told, changeable=True)
    shown = stories.book(stories.PAT, *[kept] * 20)
    shown = replace(shown, practice=replace(shown.practice, phrases=(told,)))
    draft = Draft(ref="", notebook=told.notebook, title=told.title, text=told.text, seen=1)
    return [phrase.build(shown), phrase.writing(shown, kept), phrase.writing(shown, None, draft)]


def test_corpus_is_large_enough():
    """At least 200 distinct hostile texts, each with a name."""
    assert len(CORPUS) >= 200
    assert len(set(CORPUS.values())) == len(CORPUS)


@pytest.mark.parametrize("name", CORPUS)
def test_nothing_from_outside_acts(name):
    """Drawn in every place of every view, the text is a text: no element acts, no limit breaks, no byte is forbidden."""
    evil = CORPUS[name]
    for shown in _pictures(evil):
        minimal = replace(shown, practice=stories.practice(CardDetail.MINIMAL))
        assert wrong_message(card(shown, slot="department", now=NOW)) == []
        assert wrong_message(card(minimal, slot="department", now=NOW)) == []
        assert wrong_message(card(shown, slot="urgent", now=NOW)) == []
        assert wrong_message(notices.follow_up(shown, "s_m-88121")) == []
        assert wrong_message(notices.again(shown)) == []
    for view in _views(shown, evil):
        assert wrong_view(view) == []
    for view in _views(stories.picture(messages=[stories.stored(_message(evil, Kind.GENERAL, None))]), evil):
        assert wrong_view(view) == []
    assert wrong_message(notices.ephemeral(evil or "x")) == []


@pytest.mark.parametrize("name", CORPUS)
def test_a_minimal_card_shows_nothing_of_it(name):
    """Neither a minimal card, nor any notification, holds a word of the family's."""
    marker = "QXZKWVJ"
    evil = f"{marker} {CORPUS[name]} {marker}"
    for shown in _pictures(evil):
        full = card(shown, slot="department", now=NOW)
        minimal = card(replace(shown, practice=stories.practice(CardDetail.MINIMAL)), slot="department", now=NOW)
        assert marker not in full["text"]
        assert marker not in json.dumps(minimal)
        assert marker not in json.dumps(card(shown, slot="urgent", now=NOW))


@pytest.mark.parametrize("name", CORPUS)
def test_cleaning_is_final(name):
    """Cleaning twice changes nothing more, and the pieces of a cut text are the text."""
    once = text.clean(CORPUS[name])
    assert text.clean(once) == once
    assert "".join(text.split(once, 100)) == once
    assert all(0 < text.length(piece) <= 100 for piece in text.split(once, 100))
    assert text.length(text.cut(once, 60)) <= 60
    once.encode()


def test_what_is_not_cleaned_needs_no_cleaning():
    """Plain Latin text takes a short way; every letter comes out of it as beside one that is cleaned thoroughly."""
    for code in range(0x3000):
        some = chr(code) * 6  # more marks than one letter may carry
        assert text.clean(some) == text.clean(f"{some}\u4e00").removesuffix("\u4e00"), hex(code)
        assert text.has_ink(some) == text.has_ink(f"{some}\u200b"), hex(code)


def test_staff_names_of_the_practice_file_cannot_act_either():
    """A colleague's or department's name with markup in it pings nobody, not even in the notification."""
    evil = "<!channel> & <@U0ALICE>"
    named = replace(ALICE, name=evil, title=evil)
    shown = stories.picture(practice=stories.practice(staff=(named,)), department=evil, **HELD)
    assert wrong_message(card(shown, slot="department", now=NOW)) == []
    assert wrong_view(open.build(shown, [], named, NOW, frozenset(Act))) == []


def test_the_reference_parser_finds_what_acts():
    """The judge of these tests sees a ping, a link, markup and a foreign emoji when there is one."""
    assert active({"type": "mrkdwn", "text": "x"})
    assert active({"type": "plain_text", "text": "x", "emoji": True})
    assert active({"type": "user", "user_id": "U1"})
    assert active({"type": "link", "url": "x"})
    assert active({"type": "emoji", "name": "party"})
    assert active({"type": "text", "text": "x", "style": {"code": True}})
    assert wrong_message({"text": "<!channel>", "blocks": [{"type": "divider"}]})


def test_bidi_overrides_are_shown_as_words():
    """A file name that reads backwards is shown as it is."""
    shown = stories.picture(
        messages=[stories.stored(stories.message(attachments=(Attachment(id="a", name="photo\u202egnp.exe"),)))]
    )
    assert "photo[RLO]gnp.exe" in reading(card(shown, slot="department", now=SENT))
