"""Home and the same lists in a window: every entry can be reached, every block fits, and empty says what is true."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.lists import LEAF, PAGE, Board, Entry, Listed, Name, Opened, Quiet
from bot.domain.message import Kind
from bot.domain.permission import Act
from bot.domain.phase import situation
from bot.domain.practice import CardDetail
from bot.domain.staff import Role
from bot.slack.home import as_window, home, opened_of, value_of
from tests.slack import stories
from tests.slack.judge import labels, reading, wrong_view
from tests.slack.stories import ALICE, NOW

ACTS = frozenset(Act)
LONG = "Zoë \U0001f9f8" * 60
NOTHING = {name: Listed(count=0, shown=()) for name in Name}
QUIET = Quiet(with_colleagues=0, answered={}, last_came=None)


def _entry(picture, acts=ACTS):
    return Entry(picture=picture, situation=situation(picture, now=NOW), acts=acts)


def _largest():
    """An entry with as many words and buttons as there can be."""
    child = replace(stories.MATEO, name=LONG)
    family = stories.stored(stories.message(patient=child, sender=replace(stories.ROSA, name=LONG)))
    return _entry(stories.picture(stories.unclear(), messages=[family], department=LONG, urgent=True, **stories.HELD))


def _listed(total, entry, *, upto=PAGE, asleep=0):
    start, size = (0, PAGE) if upto <= PAGE else ((upto - 1) // LEAF * LEAF, LEAF)
    shown = (entry,) * max(0, min(size, total - start))
    return Listed(count=total - asleep, asleep=asleep, start=start, shown=shown)


def _board(opened=None, *, total=60, entry=None, **more):
    lists = {
        name: _listed(total, entry or _largest(), upto=opened.upto if opened and opened.name is name else PAGE)
        for name in Name
    }
    many = replace(ALICE, departments=tuple(f"D{n}" * 200 for n in range(99)), name="N" * 400, roles=frozenset(Role))
    told = {"practice": stories.practice(), "staff": many, "lists": lists, "urgent": 180, "refills": 60}
    return Board(opened=opened, **(told | more))


@pytest.mark.parametrize("name", Name)
@pytest.mark.parametrize("upto", [5, 20, 21, 40, 60])
def test_four_long_lists_fit_at_every_leaf(name, upto):
    """Sixty in each of four lists, all of the longest sort: Home and the window take them, and no list disappears."""
    view = home(_board(opened_of(f"{name.value}:{upto}")), NOW)
    assert len(view["blocks"]) <= 90
    assert wrong_view(view) == []
    assert wrong_view(as_window(view)) == []
    for title in ("Unread Portal (60)", "Unread Phone (60)", "Mine (60)", "Waiting for others (60)"):
        assert title in reading(view)


def test_the_longest_home_says_what_could_not_be_shown():
    """One line more under Unread Portal; Home and the window still take it."""
    view = home(_board(opened_of("mine:60"), unshown=3), NOW)
    assert "3 messages could not be shown: look in the portal" in reading(view)
    assert len(view["blocks"]) <= 91
    assert wrong_view(view) == []
    assert wrong_view(as_window(view)) == []


def test_every_entry_has_a_way_to_it():
    """From five on, by the buttons alone, all of 63 are shown once; and the way back leads to the beginning."""
    entry, seen, opened, back = _entry(stories.picture()), [], None, 0
    while True:
        view = home(_board(opened, total=63, entry=entry), NOW)
        ways = {b["text"]["text"]: b["value"] for block in view["blocks"] for b in _ways(block, Name.MINE)}
        listed = _board(opened, total=63, entry=entry).lists[Name.MINE]
        seen.append((listed.start + 1, listed.start + len(listed.shown)))
        assert f"{seen[-1][0]} to {seen[-1][1]} of 63" in reading(view)
        onward = next((value for label, value in ways.items() if label.startswith(("Show 15", "Next"))), None)
        if onward is None:
            break
        opened = opened_of(onward)
    assert seen == [(1, 5), (1, 20), (21, 40), (41, 60), (61, 63)]
    while "Previous 20" in ways:
        opened, back = opened_of(ways["Previous 20"]), back + 1
        view = home(_board(opened, total=63, entry=entry), NOW)
        ways = {b["text"]["text"]: b["value"] for block in view["blocks"] for b in _ways(block, Name.MINE)}
    assert (back, opened) == (3, Opened(name=Name.MINE, upto=20))
    assert opened_of(ways["Show fewer"]) is None


def _ways(block, name):
    """The buttons of a list that lead to its other entries."""
    return [e for e in block.get("elements", ()) if str(e.get("value", "")).startswith(f"{name.value}:")]


def test_a_short_list_has_no_ways():
    """Five are all there: nothing is said of more."""
    view = home(_board(total=5, entry=_entry(stories.picture())), NOW)
    assert not {"Show", "Next", "Previous"} & {label.split(" ")[0] for label in labels(view["blocks"])}
    assert "1 to 5" not in reading(view)


@pytest.mark.parametrize(
    "value", ["", "-", "mine", "mine:", "mine:x", "mine:²", "mine:-9", "mine:5", "yours:20", "mine:9999999", None, 7]
)
def test_a_value_that_opens_nothing_opens_nothing(value):
    """A forged or older value is the view as it begins."""
    assert opened_of(value) is None


def test_a_value_opens_what_it_says():
    """What a button and the view carry names a list and a number, and nothing about a person."""
    opened = Opened(name=Name.OTHERS, upto=40)
    assert (value_of(opened), opened_of("others:40")) == ("others:40", opened)
    assert as_window(home(_board(opened), NOW))["private_metadata"] == "others:40"


def test_what_sleeps_is_found_and_not_counted():
    """Asleep: beside the count, at the end of its list, with the time it wakes; also when nothing else waits."""
    sleeping = _entry(stories.picture(snoozed_until=NOW + timedelta(hours=3)))
    lists = NOTHING | {Name.PORTAL: Listed(count=0, asleep=1, shown=(sleeping,))}
    told = reading(home(Board(practice=stories.practice(), staff=ALICE, lists=lists, quiet=QUIET), NOW))
    for words in (
        "Unread Portal 0",
        "Nothing waits for you.",
        "Unread Portal (0) · 1 asleep",
        "Snoozed, Nursing has it",
    ):
        assert words in told
    assert "Unread Phone (0)" not in told


@pytest.mark.parametrize(
    "picture",
    [
        stories.picture(),
        stories.picture(stories.failed(), **stories.HELD),
        stories.picture(stories.unclear(), **stories.HELD),
        stories.picture(snoozed_until=NOW + timedelta(hours=3)),
        stories.asking(Kind.REFILL, detail=CardDetail.MINIMAL),
    ],
    ids=["unread", "failed", "unclear", "asleep", "minimal"],
)
def test_every_entry_says_how_old_it_is(picture):
    """The age counts on by itself in the reader's Slack, whatever the state is."""
    view = home(_board(total=1, entry=_entry(picture)), NOW)
    ages = [
        e
        for b in view["blocks"]
        if b["type"] == "rich_text"
        for e in b["elements"][0]["elements"]
        if e.get("format") == "{ago}"
    ]
    assert len(ages) == len(Name)


def test_home_without_a_role():
    """Whoever has no role reads whom to ask."""
    view = home(Board(practice=stories.practice(), staff=None), NOW)
    assert "You have no role here yet. Ask Pat Quinn (admin) to add you; then this page fills by itself." in reading(
        view
    )
    assert wrong_view(view) == []


def test_home_with_nothing_on_it():
    """Empty says what is true of the departments and of the portal; the longest names stay within Slack's limits."""

    def told(quiet, staff=ALICE):
        return home(Board(practice=stories.practice(), staff=staff, lists=NOTHING, quiet=quiet), NOW)

    assert "No department is yours yet." in reading(told(QUIET, replace(ALICE, departments=())))
    assert "Nobody in your departments is waiting." in reading(told(QUIET))
    assert "No message has come from the portal yet." in reading(told(QUIET))
    busy = Quiet(with_colleagues=2, answered={"Nursing": 28, "Refills": 0}, last_came=NOW - timedelta(minutes=7))
    for words in (
        "Nursing answered 28 families today. Colleagues have 2 messages of your departments.",
        "Last message from the portal: Tue, Nov 24, 9:19 AM.",
    ):
        assert words in reading(told(busy))
    assert "Nobody in your departments" not in reading(told(busy))
    many = replace(ALICE, departments=tuple(f"D{n}" * 200 for n in range(99)), name="N" * 400)
    assert wrong_view(told(replace(busy, answered=dict.fromkeys(many.departments, 3)), many)) == []


def test_a_refresh_in_the_same_minute_is_seen():
    """What was drawn a moment later says so: no press is without an answer."""
    views = [home(_board(total=0), NOW + timedelta(seconds=s)) for s in (0, 1)]
    assert "as of Tue, Nov 24, 9:26:00 AM" in reading(views[0])
    assert views[0] != views[1]
