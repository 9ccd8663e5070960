"""${message}"""

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None
expands = False  # True: only new tables, new indexes, new columns that may be empty or have a default


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
