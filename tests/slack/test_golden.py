"""Every card and window as golden JSON; GOLDEN=write draws the files anew."""

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.lists import Board, Entry, Listed, Name, Opened, Quiet
from bot.domain.message import Kind
from bot.domain.permission import Act
from bot.domain.phase import situation
from bot.domain.phrasebook import Draft
from bot.domain.send import Desk, Stale
from bot.domain.unshown import Unshown
from bot.slack import home, notices, open, phrase, reply, unshown  # noqa: A004 - a window of ours
from bot.slack.card import card
from tests.slack import gallery, stories
from tests.slack.judge import wrong_message, wrong_view
from tests.slack.stories import ALICE, LATER, NOTE, NOW, SENT

GOLDEN = Path(__file__).parent / "golden"


def _stale(shown, since):
    return Stale(
        desk=Desk(window=stories.window(stale=True), picture=shown, staff=ALICE, stopped=None), seen_until=since
    )


def _windows():
    again = stories.picture(messages=[stories.stored(), LATER], version=2)
    second = stories.answer(author=stories.Author(slack="U0GRACE", name="Grace Kim", title="PNP", role="staff"))
    answered = stories.picture(stories.replace(second, written_at=NOW), version=2)
    refill = stories.asking(Kind.REFILL, related=(stories.TOBI,))
    unverified = stories.message(sender=stories.replace(stories.ROSA, proxy_verified=False))
    stale_window = stories.window(stale=True)
    acts = frozenset(Act)
    return {
        "reply": reply.build(stories.window(), stories.picture(stories.answer(written_at=stories.WROTE)), ALICE, NOW),
        "reply-stale": reply.build(
            stale_window, again, ALICE, NOW, text=stories.ANSWER, bump=1, stale=_stale(again, SENT)
        ),
        "reply-stale-answered": reply.build(
            stale_window, answered, ALICE, NOW, text="Mine", stale=_stale(answered, SENT)
        ),
        "reply-warnings": reply.build(
            stories.window(),
            stories.picture(messages=[stories.stored(unverified)], related=(stories.TOBI,)),
            ALICE,
            NOW,
            stopped=SENT,
        ),
        "reply-confidential": reply.build(
            stories.window(),
            stories.picture(messages=[stories.stored(stories.TEEN)], confidential=True),
            ALICE,
            NOW,
        ),
        "open-refill": open.build(refill, [], ALICE, NOW, acts),
        "open-failed": open.build(stories.picture(stories.failed(), notes=1, **stories.HELD), [NOTE], ALICE, NOW, acts),
        "open-read-only": open.build(stories.picture(), [], stories.PAT, NOW, {Act.OPEN, Act.HISTORY}),
        "home": home.home(_board(ALICE, acts), NOW),
        "home-leaf": home.home(_leaf(_board(ALICE, acts), acts), NOW),
        "home-unshown": home.home(stories.replace(_empty(ALICE), quiet=None, unshown=2), NOW),
        "home-empty": home.home(_empty(ALICE), NOW),
        "home-no-role": home.home(Board(practice=stories.practice(), staff=None), NOW),
        "phrases": phrase.build(stories.book()),
        "phrases-admin": phrase.build(stories.book(stories.PAT)),
        "phrase-new": phrase.writing(stories.book(), None),
        "phrase-preview": _previewed(stories.book(stories.PAT)),
        "loading": notices.loading("Reply to family"),
        "gone": notices.gone("I do not know this message any more. Look for its number in the channel."),
    }


def _previewed(shown):
    """An admin changes the shared phrase and pressed Preview."""
    kept = shown.kept[1]
    draft = Draft(ref=kept.ref, notebook="Nursing", title="Ready", text="It is at {pharmacy}.", seen=7)
    return phrase.writing(shown, kept, draft)


def _entries(acts, *pictures):
    return tuple(Entry(picture=p, situation=situation(p, now=NOW), acts=acts) for p in pictures)


def _board(staff, acts):
    """A Home with two more in the first list than it shows, and an answer that did not arrive."""
    portal = _entries(acts, stories.picture(urgent=True), *[stories.picture()] * 3, stories.asking(Kind.REFILL))
    mine = _entries(acts, stories.picture(stories.failed(), **stories.HELD))
    nothing = Listed(count=0, shown=())
    listed = {
        Name.PORTAL: Listed(count=7, shown=portal),
        Name.PHONE: nothing,
        Name.MINE: Listed(count=1, shown=mine),
        Name.OTHERS: nothing,
    }
    return Board(practice=stories.practice(), staff=staff, lists=listed, urgent=1, refills=3)


def _leaf(board, acts):
    """The same, its first list opened at the second leaf; two of its 23 are put aside."""
    asleep = stories.picture(snoozed_until=NOW + timedelta(hours=1))
    last = Listed(count=21, asleep=2, start=20, shown=_entries(acts, stories.picture(), asleep, asleep))
    opened = Opened(name=Name.PORTAL, upto=23)
    return stories.replace(board, lists=dict(board.lists) | {Name.PORTAL: last}, opened=opened)


def _empty(staff):
    lists = {name: Listed(count=0, shown=()) for name in Name}
    quiet = Quiet(with_colleagues=0, answered={"Nursing": 28}, last_came=stories.WROTE)
    return Board(practice=stories.practice(), staff=staff, lists=lists, quiet=quiet)


def _posts():
    shown = stories.picture(messages=[stories.stored(), LATER])
    minimal = stories.picture(messages=[stories.stored(), LATER], detail=stories.CardDetail.MINIMAL)
    lost = Unshown(id="i_01ABC", portal="main", came_at=SENT, reason="data.sender is missing")
    seen = stories.replace(lost, looked_by=ALICE.slack, looked_at=NOW)
    return {
        "post-follow-up": notices.follow_up(shown, LATER.id),
        "post-follow-up-minimal": notices.follow_up(minimal, LATER.id),
        "post-again": notices.again(shown),
        "post-unreadable": unshown.unshown(lost, stories.practice(), NOW),
        "post-unreadable-seen": unshown.unshown(seen, stories.practice(), NOW),
        "post-help": notices.help_text(),
    }


CARDS, WINDOWS, POSTS = gallery.cards(), _windows(), _posts()


def _same_as_golden(name, drawn):
    path = GOLDEN / f"{name}.json"
    if os.environ.get("GOLDEN") == "write":
        path.write_text(json.dumps(drawn, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert drawn == json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CARDS)
def test_card(name):
    """A card looks as it was agreed, within Slack's limits, and with nothing in it that acts."""
    shown, slot, stopped = CARDS[name]
    drawn = card(shown, slot=slot, now=NOW, stopped=stopped)
    assert wrong_message(drawn) == []
    _same_as_golden(f"card-{name}", drawn)


@pytest.mark.parametrize("name", WINDOWS)
def test_window(name):
    """A window looks as it was agreed, within Slack's limits, and with nothing in it that acts."""
    assert wrong_view(WINDOWS[name]) == []
    _same_as_golden(name, WINDOWS[name])


@pytest.mark.parametrize("name", POSTS)
def test_post(name):
    """A post looks as it was agreed, within Slack's limits, and with nothing in it that acts."""
    assert wrong_message(POSTS[name]) == []
    _same_as_golden(name, POSTS[name])


def test_no_golden_file_is_left_over():
    """Every golden file belongs to something that is drawn."""
    drawn = {f"card-{name}" for name in CARDS} | set(WINDOWS) | set(POSTS)
    assert {path.stem for path in GOLDEN.glob("*.json")} == drawn
