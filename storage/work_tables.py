"""The tables of people's work, and what the service remembers of itself. One schema with storage.tables."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, LargeBinary, Table, Text

from storage.tables import metadata, only
from storage.types import Moment

# The turn handed to a colleague or a department. The words of both sides are sealed.
forwards = Table(
    "forwards",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversations.id"), nullable=False),
    Column("by", Text, nullable=False),
    Column("from_department", Text, nullable=False),
    Column("to", Text),
    Column("to_department", Text),
    Column("asked", Text),
    Column("at", Moment, nullable=False),
    Column("prior", Boolean, nullable=False),
    Column("prior_asked_at", Moment),
    Column("state", Text, nullable=False),
    Column("ended_at", Moment),
    Column("ended_by", Text),
    Column("words_sealed", LargeBinary, nullable=False),
    CheckConstraint("state IN ('open', 'returned', 'back', 'over')", name="forwards_state"),
    Index("forwards_conversation", "conversation_id", "id"),
    Index("forwards_open", "by", **only("state = 'open'")),
)

# Decisions, a row for each round of each line. The two rules that no code may break stand in the table itself: one
# decision a round (SAFETY I9), and nothing approved that may not be (I11).
decisions = Table(
    "decisions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversations.id"), nullable=False),
    Column("message_id", Text, ForeignKey("messages.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("line", BigInteger, nullable=False),
    Column("round", BigInteger, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("approvable", Boolean, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("words_sealed", LargeBinary, nullable=False),
    Column("reply_id", Text, ForeignKey("replies.id")),
    Column("entered_at", Moment),
    Column("entered_by", Text),
    CheckConstraint(
        "outcome NOT IN ('approved', 'approved_changed', 'already_sent') OR approvable", name="decisions_approvable"
    ),
    Index("decisions_round", "conversation_id", "message_id", "line", "round", unique=True),
)

# What people keep for themselves in their phrase notebooks; title and text are sealed.
own_phrases = Table(
    "own_phrases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("slack", Text, nullable=False),
    Column("words_sealed", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
    Index("own_phrases_slack", "slack", "id"),
)

# Lives of the service: one without an end goes on, and shows it by its beats, or was killed, or crashed.
lives = Table(
    "lives",
    metadata,
    Column("name", Text, primary_key=True),
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("beats", BigInteger, nullable=False, server_default="0"),
)

# Events that a life has begun after such an end, and not taken in: the same hash as in the inbox.
suspicions = Table(
    "suspicions",
    metadata,
    Column("event_hash", LargeBinary, primary_key=True),
    Column("life", Text, primary_key=True),
    Column("at", Moment, nullable=False),
)

# How the version before counted them; it may still run beside this one.
suspects = Table(
    "suspects",
    metadata,
    Column("event_hash", LargeBinary, primary_key=True),
    Column("times", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),
)

# Events of the inbox that could not be shown: where the post about each stands, and who looked into the portal.
unshown = Table(
    "unshown",
    metadata,
    Column("inbox_id", Text, ForeignKey("inbox.id"), primary_key=True),
    Column("channel", Text),
    Column("ts", Text),
    Column("looked_by", Text),
    Column("looked_at", Moment),
)

# When each lane's last post was answered; only where several processes post.
paces = Table(
    "paces",
    metadata,
    Column("lane", Text, primary_key=True),
    Column("last_at", BigInteger, nullable=False),
)

# One row: the oldest revision whose code may run on this schema (storage.schema writes and reads it).
oldest_code = Table("oldest_code", metadata, Column("revision", Text, primary_key=True))
