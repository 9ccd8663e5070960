"""Where the keys come from, and the proof that they are this database's."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pysqlite3
from sqlalchemy import Engine, inspect

from storage.crypto import Keyring, KeysWrong, Lookup, Random, key_id_of, new_key, parse
from storage.engine import connect, file_of
from storage.fault import wrapped

_CANARY = b"portaldesk"


def keyring_for(url: str, text: str | None, *, random: Random = os.urandom, make: bool = True) -> Keyring:
    """The keys of PORTALDESK_KEYS, else of the key file beside the SQLite database, which is made at first start.

    Unless one only looks (`make`): then KeysWrong says that there is none.
    """
    if text and text.strip():
        return parse(text, random=random)
    database = file_of(url)
    if database is None:
        raise KeysWrong("PostgreSQL needs PORTALDESK_KEYS. Make a key with `portaldesk keys new` and keep it safe.")
    path = key_file(database)
    if not path.exists() and not make:
        raise KeysWrong(f"The key file {path} is not there. Put it back, or set PORTALDESK_KEYS.")
    if not path.exists():
        with wrapped():
            _make(path, database, random)
    return parse(_read(path), random=random, where=f"the key file {path.name}")


def proven(url: str, text: str | None) -> Keyring | None:
    """The keys, after a look that they open the database; None where the first start will make them. KeysWrong else.

    Nothing is made or written.
    """
    database = file_of(url)
    with wrapped():
        if not (text and text.strip()) and database and not key_file(database).exists() and not _has_secrets(database):
            return None
        keys = keyring_for(url, text, make=False)
        if database and not database.exists():
            return keys
        engine = connect(url, writes=False)
        try:
            with engine.begin() as connection:
                if inspect(connection).has_table("vault"):
                    rows = connection.exec_driver_sql("SELECT name, value_sealed FROM vault")
                    _opened({str(row[0]): bytes(row[1]) for row in rows}, keys)
        finally:
            engine.dispose()
    return keys


def key_file(database: Path) -> Path:
    """The key file that belongs to a SQLite database."""
    return database.with_name(f"{database.name}.key")


def _make(path: Path, database: Path, random: Random) -> None:
    if _has_secrets(database):
        raise KeysWrong(
            f"The database {database.name} is encrypted and its key file {path.name} is gone. "
            "Put the file back, or set PORTALDESK_KEYS; a new key could not read anything."
        )
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return  # another process was faster; its key is the one
    try:
        with os.fdopen(handle, "w") as file:
            file.write(new_key(random=random) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError:  # a full disk: an empty key file would keep every later start from making one
        with suppress(OSError):
            path.unlink()
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # a power cut must not take the name of the file away once something is encrypted with it
    finally:
        os.close(folder)


def _read(path: Path) -> str:
    found = path.stat()
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise KeysWrong(f"The key file {path.name} can be read by others. Say `chmod 600 {path}`.")
    return path.read_text()


def _has_secrets(database: Path) -> bool:
    if not database.exists():
        return False
    with closing(pysqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'vault'").fetchone()[0]
        return bool(tables and connection.execute("SELECT count(*) FROM vault").fetchone()[0])


def unlock(engine: Engine, keys: Keyring) -> Lookup:
    """Prove the keys against the database, and open its look-up master; KeysWrong before anything is served.

    At first start the master is made. Each key in use has a canary, sealed with it.
    """
    with engine.begin() as connection:

        def run(sql: str, *values: Any) -> Any:
            mark = "?" if engine.dialect.name == "sqlite" else "%s"
            return connection.exec_driver_sql(sql.replace("?", mark), values or None)

        _add(run, "lookup", keys.seal(os.urandom(32), "vault", "lookup", "value"))
        _add(run, f"canary:{keys.ids[0]}", keys.seal(_CANARY, "vault", f"canary:{keys.ids[0]}", "value"))
        found = {str(row[0]): bytes(row[1]) for row in run("SELECT name, value_sealed FROM vault")}
        return Lookup(_opened(found, keys)["lookup"])


def _add(run: Callable[..., Any], name: str, sealed: bytearray) -> None:
    run("INSERT INTO vault (name, value_sealed) VALUES (?, ?) ON CONFLICT DO NOTHING", name, sealed)


def _opened(found: dict[str, bytes], keys: Keyring) -> dict[str, bytes]:
    opened = {}
    for name, sealed in found.items():
        try:
            opened[name] = keys.open(sealed, "vault", name, "value")
        except Exception:  # noqa: BLE001 - any failure to open means the same: these are not the keys
            raise KeysWrong(
                f"The keys do not open this database: it has values under the key {key_id_of(sealed)!r}, and the one "
                "given is another or missing. Set PORTALDESK_KEYS to the keys that it was written with."
            ) from None
    return opened
