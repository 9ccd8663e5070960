"""Lives of the service, and events that were under way when one ended."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
expands = True


def upgrade() -> None:
    op.create_table(
        "lives",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
    )
    op.create_table(
        "suspects",
        sa.Column("event_hash", sa.LargeBinary(), primary_key=True),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
