"""Posts that are never redrawn: who is woken, and what a thread may hold."""

import json
from dataclasses import replace

import pytest

from bot.domain.alarm import Alarm
from bot.domain.message import Standing
from bot.domain.practice import CardDetail
from bot.slack import blocks as kit
from bot.slack import notices, sentence
from tests.slack import stories
from tests.slack.judge import reading, wrong_message
from tests.slack.stories import LATER, NOW


def _shown(**changes):
    return stories.picture(messages=[stories.stored(), LATER], **changes)


def test_a_follow_up_has_words_only_where_the_card_has():
    """Full: the words as a quote. Minimal, confidential or taken back: none, and how to read them."""
    assert "yellow fluid" in reading(notices.follow_up(_shown(), LATER.id))
    gone = replace(LATER, standing=Standing.WITHDRAWN)
    for shown in (
        _shown(detail=CardDetail.MINIMAL),
        _shown(confidential=True),
        stories.picture(messages=[stories.stored(), gone]),
    ):
        post = notices.follow_up(shown, LATER.id)
        assert "yellow" not in json.dumps(post)
        assert "press Open" in reading(post)


def test_a_follow_up_has_no_buttons():
    """There is one living card; its thread has none."""
    assert {b["type"] for b in notices.follow_up(_shown(), LATER.id)["blocks"]} == {"rich_text"}


def test_again_has_no_word_and_no_name():
    """What the whole channel sees says which card, and nothing of the family."""
    words = json.dumps(notices.again(_shown()))
    for private in ("Rosa", "Mateo", "yellow", "Ear"):
        assert private not in words


def test_a_ping_wakes_whom_the_practice_named():
    """An urgent message wakes escalate_to, a new card the department's group; both in the text and in the blocks."""
    urgent = notices.ping(stories.picture(urgent=True))
    assert urgent["text"].startswith("<@U0ALICE> Urgent: general message No. 4817 in Nursing, due")
    assert {"type": "user", "user_id": "U0ALICE"} in urgent["blocks"][0]["elements"][0]["elements"]
    group = notices.ping(stories.picture())
    assert group["text"].startswith("<!subteam^S0NURSES> New: ")
    assert wrong_message(group, mentions=True) == []
    assert "Mateo" not in json.dumps(urgent)


@pytest.mark.parametrize(
    "target", ["", "channel", "everyone", "@alice", "<!channel>", "U0ALICE> <!channel", "S", "u0alice", "U0ALICE\n"]
)
def test_nothing_but_an_id_of_slacks_is_mentioned(target):
    """A misspelt target mentions nobody; the ping is dropped."""
    assert notices.mention(target) is None
    department = replace(stories.practice().departments[0], escalate_to=target)
    shown = stories.picture(urgent=True, practice=stories.practice(departments=(department,)))
    assert (
        notices.ping(replace(shown, practice=replace(shown.practice, default_department="Nursing"))) is None
        or not target
    )


def test_here_is_a_broadcast():
    """`notify: here` wakes who is there."""
    assert notices.mention("here") == ({"type": "broadcast", "range": "here"}, "<!here>")


def test_alarms_tell_admins_and_say_when_they_are_over():
    """An alarm's words are ours, in a message that acts on nothing."""
    alarm = Alarm(id="a", key="k", words="The portal main refuses our signature (401). " * 90, since=NOW)
    assert reading(notices.notice(alarm)).startswith(" Needs you: ")
    assert reading(notices.notice(replace(alarm, over_at=NOW))).startswith(" Over: ")
    assert wrong_message(notices.notice(alarm)) == []
    named = replace(alarm, key="channel:#nursing\n@here")
    assert notices.notice(named)["blocks"][-1] == kit.context("Alarm channel:#nursing @here")


def test_a_card_that_cannot_be_drawn_still_has_open():
    """When drawing fails, the number and Open remain."""
    drawn = notices.plain_card(stories.talk())
    assert wrong_message(drawn) == []
    assert "Message No. 4817" in reading(drawn)


def test_help_names_every_word_that_works():
    """A command that works stands in the help, and no other."""
    words = reading(notices.help_text())
    for word in ("setup", "map", "staff", "phrases", "help"):
        assert f"/portal {word}" in words
    assert "search" not in words


def test_sentences_are_the_designs():
    """The words of the design's table, with the practice's own names in them."""
    assert (
        sentence.no_role("Pat Quinn (admin)")
        == "You have no role in Portal Desk yet. Ask Pat Quinn (admin) to add you."
    )
    assert sentence.not_department("Billing", "Pat").startswith(
        "This message belongs to Billing. Ask Pat to add you to Billing."
    )
    assert sentence.too_long(3214, 3000) == "3,214 characters; the portal takes 3,000. Take out 214 and press Send."
    assert sentence.queue_stopped("Pat Quinn").endswith("goes out when it is mended; Pat Quinn knows.")
    assert sentence.our_fault("Pat", "E-2207").endswith('if it happens twice tell Pat "E-2207".')
    assert "#partners is shared with another company" in sentence.shared_outside("#partners")
    assert "at 9:40 AM" in sentence.withdrawn("9:40 AM")
