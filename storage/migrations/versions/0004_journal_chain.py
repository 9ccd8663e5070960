"""The order of the journal's chain, so that its newest link and its pages are found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
expands = True


def upgrade() -> None:
    sealed = sa.text("sealed_at IS NOT NULL")
    op.create_index("journal_sealed", "journal", ["sealed_at", "n"], postgresql_where=sealed, sqlite_where=sealed)
