"""When each lane's last post was answered, for processes that share a database."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
expands = True


def upgrade() -> None:
    op.create_table(
        "paces",
        sa.Column("lane", sa.Text(), primary_key=True),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
    )
