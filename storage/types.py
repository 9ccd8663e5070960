"""How values stand in columns: times as whole microseconds since 1970 in UTC, which both databases compare alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST = 250_000_000_000_000_000  # in the year 9892
SOUND = f"BETWEEN 0 AND {LAST}"  # in SQL: SQLite keeps any type in a column of numbers, and any number is kept


def micros(at: datetime) -> int:
    """The column's number for an aware time; ValueError for a naive one, which could mean any hour."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone cannot be stored")
    since = at - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def moment(stored: int) -> datetime:
    """The aware UTC time of a column's number."""
    return EPOCH + timedelta(microseconds=stored)


class Moment(TypeDecorator[datetime]):
    """A column of times. SQLite forgets zones and PostgreSQL's own type rounds by session; a number does neither."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Time to number."""
        return None if value is None else micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Number to time."""
        return None if value is None else moment(value)


def text_safe(word: str) -> str:
    """A code from outside as both databases can keep it: PostgreSQL refuses U+0000 and lone surrogates in text."""
    return word.replace("\0", "�").encode("utf-8", "replace").decode()
