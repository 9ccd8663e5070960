"""`python -m tests.kill.database URL [PG_CTL ARGUMENTS] dropdb|restartdb`: loses a PostgreSQL database on purpose.

`python -m tests.kill.database PATH SECONDS hold` keeps a SQLite database locked, as a backup that misbehaves would.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from contextlib import closing

import psycopg
import pysqlite3

_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"


def drop(admin: str, name: str) -> None:
    """End every connection to that database; it takes new ones at once."""
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(_OTHERS, (name,))


def restart(control: list[str], user: str, options: str, log: str) -> None:
    """Crash the server and start it again: pg_ctl stop -m immediate, start."""
    with tempfile.TemporaryFile() as quiet:
        for words in (["-m", "immediate", "stop"], ["-l", log, "-o", options, "start"]):
            subprocess.run(
                [*control, *words], check=True, timeout=60, user=user or None, cwd="/", stdout=quiet, stderr=quiet
            )


def hold(path: str, seconds: float) -> None:
    """Keep everybody else from writing for so long."""
    with closing(pysqlite3.connect(path, timeout=30, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        connection.execute("ROLLBACK")


def main(arguments: list[str]) -> None:
    if arguments[-1] == "hold":
        hold(arguments[0], float(arguments[1]))
        return
    admin, name, pg_ctl, data, user, options, log, action = arguments
    if action == "dropdb":
        drop(admin, name)
    else:
        restart([pg_ctl, "-w", "-D", data], user, options, log)


if __name__ == "__main__":
    main(sys.argv[1:])
