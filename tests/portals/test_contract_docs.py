"""The published contract: schemas that are current, examples that are valid, code that runs."""

import asyncio
import json
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
from aiohttp import web

from bot.domain import event
from bot.domain.delivery import State
from bot.portals.base import Arrival, Mode
from bot.portals.client import HttpPortal, reply_bytes
from bot.portals.openapi import document, main
from bot.portals.schema import event_types, name_of
from bot.portals.signature import secret, verify
from bot.portals.webhook import read
from bot.portals.wire import open_session
from tests.portals.bad_requests import SECRET
from tests.portals.conftest import MakePortal, a_reply

ROOT = Path(__file__).parents[2]
CONTRACT = ROOT / "docs" / "portal-contract"
EXAMPLES = CONTRACT / "examples"
GUIDE = ROOT / "docs" / "for-portal-vendors.md"
NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)

EVENT_FILES = sorted((CONTRACT / "events").glob("*.json"))
REPLY_SCHEMAS = {
    "reply.json": "outgoing-reply",
    "reply-with-decision.json": "outgoing-reply",
    "decision.json": "outgoing-decision",
    "answer.json": "reply-answer",
    "state.json": "state-change",
}


def schema(name: str) -> jsonschema.Draft202012Validator:
    content = json.loads((CONTRACT / "schemas" / f"{name}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(content)
    return jsonschema.Draft202012Validator(content, format_checker=jsonschema.FormatChecker())


def schema_of_type(event_type: str) -> jsonschema.Draft202012Validator:
    dashed = re.sub(r"(?<!^)([A-Z])", r"-\1", name_of(event_type)).lower()
    return schema(dashed)


def test_what_is_published_is_what_the_code_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Schemas and openapi.json in docs are those that the command writes, and no others lie about."""
    main(["--write", str(tmp_path)])
    fresh = {path.relative_to(tmp_path): path.read_text() for path in tmp_path.rglob("*.json")}
    kept = [CONTRACT / "openapi.json", *(CONTRACT / "schemas").iterdir()]
    assert {path.relative_to(CONTRACT): path.read_text() for path in kept} == fresh
    assert len(capsys.readouterr().out.splitlines()) == len(fresh)


def test_the_document_is_whole() -> None:
    """Every reference leads somewhere, every operation has a name of its own, every event type is there."""
    whole = document()
    text = json.dumps(whole)
    assert whole["openapi"] == "3.1.0"
    for reference in set(re.findall(r'"\$ref": "#/([^"]+)"', text)):
        place = whole
        for step in reference.split("/"):
            place = place[step]
    operations = [
        one["operationId"]
        for path in whole["paths"].values()
        for one in path.values()
        if isinstance(one, dict) and "operationId" in one
    ]
    assert len(operations) == len(set(operations)) == 7
    for one in whole["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(one)
    assert all(name_of(event_type) in whole["components"]["schemas"] for event_type in event_types())
    assert "x-known-values" not in text


def test_there_is_an_example_of_every_event() -> None:
    """Each type has a file."""
    assert {json.loads(path.read_text())["type"] for path in EVENT_FILES} == set(event_types())


@pytest.mark.parametrize("path", EVENT_FILES, ids=lambda path: path.name)
def test_an_example_event_is_valid_and_read(path: Path) -> None:
    """The example fits its schema, and the reader knows it."""
    content = json.loads(path.read_text())
    schema_of_type(content["type"]).validate(content)
    assert not isinstance(read(path.read_bytes(), NOW), event.Unknown)


@pytest.mark.parametrize("name", REPLY_SCHEMAS)
def test_an_example_of_what_goes_out_is_valid(name: str) -> None:
    """The example fits its schema."""
    schema(REPLY_SCHEMAS[name]).validate(json.loads((CONTRACT / "replies" / name).read_text()))


def test_every_file_of_replies_is_checked() -> None:
    """No example lies beside the test."""
    assert {path.name for path in (CONTRACT / "replies").iterdir()} == set(REPLY_SCHEMAS)


def test_what_we_send_fits_the_published_schema() -> None:
    """A reply of the product is valid by the schema that vendors build on."""
    schema("outgoing-reply").validate(json.loads(reply_bytes(a_reply(), "closed")))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"message_id": None}, "message_id"),
        ({"sender": {}}, "portal_user_id"),
        ({"priority": "stat"}, "priority"),
        ({"kind": "rx"}, "kind"),
    ],
)
def test_the_schema_tells_a_vendor_what_is_wrong(change: dict, words: str) -> None:
    """The schema is stricter than the reader: it shows a vendor what we would only guess."""
    content = json.loads((CONTRACT / "events" / "message-created-refill.json").read_text())
    content["data"] |= change
    with pytest.raises(jsonschema.ValidationError) as wrong:
        schema("message-created").validate(content)
    assert words in str(wrong.value.message) + str(list(wrong.value.absolute_path))


@asynccontextmanager
async def practice() -> AsyncIterator[tuple[str, list[str]]]:
    """A door that verifies and reads as the product does; its address, and the ids that it took."""
    taken: list[str] = []

    async def events(request: web.Request) -> web.Response:
        raw = await request.read()
        taken.append(verify(request.headers, raw, [secret(SECRET)], datetime.now(UTC)))
        read(raw, datetime.now(UTC))
        return web.json_response({"id": "in_1", "status": "stored"}, status=202)

    app = web.Application()
    app.router.add_post("/portal/main/events", events)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/portal/main/events", taken
    finally:
        await runner.cleanup()


async def run(*command: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env={"PATH": os.environ["PATH"]}
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


@pytest.mark.parametrize("path", EVENT_FILES, ids=lambda path: path.name)
async def test_the_python_example_sends_every_event(path: Path) -> None:
    """A vendor's copy of send_event.py is believed and taken."""
    async with practice() as (url, taken):
        status, output = await run(
            sys.executable, "-I", str(EXAMPLES / "send_event.py"), url, SECRET, str(path), "evt_1"
        )
    assert (status, taken) == (0, ["evt_1"]), output
    assert output.startswith('202 {"id": "in_1"')


async def test_the_shell_example_sends_an_event() -> None:
    """A vendor's copy of send_event.sh is believed and taken."""
    for tool in ("sh", "openssl", "curl"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed: send_event.sh was NOT run")
    async with practice() as (url, taken):
        status, output = await run("sh", str(EXAMPLES / "send_event.sh"), url, SECRET, str(EVENT_FILES[0]), "evt_2")
    assert (status, taken) == (0, ["evt_2"]), output
    assert output.strip().endswith("202")


@asynccontextmanager
async def vendors_portal(database: Path) -> AsyncIterator[str]:
    """A vendor's copy of serve_replies.py, as a process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(EXAMPLES / "serve_replies.py"),
        "0",
        SECRET,
        str(database),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        yield (await process.stdout.readline()).decode().split()[-1]
    finally:
        process.kill()
        await process.wait()


async def test_the_example_portal_takes_a_reply_once(make_portal: MakePortal, tmp_path: Path) -> None:
    """The same reply twice, also at once and after a restart, is one; a look-up finds it; a forged one is not taken."""
    from bot.portals.base import PortalConfig

    database = tmp_path / "replies.db"
    async with open_session(allow_private=True) as session:

        def portal(url: str, key: str = SECRET) -> HttpPortal:
            config = PortalConfig(id="main", url=url, secrets=(secret(key),), mode=Mode.IDEMPOTENT)
            return HttpPortal(config, session, lambda: datetime.now(UTC))

        async with vendors_portal(database) as url:
            assert (await portal(url).look_up(a_reply().id)).arrival is Arrival.NOT_FOUND
            outcomes = await asyncio.gather(*(portal(url).send_reply(a_reply(), "open") for _ in range(8)))
            forged = await portal(url, "whsec_" + "QUFB" * 8).send_reply(a_reply(), "open")
            state = await portal(url).put_state("m-1", "received")
        async with vendors_portal(database) as url:
            outcomes.append(await portal(url).send_reply(a_reply(), "open"))
            changed = await portal(url).send_reply(a_reply(), "closed")
            found = await portal(url).look_up(a_reply().id)
    assert {one.state for one in outcomes} == {State.DELIVERED}
    assert len({one.ref for one in outcomes}) == 1
    assert (found.arrival, found.ref) == (Arrival.FOUND, outcomes[0].ref)
    assert (forged.code, changed.code, state.code) == ("unauthorized", "http_422", "switched_off")


def test_the_guide_names_only_what_exists() -> None:
    """Every link of the guide leads to a file, and every event type and answer stands in it."""
    text = GUIDE.read_text()
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (GUIDE.parent / link).exists(), link
    for event_type in event_types():
        assert f"`{event_type}`" in text
    for status in ("200", "202", "401", "404", "409", "413", "415", "429", "503"):
        assert f"| {status} " in text


async def test_the_commands_of_the_guide_run() -> None:
    """Each shell line of the guide that sends an event does."""
    lines = re.findall(r"^(?:python3? |sh )\S*send_event\S* .*$", GUIDE.read_text(), re.MULTILINE)
    assert len(lines) >= 2
    async with practice() as (url, taken):
        for line in lines:
            filled = line.replace("$URL", url).replace("$SECRET", SECRET).replace("python3", sys.executable)
            status, output = await run("sh", "-c", f"cd {CONTRACT} && {filled}")
            assert status == 0, output
    assert len(taken) == len(lines)
