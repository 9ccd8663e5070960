"""Opened windows: each the key of its one Send."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select, update

from bot.domain.window import Window
from storage.sql import Sql
from storage.tables import windows as table
from storage.transaction import Transaction

_w = table.c
_ONE = select(
    _w.id, _w.what, _w.conversation_id, _w.slack, _w.opened_at, _w.version, _w.stale, _w.used_by, _w.draft_sealed
).where(_w.id == bindparam("window_id"))
_LOCKED = Sql(_ONE.with_for_update())
_UNLOCKED = Sql(_ONE)
_ADD = Sql(insert(table).inline())
_SAVE = Sql(
    update(table).where(_w.id == bindparam("window_id")),
    columns=("opened_at", "version", "stale", "used_by", "draft_sealed"),
)


def add_window(t: Transaction, window: Window) -> None:
    """Remember an opened window."""
    t.run(
        _ADD,
        id=window.id,
        what=window.what,
        conversation_id=window.conversation_id,
        slack=window.slack,
        opened_at=window.opened_at,
        version=window.version,
        stale=window.stale,
        used_by=window.used_by,
        draft_sealed=_sealed(t, window),
    )


def window(t: Transaction, window_id: str) -> Window | None:
    """The window, locked when the transaction may write."""
    row = t.one(_LOCKED if t.locks else _UNLOCKED, window_id=window_id)
    if row is None:
        return None
    return Window(
        id=row[0],
        what=row[1],
        conversation_id=row[2],
        slack=row[3],
        opened_at=row[4],
        version=row[5],
        stale=bool(row[6]),
        used_by=row[7],
        draft=t.unseal(row[8], "windows", row[0], "draft").decode() if row[8] else "",
    )


def save_window(t: Transaction, window: Window) -> None:
    """Keep what it has seen, or what its Send made."""
    t.run(
        _SAVE,
        window_id=window.id,
        opened_at=window.opened_at,
        version=window.version,
        stale=window.stale,
        used_by=window.used_by,
        draft_sealed=_sealed(t, window),
    )


def _sealed(t: Transaction, window: Window) -> bytearray | None:
    return t.seal(window.draft.encode("utf-8", "replace"), "windows", window.id, "draft") if window.draft else None
