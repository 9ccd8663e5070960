"""In which life an event was begun and not taken in, one row each; and an index of posts that were in doubt once."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None
expands = True


def upgrade() -> None:
    op.create_table(
        "suspicions",
        sa.Column("event_hash", sa.LargeBinary(), primary_key=True),
        sa.Column("life", sa.Text(), primary_key=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    doubtful = sa.text("state = 'delivered' AND maybe_sent")
    op.create_index(
        "deliveries_doubtful", "deliveries", ["settled_at"], postgresql_where=doubtful, sqlite_where=doubtful
    )
