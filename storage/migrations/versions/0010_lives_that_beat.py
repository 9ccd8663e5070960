"""How often each life of the service has shown that it goes on."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
expands = True


def upgrade() -> None:
    op.add_column("lives", sa.Column("beats", sa.BigInteger(), nullable=False, server_default="0"))
