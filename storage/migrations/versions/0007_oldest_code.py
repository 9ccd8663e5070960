"""The oldest revision whose code may run on this schema, so that replicas can be restarted one by one."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
expands = False  # the code before it does not know that it may go on


def upgrade() -> None:
    op.create_table("oldest_code", sa.Column("revision", sa.Text(), primary_key=True))
