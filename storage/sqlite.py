"""The store on SQLite: one thread owns the only writing connection and commits together whatever has queued up."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from bot.failpoint import failpoint
from storage.crew import BATCH, Crew, Job, Phase, Work
from storage.engine import BUSY_MS, LOG_LIMIT, connect, file_of
from storage.fault import is_unavailable, told
from storage.records import SqlRecords, Tools

T = TypeVar("T")
Wake = Callable[[frozenset[str]], None]

READERS = 3
READ_AT_MOST = 1_800.0  # seconds: `verify` of a million messages ten times over; a reader keeps the log from ending
_LOOK_AT_LOG = 64  # commits between two looks at the size of the write-ahead log
_WAIT_FOR_READERS_MS = 250  # whoever reads for longer is waited for at the next look, while the intake goes on
_STEPS = 50_000  # of SQLite's machine between two looks at the clock


class SqliteStore:
    """The protocol Store on one SQLite file. An act may be run again when another one of its group was taken back."""

    def __init__(self, url: str, tools: Tools) -> None:
        self._wakes: list[Wake] = []
        self._writer = Crew("store-writer", threads=1, batch=BATCH, make=partial(self._make_writer, url, tools))
        self._readers = Crew("store-reader", threads=READERS, batch=1, make=partial(_make_reader, url, tools))

    async def run(self, act: Callable[..., T], *, within: float | None = None, **arguments: Any) -> T:
        """Run an act in a transaction; see the protocol."""
        result: T = await self._writer.do(act, arguments, within=within)
        return result

    async def read(
        self, query: Callable[..., T], *, within: float | None = None, patient: bool = False, **arguments: Any
    ) -> T:
        """Run a query on a read-only connection, on one snapshot; see the protocol."""
        result: T = await self._readers.do(query, arguments, within=within, reads=True, patient=patient)
        return result

    def on_work(self, wake: Wake) -> None:
        """Call `wake(lanes)` after each commit that put something in the outbox."""
        self._wakes.append(wake)

    def on_full(self, tell: Callable[[], None]) -> None:
        """Call `tell()` whenever the disk took no more."""
        self._writer.on_full = tell

    def on_alarm(self, tell: Callable[[Sequence[tuple[str, bool]]], None]) -> None:
        """Call `tell(changes)` after commits that raised alarms or closed some."""
        self._writer.on_alarm = tell

    def forsaken(self, *, reads: bool = True) -> float:
        """See the protocol."""
        return max(self._writer.forsaken(), self._readers.forsaken() if reads else 0.0)

    def moved_at(self) -> float:
        """See the protocol."""
        return self._writer.moved_at

    async def close(self) -> None:
        """Finish what is queued and let go of the file."""
        await self._writer.close()
        await self._readers.close()

    def _make_writer(self, url: str, tools: Tools) -> tuple[Work, Callable[[], None]]:
        writer = _Writer(url, tools, wake=self._wake)
        return lambda jobs: writer.commit(self._writer, jobs), writer.close

    def _wake(self, lanes: frozenset[str]) -> None:
        for wake in self._wakes:
            with contextlib.suppress(RuntimeError):  # its loop is closed: nobody is there to be woken
                wake(lanes)


class _Writer:
    def __init__(self, url: str, tools: Tools, *, wake: Wake) -> None:
        self._connection: Any = connect(url).raw_connection()
        driver: Any = self._connection.driver_connection
        self._driver = driver
        self._cursor: Any = driver.cursor()
        self._tools = tools
        self._wake = wake
        self._log = Path(f"{file_of(url)}-wal")
        self._commits = 0

    def close(self) -> None:
        self._connection.close()

    def commit(self, crew: Crew, jobs: Sequence[Job]) -> None:
        """Run the jobs and commit them together; each has its answer afterwards.

        A savepoint for each act costs a tenth of an intake, so the group first runs without any; when an act raises,
        all is rolled back and run again with them. What an act raised counts only once the group is committed: it may
        have been raised because of what an act before it wrote.
        """
        try:
            careful = False
            while not self._attempt(crew, jobs, careful=careful):
                careful = careful or any(job.error is not None for job in jobs)
                crew.back_off(jobs)
        except BaseException as error:  # noqa: BLE001 - every waiting caller is told, and the thread lives on
            self._undo()
            fault = told(error)
            for job in jobs:
                job.error = fault
            return
        self._bound_the_log()

    def _attempt(self, crew: Crew, jobs: Sequence[Job], *, careful: bool) -> bool:
        failpoint("store.begin")
        live = [job for job in jobs if job.phase is not Phase.TAKEN_BACK]
        if not live:
            return True
        self._cursor.execute("BEGIN IMMEDIATE")
        done = []
        for job in live:
            if self._act(job, careful=careful):
                done.append(job)
            elif not careful:
                self._cursor.execute("ROLLBACK")
                return len(live) == 1
        failpoint("store.before_commit")
        if not crew.begin_commit(done):
            self._cursor.execute("ROLLBACK")
            return False
        self._cursor.execute("COMMIT")
        failpoint("store.after_commit")
        lanes = frozenset[str]().union(*(job.woken for job in done))
        if lanes:
            self._wake(lanes)
        return True

    def _act(self, job: Job, *, careful: bool) -> bool:
        cursor = self._cursor
        if careful:
            cursor.execute("SAVEPOINT act")
        records = SqlRecords(self._tools, cursor, locks=True)
        try:
            job.value = job.function(records, **job.arguments)
            job.error = None
            job.woken = records.woken
            job.rung = records.rung
            failpoint("store.after_act")
        except BaseException as error:
            if is_unavailable(error) or not self._driver.in_transaction:
                raise
            job.error = error
            if careful:
                cursor.execute("ROLLBACK TO act")
        if careful:
            cursor.execute("RELEASE act")
        return job.error is None

    def _undo(self) -> None:
        with contextlib.suppress(Exception):
            if self._driver.in_transaction:
                self._cursor.execute("ROLLBACK")

    def _bound_the_log(self) -> None:
        # The automatic checkpoint cannot start the log anew while some reader is always busy. This one can wait.
        self._commits += 1
        if self._commits % _LOOK_AT_LOG:
            return
        with contextlib.suppress(Exception):
            if self._log.stat().st_size > LOG_LIMIT:
                self._cursor.execute(f"PRAGMA busy_timeout = {_WAIT_FOR_READERS_MS}")
                try:
                    self._cursor.execute("PRAGMA wal_checkpoint(RESTART)")
                    self._cursor.fetchall()
                finally:
                    self._cursor.execute(f"PRAGMA busy_timeout = {BUSY_MS}")


def _make_reader(url: str, tools: Tools) -> tuple[Work, Callable[[], None]]:
    connection: Any = connect(url, writes=False).raw_connection()
    driver: Any = connection.driver_connection
    cursor = driver.cursor()
    until = time.monotonic()
    driver.set_progress_handler(lambda: time.monotonic() > until, _STEPS)

    def read(jobs: Sequence[Job]) -> None:
        nonlocal until
        for job in jobs:
            if job.phase is Phase.TAKEN_BACK:
                continue
            until = time.monotonic() + READ_AT_MOST
            try:
                cursor.execute("BEGIN")
                job.value = job.function(SqlRecords(tools, cursor, locks=False), **job.arguments)
            except BaseException as error:  # noqa: BLE001 - it belongs to whoever asked
                job.error = told(error)
            finally:
                if driver.in_transaction:
                    cursor.execute("ROLLBACK")

    return read, connection.close
