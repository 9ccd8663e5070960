"""What proves of each row of the journal that it was written with the keys, before it is chained."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
expands = True


def upgrade() -> None:
    op.add_column("journal", sa.Column("mac", sa.LargeBinary()))
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER journal_mac BEFORE UPDATE ON journal FOR EACH ROW"
            " WHEN (NEW.mac IS DISTINCT FROM OLD.mac) EXECUTE FUNCTION journal_stands()"
        )
    else:
        op.execute(
            "CREATE TRIGGER journal_mac BEFORE UPDATE ON journal WHEN NEW.mac IS NOT OLD.mac"
            " BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        )
