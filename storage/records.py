"""The rows inside one transaction: every area's functions, as one object."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.engine import Dialect

from bot.domain.practice import Practice
from storage import (
    alarms,
    clock,
    conversations,
    decisions,
    forwards,
    inbox,
    messages,
    outbox,
    overview,
    phrases,
    pictures,
    places,
    practices,
    relatives,
    replies,
    suspects,
    windows,
)
from storage import deliveries as outbox_desk
from storage import journal as journal_rows
from storage import notes as note_rows
from storage import unshown as not_shown
from storage.crypto import Keyring, Lookup
from storage.sql import Sql
from storage.transaction import Row

LoadPractice = Callable[[str, int], Practice]
Random = Callable[[int], bytes]


class Ids:
    """Opaque ids: a prefix, the microsecond of making and 8 random bytes, in hex. Later ones sort later."""

    __slots__ = ("_clock", "_last", "_random")

    def __init__(self, *, random: Random = os.urandom, clock: Callable[[], int] = time.time_ns) -> None:
        self._random = random
        self._clock = clock
        self._last = 0

    def __call__(self, prefix: str) -> str:
        """A new id."""
        made = self._clock() // 1000
        if made <= self._last:
            made = self._last + 1
        self._last = made
        return f"{prefix}_{made:014x}{self._random(8).hex()}"


class Shelf:
    """The practice that was read last, so that its file is not parsed for every event."""

    __slots__ = ("_load", "_practice", "_version")

    def __init__(self, load: LoadPractice) -> None:
        self._load = load
        self._version = 0
        self._practice: Practice | None = None

    def __call__(self, version: int, document: str | None) -> Practice | None:
        """The practice of that version; read from `document` when it is another than last time."""
        practice, known = self._practice, self._version
        if known == version:
            return practice
        if document is None:
            return None
        practice = self._load(document, version)
        self._practice, self._version = practice, version
        return practice


class Tools:
    """What every transaction of a store shares."""

    __slots__ = ("dialect", "hash", "in_force", "keys", "new_id")

    def __init__(self, *, dialect: Dialect, keys: Keyring, lookup: Lookup, ids: Ids, shelf: Shelf) -> None:
        self.dialect = dialect
        self.keys = keys
        self.hash = lookup
        self.new_id = ids
        self.in_force = shelf


class SqlRecords:
    """The protocol Records over one cursor. `locks`: it may write; `shared`: other processes write too (PostgreSQL)."""

    __slots__ = (
        "_cursor", "_dialect", "hash", "in_force", "keys", "link", "locks", "mac", "new_id", "ruled", "rung", "seal",
        "shared", "unseal", "woken",
    )  # fmt: skip

    def __init__(self, tools: Tools, cursor: Any, *, locks: bool) -> None:
        self._cursor = cursor
        self._dialect = tools.dialect
        self.woken: set[str] = set()
        self.rung: list[tuple[str, bool]] = []
        self.ruled: Practice | None = None
        self.locks = locks
        self.shared = tools.dialect.name == "postgresql"
        self.keys = tools.keys
        self.seal = tools.keys.seal
        self.unseal = tools.keys.open
        self.hash = tools.hash
        self.link = tools.hash.link
        self.mac = tools.hash.mac
        self.new_id = tools.new_id
        self.in_force = tools.in_force

    def run(self, sql: Sql, **values: Any) -> int:
        """Run a statement; how many rows it touched."""
        ready = sql.on(self._dialect)
        self._cursor.execute(ready.text, ready.values(values))
        count: int = self._cursor.rowcount
        return count

    def run_each(self, sql: Sql, each: Sequence[dict[str, Any]]) -> None:
        """Run a statement once for each of these values."""
        ready = sql.on(self._dialect)
        self._cursor.executemany(ready.text, [ready.values(values) for values in each])

    def one(self, sql: Sql, **values: Any) -> Row | None:
        """Its first row, or None. All are fetched: SQLite commits no statement that still has rows to give."""
        ready = sql.on(self._dialect)
        self._cursor.execute(ready.text, ready.values(values))
        rows = self._cursor.fetchall()
        return ready.row(rows[0]) if rows else None

    def rows(self, sql: Sql, **values: Any) -> list[Row]:
        """All its rows."""
        ready = sql.on(self._dialect)
        self._cursor.execute(ready.text, ready.values(values))
        rows: list[Row] = self._cursor.fetchall()
        return [ready.row(row) for row in rows] if ready.times_out else rows

    practice = practices.practice
    save_practice = practices.save_practice
    practice_document = practices.practice_document
    practice_document_by = practices.practice_document_by

    inbox_row = inbox.inbox_row
    add_inbox = inbox.add_inbox
    add_conflict = inbox.add_conflict
    settle_inbox = inbox.settle_inbox
    waiting_for = inbox.waiting_for
    waiting_event = inbox.waiting_event
    waits = inbox.waits
    waiting_since = inbox.waiting_since

    add_unshown = not_shown.add_unshown
    unshown = not_shown.unshown
    not_looked_into = not_shown.not_looked_into
    some_not_looked_into = not_shown.some_not_looked_into
    how_many_not_looked_into = not_shown.how_many_not_looked_into
    posted_nowhere = not_shown.posted_nowhere
    unshown_stands = not_shown.unshown_stands
    looked_into = not_shown.looked_into

    next_number = conversations.next_number
    conversation = conversations.conversation
    first_heard = conversations.first_heard
    under_way = conversations.under_way
    conversation_of = conversations.conversation_of
    conversations_of_thread = conversations.conversations_of_thread
    add_conversation = conversations.add_conversation
    save_conversation = conversations.save_conversation
    message_of = messages.message_of
    add_message = messages.add_message
    save_message = messages.save_message
    picture = pictures.picture
    message_state = pictures.message_state

    add_forward = forwards.add_forward
    save_forward = forwards.save_forward
    decide = decisions.decide
    decisions_of = decisions.decisions_of
    told_by = decisions.told_by
    entered = decisions.entered
    waiting = conversations.waiting
    forwarded_by = conversations.forwarded_by
    snoozed_until = conversations.snoozed_until
    undecided = overview.undecided
    in_trouble = overview.in_trouble
    answered = overview.answered
    last_came = overview.last_came
    children_of = relatives.children_of

    add_reply = replies.add_reply
    reply = replies.reply
    replies_of = replies.replies_of
    save_reply = replies.save_reply
    replies_unread = replies.replies_unread
    tells_of_reading = replies.tells_of_reading
    doubts_over = replies.doubts_over
    newest_entry = clock.newest_entry
    alone = journal_rows.alone
    wait_anew = clock.wait_anew
    reply_delivered_by = replies.reply_delivered_by
    phrases_of = phrases.phrases_of
    keep_phrase = phrases.keep_phrase
    drop_phrase = phrases.drop_phrase
    add_note = note_rows.add_note
    change_note = note_rows.change_note
    notes = note_rows.notes
    add_window = windows.add_window
    window = windows.window
    save_window = windows.save_window

    place = places.place
    places_of = places.places_of
    place_at = places.place_at
    doubtful_places = places.doubtful_places
    open_places = places.open_places
    save_place = places.save_place
    channel = places.channel
    save_channel = places.save_channel

    raise_alarm = alarms.raise_alarm
    close_alarm = alarms.close_alarm
    alarm = alarms.alarm
    open_alarms = alarms.open_alarms

    add_delivery = outbox.add_delivery
    lanes = outbox.lanes
    claim = outbox.claim
    mark_sending = outbox.mark_sending
    settle = outbox.settle
    release = outbox.release
    tails = outbox_desk.tails
    park = outbox_desk.park
    inherit = outbox_desk.inherit
    redraw_waits = outbox_desk.redraw_waits
    redeliver = outbox_desk.redeliver
    drop = outbox_desk.drop
    delivery_of = outbox_desk.delivery_of
    failed = outbox_desk.failed
    deliveries = outbox_desk.deliveries
    undelivered = outbox_desk.undelivered
    stop_portal = outbox_desk.stop_portal
    start_portal = outbox_desk.start_portal

    life_began = suspects.life_began
    life_beats = suspects.life_beats
    lives_shown = suspects.lives_shown
    lives_over = suspects.lives_over
    life_ended = suspects.life_ended
    has_suspects = suspects.has_suspects
    suspected = suspects.suspected
    suspect = suspects.suspect
    forgive = suspects.forgive
    unsuspect = suspects.unsuspect

    journal = journal_rows.journal
    history = journal_rows.history
