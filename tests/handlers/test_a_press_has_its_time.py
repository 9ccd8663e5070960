"""A press has two and a half seconds, and everything that is read and done for it shares them."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from bot.domain.store import Store, StoreTooSlow
from handlers.context import Front
from storage import keyring_for, open_store
from storage.schema import upgrade
from tests.world import KEYS

BODY = {"user": {"id": "U0ALICE", "team_id": "T0CLINIC"}}


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An empty database."""
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    upgrade(url)
    made = open_store(url, keyring_for(url, KEYS), load_practice=lambda document, version: cast("Any", None))
    yield made
    await made.close()


async def _member(slack: str, team: str | None) -> bool:
    return bool(slack and team)


def slow(_: Any, **given: Any) -> str:
    """A database that takes its time."""
    time.sleep(0.5)
    return str(given["person"].slack)


async def test_what_is_read_and_what_is_done_share_one_time(store: Store):
    """The look leaves too little for the act, which is taken back; the next press has all of its time again."""
    now = datetime.now(UTC)
    front = Front(store=store, poster=cast("Any", None), clock=lambda: now, member=_member, within=0.8)
    for press in (front.look, front.act):
        front.comes()
        person = await front.person(BODY)
        assert await press(slow, person=person, about="c_1") == "U0ALICE"
        for late in (front.act, front.look):
            person = await front.person(BODY)  # who it is may be asked again meanwhile
            with pytest.raises(StoreTooSlow):
                await late(slow, person=person, about="c_1")
    assert front.tasks == set()
