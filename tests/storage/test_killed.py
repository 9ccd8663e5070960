"""A process killed anywhere keeps every promise it made, and leaves nothing half done."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.domain.delivery import State
from storage.crypto import new_key, parse
from storage.sql import Sql
from storage.store import open_store
from storage.verify import verify
from tests.storage.conftest import load_practice
from tests.storage.doomed import INTAKES, LANE
from tests.storage.family import NOW

ROOT = Path(__file__).parents[2]
HALVES = Sql(
    "SELECT c.id FROM conversations c WHERE (SELECT COUNT(*) FROM messages m WHERE m.conversation_id = c.id) <> 1"
    " OR (SELECT COUNT(*) FROM deliveries d WHERE d.conversation_id = c.id) <> 1"
    " OR (SELECT COUNT(*) FROM journal j WHERE j.subject = c.id) <> 1"
)
PLACES = [
    ("store.begin", 3),
    ("store.after_act", 8),
    ("store.before_commit", 3),
    ("store.after_commit", 3),
    ("outbox.claimed", 2),
    ("outbox.settle", 2),
]


@pytest.mark.kill
@pytest.mark.parametrize(("name", "passes"), PLACES)
async def test_what_was_promised_is_there(url: str, name: str, passes: int):
    """Every acknowledged intake and settlement survives kill -9, and no act is there in part."""
    keys = new_key()
    command = [sys.executable, "-m", "tests.storage.doomed", url, keys, name, str(passes)]
    killed = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert killed.returncode == -9, killed.stderr
    said = [line.split() for line in killed.stdout.splitlines(keepends=True) if line.endswith("\n")]
    store = open_store(url, parse(keys), load_practice=load_practice)
    try:
        await _judged(store, said)
    finally:
        await store.close()


async def _judged(store, said):
    taken = {int(what[1]) for what in said if what[0] == "in"}
    assert len(taken) < INTAKES

    def known(records):
        return {n for n in range(1, INTAKES + 1) if records.message_of(portal="main", message_id=f"canary-message-{n}")}

    found = await store.read(known)
    assert taken <= found
    assert await store.read(lambda r: r.rows(HALVES)) == []
    states = {row["id"]: row for row in await store.read(lambda r: r.deliveries(states=list(State), limit=1000))}
    assert len(states) == len(found)
    for word, delivery_id in (what for what in said if what[0] != "in"):
        allowed = {"delivered"} if word == "settled" else {"delivered", "sending"}
        assert states[delivery_id]["state"] in allowed
    assert await store.read(verify) == []
    # What was in flight is taken over when its lease is over, and known as maybe sent.
    await store.run(lambda r: r.run(Sql("UPDATE deliveries SET lease_until = 1 WHERE state = 'sending'")))
    flying = [row["id"] for row in states.values() if row["state"] == "sending"]
    claim = await store.run(lambda r: r.claim(LANE, now=NOW, by="heir"))
    if flying:
        assert (flying, claim.maybe_sent, claim.attempts) == ([claim.id], True, 2)
