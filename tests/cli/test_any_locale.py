"""No locale brings a traceback: what it has no letter for is written as a number, and a file stays UTF-8."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

import storage
from bot.cli.desk import load_practice
from bot.domain.delivery import Delivery, What
from bot.domain.store import Records
from tests.cli.conftest import Shell
from tests.world import PRACTICE

NOW = datetime(2026, 11, 25, 19, 40, tzinfo=UTC)
NAME = "Bright Kids Ł"
LOCALES = ("ascii", "latin-1", "utf-8")


@pytest.fixture
async def waiting(shell: Shell) -> Shell:
    """A shell with a practice whose name no small locale can write, and two deliveries that wait."""
    shell.env["PORTALDESK_DATABASE_URL"] = "sqlite:///portaldesk.db"
    practice = PRACTICE.replace("Bright Kids Pediatrics", NAME)
    (shell.folder / "practice.yaml").write_text(practice, encoding="utf-8")
    await shell("db", "upgrade")
    await shell("practice", "apply", "practice.yaml", "--yes")
    url = f"sqlite:///{shell.folder / 'portaldesk.db'}"
    store = storage.open_store(url, storage.keyring_for(url, None), load_practice=load_practice)
    await store.run(_put)
    await store.close()
    return shell


def _put(records: Records) -> None:
    for n in (1, 2):
        records.add_delivery(Delivery(id=f"d_{n}", what=What.CARD, lane="slack:C0FRONT", subject=f"c_{n}"), now=NOW)


@pytest.mark.parametrize("locale", LOCALES)
async def test_no_locale_brings_a_traceback(waiting: Shell, locale: str):
    """A list with an arrow, a page and a table with a name that it cannot write; JSON is JSON, and a file is UTF-8."""
    waiting.env["PYTHONIOENCODING"] = locale
    listed = await waiting("deliveries", "list")
    assert (listed.code, listed.out.count("d_")) == (0, 2)
    assert (await waiting("queue", "--print")).code == 0
    assert (await waiting("practice", "check", "practice.yaml")).code == 0
    told = await waiting("check", "--json")
    assert any(NAME in row["found"] for row in json.loads(told.out))
    assert NAME in (await waiting("practice", "show")).out


async def test_words_that_are_no_utf_8_are_taken_as_far_as_they_are(waiting: Shell):
    """An id with such a byte is refused in a sentence, and a reason with one is taken."""
    refused = await waiting("deliveries", "retry", "d_\udcff")
    assert (refused.code, "is not failed or uncertain" in refused.flat) == (1, True)
    assert (await waiting("deliveries", "drop", "d_1", "--why", "by phone \udcff")).code == 0
