"""Phrases that people keep for themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
expands = True


def upgrade() -> None:
    op.create_table(
        "own_phrases",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("slack", sa.Text(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("own_phrases_slack", "own_phrases", ["slack", "id"])
