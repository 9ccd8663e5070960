"""What all machines share: a database of their own, a clock that they turn, and the acts of the product on it."""

from __future__ import annotations

import asyncio
import atexit
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant

from bot.cli.desk import load_practice
from bot.domain import intake
from bot.domain.event import MessageCreated
from bot.domain.journal import Entry
from bot.domain.message import PortalMessage
from bot.domain.records import InboxState
from bot.domain.refused import Refused
from bot.domain.staff import Person
from bot.domain.store import Records
from storage import verify
from storage.crypto import new_key, parse
from storage.schema import upgrade
from storage.store import open_store

T = TypeVar("T")
# Sixty sequences of each machine in `make test`, thousands in `make chaos`.
CALM = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # what breaks is told at once; `make chaos` looks for the shortest way to it
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
MEMORY = Path("/dev/shm")
START = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
KEYS = parse(new_key())


@cache
def _template() -> Path:
    """A SQLite file with the schema, made once."""
    folder = Path(tempfile.mkdtemp(prefix="portaldesk-machines-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    upgrade(f"sqlite:///{folder / 'desk.db'}")
    return folder / "desk.db"


class Machine(RuleBasedStateMachine):
    """One sequence of acts on a new database; the stored state breaks none of SAFETY's rules."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="portaldesk-", dir=MEMORY if MEMORY.is_dir() else None))
        path = self.folder / "desk.db"
        shutil.copyfile(_template(), path)
        path.chmod(0o600)
        self.runner = asyncio.Runner()
        self.loop = self.runner.get_loop()
        self.now = START
        self.steps = self.events = self.said = 0
        self.store = self.loop.run_until_complete(self._open(f"sqlite:///{path}"))

    async def _open(self, url: str) -> Any:
        return open_store(url, KEYS, load_practice=load_practice)

    def do(self, act: Callable[..., T], **arguments: Any) -> T:
        """Run an act of the product, in its transaction; what it refuses is raised."""
        return self.loop.run_until_complete(self.store.run(act, **arguments))

    def act(self, act: Callable[..., T], **arguments: Any) -> T:
        """The same, at the machine's own time."""
        return self.do(act, now=self.now, **arguments)

    def look(self, read: Callable[[Records], T]) -> T:
        """What is stored now."""
        return self.loop.run_until_complete(self.store.read(read))

    def attempt(self, act: Callable[..., Any], who: str, **more: Any) -> Any:
        """Do it as that person; None when it was refused, and then nothing has changed; else truth."""
        before = self.fingerprint()
        try:
            return self.act(act, person=Person(slack=who, member=True), **more) or True
        except Refused:
            changed = self.fingerprint()
            assert changed == before, (before, changed)
            return None

    def words(self) -> str:
        """Other words each time: the same ones do not leave twice."""
        self.said += 1
        return f"These are words {self.said}."

    def fingerprint(self) -> Any:
        """Everything that an act could change; each machine says what that is."""

    def event(self, records: Records, digest: bytes, now: datetime) -> str:
        """An event of the portal's is kept; the id of its row."""
        self.events += 1
        event_id = f"e{self.events}"
        return str(records.add_inbox(portal="main", event_id=event_id, sha256=digest, raw=b"{}", now=now))

    def comes(self, content: PortalMessage, digest: bytes) -> str:
        """A message of the family's is taken in; its conversation's id."""

        def taken(records: Records, now: datetime) -> str:
            inbox = self.event(records, digest, now)
            told = MessageCreated(message=content, content_sha256=digest)
            assert intake.created(records, told, portal="main", inbox_id=inbox, now=now)
            records.settle_inbox(inbox, state=InboxState.DONE, type="portal.message.created", reason="")
            stored = records.message_of(portal="main", message_id=content.message_id)
            assert stored
            return stored.conversation_id

        return self.act(taken)

    def practice(self, document: str) -> None:
        """Put a practice file in force, as the command does."""

        def applied(records: Records) -> None:
            records.save_practice(document, by="cli:test", now=self.now)
            records.journal(Entry(at=self.now, actor="cli:test", action="practice.applied", subject="practice"))

        self.do(applied)

    def turn(self, seconds: float) -> None:
        """The clock goes on, or steps back."""
        self.now += timedelta(seconds=seconds)

    @invariant()
    def breaks_no_rule_now_and_then(self) -> None:
        """After every few steps, as it takes longer than a step."""
        self.steps += 1
        if self.steps % 5 == 0:
            self.breaks_no_rule()

    def breaks_no_rule(self) -> None:
        """What `portaldesk verify` would say."""
        broken = self.loop.run_until_complete(self.store.read(verify))
        assert not broken, broken

    def teardown(self) -> None:
        """Look once more; then the store is closed, and the folder goes with it."""
        try:
            self.breaks_no_rule()
        finally:
            self.loop.run_until_complete(self.store.close())
            self.runner.close()
            shutil.rmtree(self.folder, ignore_errors=True)
