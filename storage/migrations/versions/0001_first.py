"""The first schema."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None
expands = False  # there was nothing before

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")

_KEPT = ("n", "at", "actor", "action", "subject", "outcome", "detail_json")
_FILLED_ONCE = ("sealed_at", "prev_hash", "hash")


def upgrade() -> None:
    _store()
    _inbox()
    _conversations()
    _work()
    _slack()
    _outbox()
    _journal()
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE conversation_number")
        _append_only_on_postgresql()
    else:
        _append_only_on_sqlite()


def _index(name: str, table: str, columns: list[Any], *, unique: bool = False, where: str | None = None) -> None:
    condition = sa.text(where) if where else None
    op.create_index(name, table, columns, unique=unique, postgresql_where=condition, sqlite_where=condition)


def _store() -> None:
    op.create_table(
        "vault",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("value_sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("value", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "practices",
        sa.Column("version", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("document_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("applied_by", sa.Text(), nullable=False),
        sa.Column("applied_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "stopped_portals",
        sa.Column("portal", sa.Text(), primary_key=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "channels",
        sa.Column("named", sa.Text(), primary_key=True),
        sa.Column("id", sa.Text()),
        sa.Column("trouble", sa.Text(), nullable=False),
    )
    _index("channels_id", "channels", ["id"])
    op.create_table(
        "alarms",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("over_at", sa.BigInteger()),
    )
    _index("alarms_open", "alarms", ["key"], unique=True, where="over_at IS NULL")


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("event_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("about_hash", sa.LargeBinary()),
        sa.Column("reason_sealed", sa.LargeBinary()),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("state IN ('done', 'waiting', 'quarantined')", name="inbox_state"),
    )
    _index("inbox_waiting", "inbox", ["about_hash"], where="state = 'waiting'")
    op.create_table(
        "conflicts",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("event_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
    )
    _index("conflicts_event", "conflicts", ["event_hash", "body_hash"], unique=True)


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("number", sa.BigInteger(), nullable=False, unique=True),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("came_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.Text()),
        sa.Column("held_since", sa.BigInteger()),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("opened_again", sa.Boolean(), nullable=False),
        sa.Column("closed_at", sa.BigInteger()),
        sa.Column("closed_by", sa.Text()),
        sa.Column("why_sealed", sa.LargeBinary()),
        sa.Column("thread_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_hash", sa.LargeBinary(), nullable=False),
        sa.Column("patient_hash", sa.LargeBinary()),
        sa.Column("ids_sealed", sa.LargeBinary(), nullable=False),
    )
    _index("conversations_account", "conversations", ["account_hash", "number"])
    _index("conversations_thread", "conversations", ["thread_hash", "number"])
    op.create_table(
        "messages",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("conversation_id", sa.Text(), sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("message_hash", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("standing_at", sa.BigInteger()),
        sa.Column("standing_sealed", sa.LargeBinary()),
        sa.CheckConstraint("standing IN ('current', 'withdrawn', 'elsewhere')", name="messages_standing"),
    )
    _index("messages_conversation", "messages", ["conversation_id", "id"])


def _work() -> None:
    op.create_table(
        "replies",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("conversation_id", sa.Text(), sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.Column("done_after", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("first_tried_at", sa.BigInteger()),
        sa.Column("last_tried_at", sa.BigInteger()),
        sa.Column("next_try_at", sa.BigInteger()),
        sa.Column("delivered_at", sa.BigInteger()),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("decide_by", sa.BigInteger()),
        sa.Column("owner", sa.Text()),
        sa.Column("portal_status", sa.Text()),
        sa.Column("portal_status_at", sa.BigInteger()),
        sa.Column("settled_by", sa.Text()),
        sa.Column("fate_sealed", sa.LargeBinary()),
        sa.CheckConstraint(
            "state IN ('pending', 'sending', 'delivered', 'failed', 'unclear', 'dropped')", name="replies_state"
        ),
    )
    _index("replies_conversation", "replies", ["conversation_id"])
    _index("replies_due", "replies", ["state", "written_at"])
    op.create_table(
        "notes",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("conversation_id", sa.Text(), sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("ts", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger()),
        sa.Column("gone_at", sa.BigInteger()),
    )
    _index("notes_conversation", "notes", ["conversation_id"])
    _index("notes_place", "notes", ["channel", "ts"], unique=True)


def _slack() -> None:
    op.create_table(
        "windows",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("slack", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.Column("used_by", sa.Text()),
    )
    _index("windows_conversation", "windows", ["conversation_id"])
    op.create_table(
        "places",
        sa.Column("conversation_id", sa.Text(), sa.ForeignKey("conversations.id"), primary_key=True),
        sa.Column("slot", sa.Text(), primary_key=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text()),
        sa.Column("ts", sa.Text()),
    )
    _index("places_at", "places", ["channel", "ts"])


def _outbox() -> None:
    op.create_table(
        "deliveries",
        sa.Column("n", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), sa.ForeignKey("conversations.id")),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("portal", sa.Text()),
        sa.Column("fold", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("maybe_sent", sa.Boolean(), nullable=False),
        sa.Column("marked", sa.Boolean(), nullable=False),
        sa.Column("first_sent_at", sa.BigInteger()),
        sa.Column("token", sa.Text()),
        sa.Column("claimed_by", sa.Text()),
        sa.Column("lease_until", sa.BigInteger()),
        sa.Column("settled_at", sa.BigInteger()),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("fate_sealed", sa.LargeBinary()),
        sa.CheckConstraint(
            "state IN ('pending', 'sending', 'delivered', 'failed', 'unclear', 'dropped')", name="deliveries_state"
        ),
        sa.CheckConstraint(
            "(state = 'sending') = (token IS NOT NULL) AND (token IS NULL) = (lease_until IS NULL)",
            name="deliveries_claim",
        ),
    )
    _index("deliveries_fold", "deliveries", ["fold"], unique=True, where="state = 'pending'")
    _index("deliveries_in_flight", "deliveries", ["lane"], unique=True, where="state = 'sending'")
    _index(
        "deliveries_open",
        "deliveries",
        ["lane", sa.text("urgent DESC"), "n"],
        where="state IN ('pending', 'sending', 'unclear')",
    )
    _index("deliveries_state", "deliveries", ["state", "n"], where="state IN ('failed', 'dropped')")
    _index("deliveries_reply", "deliveries", ["subject"], where="what = 'reply'")


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("n", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("detail_json", sa.Text(), nullable=False),
        sa.Column("sealed_at", sa.BigInteger()),
        sa.Column("prev_hash", sa.LargeBinary()),
        sa.Column("hash", sa.LargeBinary()),
        sa.CheckConstraint("outcome IN ('done', 'refused', 'failed')", name="journal_outcome"),
    )
    _index("journal_subject", "journal", ["subject", "n"])
    _index("journal_unsealed", "journal", ["n"], where="sealed_at IS NULL")


def _append_only_on_sqlite() -> None:
    # REPLACE deletes without a word unless recursive_triggers is on, which storage.engine sees to.
    kept = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in _KEPT)
    filled = " AND ".join(f"(OLD.{name} IS NULL OR NEW.{name} IS OLD.{name})" for name in _FILLED_ONCE)
    stop = "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
    op.execute(f"CREATE TRIGGER journal_update BEFORE UPDATE ON journal WHEN NOT ({kept} AND {filled}) {stop}")
    op.execute(f"CREATE TRIGGER journal_delete BEFORE DELETE ON journal {stop}")


def _append_only_on_postgresql() -> None:
    kept = " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in _KEPT)
    filled = " AND ".join(
        f"(OLD.{name} IS NULL OR NEW.{name} IS NOT DISTINCT FROM OLD.{name})" for name in _FILLED_ONCE
    )
    op.execute(
        "CREATE FUNCTION journal_stands() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'the journal is append-only'; END $$"
    )
    when = f"WHEN (NOT ({kept} AND {filled}))"
    for name, event, each, condition in (
        ("journal_update", "UPDATE", "ROW", when),
        ("journal_delete", "DELETE", "ROW", ""),
        ("journal_truncate", "TRUNCATE", "STATEMENT", ""),
    ):
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON journal FOR EACH {each} {condition}"
            " EXECUTE FUNCTION journal_stands()"
        )
