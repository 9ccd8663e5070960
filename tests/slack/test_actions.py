"""The catalogue of buttons: what is drawn works, Open is everywhere, at most three and five."""

from datetime import timedelta

import pytest

from bot.domain.actions import CATALOGUE, offered, row
from bot.domain.conversation import Status
from bot.domain.delivery import State
from bot.domain.message import Kind
from bot.domain.permission import Act
from bot.domain.phase import CLOSED, Phase, Situation, situation
from bot.slack.card import card
from tests.slack import gallery, stories
from tests.slack.judge import labels, nodes
from tests.slack.stories import HELD, NOW, SENT


@pytest.mark.parametrize("answerable", [True, False])
@pytest.mark.parametrize("minimal", [True, False])
def test_every_row_keeps_the_rules(minimal, answerable):
    """In every phase and kind: at most three buttons, no menu of one, Open among them, nothing twice."""
    for phase in Phase:
        for kind in Kind:
            made = row(Situation(phase=phase, answerable=answerable), kind, minimal=minimal)
            keys = [b.key for b in (*made.front, *made.more)]
            assert len(made.front) <= 3
            assert len(made.more) <= 5
            assert len(made.more) != 1
            assert "open" in keys
            assert len(set(keys)) == len(keys)
            assert answerable or not any(b.writes for b in made.front)


def test_the_rows_are_the_contract_s():
    """The rows are those of CONTRACT section 6, by kind, and where the state beats the kind."""

    def keys(phase, kind, *, minimal=False, urgent=False, taken=False):
        made = row(Situation(phase=phase, urgent=urgent, taken=taken), kind, minimal=minimal)
        return [b.key for b in made.front], [b.key for b in made.more]

    assert keys(Phase.UNREAD, Kind.APPOINTMENT)[0] == ["schedule", "reply", "forward"]
    assert keys(Phase.UNREAD, Kind.INSURANCE)[0] == ["chart_updated", "reply", "forward"]
    assert keys(Phase.UNREAD, Kind.REFERRAL)[0] == ["referral_created", "reply", "forward"]
    assert keys(Phase.UNREAD, Kind.GENERAL, urgent=True)[0] == ["take", "reply", "forward"]
    assert keys(Phase.HELD, Kind.GENERAL, taken=True)[1] == ["open", "give_back", "take_over", "snooze", "urgent"]
    assert keys(Phase.DONE, Kind.GENERAL)[1] == ["open", "reopen", "history", "note", "reply"]
    assert keys(Phase.UNREAD, Kind.GENERAL)[0] == ["reply", "forward", "done"]
    assert keys(Phase.UNREAD, Kind.REFILL)[0] == ["refill", "reply", "forward"]
    assert keys(Phase.UNREAD, Kind.REFILL, minimal=True)[0] == ["open", "refill", "reply"]
    assert keys(Phase.UNREAD, Kind.REFILL, minimal=True)[1][0] == "forward"
    assert keys(Phase.FAILED, Kind.GENERAL)[0] == ["retry", "reply", "forward"]
    assert keys(Phase.ANSWERED, Kind.GENERAL)[0] == ["done", "reply", "forward"]
    assert keys(Phase.UNCLEAR, Kind.REFILL)[0] == ["check_portal", "mark_delivered", "send_again"]
    assert keys(Phase.DONE, Kind.GENERAL)[0] == []
    assert keys(Phase.UNREAD, Kind.GENERAL)[1] == ["open", "take", "snooze", "urgent", "history"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("unread", ["Reply", "Forward", "Done", "|", "Open", "Take it", "Snooze", "Mark urgent", "History"]),
        ("held", ["Reply", "Forward", "Done", "|", "Open", "Give it back", "Take it", "Snooze", "Mark urgent"]),
        ("sending", ["Reply", "Forward", "|", "Open", "History", "Add note"]),
        ("delayed", ["Reply", "Forward", "|", "Open", "History", "Add note"]),
        ("answered", ["Done", "Reply", "Forward", "|", "Open", "History", "Add note"]),
        ("failed", ["Retry", "Reply", "Forward", "|", "Open", "Give it back", "Take it", "Done", "Snooze"]),
        (
            "unclear",
            [
                "Check portal",
                "Mark delivered",
                "Send again",
                "|",
                "Open",
                "Reply",
                "Give it back",
                "Take it",
                "Snooze",
            ],
        ),
        ("urgent", ["Take it", "Reply", "Forward", "|", "Open", "Done", "Not urgent", "History", "Add note"]),
        ("refill", ["Refill", "Reply", "Forward", "|", "Open", "Take it", "Done", "Snooze", "Mark urgent"]),
        ("done", ["|", "Open", "Reopen", "History", "Add note", "Reply"]),
        ("done-shrunk", ["|", "Open", "Reopen", "History", "Add note", "Reply"]),
        ("withdrawn", ["|", "Open", "History", "Add note"]),
        ("elsewhere", ["|", "Open", "History", "Add note"]),
        ("minimal", ["Open", "Refill", "Reply", "|", "Forward", "Take it", "Done", "Snooze", "Mark urgent"]),
        ("minimal-failed", ["Retry", "Open", "Reply", "|", "Forward", "Give it back", "Take it", "Done", "Snooze"]),
        ("confidential-guardian", ["Open", "Forward", "|", "Take it", "Done", "Snooze", "Mark urgent", "History"]),
        ("urgent-copy", ["Take it", "Open", "Reply", "|", "Forward", "Done", "Not urgent", "History", "Add note"]),
    ],
)
def test_buttons_of_a_card(name, expected):
    """Each state draws exactly the buttons that work in it."""
    shown, slot, stopped = gallery.cards()[name]
    assert labels(card(shown, slot=slot, now=NOW, stopped=stopped)["blocks"]) == expected


def test_only_what_works_is_drawn():
    """No card of any state or kind has a button that the catalogue lacks, and every value is an opaque reference."""
    works = {button.label for button in CATALOGUE} | {"|"}
    for name, (shown, slot, stopped) in gallery.cards().items():
        drawn = card(shown, slot=slot, now=NOW, stopped=stopped)["blocks"]
        assert set(labels(drawn)) <= works, name
        for _, node in nodes(drawn):
            if "value" in node:
                assert node["value"].rpartition(":")[2] == shown.conversation.id


def test_one_green_button_at_most_and_none_when_it_is_not_our_turn():
    """Green says: press this. Nothing is green while the portal or the family has the turn."""
    for name, (shown, slot, stopped) in gallery.cards().items():
        drawn = card(shown, slot=slot, now=NOW, stopped=stopped)["blocks"]
        green = [n["text"]["text"] for _, n in nodes(drawn) if n.get("style") == "primary"]
        phase = situation(shown, now=NOW, stopped=stopped).phase
        quiet = phase in CLOSED | {Phase.SENDING, Phase.DELAYED, Phase.STOPPED, Phase.ANSWERED}
        assert len(green) == (0 if quiet else 1), name


def test_a_window_offers_what_the_person_may_do():
    """Somebody who may only look is offered nothing else; what the state asks for comes first."""
    failed = Situation(phase=Phase.FAILED)
    assert [b.key for b in offered(failed, Kind.GENERAL, frozenset(Act))][:3] == ["retry", "reply", "forward"]
    assert [b.key for b in offered(failed, Kind.GENERAL, {Act.OPEN, Act.HISTORY, Act.REPLY})] == ["reply", "history"]
    assert [b.key for b in offered(failed, Kind.GENERAL, {Act.OPEN, Act.HISTORY})] == ["history"]


def _phase(*replies, **changes):
    return situation(stories.picture(*replies, **changes), now=NOW).phase


def test_phases_of_people_and_network():
    """What people did and what the network did become one word, the one that matters most."""
    failed, sent = stories.failed(), stories.answer()
    pending = stories.answer(State.PENDING, attempts=0)
    assert _phase() is Phase.UNREAD
    assert _phase(**HELD) is Phase.HELD
    assert _phase(pending, status=Status.ANSWERED) is Phase.SENDING
    assert _phase(pending, status=Status.DONE) is Phase.SENDING
    assert _phase(sent, status=Status.ANSWERED) is Phase.ANSWERED
    assert _phase(sent, status=Status.DONE) is Phase.DONE
    assert _phase(sent) is Phase.UNREAD
    assert _phase(failed, **HELD) is Phase.FAILED
    assert _phase(failed, status=Status.DONE) is Phase.FAILED
    assert _phase(failed, status=Status.WITHDRAWN) is Phase.WITHDRAWN
    assert _phase(stories.unclear(), status=Status.WITHDRAWN) is Phase.UNCLEAR
    assert _phase(stories.answer(State.DROPPED), status=Status.ANSWERED, **HELD) is Phase.HELD


def test_a_failure_is_shown_until_somebody_who_could_know_of_it_got_through():
    """A second answer that was on its way already does not hide that the first one failed."""
    before = stories.answer(id="r_2", written_at=SENT - timedelta(seconds=5))
    after = stories.answer(id="r_2", written_at=NOW)
    assert _phase(stories.failed(), before, status=Status.ANSWERED) is Phase.FAILED
    assert _phase(stories.failed(), after, status=Status.ANSWERED) is Phase.ANSWERED


def test_patience_runs_out_after_fifteen_minutes_and_starts_anew_with_a_retry():
    """Fifteen minutes without a receipt are said; a retry a moment ago is just sending."""
    old = {"written_at": NOW - timedelta(minutes=15), "status": Status.ANSWERED}
    status = {"status": old.pop("status")}
    assert _phase(stories.answer(State.PENDING, code="timeout", attempts=3, **old), **status) is Phase.DELAYED
    assert _phase(stories.answer(State.PENDING, code="", attempts=3, **old), **status) is Phase.SENDING
    assert _phase(stories.answer(State.PENDING, code="", attempts=0, **old), **status) is Phase.DELAYED
    assert _phase(stories.answer(State.PENDING, code="unauthorized", **old), **status) is Phase.STOPPED


def test_writing_is_not_offered_where_it_would_be_refused():
    """A confidential message from a guardian's account, or a doubt about something taken back: no word can go out."""
    guardian = stories.picture(stories.unclear(), messages=[stories.stored(stories.GUARDIAN)], confidential=True)
    taken = stories.picture(stories.unclear(), status=Status.WITHDRAWN)
    for shown in (guardian, taken):
        assert "Send again" not in labels(card(shown, slot="department", now=NOW)["blocks"])
        assert "Reply" not in labels(card(shown, slot="department", now=NOW)["blocks"])
