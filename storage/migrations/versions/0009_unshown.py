"""What could not be shown: where its post stands, and who looked into the portal."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
expands = True


def upgrade() -> None:
    op.create_table(
        "unshown",
        sa.Column("inbox_id", sa.Text(), sa.ForeignKey("inbox.id"), primary_key=True),
        sa.Column("channel", sa.Text()),
        sa.Column("ts", sa.Text()),
        sa.Column("looked_by", sa.Text()),
        sa.Column("looked_at", sa.BigInteger()),
    )
    held = sa.text("state = 'quarantined'")
    op.create_index("inbox_quarantined", "inbox", ["received_at"], postgresql_where=held, sqlite_where=held)
