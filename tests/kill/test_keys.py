"""Keys are rotated under load, the command is killed wherever it can be, and afterwards nothing needs the old key."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import storage
from bot.app import clock
from bot.cli.desk import load_practice
from storage.crypto import new_key
from tests import verdict, world
from tests.kill import scene
from tests.kill.conftest import BOTH
from tests.kill.journeys import answered, refilled
from tests.kill.people import Nurse
from tests.kill.stage import Service, Stage

pytestmark = [pytest.mark.kill, pytest.mark.asyncio(loop_scope="module")]

PLACES = ("rotate.sealed:kill:2", "rotate.step:kill:6", "rotate.retired:kill")


async def _command(play: Stage, database: str, log: Path, keys: str, *words: str) -> tuple[int, str]:
    """A command's exit code and all that it said."""
    log.unlink(missing_ok=True)
    environment = play.environment(database, PORTALDESK_KEYS=keys, COLUMNS="400")
    pid = await play.nursery.bear(words, environment, log)
    async with asyncio.timeout(60):
        code = await play.nursery.ended(pid)
    return code, " ".join(log.read_text().split())


async def _begun(play: Stage, database: str, keys: str) -> Service:
    service = play.service(database, PORTALDESK_KEYS=keys)
    await service.start()
    await play.ready(service)
    return service


async def _whole(database: str, keys: str) -> int:
    """Every rule holds, every value opens and the journal's chain is as it was, with these keys; its links."""
    store = storage.open_store(database, storage.keyring_for(database, keys), load_practice=load_practice)
    try:
        assert await store.read(storage.verify) == []
        await store.run(storage.chain.seal, now=clock())  # a service that lives for seconds leaves rows without a link
        walked = await store.read(storage.chain.walk)
        assert walked.breaks == ()
        return walked.rows
    finally:
        await store.close()


def _files(database: str, request: pytest.FixtureRequest) -> list[Path]:
    if database.startswith("sqlite"):
        path = Path(database.removeprefix("sqlite:///"))
        return sorted(path.parent.glob(f"{path.name}*"))
    server = request.getfixturevalue("postgres_server")
    server.sql("CHECKPOINT")
    found = subprocess.run(["find", server.folder / "data" / "base", "-type", "f"], capture_output=True, check=True)
    return [Path(line) for line in found.stdout.decode().splitlines()]


@pytest.mark.parametrize("backend", BOTH)
async def test_keys_rotate_while_people_work(
    play: Stage, fresh: Callable[[str], str], tmp_path: Path, request: pytest.FixtureRequest, backend: str
):
    """Killed at each of its places and called again, it finishes; then the old key opens nothing, and nobody needs it."""
    database, log, mark = fresh(backend), tmp_path / "command.log", scene.Mark(play)
    old, new = world.KEYS, new_key()
    tokens = [scene.new_token() for _ in range(4)]
    service = await _begun(play, database, old)
    await answered(play, tokens[0])
    code, told = await _command(play, database, log, f"{new},{old}", "keys", "rotate")
    assert (code, "still writes with k1" in told) == (1, True), told
    await service.end()
    service = await _begun(play, database, f"{new},{old}")
    code, told = await _command(play, database, log, f"{new},{old}", "verify")
    assert "The key k1 is still needed for" in told
    assert "of messages" in told
    working = asyncio.gather(answered(play, tokens[1]), refilled(play, tokens[2]))
    try:
        for place in PLACES:
            words = ("--failpoint", place, "keys", "rotate")
            code, told = await _command(play, database, log, f"{new},{old}", *words)
            assert code == -signal.SIGKILL, (place, told)
            await _whole(database, f"{new},{old}")
        code, told = await _command(play, database, log, f"{new},{old}", "keys", "rotate")
        assert code == 0, told
        assert "You may take k1 out of PORTALDESK_KEYS" in told
        await working
    finally:
        working.cancel()
    assert service.deaths == 0
    await service.end()
    code, told = await _command(play, database, log, f"{new},{old}", "verify")
    assert (code, told) == (0, "Every rule holds.")
    code, told = await _command(play, database, log, old, "verify")
    assert (code, "do not open this database" in told) == (2, True), told
    service = await _begun(play, database, new)
    try:
        await Nurse(play).answer(tokens[0], "And once more")
        await answered(play, tokens[3])
        await scene.settled(play, database)
    finally:
        await service.end()
    assert await _whole(database, new) > 0
    assert verdict.judge(mark.read()) == []
    did = scene.journalled(database, ("keys.rotation_began", "keys.rotated"))
    assert did == {"keys.rotation_began": 4, "keys.rotated": 1}
    sealed_by_old = storage.keyring_for(database, old).header("k1")
    for path in _files(database, request):
        held = path.read_bytes()
        assert backend == "postgres" or sealed_by_old not in held, path
        for token in tokens:
            assert f"Is {token} all right?".encode() not in held, path


async def test_a_key_file_is_rotated_too(play: Stage, fresh: Callable[[str], str], tmp_path: Path):
    """With SQLite the keys stand in the file beside it, one a line; without a second one there is nothing to rotate."""
    database, log = fresh("sqlite"), tmp_path / "command.log"
    code, told = await _command(play, database, log, "", "keys", "rotate")
    assert (code, "the only key in the key file" in told) == (0, True), told
    [file] = tmp_path.glob("*.db.key")
    old = file.read_text()
    file.write_text(f"{new_key()}\n{old}")
    code, told = await _command(play, database, log, "", "keys", "rotate")
    assert (code, f"take {old.partition(':')[0]} out of the key file" in told) == (0, True), told
    file.write_text(file.read_text().partition("\n")[0])
    assert (await _command(play, database, log, "", "verify"))[0] == 0
