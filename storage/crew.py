"""Jobs between the event loop and the storage threads: handed over, taken back at their deadline, answered in bulk."""

from __future__ import annotations

import asyncio
import contextlib
import math
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from queue import Empty, SimpleQueue
from typing import Any

from bot.domain.store import StoreFull, StoreTooSlow, StoreUnavailable

QUEUE_LIMIT = 10_000  # jobs; beyond it asking again later is kinder than memory
BATCH = 128  # jobs that one commit may carry, so that the first of them does not wait for ever


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds after which nobody can tell any more whether something ends.

    `work`: an act or a query that is waited for, which is up to five tries of statements that are slow each.
    """

    commit: float = 10.0
    work: float = 600.0


class Phase(Enum):
    """How far a job is."""

    OPEN = 1  # waits, or runs: can still be taken back
    COMMITTING = 2  # its commit has begun: only the database knows now
    TAKEN_BACK = 3  # nobody waits any more; what it did is rolled back


class Job:
    """One act or query with its answer."""

    __slots__ = (
        "arguments", "error", "function", "future", "left_at", "loop", "patient", "phase", "reads", "rung", "value",
        "woken",
    )  # fmt: skip

    def __init__(
        self,
        function: Callable[..., Any],
        arguments: dict[str, Any],
        loop: asyncio.AbstractEventLoop,
        *,
        reads: bool,
        patient: bool,
    ) -> None:
        self.reads = reads
        self.patient = patient
        self.function = function
        self.arguments = arguments
        self.loop = loop
        self.future: asyncio.Future[Any] = loop.create_future()
        self.phase = Phase.OPEN
        self.left_at = math.inf  # since when nobody can tell any more what becomes of it
        self.value: Any = None
        self.error: BaseException | None = None
        self.woken: set[str] = set()
        self.rung: Sequence[tuple[str, bool]] = ()

    @property
    def committed(self) -> bool:
        """Its work is done, and what it wrote stands."""
        return self.phase is Phase.COMMITTING and self.error is None


Work = Callable[[Sequence[Job]], None]


class Crew:
    """Threads that take jobs from one queue. Each thread gets its own work from `make`, `batch` jobs at a time."""

    def __init__(
        self,
        name: str,
        *,
        threads: int,
        batch: int,
        make: Callable[[], tuple[Work, Callable[[], None]]],
        limits: Limits = Limits(),
    ) -> None:
        self._limits = limits
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._turn = threading.Lock()
        self._batch = batch
        self._open = True
        self._at_work: dict[str, tuple[float, Sequence[Job]]] = {}  # by thread: since when, and on what
        self.moved_at = time.monotonic()  # when a thread was last through with something
        self.on_full: Callable[[], None] | None = None
        self.on_alarm: Callable[[Sequence[tuple[str, bool]]], None] | None = None
        tools = [make() for _ in range(threads)]
        self._threads = [
            threading.Thread(target=self._serve, args=tool, name=f"{name}-{n}", daemon=True)
            for n, tool in enumerate(tools)
        ]
        for thread in self._threads:
            thread.start()

    async def do(
        self,
        function: Callable[..., Any],
        arguments: dict[str, Any],
        *,
        within: float | None = None,
        reads: bool = False,
        patient: bool = False,
    ) -> Any:
        """Have it done. A caller that stops waiting takes its job back, unless the commit has begun.

        `reads`: it writes nothing; `patient`: it may be at work for any time.
        """
        loop = asyncio.get_running_loop()
        if not self._open or self._queue.qsize() >= QUEUE_LIMIT:
            raise StoreUnavailable("the store is closed" if not self._open else "too much is waiting for the database")
        job = Job(function, arguments, loop, reads=reads, patient=patient)
        timer = loop.call_later(within, self._too_late, job) if within is not None else None
        self._queue.put(job)
        try:
            return await job.future
        except asyncio.CancelledError:
            self._take_back(job)
            raise
        finally:
            if timer:
                timer.cancel()

    def _take_back(self, job: Job) -> bool:
        with self._turn:
            if job.phase is Phase.OPEN:
                job.phase = Phase.TAKEN_BACK
                job.left_at = time.monotonic()
            return job.phase is Phase.TAKEN_BACK

    def _too_late(self, job: Job) -> None:
        # A commit that has begun is waited for: saying "nothing was written" would be a guess.
        if self._take_back(job) and not job.future.done():
            job.future.set_exception(StoreTooSlow("the database did not commit in time; nothing was written"))

    def begin_commit(self, jobs: Iterable[Job]) -> bool:
        """Past this point no job can be taken back. False, and nothing changed, when one was already."""
        with self._turn:
            jobs = list(jobs)
            if any(job.phase is Phase.TAKEN_BACK for job in jobs):
                return False
            for job in jobs:
                job.phase = Phase.COMMITTING
                job.left_at = time.monotonic() + self._limits.commit
            return True

    def back_off(self, jobs: Iterable[Job]) -> None:
        """The commit did not happen after all, and is tried again: the jobs can be taken back again."""
        with self._turn:
            for job in jobs:
                if job.phase is Phase.COMMITTING:
                    job.phase, job.left_at = Phase.OPEN, math.inf

    def _serve(self, work: Work, end: Callable[[], None]) -> None:
        name = threading.current_thread().name
        try:
            while (first := self._queue.get()) is not None:
                batch, last = self._more(first)
                self._at_work[name] = time.monotonic(), batch
                try:
                    work(batch)
                except BaseException as error:  # noqa: BLE001 - whatever happens, nobody may wait for ever
                    for job in batch:
                        job.error = error
                del self._at_work[name]
                self.moved_at = time.monotonic()
                if self.on_full and any(isinstance(job.error, StoreFull) for job in batch):
                    self.on_full()
                if self.on_alarm and (rung := [one for job in batch if job.committed for one in job.rung]):
                    self.on_alarm(rung)
                answer(batch)
                if last:
                    return
        finally:
            end()

    def _more(self, first: Job) -> tuple[list[Job], bool]:
        batch = [first]
        with contextlib.suppress(Empty):
            while len(batch) < self._batch:
                job = self._queue.get_nowait()
                if job is None:
                    return batch, True
                batch.append(job)
        return batch, False

    def forsaken(self, *, reads: bool = True) -> float:
        """For how many seconds at most a thread has been at work on what nobody waits for any more, or may wait for.

        `reads`: whether what writes nothing counts.
        """
        left = [
            min(max(began, job.left_at), math.inf if job.patient else began + self._limits.work)
            for began, batch in list(self._at_work.values())
            for job in batch
            if reads or not job.reads
        ]
        return max(0.0, time.monotonic() - min(left, default=math.inf))

    async def close(self) -> None:
        """Finish what is queued, and end the threads."""
        if self._open:
            self._open = False
            for _ in self._threads:
                self._queue.put(None)
        for thread in self._threads:
            await asyncio.to_thread(thread.join)


def answer(jobs: Sequence[Job]) -> None:
    """Give every job's result to whoever waits: one call into each loop, however many jobs."""
    loops: dict[asyncio.AbstractEventLoop, list[Job]] = {}
    for job in jobs:
        loops.setdefault(job.loop, []).append(job)
    for loop, theirs in loops.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(_resolve, theirs)


def _resolve(jobs: Sequence[Job]) -> None:
    for job in jobs:
        if job.future.done():
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.value)
