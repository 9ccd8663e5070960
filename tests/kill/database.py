"""`python -m tests.kill.database URL [PG_CTL ARGUMENTS] dropdb|restartdb`: loses a PostgreSQL database on purpose."""

from __future__ import annotations

import subprocess
import sys
import tempfile

import psycopg

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


if __name__ == "__main__":
    admin, name, pg_ctl, data, user, options, log, action = sys.argv[1:]
    if action == "dropdb":
        drop(admin, name)
    else:
        restart([pg_ctl, "-w", "-D", data], user, options, log)
