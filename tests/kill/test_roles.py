"""The rights that docs/operating.md gives the service on PostgreSQL are enough for all its work, and no more."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

import storage
from storage.crypto import new_key
from storage.tables import metadata
from tests import verdict, world
from tests.kill import scene
from tests.kill.journeys import answered, asided, refilled, strange
from tests.kill.stage import Stage
from tests.postgres import PostgresServer
from tests.successor import Successor
from tests.tree import ROOT

pytestmark = [pytest.mark.kill, pytest.mark.postgres, pytest.mark.asyncio(loop_scope="module")]

BLOCKS = re.findall(r"^```sql\n(.*?)^```", (ROOT / "docs/operating.md").read_text(), re.MULTILINE | re.DOTALL)
FORBIDDEN = (
    "UPDATE journal SET detail_json = '{}'",
    "UPDATE journal SET actor = 'U0', sealed_at = 1",
    "DELETE FROM journal",
    "TRUNCATE journal",
    "ALTER TABLE journal DISABLE TRIGGER journal_update",
    "DROP TRIGGER journal_delete ON journal",
    "CREATE OR REPLACE FUNCTION journal_stands() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
    "DROP TABLE paces",
    "CREATE TABLE mine (id TEXT)",
    "ALTER TABLE messages ADD COLUMN mine TEXT",
    "UPDATE alembic_version SET version_num = '0001'",
    "DELETE FROM oldest_code",
    "DELETE FROM messages",
    "TRUNCATE deliveries",
    "SET ROLE portaldesk_owner",
)


def run(url: str, block: str) -> None:
    """The statements of a block, each by itself."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in block.split(";\n"):
            if statement.strip():
                connection.execute(statement)


@pytest.fixture(scope="module")
def roles(postgres_server: PostgresServer) -> Iterator[Callable[[str], str]]:
    """A database as the page has it made; gives its address for a role."""
    server, grants = BLOCKS[0], BLOCKS[1:]
    run(postgres_server.url(), server)

    def address(role: str) -> str:
        return postgres_server.url("portaldesk").replace("//postgres:", f"//{role}:")

    run(address("portaldesk_owner"), grants[0])
    storage.upgrade(address("portaldesk_owner"))
    run(address("portaldesk_owner"), grants[1])
    run(address("portaldesk_owner"), grants[1])  # after every upgrade
    yield address
    postgres_server.sql("DROP DATABASE portaldesk WITH (FORCE)", "DROP ROLE portaldesk", "DROP ROLE portaldesk_owner")


async def test_the_service_s_role_is_enough(play: Stage, roles: Callable[[str], str], tmp_path: Path):
    """Every kind of work, the journal's chain, a key's rotation, and a table that an upgrade adds under it."""
    database, mark = roles("portaldesk"), scene.Mark(play)
    keys = f"{new_key()},{world.KEYS}"
    service = play.service(database, PORTALDESK_KEYS=keys)
    await service.start()
    await play.ready(service)
    try:
        tokens = [scene.new_token() for _ in range(4)]
        journeys = zip((answered, asided, refilled, strange), tokens, strict=True)
        await asyncio.gather(*(journey(play, token) for journey, token in journeys))
        await scene.settled(play, database)

        async def sealed() -> bool:
            return scene.rows(database, "SELECT COUNT(*) FROM journal WHERE sealed_at IS NULL") == [(0,)]

        await world.until(sealed, what="a journal that is sealed", within=30)
        for role in ("portaldesk", "portaldesk_owner"):  # whoever rotates sees what the service writes with
            assert storage.sealing(roles(role)) == {keys.partition(":")[0]}
        log = tmp_path / "rotate.log"
        pid = await play.nursery.bear(("keys", "rotate"), service.environment, log)
        assert await play.nursery.ended(pid) == 0, log.read_text()
        new = Successor(tmp_path)
        assert (await asyncio.to_thread(new.call, roles("portaldesk_owner"), "upgrade"))[0] == 0
        assert scene.rows(database, "INSERT INTO visits (id) VALUES ('v_1') RETURNING id") == [("v_1",)]
        await answered(play, scene.new_token())
        assert service.deaths == 0
    finally:
        await service.end()
    assert "bug" not in scene.report(service)
    assert verdict.judge(mark.read()) == []
    assert scene.rows(database, "SELECT COUNT(*) > 20 FROM journal WHERE sealed_at IS NOT NULL") == [(True,)]
    store = storage.open_store(database, storage.keyring_for(database, keys.partition(",")[0]), load_practice=print)
    try:
        assert await store.read(storage.verify) == []
    finally:
        await store.close()


async def test_the_rights_never_lapse(roles: Callable[[str], str]):
    """Whoever gives the rights anew, as after each upgrade, takes none from a service that runs meanwhile."""
    with (
        closing(psycopg.connect(roles("portaldesk_owner"), autocommit=True)) as owner,
        closing(psycopg.connect(roles("portaldesk"), autocommit=True)) as service,
    ):
        for statement in BLOCKS[2].split(";\n"):
            owner.execute(statement)
            service.execute("SELECT 1 FROM journal, alembic_version, oldest_code LIMIT 1")
            service.execute("UPDATE journal SET sealed_at = sealed_at WHERE n < 0")


@pytest.mark.parametrize("statement", FORBIDDEN)
async def test_it_is_no_more_than_enough(roles: Callable[[str], str], statement: str):
    """What would change the journal, the schema or what never goes is refused for want of rights."""
    with (
        closing(psycopg.connect(roles("portaldesk"))) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


async def test_check_knows_who_could_change_the_journal(roles: Callable[[str], str]):
    """The owner could, the service could not; and a server that does not wait for its disk is warned of."""
    for role, level in (("portaldesk_owner", "warning"), ("portaldesk", "ok")):
        facts = {fact.name: fact for fact in storage.check(roles(role))}
        assert (facts["journal"].level, role in facts["journal"].value) == (level, True)
        assert "synchronous_commit of the server" not in facts
    run(roles("portaldesk_owner"), "ALTER ROLE CURRENT_USER SET synchronous_commit = off")
    facts = {fact.name: fact for fact in storage.check(roles("portaldesk_owner"))}
    assert facts["synchronous_commit of the server"].level == "warning"
    assert facts["synchronous_commit"].value == "on"


async def test_the_page_lets_rows_go_where_the_product_does():
    """DELETE is given for the tables whose rows the product removes, and for no other."""
    source = "".join(path.read_text() for path in (ROOT / "storage").glob("*.py") if path.name != "schema.py")
    removed = set(re.findall(r"DELETE FROM (\w+)", source))
    if "delete(table)" in source:
        [path] = [path for path in (ROOT / "storage").glob("*.py") if "delete(table)" in path.read_text()]
        removed |= set(re.findall(r"import (\w+) as table", path.read_text()))
    [given] = re.findall(r"GRANT DELETE ON ([\w, ]+) TO portaldesk;", BLOCKS[2])
    assert set(given.split(", ")) == removed
    assert removed <= set(metadata.tables)
