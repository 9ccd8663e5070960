"""A next version of the product: today's code in a folder of its own, with migrations that stand on today's schema."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from storage.schema import head
from tests.tree import ROOT

EXPANDING = "9001"
CONTRACTING = "9002"
_HEAD = """
import os
import pathlib
import signal
import time

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None
expands = {expands}
"""
# A table, a column on a hot table and an index: all that an old version need not know.
_EXPANDS = (
    _HEAD
    + """
def upgrade():
    op.create_table("visits", sa.Column("id", sa.Text(), primary_key=True))
    op.add_column("deliveries", sa.Column("weight", sa.BigInteger(), nullable=False, server_default="7"))
    half_way = pathlib.Path("{order}")
    while half_way.exists():
        if half_way.read_text() == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.02)
    op.execute("UPDATE deliveries SET weight = 8 WHERE urgent")
    op.create_index("deliveries_weight", "deliveries", ["weight", "n"])
"""
)
_CONTRACTS = (
    _HEAD
    + """
def upgrade():
    op.drop_column("conversations", "why_sealed")
"""
)


class Successor:
    """A checkout of a next version. `order`: a file; while it says "die" its migration dies half way, "wait": waits."""

    def __init__(self, folder: Path, *, contracts: bool = False) -> None:
        self.root = folder / "next"
        self.order = folder / "half-way"
        shutil.copytree(ROOT / "storage", self.root / "storage")
        for room in ("bot", "handlers"):
            (self.root / room).symlink_to(ROOT / room)
        self._add(EXPANDING, _EXPANDS, before=head(), expands=True)
        if contracts:
            self._add(CONTRACTING, _CONTRACTS, before=EXPANDING, expands=False)

    def _add(self, revision: str, text: str, *, before: str, expands: bool) -> None:
        text = text.format(revision=revision, before=before, expands=expands, order=self.order)
        (self.root / "storage/migrations/versions" / f"{revision}_next.py").write_text(text)

    def start(self, database: str, *words: str) -> subprocess.Popen[str]:
        """Begin a Python with the next version's code: what `words` say, else `portaldesk db upgrade`."""
        env = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        env |= {"PYTHONPATH": str(self.root), "PORTALDESK_DATABASE_URL": database, "COLUMNS": "400"}
        return subprocess.Popen(
            [sys.executable, *(words or ("-m", "bot", "db", "upgrade"))],
            cwd=self.root, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def call(self, database: str, function: str) -> tuple[int, str]:
        """Call a function of the next version's storage.schema on that database; exit code, and what it said."""
        script = f"import sys\nfrom storage import schema\nprint(schema.{function}(sys.argv[1]))"
        process = self.start(database, "-c", script, database)
        told, _ = process.communicate(timeout=60)
        return process.returncode, told
