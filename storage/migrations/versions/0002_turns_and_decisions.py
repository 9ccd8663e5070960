"""Whose turn it is, and what was decided."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
expands = False  # older code would not keep whose turn it is


def upgrade() -> None:
    op.add_column("conversations", sa.Column("turn", sa.Text(), nullable=False, server_default="new"))
    op.add_column("conversations", sa.Column("snoozed_until", sa.BigInteger()))
    _index("conversations_open", "conversations", ["department"], where="status = 'open'")
    _index("conversations_held", "conversations", ["holder"], where="status = 'open' AND holder IS NOT NULL")
    _index("conversations_snoozed", "conversations", ["snoozed_until"], where="snoozed_until IS NOT NULL")
    _index("conversations_patient", "conversations", ["patient_hash", "number"], where="patient_hash IS NOT NULL")
    # Before now a holder had always taken it, or answered.
    op.execute("UPDATE conversations SET turn = 'taken' WHERE holder IS NOT NULL")
    op.add_column("windows", sa.Column("draft_sealed", sa.LargeBinary()))
    _forwards()
    _decisions()


def _index(name: str, table: str, columns: list[Any], *, unique: bool = False, where: str | None = None) -> None:
    condition = sa.text(where) if where else None
    op.create_index(name, table, columns, unique=unique, postgresql_where=condition, sqlite_where=condition)


def _forwards() -> None:
    op.create_table(
        "forwards",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("conversation_id", sa.Text(), sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("from_department", sa.Text(), nullable=False),
        sa.Column("to", sa.Text()),
        sa.Column("to_department", sa.Text()),
        sa.Column("asked", sa.Text()),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("prior", sa.Boolean(), nullable=False),
        sa.Column("prior_asked_at", sa.BigInteger()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("ended_by", sa.Text()),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'returned', 'back', 'over')", name="forwards_state"),
    )
    _index("forwards_conversation", "forwards", ["conversation_id", "id"])
    _index("forwards_open", "forwards", ["by"], where="state = 'open'")


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("conversation_id", sa.Text(), sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("message_id", sa.Text(), sa.ForeignKey("messages.id"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("approvable", sa.Boolean(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("reply_id", sa.Text(), sa.ForeignKey("replies.id")),
        sa.Column("entered_at", sa.BigInteger()),
        sa.Column("entered_by", sa.Text()),
        sa.CheckConstraint(
            "outcome NOT IN ('approved', 'approved_changed', 'already_sent') OR approvable",
            name="decisions_approvable",
        ),
    )
    _index("decisions_round", "decisions", ["conversation_id", "message_id", "line", "round"], unique=True)
