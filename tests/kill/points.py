"""Every failpoint of the main path, in the order of the way, and how the scenario meets it."""

from __future__ import annotations

from typing import NamedTuple


class Point(NamedTuple):
    """`passes`: at which passes the kill suite kills there. `needs`: a fault without which nobody comes by."""

    name: str
    where: str
    passes: tuple[int, ...] = (1,)
    needs: str = ""


FAILPOINTS = (
    Point("webhook.read", "the event's bytes are here"),
    Point("webhook.verified", "its signature holds"),
    Point("webhook.before_store", "it goes to the database"),
    Point("webhook.parse", "its bytes are being read, in the transaction"),
    Point("webhook.stored", "it is committed, and not answered yet"),
    Point("store.begin", "a transaction begins (SQLite: a group of acts)", (1, 3)),
    Point("store.after_act", "an act has run, in its transaction", (1, 2, 3, 4, 5, 6)),
    Point("store.before_commit", "before COMMIT", (1, 4, 7)),
    Point("store.after_commit", "after COMMIT, and nobody told yet", (1, 2, 3, 4, 5, 6, 7, 8)),
    Point("outbox.claimed", "a delivery is claimed, not committed", (1, 2)),
    Point("outbox.before_carry", "the claim is committed", (1, 2, 3)),
    Point("outbox.mark", "it is being written down that an answer may have left"),
    Point("outbox.settle", "what became of a delivery is written, not committed", (1, 2)),
    Point("outbox.carried", "a delivery is settled", (1, 2)),
    Point("slack.before_post", "a card is about to be posted"),
    Point("slack.after_post", "Slack's answer about a card is here"),
    Point("slack.before_find", "the channel is read back after a doubt", needs="slack"),
    Point("slack.before_update", "a card is about to be redrawn", (1, 2)),
    Point("slack.after_update", "it is redrawn", (1, 2)),
    Point("slack.before_settle", "Slack's answer is about to be kept", (1, 2)),
    Point("press.received", "Reply was pressed, nothing acknowledged"),
    Point("press.done", "the window is in the database, not in Slack"),
    Point("window.opened", "the window is in Slack"),
    Point("send.received", "Send was pressed"),
    Point("send.done", "the answer is committed, the window still open"),
    Point("portal.before_send", "the answer is about to leave"),
    Point("portal.after_send", "the portal's status line is here"),
    Point("portal.answered", "the portal's whole answer is here"),
    Point("reply.before_settle", "the portal's answer is about to be kept"),
    Point("tick.begin", "a tick of the metronome"),
    Point("tick.end", "it has done its work"),
)
# Off the main path: tests of their own pass these.
ELSEWHERE = {
    "look_up.before_settle": "the portal was asked about a doubtful answer (tests/kill/test_doubt.py)",
    "migration.step": "between two migrations (tests/storage)",
}
