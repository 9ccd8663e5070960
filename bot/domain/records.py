"""What must be remembered of families and of people's acts: the rows of one transaction, first part."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from bot.domain.alarm import Place
from bot.domain.conversation import Conversation, Note
from bot.domain.decision import Decision
from bot.domain.message import Patient, StoredMessage
from bot.domain.picture import Picture
from bot.domain.practice import Phrase, Practice
from bot.domain.reply import Reply
from bot.domain.turn import Forward
from bot.domain.window import Window


class InboxState(StrEnum):
    """What became of an event that came in."""

    DONE = "done"  # understood and applied, or knowingly ignored
    WAITING = "waiting"  # is about a message that is not there yet
    QUARANTINED = "quarantined"  # signed, but cannot be used; a person was shown it
    CONFLICT = "conflict"  # the same event id with another body; kept apart


class InboxRow:
    """What the inbox remembers of one event; `raw` are its bytes, if they were asked for."""

    __slots__ = ("id", "raw", "received_at", "sha256", "state")

    def __init__(self, *, id: str, sha256: bytes, state: InboxState, received_at: datetime, raw: bytes = b"") -> None:
        self.id = id
        self.sha256 = sha256
        self.state = state
        self.received_at = received_at
        self.raw = raw


class MessageRecords(Protocol):
    """The practice, what came in, conversations and their messages."""

    # identity and the practice
    def new_id(self, prefix: str) -> str:
        """A new opaque id, `prefix_` and at least 16 characters of [A-Za-z0-9]; sorts by time of making."""
        ...

    def practice(self) -> Practice | None:
        """The practice in force, None before the first `practice apply`."""
        ...

    def save_practice(self, document: str, *, by: str, now: datetime, after: int | None = None) -> int:
        """Keep a new practice file (YAML text, encrypted) and make it the one in force; its version.

        `after`: the version it was made of; an act that another one overtook is run anew.
        """
        ...

    def practice_document_by(self, *, by: str) -> str | None:
        """The newest practice file that came that way ("service:PORTALDESK_PRACTICE"), in force or not."""
        ...

    def practice_document(self) -> str | None:
        """The practice file in force, as it was applied."""
        ...

    # inbox
    def inbox_row(self, *, portal: str, event_id: str) -> InboxRow | None:
        """The event of that id, without its raw bytes. Conflicts are not looked at."""
        ...

    def add_inbox(
        self, *, portal: str, event_id: str, sha256: bytes, raw: bytes, now: datetime, type: str = ""
    ) -> str | None:
        """Keep the raw event (state DONE until told otherwise); its id. None if another transaction was faster."""
        ...

    def add_conflict(self, *, portal: str, event_id: str, sha256: bytes, raw: bytes, now: datetime) -> str | None:
        """Keep an event whose id was seen with another body. None if exactly this one was kept before."""
        ...

    def settle_inbox(
        self,
        inbox_id: str,
        *,
        state: InboxState,
        type: str,
        about: str | None = None,
        reason: str = "",
    ) -> None:
        """What became of it. `about`: the portal's message, thread or reply id that a WAITING event needs."""
        ...

    # conversations and messages
    def next_number(self) -> int:
        """The next number that people say to each other. Gaps are allowed, repeats are not."""
        ...

    def conversation(self, conversation_id: str) -> Conversation | None:
        """The conversation, locked for this transaction, or None."""
        ...

    def first_heard(self, *, portal: str, thread_id: str, message_id: str) -> bool:
        """Whether neither is known; who brings the same thread or message at that moment goes before or after."""
        ...

    def under_way(self, *, portal: str, about: str) -> bool:
        """Wait for whoever brings what is `about` just now: look again afterwards. False where nobody else writes."""
        ...

    def conversation_of(self, *, portal: str, thread_id: str, portal_user_id: str) -> Conversation | None:
        """The newest conversation of that portal thread with that account, locked; None when there is none."""
        ...

    def conversations_of_thread(self, *, portal: str, thread_id: str, besides: str = "") -> Sequence[Conversation]:
        """All conversations of that portal thread, oldest first; without the one of that id."""
        ...

    def add_conversation(
        self, conversation: Conversation, *, thread_id: str, portal_user_id: str, patient_id: str | None
    ) -> None:
        """Keep a new conversation."""
        ...

    def save_conversation(self, conversation: Conversation) -> None:
        """Keep its present state."""
        ...

    def message_of(self, *, portal: str, message_id: str) -> StoredMessage | None:
        """The message with that portal's id. Ids are never forgotten."""
        ...

    def add_message(self, message: StoredMessage) -> None:
        """Keep a message."""
        ...

    def save_message(self, message: StoredMessage) -> None:
        """Keep its new content or standing."""
        ...

    def picture(self, conversation_id: str) -> Picture | None:
        """Everything a card or a window shows, or None."""
        ...

    def message_state(self, *, portal: str, message_id: str) -> dict[str, Any] | None:
        """For the portal's reconciliation, without words.

        Keys: message_id, thread_id, kind, received_at, standing, status, department, card ("posted" or "waiting"),
        replies (each reply_id, state, written_at, delivered_at).
        """
        ...

    def doubtful_places(self, *, since: datetime) -> Sequence[tuple[Place, datetime]]:
        """Cards in direct messages whose post was in doubt before it was made, and when it was first tried."""
        ...


class AnswerRecords(Protocol):
    """Replies, notes and windows."""

    # replies, notes, windows
    def add_reply(self, reply: Reply) -> None:
        """Keep an answer; its delivery is added apart."""
        ...

    def reply(self, reply_id: str) -> Reply | None:
        """The answer, or None."""
        ...

    def replies_of(self, conversation_id: str) -> Sequence[Reply]:
        """All answers of a conversation, oldest first."""
        ...

    def save_reply(self, reply: Reply) -> None:
        """Keep what became of it. Its words, author and recipient never change."""
        ...

    def reply_delivered_by(self, delivery_id: str) -> Reply | None:
        """The answer that this delivery carries, None when it carries something else or is not known."""
        ...

    def replies_unread(self, *, since: datetime, before: datetime, limit: int) -> Sequence[Reply]:
        """Answers written between these times of which the portal told that the family has them, and nothing since."""
        ...

    def tells_of_reading(self, portal: str, *, since: datetime) -> bool:
        """Whether the portal said of any answer written since then that it was read."""
        ...

    def doubts_over(
        self, *, before: datetime, limit: int, unheard: bool = False, after: tuple[datetime, str] | None = None
    ) -> Sequence[Reply]:
        """Unclear answers to be decided by then, the longest due first: those for which no alarm rings (`unheard`),
        or those behind the one of that time and id (`after`).
        """
        ...

    def alone(self, name: str) -> None:
        """Wait until no other transaction of that name is under way: what it wrote can be seen then."""
        ...

    def newest_entry(self) -> datetime | None:
        """When the journal's newest row was written, by the clock of then."""
        ...

    def wait_anew(self, *, now: datetime) -> int:
        """Claims, tries, pauses and deadlines further ahead than any can be begin now; how many there were."""
        ...

    def phrases_of(self, slack: str) -> Sequence[tuple[str, Phrase]]:
        """A person's own phrases with their ids, by title."""
        ...

    def keep_phrase(self, phrase_id: str, *, slack: str, phrase: Phrase, now: datetime) -> None:
        """Keep a person's own phrase, new or changed; never one of somebody else."""
        ...

    def drop_phrase(self, phrase_id: str, *, slack: str) -> bool:
        """Forget a person's own phrase; False when there is none of that id."""
        ...

    def add_note(self, note: Note, *, channel: str, ts: str) -> bool:
        """Keep a note of the Slack message (channel, ts); False if it is kept already."""
        ...

    def change_note(self, *, channel: str, ts: str, text: str | None, now: datetime) -> str | None:
        """Keep a note's new words (None: deleted in Slack; our copy says so and stays); the conversation's id."""
        ...

    def notes(self, conversation_id: str) -> Sequence[Note]:
        """All notes, oldest first."""
        ...

    # whose turn it is, and what was decided
    def add_forward(self, forward: Forward) -> None:
        """Keep a forward."""
        ...

    def save_forward(self, forward: Forward) -> None:
        """Keep what became of it: its state, its answer, whether prior text is shown."""
        ...

    def decide(self, decision: Decision, *, version: int, practice: int) -> bool:
        """Keep a decision, in one guarded statement.

        False, and nothing written, when that line has a decision of that round already, the conversation is not at
        that version, or another practice file is in force (SAFETY I9, I10).
        """
        ...

    def decisions_of(self, conversation_id: str) -> Sequence[Decision]:
        """All decisions of a conversation, oldest first."""
        ...

    def told_by(self, decision_id: str, *, reply_id: str) -> None:
        """Which answer carries this decision to the portal."""
        ...

    def entered(self, decision_id: str, *, by: str, now: datetime) -> bool:
        """A person attests that it stands in the EHR; False when somebody did already."""
        ...

    def waiting(self, *, department: str | None = None, holder: str | None = None) -> Sequence[Conversation]:
        """Open conversations of a department, or of a holder; all of them when neither is named."""
        ...

    def forwarded_by(self, slack: str) -> Sequence[Conversation]:
        """Open conversations that this person forwarded and that have to come back to them."""
        ...

    def snoozed_until(self, *, before: datetime, limit: int) -> Sequence[str]:
        """Ids of conversations that were put aside until then."""
        ...

    def children_of(self, conversation_id: str) -> Sequence[Patient]:
        """The children whom the same account wrote about in other conversations, each once; no confidential ones."""
        ...

    def add_window(self, window: Window) -> None:
        """Remember an opened window."""
        ...

    def window(self, window_id: str) -> Window | None:
        """The window, locked for this transaction, or None."""
        ...

    def save_window(self, window: Window) -> None:
        """Keep what it has seen, or what its Send made."""
        ...
