"""The store on PostgreSQL: a small pool, each act in a transaction of its own, run again when it met another."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import psycopg
from psycopg import IsolationLevel
from sqlalchemy import Engine

from bot.failpoint import failpoint
from storage.crew import Crew, Job, Phase
from storage.engine import POOL, connect
from storage.fault import is_over, is_worth_again, told
from storage.hold import seals_with
from storage.records import SqlRecords, Tools

T = TypeVar("T")
Wake = Callable[[frozenset[str]], None]

ATTEMPTS = 5
_PAUSE = 0.01  # seconds


class _TakenBack(Exception):  # noqa: N818 - a state of the job
    """Nobody waits for this act any more."""


class _Cursor(psycopg.Cursor[Any]):
    """Asks the database nothing more for an act that was taken back: a slow one has others to serve."""

    def __init__(self, connection: Any, job: Job) -> None:
        super().__init__(connection)
        self._job = job

    def execute(self, *told: Any, **how: Any) -> _Cursor:
        """One statement."""
        self._must_be_wanted()
        super().execute(*told, **how)
        return self

    def executemany(self, *told: Any, **how: Any) -> None:
        """One statement with many values."""
        self._must_be_wanted()
        super().executemany(*told, **how)

    def _must_be_wanted(self) -> None:
        if self._job.phase is Phase.TAKEN_BACK:
            raise _TakenBack


class PostgresStore:
    """The protocol Store on PostgreSQL, shared by any number of processes.

    A transaction that met another one (serialization, deadlock, a row that another was faster to insert) or lost its
    connection before COMMIT was sent is run again as a whole, a few times. When the connection is lost during COMMIT
    nobody can know the outcome: it is not run again here. The caller hears StoreUnavailable, and its own repeat meets
    the unique keys that guard every act (event id, window, claim token), so that asking again is always safe.
    """

    def __init__(self, url: str, tools: Tools) -> None:
        self._engine = connect(url, name=seals_with(tools.keys))
        self._tools = tools
        self._wakes: list[Wake] = []
        self._crew = Crew("store", threads=POOL, batch=1, make=lambda: (self._serve, lambda: None))

    async def run(self, act: Callable[..., T], *, within: float | None = None, **arguments: Any) -> T:
        """Run an act in a transaction; see the protocol."""
        result: T = await self._crew.do(partial(self._write, act), arguments, within=within)
        return result

    async def read(
        self, query: Callable[..., T], *, within: float | None = None, patient: bool = False, **arguments: Any
    ) -> T:
        """Run a query in a read-only transaction; see the protocol."""
        work = partial(self._read, query)
        result: T = await self._crew.do(work, arguments, within=within, reads=True, patient=patient)
        return result

    def on_work(self, wake: Wake) -> None:
        """Call `wake(lanes)` after each commit of this process that put something in the outbox."""
        self._wakes.append(wake)

    def on_full(self, tell: Callable[[], None]) -> None:
        """Call `tell()` whenever the disk took no more."""
        self._crew.on_full = tell

    def on_alarm(self, tell: Callable[[Sequence[tuple[str, bool]]], None]) -> None:
        """Call `tell(changes)` after commits that raised alarms or closed some."""
        self._crew.on_alarm = tell

    def forsaken(self, *, reads: bool = True) -> float:
        """See the protocol."""
        return self._crew.forsaken(reads=reads)

    def moved_at(self) -> float:
        """See the protocol."""
        return self._crew.moved_at

    async def close(self) -> None:
        """Finish what is queued and give the connections back."""
        await self._crew.close()
        self._engine.dispose()

    def _serve(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            if job.phase is Phase.TAKEN_BACK:
                continue
            try:
                job.value = job.function(job)
            except BaseException as error:  # noqa: BLE001 - it belongs to whoever asked
                job.error = told(error)
            else:
                if job.woken:
                    self._wake(frozenset(job.woken))

    def _wake(self, lanes: frozenset[str]) -> None:
        for wake in self._wakes:
            with contextlib.suppress(RuntimeError):  # its loop is closed: nobody is there to be woken
                wake(lanes)

    def _write(self, act: Callable[..., T], job: Job) -> T:
        for attempt in range(1, ATTEMPTS + 1):
            with _connection(self._engine) as connection:
                failpoint("store.begin")
                try:
                    return self._attempt(act, job, connection)
                except BaseException as error:
                    self._forget_lost(error)
                    if job.phase is not Phase.OPEN or attempt == ATTEMPTS or not is_worth_again(error):
                        raise
            time.sleep(attempt * _PAUSE)  # the one that it met is to be through by then
        raise AssertionError("unreachable")

    def _attempt(self, act: Callable[..., T], job: Job, connection: Any) -> T:
        with _Cursor(connection, job) as cursor:
            records = SqlRecords(self._tools, cursor, locks=True)
            value = act(records, **job.arguments)
            failpoint("store.after_act")
        failpoint("store.before_commit")
        if not self._crew.begin_commit((job,)):
            raise _TakenBack
        connection.commit()
        job.woken = records.woken
        job.rung = records.rung
        failpoint("store.after_commit")
        return value

    def _read(self, query: Callable[..., T], job: Job) -> T:
        for attempt in (1, 2):
            try:
                with _connection(self._engine, reads=True) as connection, _Cursor(connection, job) as cursor:
                    return query(SqlRecords(self._tools, cursor, locks=False), **job.arguments)
            except BaseException as error:
                self._forget_lost(error)
                if attempt == 2 or not is_over(error):
                    raise
        raise AssertionError("unreachable")

    def _forget_lost(self, error: BaseException) -> None:
        # A server that went away took the pool's other connections with it, and all of them keep the same plans: the
        # next try must not meet them.
        if is_over(error):
            self._engine.dispose()


class _connection:  # noqa: N801 - reads as a with statement
    """A connection of the pool; rolled back when given back, thrown away when it is lost."""

    def __init__(self, engine: Engine, *, reads: bool = False) -> None:
        self._pooled = engine.raw_connection()
        driver: Any = self._pooled.driver_connection
        # Part of the BEGIN that psycopg sends: one snapshot for all that a query reads, and no write; for an act, what
        # others committed is seen by its next statement, whatever the server would do by itself.
        driver.read_only = True if reads else None
        driver.isolation_level = IsolationLevel.REPEATABLE_READ if reads else IsolationLevel.READ_COMMITTED

    def __enter__(self) -> Any:
        return self._pooled.driver_connection

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        driver: Any = self._pooled.driver_connection
        with contextlib.suppress(Exception):
            if driver is not None and not driver.closed:
                driver.rollback()
        if driver is None or driver.closed or (error is not None and is_over(error)):
            self._pooled.invalidate()
        else:
            self._pooled.close()
