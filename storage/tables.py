"""The tables. A column whose name ends in `_sealed` is encrypted, one that ends in `_hash` finds what is encrypted."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Sequence,
    Table,
    Text,
    text,
)

from storage.types import Moment

metadata = MetaData()
Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite makes only an INTEGER key its own row number


def only(condition: str) -> dict[str, Any]:
    """An index over some rows only, on both databases."""
    return {"postgresql_where": text(condition), "sqlite_where": text(condition)}


# Secrets of the store itself: the master of the look-up hashes, and a canary for each key that is in use.
vault = Table(
    "vault",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value_sealed", LargeBinary, nullable=False),
)

# SQLite's only counter. PostgreSQL has a sequence, so that concurrent intakes do not queue for one row.
counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
conversation_number = Sequence("conversation_number", metadata=metadata)

practices = Table(
    "practices",
    metadata,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("document_sealed", LargeBinary, nullable=False),
    Column("applied_by", Text, nullable=False),
    Column("applied_at", Moment, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Text, primary_key=True),
    Column("portal", Text, nullable=False),
    Column("event_hash", LargeBinary, nullable=False, unique=True),
    Column("event_sealed", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("about_hash", LargeBinary),
    Column("reason_sealed", LargeBinary),
    Column("received_at", Moment, nullable=False),
    CheckConstraint("state IN ('done', 'waiting', 'quarantined')", name="inbox_state"),
    Index("inbox_waiting", "about_hash", **only("state = 'waiting'")),
    Index("inbox_quarantined", "received_at", **only("state = 'quarantined'")),
)

# Events whose id was seen before with another body. A table of their own, so that the inbox has one row per event.
conflicts = Table(
    "conflicts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("portal", Text, nullable=False),
    Column("event_hash", LargeBinary, nullable=False),
    Column("body_hash", LargeBinary, nullable=False),
    Column("event_sealed", LargeBinary, nullable=False),
    Column("received_at", Moment, nullable=False),
    Index("conflicts_event", "event_hash", "body_hash", unique=True),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", BigInteger, nullable=False, unique=True),
    Column("portal", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("came_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("holder", Text),
    Column("held_since", Moment),
    Column("urgent", Boolean, nullable=False),
    Column("confidential", Boolean, nullable=False),
    Column("opened_again", Boolean, nullable=False),
    Column("closed_at", Moment),
    Column("closed_by", Text),
    Column("why_sealed", LargeBinary),
    Column("thread_hash", LargeBinary, nullable=False),
    Column("account_hash", LargeBinary, nullable=False),
    Column("patient_hash", LargeBinary),
    Column("ids_sealed", LargeBinary, nullable=False),
    Column("turn", Text, nullable=False, server_default="new"),
    Column("snoozed_until", Moment),
    Index("conversations_open", "department", **only("status = 'open'")),
    Index("conversations_held", "holder", **only("status = 'open' AND holder IS NOT NULL")),
    Index("conversations_snoozed", "snoozed_until", **only("snoozed_until IS NOT NULL")),
    Index("conversations_patient", "patient_hash", "number", **only("patient_hash IS NOT NULL")),
    Index("conversations_thread", "thread_hash", "number"),
    Index("conversations_account", "account_hash", "number"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversations.id"), nullable=False),
    Column("portal", Text, nullable=False),
    Column("message_hash", LargeBinary, nullable=False, unique=True),
    Column("content_sealed", LargeBinary, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("standing", Text, nullable=False),
    Column("standing_at", Moment),
    Column("standing_sealed", LargeBinary),
    CheckConstraint("standing IN ('current', 'withdrawn', 'elsewhere')", name="messages_standing"),
    Index("messages_conversation", "conversation_id", "id"),
)

replies = Table(
    "replies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversations.id"), nullable=False),
    Column("words_sealed", LargeBinary, nullable=False),
    Column("written_at", Moment, nullable=False),
    Column("done_after", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    Column("first_tried_at", Moment),
    Column("last_tried_at", Moment),
    Column("next_try_at", Moment),
    Column("delivered_at", Moment),
    Column("code", Text, nullable=False),
    Column("decide_by", Moment),
    Column("owner", Text),
    Column("portal_status", Text),
    Column("portal_status_at", Moment),
    Column("settled_by", Text),
    Column("fate_sealed", LargeBinary),
    CheckConstraint(
        "state IN ('pending', 'sending', 'delivered', 'failed', 'unclear', 'dropped')", name="replies_state"
    ),
    Index("replies_conversation", "conversation_id"),
    Index("replies_due", "state", "written_at"),
)

notes = Table(
    "notes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversations.id"), nullable=False),
    Column("author", Text, nullable=False),
    Column("text_sealed", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
    Column("channel", Text, nullable=False),
    Column("ts", Text, nullable=False),
    Column("changed_at", Moment),
    Column("gone_at", Moment),
    Index("notes_conversation", "conversation_id"),
    Index("notes_place", "channel", "ts", unique=True),
)

windows = Table(
    "windows",
    metadata,
    Column("id", Text, primary_key=True),
    Column("what", Text, nullable=False),
    Column("conversation_id", Text, ForeignKey("conversations.id"), nullable=False),
    Column("slack", Text, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("stale", Boolean, nullable=False),
    Column("used_by", Text),
    Column("draft_sealed", LargeBinary),
    Index("windows_conversation", "conversation_id"),
)

places = Table(
    "places",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversations.id"), primary_key=True),
    Column("slot", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("channel", Text),
    Column("ts", Text),
    Index("places_at", "channel", "ts"),
)

channels = Table(
    "channels",
    metadata,
    Column("named", Text, primary_key=True),
    Column("id", Text),
    Column("trouble", Text, nullable=False),
    Index("channels_id", "id"),
)

alarms = Table(
    "alarms",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("words_sealed", LargeBinary, nullable=False),
    Column("since", Moment, nullable=False),
    Column("times", BigInteger, nullable=False),
    Column("over_at", Moment),
    Index("alarms_open", "key", unique=True, **only("over_at IS NULL")),
)

stopped_portals = Table(
    "stopped_portals",
    metadata,
    Column("portal", Text, primary_key=True),
    Column("since", Moment, nullable=False),
)

# The outbox. `n` is the age that lanes go by. Two unique indexes are rules: one in flight a lane, one pending a fold.
deliveries = Table(
    "deliveries",
    metadata,
    Column("n", Number, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("what", Text, nullable=False),
    Column("lane", Text().with_variant(Text(collation="C"), "postgresql"), nullable=False),  # sought by how it begins
    Column("subject", Text, nullable=False),
    Column("conversation_id", Text, ForeignKey("conversations.id")),
    Column("slot", Text, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("portal", Text),
    Column("fold", Text),
    Column("state", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    Column("maybe_sent", Boolean, nullable=False),
    Column("marked", Boolean, nullable=False),
    Column("first_sent_at", Moment),
    Column("token", Text),
    Column("claimed_by", Text),
    Column("lease_until", Moment),
    Column("settled_at", Moment),
    Column("code", Text, nullable=False),
    Column("fate_sealed", LargeBinary),
    CheckConstraint(
        "state IN ('pending', 'sending', 'delivered', 'failed', 'unclear', 'dropped')", name="deliveries_state"
    ),
    CheckConstraint(
        "(state = 'sending') = (token IS NOT NULL) AND (token IS NULL) = (lease_until IS NULL)", name="deliveries_claim"
    ),
    Index("deliveries_open", "lane", text("urgent DESC"), "n", **only("state IN ('pending', 'sending', 'unclear')")),
    Index("deliveries_in_flight", "lane", unique=True, **only("state = 'sending'")),
    Index("deliveries_fold", "fold", unique=True, **only("state = 'pending'")),
    Index("deliveries_reply", "subject", **only("what = 'reply'")),
    Index("deliveries_doubtful", "settled_at", **only("state = 'delivered' AND maybe_sent")),
    Index("deliveries_state", "state", "n", **only("state IN ('failed', 'dropped')")),
)

# Append-only by triggers that only the migration makes; a sealer may fill the last three columns once.
journal = Table(
    "journal",
    metadata,
    Column("n", Number, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("detail_json", Text, nullable=False),
    Column("sealed_at", Moment),
    Column("prev_hash", LargeBinary),
    Column("hash", LargeBinary),
    Column("mac", LargeBinary),  # 8 random bytes, and a MAC over them and the row; none before revision 0008
    CheckConstraint("outcome IN ('done', 'refused', 'failed')", name="journal_outcome"),
    Index("journal_subject", "subject", "n"),
    Index("journal_unsealed", "n", **only("sealed_at IS NULL")),
    Index("journal_sealed", "sealed_at", "n", **only("sealed_at IS NOT NULL")),
)
