"""Statements that are written once in SQLAlchemy Core and run as ready text: compiling is paid once, not per call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Boolean, ColumnElement, CompoundSelect, Delete, Insert, Select, Update, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.elements import TextClause

from storage.types import Moment, micros, moment

Statement = Select[Any] | CompoundSelect[Any] | Insert | Update | Delete | TextClause
Upsert = Callable[[Any], Insert]

# Leases are judged by the one clock that all replicas share; SQLite has one process, and its clock is told.
_CLOCK = {"postgresql": "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)", "sqlite": ":now"}
_LEAST = {"postgresql": "LEAST", "sqlite": "MIN"}
_MOST = {"postgresql": "GREATEST", "sqlite": "MAX"}
_INSERT = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


class Ready:
    """A statement as one database takes it: its text, how to hand it values, which result columns are times."""

    __slots__ = ("flags_in", "pick", "text", "times_in", "times_out", "values")

    def __init__(self, statement: Statement, columns: Sequence[str] | None, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect, column_keys=columns)
        asked = {bind.key for bind in compiled.binds.values() if bind.required}
        fixed = {name: value for name, value in compiled.params.items() if name not in asked}
        names: list[str] | None = compiled.positiontup
        self.text = _with_constants(compiled.string, names, fixed)
        self.pick = _pick(None if names is None else [name for name in names if name in asked])
        self.times_in = tuple(name for name, bind in compiled.binds.items() if isinstance(bind.type, Moment))
        # SQLite's driver takes a whole number as it is, and looks for an adapter for a bool.
        self.flags_in = tuple(
            name for name, bind in compiled.binds.items() if isinstance(bind.type, Boolean) and names is not None
        )
        self.times_out = tuple(n for n, column in enumerate(_returned(statement)) if isinstance(column.type, Moment))
        self.values = self._told if self.times_in or self.flags_in else self.pick

    def _told(self, given: dict[str, Any]) -> Any:
        """The values in the driver's form; times become numbers."""
        for name in self.times_in:
            at = given[name]
            if at is not None:
                given[name] = micros(at)
        for name in self.flags_in:
            given[name] = 1 if given[name] else 0
        return self.pick(given)

    def row(self, row: Sequence[Any]) -> Sequence[Any]:
        """A row in the domain's form; numbers become times."""
        if not self.times_out:
            return row
        told = list(row)
        for n in self.times_out:
            if told[n] is not None:
                told[n] = moment(told[n])
        return told


class Sql:
    """One statement for both databases.

    Made of a Core statement (`columns` are those an INSERT or UPDATE sets, when not all), of a function from the
    database's own `insert` (for ON CONFLICT), or of text, in which {clock} is the time that leases are judged by and
    {least} and {most} the smaller and the greater of two; text takes and gives times as numbers.
    """

    __slots__ = ("_columns", "_ready", "_statement")

    def __init__(self, statement: Statement | Upsert | str, columns: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._columns = columns
        self._ready: dict[str, Ready] = {}

    def on(self, dialect: Dialect) -> Ready:
        """The statement, ready for this database."""
        ready = self._ready.get(dialect.name)
        if ready is None:
            ready = self._ready[dialect.name] = Ready(self._of(dialect.name), self._columns, dialect)
        return ready

    def _of(self, database: str) -> Statement:
        statement = self._statement
        if isinstance(statement, str):
            return text(statement.format(clock=_CLOCK[database], least=_LEAST[database], most=_MOST[database]))
        if isinstance(statement, (Select, CompoundSelect, Insert, Update, Delete, TextClause)):
            return statement
        return statement(_INSERT[database])


def _with_constants(sql: str, names: list[str] | None, fixed: Mapping[str, Any]) -> str:
    """Write the statement's own constants into its text.

    Only a written constant lets a planner use an index over some rows; and SQLite, as pysqlite3 builds it, prepares a
    statement with LIMIT ? anew at each call (36 microseconds instead of 5).
    """
    words = {name: _constant(value) for name, value in fixed.items()}
    if names is None:
        for name, word in words.items():
            sql = sql.replace(f"%({name})s", word)
        return sql
    pieces = sql.split("?")
    assert len(pieces) == len(names) + 1
    return "".join(piece + words.get(name, "?") for piece, name in zip(pieces, names, strict=False)) + pieces[-1]


def _constant(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise TypeError("a statement's constants are whole numbers or words")
    if isinstance(value, str):
        assert value.replace("_", "").isalnum()
        return f"'{value}'"
    return str(value)


def _pick(names: list[str] | None) -> Callable[[Mapping[str, Any]], Any]:
    if names is None:  # psycopg takes the mapping itself
        return lambda given: given
    if not names:
        return lambda _: ()
    if len(names) == 1:
        only = names[0]
        return lambda given: (given[only],)
    return itemgetter(*names)


def _returned(statement: Statement) -> Sequence[ColumnElement[Any]]:
    if isinstance(statement, TextClause):
        return ()
    return [column for column in statement.exported_columns if isinstance(column, ColumnElement)]


def at(number: int | None) -> datetime | None:
    """The time of a nullable column of numbers."""
    return None if number is None else moment(number)
