"""The practice file: every version kept, the newest in force."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, func, insert, select

from bot.domain.practice import Practice
from storage.sql import Sql
from storage.tables import practices
from storage.transaction import Transaction

NEWEST = select(func.max(practices.c.version))
_VERSION = Sql(NEWEST)
_DOCUMENT = Sql(select(practices.c.version, practices.c.document_sealed).order_by(practices.c.version.desc()).limit(1))
_BY = Sql(
    select(practices.c.version, practices.c.document_sealed)
    .where(practices.c.applied_by == bindparam("by"))
    .order_by(practices.c.version.desc())
    .limit(1)
)
_ADD = Sql(insert(practices).inline())


def practice(t: Transaction) -> Practice | None:
    """The practice in force; its file is read again only when another version is in force than last time."""
    if t.ruled is None:
        row = t.one(_VERSION)
        return of_version(t, row[0] if row else None)
    return t.ruled


def of_version(t: Transaction, version: int | None) -> Practice | None:
    """The same for whoever has read with something else which version is the newest; None when there is none."""
    if t.ruled is None and version is not None:
        t.ruled = t.in_force(version, None) or t.in_force(version, practice_document(t))
    return t.ruled


def practice_document(t: Transaction) -> str | None:
    """The practice file in force, as it was applied."""
    row = t.one(_DOCUMENT)
    return t.unseal(row[1], "practices", str(row[0]), "document").decode() if row else None


def practice_document_by(t: Transaction, *, by: str) -> str | None:
    """The newest practice file that came that way, in force or not."""
    row = t.one(_BY, by=by)
    return t.unseal(row[1], "practices", str(row[0]), "document").decode() if row else None


def save_practice(t: Transaction, document: str, *, by: str, now: datetime, after: int | None = None) -> int:
    """Keep a new practice file and make it the one in force; its version.

    `after`: the version it was made of. If another one was committed meanwhile, the row is there already, and the
    whole act is run anew (storage.fault): it sees the other's change instead of undoing it.
    """
    if after is None:
        row = t.one(_VERSION)
        after = (row[0] if row else None) or 0
    version = after + 1
    t.ruled = None
    t.run(
        _ADD,
        version=version,
        document_sealed=t.seal(document.encode(), "practices", str(version), "document"),
        applied_by=by,
        applied_at=now,
    )
    return version
