"""Every failpoint, in the order of the way, and the journey that meets it."""

from __future__ import annotations

from typing import NamedTuple


class Point(NamedTuple):
    """`journey` meets it; `passes`: at which passes `make chaos` disturbs it, `make test` kills at the first.

    `needs`: a fault of Slack's without which nobody comes by.
    """

    name: str
    where: str
    journey: str = "answered"
    passes: tuple[int, ...] = (1,)
    needs: str = ""


# A service that dies at one of these is killed there once, on a journey of its own.
ALONE = (
    Point("webhook.read", "the event's bytes are here"),
    Point("webhook.verified", "its signature holds"),
    Point("webhook.before_store", "it goes to the database"),
    Point("webhook.parse", "its bytes are being read, in the transaction"),
    Point("webhook.stored", "it is committed, and not answered yet"),
    Point("store.begin", "a transaction begins (SQLite: a group of acts)", passes=(1, 3)),
    Point("store.after_act", "an act has run, in its transaction", passes=(1, 2, 3, 4, 5, 6)),
    Point("store.before_commit", "before COMMIT", passes=(1, 4, 7)),
    Point("store.after_commit", "after COMMIT, and nobody told yet", passes=(1, 2, 3, 4, 5, 6, 7, 8)),
    Point("outbox.claimed", "a delivery is claimed, not committed", passes=(1, 2)),
    Point("outbox.before_carry", "the claim is committed", passes=(1, 2, 3)),
    Point("outbox.mark", "it is being written down that an answer may have left"),
    Point("outbox.settle", "what became of a delivery is written, not committed", passes=(1, 2)),
    Point("outbox.carried", "a delivery is settled", passes=(1, 2)),
    Point("slack.before_post", "a card is about to be posted"),
    Point("slack.after_post", "Slack's answer about a card is here"),
    Point("slack.before_find", "the channel is read back after a doubt", needs="slack"),
    Point("slack.before_update", "a card is about to be redrawn"),
    Point("slack.after_update", "it is redrawn"),
    Point("slack.before_settle", "Slack's answer is about to be kept", passes=(1, 2)),
    Point("press.received", "a button that opens a window was pressed, nothing acknowledged"),
    Point("press.done", "the window is in the database, not in Slack"),
    Point("window.opened", "the window is in Slack"),
    Point("send.received", "Send was pressed"),
    Point("send.done", "the answer is committed, the window still open"),
    Point("portal.before_send", "the answer is about to leave"),
    Point("portal.after_send", "the portal's status line is here"),
    Point("portal.answered", "the portal's whole answer is here"),
    Point("reply.before_settle", "the portal's answer is about to be kept"),
    Point("seal.found", "rows of the journal wait for their link"),
    Point("seal.linked", "they are linked, not committed"),
    Point("tick.begin", "a tick of the metronome"),
    Point("tick.end", "it has done its work"),
)
# The other journeys are killed again and again on one way: each life of the service dies at the next of these.
CHAINS = {
    "refilled": (
        Point("submit.received", "a window was submitted: Forward", "refilled", passes=(1, 2, 3)),
        Point("submit.done", "the turn is handed on, the window still open", "refilled", passes=(1, 2, 3)),
        Point("slack.before_open", "the colleague's direct messages are about to be opened", "refilled"),
        Point("slack.after_open", "they are open", "refilled"),
        Point("press.done", "Refill: the window is in the database, not in Slack", "refilled"),
        Point("submit.received", "the decision's first page was submitted", "refilled"),
        Point("window.before_redraw", "a window is about to follow a choice", "refilled"),
        Point("submit.done", "the decision is committed, its second page still open", "refilled"),
        Point("send.done", "the answer with the decision is committed", "refilled"),
        Point("portal.answered", "the portal has answer and decision", "refilled"),
        Point("turn.received", "a button without a window was pressed: Entered in EHR", "refilled"),
        Point("press.acted", "it counted", "refilled"),
    ),
    "booked": (
        Point("press.received", "Schedule was pressed", "booked"),
        Point("window.before_redraw", "the window is about to show the day and the time", "booked"),
        Point("submit.received", "the visit was submitted", "booked"),
        Point("submit.done", "the visit and the words are committed", "booked"),
        Point("portal.before_send", "they are about to leave", "booked"),
        Point("reply.before_settle", "the portal's answer is about to be kept", "booked"),
    ),
    "referred": (
        Point("submit.done", "the turn went to the colleague, or came back from them", "referred", passes=(1, 2)),
        Point("press.done", "Referral created: the window is in the database, not in Slack", "referred"),
        Point("window.opened", "it is in Slack", "referred"),
        Point("window.before_redraw", "the window is about to ask for number and specialist", "referred"),
        Point("submit.received", "the words were submitted", "referred"),
        Point("submit.done", "the referral and the words are committed", "referred"),
        Point("portal.after_send", "the portal's status line is here", "referred"),
    ),
    "recorded": (
        Point("window.opened", "Chart updated: the window is in Slack", "recorded"),
        Point("submit.done", "the decision is committed", "recorded"),
        Point("outbox.mark", "a decision without words is about to leave", "recorded"),
        Point("portal.after_send", "the portal's status line is here", "recorded"),
    ),
    "asided": (
        Point("menu.received", "an entry behind a card's dots was chosen: Take it", "asided"),
        Point("press.acted", "it is theirs", "asided"),
        Point("submit.done", "a note is kept, its window still open", "asided"),
        Point("note.received", "somebody wrote in the card's thread", "asided"),
        Point("note.done", "it is kept as a note, and Slack does not know", "asided"),
        Point("submit.received", "Snooze was submitted", "asided"),
        Point("submit.done", "the turn is handed on, or it is put aside", "asided"),
        Point("press.done", "Respond: the window is in the database, not in Slack", "asided"),
        Point("submit.done", "the turn went back, the window still open", "asided"),
    ),
    "snoozed": (
        Point("round.end", "what was put aside is awake", "snoozed"),
        Point("post.in_thread", "a post in a card's thread is about to be made", "snoozed"),
    ),
    "announced": (
        Point("start.practice", "the practice file is applied, nothing else has begun", "announced"),
        Point("channel.before_keep", "what is known of a channel is about to be kept", "announced"),
        Point("home.before_publish", "Home is about to be drawn", "announced"),
        Point("post.in_channel", "a ping is about to be posted", "announced"),
        Point("post.in_thread", "a family's later message is about to be posted", "announced"),
    ),
    "strange": (
        Point("webhook.ping", "the portal's ping is about to be answered", "strange"),
        Point("webhook.unreadable", "an event that cannot be used, in its transaction", "strange"),
        Point("post.in_channel", "that it could not be shown is about to be posted", "strange"),
        Point("post.to_person", "an alarm is about to be posted to an admin", "strange"),
    ),
}
# Disturbed in `make chaos` alone: an answer's outcome folds into the redraw after Send, so that there may be one only.
AGAIN = (
    Point("slack.before_update", "a card is about to be redrawn once more", "asided", passes=(2,)),
    Point("slack.after_update", "it is redrawn once more", "asided", passes=(2,)),
)
AT_START = ("start.", "channel.")  # such a name is passed while a service starts
FAILPOINTS = (*ALONE, *(point for chain in CHAINS.values() for point in chain))
# Off these ways: tests of their own pass these, and prove it.
ELSEWHERE = {
    "doubt.received": "a button of an answer in doubt was pressed (tests/kill/test_doubt.py)",
    "doubt.done": "it counted (tests/kill/test_doubt.py)",
    "look_up.before_ask": "the portal is about to be asked about a doubtful answer (tests/kill/test_doubt.py)",
    "look_up.before_settle": "the portal was asked (tests/kill/test_doubt.py)",
    "slack.before_delete": "a second card is about to be taken back (tests/kill/test_freeze.py)",
    "outbox.release": "a service that stops is about to give back its claims (tests/kill/test_stop.py)",
    "rotate.step": "some values are sealed anew and committed (tests/kill/test_keys.py)",
    "rotate.sealed": "some values are sealed anew, not committed (tests/kill/test_keys.py)",
    "rotate.retired": "the old keys are not asked for any more, not committed (tests/kill/test_keys.py)",
    "restore.aside": "the old database has a second name, the copy waits beside it (tests/storage/test_restore.py)",
    "restore.placed": "the copy is in place, parked (tests/storage/test_restore.py)",
    "restore.filled": "PostgreSQL's new database is full, and not parked (tests/storage/test_restore.py)",
    "migration.step": "between two migrations (tests/storage)",
}
