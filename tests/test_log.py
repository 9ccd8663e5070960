"""The log knows what happened to which id, and nothing that anybody wrote."""

from __future__ import annotations

import ast
import gc
import io
import json
import logging
import os
import subprocess
import sys
import textwrap
import threading
import time
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_bolt import App, BoltRequest
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier

from bot import log
from tests.tree import ROOT, nodes

CANARY = "CANARY Zebra Okafor"
CONVERSATION = "c_0123456789abcdefGH"
logger = logging.getLogger("portaldesk.test")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """The log of a process that was set up at its most talkative."""
    stream = io.StringIO()
    undo = log.set_up(form="json", level="DEBUG", stream=stream)
    yield stream
    undo()


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    """What was written, each line as JSON; no line holds the canary."""
    assert "CANARY" not in stream.getvalue()
    assert "Zebra" not in stream.getvalue()
    return [json.loads(line) for line in stream.getvalue().splitlines()]


class Kind(StrEnum):
    """An enumeration as the domain has them."""

    REFILL = "refill"


def test_every_field_that_is_told_has_its_place() -> None:
    """A field that the log does not know would be left out, just where somebody looks for it."""
    calls = [
        (str(path), node)
        for path, node in nodes()
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("log.event", "log.failure")
    ]
    assert len(calls) > 40
    told = {(path, each.arg) for path, call in calls for each in call.keywords if each.arg not in (None, "level")}
    assert {(path, name) for path, name in told if name not in log.FIELDS} == set()


def test_an_event_is_a_name_and_ids(written: io.StringIO) -> None:
    """An event has a time, a level, a dotted name and the fields that were given."""
    at = datetime(2026, 11, 22, 14, 4, tzinfo=timezone(-timedelta(hours=5)))
    log.event(
        logger,
        "portal.message.received",
        conversation=CONVERSATION,
        kind=Kind.REFILL,
        portal="main",
        attempts=2,
        ms=1.23456,
        urgent=True,
        due_at=at,
        actor="U0ALICE",
        code=None,
        ts="1732302244.000100",
        number="E-1234",
        tick="outbox",
        lane=f"reply:{CONVERSATION}",
    )
    (line,) = lines(written)
    assert datetime.fromisoformat(str(line.pop("at"))).tzinfo == UTC
    assert line == {
        "level": "info",
        "event": "portal.message.received",
        "conversation": CONVERSATION,
        "kind": "refill",
        "portal": "main",
        "attempts": 2,
        "ms": 1.235,
        "urgent": True,
        "due_at": "2026-11-22T19:04:00.000+00:00",
        "actor": "U0ALICE",
        "code": None,
        "ts": "1732302244.000100",
        "number": "E-1234",
        "tick": "outbox",
        "lane": f"reply:{CONVERSATION}",
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"text": CANARY},
        {"patient": CANARY},
        {"body": {"text": CANARY}},
        {"conversation": CANARY},
        {"conversation": "Zebra"},
        {"conversation": "c_short"},
        {"reply": f"r_0123456789abcdef\n{CANARY}"},
        {"kind": CANARY},
        {"code": "CANARY"},
        {"code": "a" * 49},
        {"actor": "Zebra Okafor"},
        {"actor": "U0\u0410LICE"},
        {"person": "pu-77"},
        {"channel": "#zebra"},
        {"portal": "Zebra"},
        {"attempts": CANARY},
        {"attempts": True},
        {"attempts": float("nan")},
        {"attempts": 2**60},
        {"urgent": "Zebra"},
        {"due_at": CANARY},
        {"due_at": datetime(2017, 3, 9)},
        {"number": "E-Zebra"},
        {"variable": "HOME"},
        {"conversation": [CANARY]},
        {"conversation": 12},
        {"ts": 1.5},
        {"release": "\u0661.\u0662.\u0663"},
        {CANARY: 1},
    ],
)
def test_what_is_not_on_the_list_is_counted_and_left_out(written: io.StringIO, fields: dict[str, object]) -> None:
    """A field of another name or another shape never gets in, and never stops the event."""
    log.event(logger, "reply.sent", reply="r_0123456789abcdefGH", **{k: v for k, v in fields.items() if k != "reply"})
    log.event(logger, "reply.sent", **fields)
    one, two = lines(written)
    assert one["event"] == two["event"] == "reply.sent"
    assert two["left_out"] == 1
    assert set(two) == {"at", "level", "event", "left_out"}
    assert one["reply"] == "r_0123456789abcdefGH"


@pytest.mark.parametrize("code", ["not_in_channel", "http-503", "ClientConnectorError", "TimeoutError", "tls.refused"])
def test_codes(written: io.StringIO, code: str) -> None:
    """A code is Slack's or the portal's word, or the name of an error's class."""
    log.event(logger, "reply.tried", code=code)
    assert lines(written)[0]["code"] == code


@pytest.mark.parametrize("name", [CANARY, "zebra", "a.b c", "reply.sent\n", "Reply.Sent", "", "a." + "b" * 40, 7])
def test_a_name_that_is_no_event_name_is_not_repeated(written: io.StringIO, name: str) -> None:
    """An event's name comes from the code; anything else is replaced."""
    log.event(logger, name)
    assert lines(written)[0]["event"] == "log.event.unnamed"


@pytest.mark.parametrize("name", ["tick.database-away", "service.started", "portal.reply.status.failed"])
def test_event_names(written: io.StringIO, name: str) -> None:
    """Names have two to five parts, with hyphens where words meet."""
    log.event(logger, name)
    assert lines(written)[0]["event"] == name


def boom() -> None:
    try:
        int(CANARY)
    except ValueError as error:
        raise RuntimeError(CANARY) from error


def test_a_failure_is_types_and_places(written: io.StringIO) -> None:
    """Of an exception the log has the type, the frames and what led to it: never its words, notes or arguments."""
    try:
        boom()
    except RuntimeError as error:
        error.add_note(CANARY)
        log.failure(logger, "press.bug", error, number="E-1000")
    (line,) = lines(written)
    assert (line["level"], line["event"], line["number"]) == ("error", "press.bug", "E-1000")
    told = line["error"]
    assert isinstance(told, dict)
    assert (told["type"], told["causes"]) == ("RuntimeError", ["ValueError"])
    assert [frame.rpartition(":")[0].endswith("tests/test_log.py") for frame in told["frames"]] == [True, True]
    assert str(ROOT) not in json.dumps(told)


def test_strange_exceptions(written: io.StringIO) -> None:
    """Groups, loops of causes, deep recursion and classes with odd names are told safely."""
    first, second = ValueError(CANARY), KeyError(CANARY)
    first.__cause__, second.__cause__ = second, first
    log.failure(logger, "a.loop", first)
    log.failure(logger, "a.group", ExceptionGroup(CANARY, [ValueError(CANARY), TypeError(CANARY)]))
    log.failure(logger, "a.name", type(CANARY, (Exception,), {})(CANARY))
    try:
        exec(compile("raise ValueError", CANARY, "exec"))
    except ValueError as error:
        log.failure(logger, "a.file", error)

    def deeper() -> None:
        deeper()

    try:
        deeper()
    except RecursionError as error:
        log.failure(logger, "a.depth", error)
    errors = [line["error"] for line in lines(written)]
    assert errors[0] == {"type": "ValueError", "frames": [], "causes": ["KeyError"]}
    assert errors[1]["causes"] == ["ValueError", "TypeError"]
    assert errors[2]["type"] == "Exception"
    assert errors[3]["frames"][-1] == "somewhere:1"
    assert len(errors[4]["frames"]) == 12


def test_nobody_elses_words_get_in(written: io.StringIO) -> None:
    """Also our own loggers, used the plain way, write no words: only `event` does, with its fields."""
    logger.warning("for %s", CANARY)
    logging.getLogger(CANARY).error(CANARY)
    logging.getLogger("some.library").error(CANARY, extra={"patient": CANARY, "sentence": CANARY})
    logging.error({"text": CANARY})  # noqa: LOG015 - what a library might do
    logging.getLogger("some.library").log(45, CANARY)
    try:
        raise SlackApiError(CANARY, {"error": CANARY})
    except SlackApiError:
        logging.getLogger("some.library").exception(CANARY, stack_info=True)
    told = lines(written)
    assert [(line["event"], line["sentence"]) for line in told] == [("library.record", log.WITHHELD)] * 6
    assert [line["logger"] for line in told] == [
        "portaldesk.test",
        "other",
        "some.library",
        "root",
        "some.library",
        "some.library",
    ]
    assert told[5]["error"]["type"] == "slack_sdk.errors.SlackApiError"


def test_a_record_that_cannot_be_formatted_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    """The standard library would print the arguments of a broken record; here nothing of it appears."""

    class Broken:
        def __str__(self) -> str:
            raise ValueError(CANARY)

    stream = io.StringIO()
    undo = log.set_up(stream=stream)  # in the test's own body: pytest's handler, which raises, is off the root
    logging.getLogger("some.library").error("%d", CANARY)
    logging.getLogger("some.library").error(Broken())
    assert len(lines(stream)) == 2
    stream.close()
    logging.getLogger("some.library").error(CANARY)
    log.event(logger, "reply.sent", conversation=CONVERSATION)
    undo()
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("name", "level", "heard"),
    [
        ("slack_bolt.AsyncApp", logging.DEBUG, False),
        ("slack_bolt.AsyncApp", logging.INFO, True),
        ("slack_sdk.web.async_client", logging.DEBUG, False),
        ("app.py:AsyncApp", logging.DEBUG, False),
        ("app.py:AsyncApp", logging.INFO, True),
        ("aiohttp.access", logging.ERROR, False),
        ("aiohttp.server", logging.INFO, False),
        ("aiohttp.server", logging.ERROR, True),
        ("sqlalchemy.engine.Engine", logging.INFO, False),
        ("sqlalchemy.pool", logging.WARNING, True),
        ("apscheduler.scheduler", logging.INFO, False),
        ("asyncio", logging.DEBUG, False),
        ("asyncio", logging.ERROR, True),
    ],
)
def test_floors(written: io.StringIO, name: str, level: int, *, heard: bool) -> None:
    """Libraries are heard from their floor on, also when their loggers were set to speak."""
    library = logging.getLogger(name)
    before = library.level
    library.setLevel(logging.DEBUG)
    library.log(level, CANARY)
    library.setLevel(before)
    assert len(lines(written)) == heard


def test_sockets_comings_and_goings_are_told(written: io.StringIO) -> None:
    """A short list of slack_sdk's sentences passes whole; one letter more and it is withheld."""
    library = logging.getLogger("slack_sdk.socket_mode.aiohttp")
    library.info("A new session (s_139872) has been established")
    library.info(f"A new session (s_139872) has been established {CANARY}")
    library.info("A new session (s_139872) has been established\n")
    logging.getLogger("other").info("A new session (s_139872) has been established")
    told = [line["sentence"] for line in lines(written)]
    assert told == ["A new session (s_139872) has been established", log.WITHHELD, log.WITHHELD, log.WITHHELD]


SECRET = "0123456789abcdef0123456789abcdef"
BODY = {
    "type": "block_suggestion",
    "action_id": "who",
    "value": CANARY,
    "user": {"id": "U0A", "name": CANARY},
    "team": {"id": "T0A"},
    "view": {"id": "V0A", "private_metadata": CANARY},
}


def signed(body: str) -> dict[str, list[str]]:
    now = str(int(time.time()))
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=now, body=body)
    return {
        "x-slack-signature": [signature or ""],
        "x-slack-request-timestamp": [now],
        "content-type": ["application/json"],
    }


@pytest.fixture
def forget() -> Iterator[None]:
    """Take back the levels and handlers that Bolt gives its loggers."""
    before = {name: logging.getLogger(name).level for name in list(logging.root.manager.loggerDict)}
    yield
    for name in list(logging.root.manager.loggerDict):
        logging.getLogger(name).setLevel(before.get(name, logging.NOTSET))


@pytest.mark.usefixtures("forget")
async def test_bolts_own_loggers_leak_nothing(written: io.StringIO) -> None:
    """Real Bolt: a bad signature (whole body at INFO), an unmatched query (typed text at WARNING), a listener that raises."""

    async def authorize(**_: object) -> None:
        return None

    app = AsyncApp(signing_secret=SECRET, authorize=authorize, name="bot")

    @app.options("known")
    async def raises(logger: logging.Logger, body: dict[str, object]) -> None:
        logger.info(body)
        logger.error(f"{body}")  # noqa: G004 - what a listener might do
        raise ValueError(CANARY)

    bad = {"x-slack-signature": ["v0=0"], "x-slack-request-timestamp": [str(int(time.time()))]}
    assert (await app.async_dispatch(AsyncBoltRequest(body=json.dumps(BODY), headers=bad))).status == 401
    seen = len(lines(written))
    assert seen >= 1
    socket = AsyncApp(authorize=authorize, name="bot", request_verification_enabled=False, signing_secret=SECRET)
    socket.options("known")(raises)
    for action in ("who", "known"):
        body = json.dumps({**BODY, "action_id": action})
        await app.async_dispatch(AsyncBoltRequest(body=body, headers=signed(body)))
        await socket.async_dispatch(AsyncBoltRequest(body={**BODY, "action_id": action}, mode="socket_mode"))
    told = lines(written)
    assert len(told) > seen
    assert {line["event"] for line in told} == {"library.record"}
    assert {line["sentence"] for line in told} == {log.WITHHELD}


@pytest.mark.usefixtures("forget")
def test_bolts_synchronous_loggers_leak_nothing(written: io.StringIO) -> None:
    """The same of Bolt's other half, with a logger of ours handed in."""
    app = App(signing_secret=SECRET, authorize=lambda **_: None, logger=logger, process_before_response=True)
    bad = {"x-slack-signature": ["v0=0"], "x-slack-request-timestamp": [str(int(time.time()))]}
    assert app.dispatch(BoltRequest(body=json.dumps(BODY), headers=bad)).status == 401
    body = json.dumps(BODY)
    assert app.dispatch(BoltRequest(body=body, headers=signed(body))).status in (200, 404)
    assert lines(written)


def test_the_canary_would_be_seen() -> None:
    """Without the fence the same Bolt writes the canary: the tests above can fail."""
    program = f"""
        import json, logging, time
        logging.basicConfig(level=logging.INFO)
        from slack_bolt import App, BoltRequest
        app = App(signing_secret={SECRET!r}, authorize=lambda **_: None)
        headers = {{"x-slack-signature": ["v0=0"], "x-slack-request-timestamp": [str(int(time.time()))]}}
        app.dispatch(BoltRequest(body={json.dumps(BODY)!r}, headers=headers))
    """
    assert "CANARY" in run(program).stderr


def run(program: str) -> subprocess.CompletedProcess[str]:
    """A program as a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    code = textwrap.dedent(program)
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=60, check=False
    )


def test_a_crash_is_told_without_its_words() -> None:
    """What nobody caught, in the process, a thread, a task or a finaliser, and warnings: all go through the fence."""
    done = run(
        """
        import asyncio, threading, warnings
        from bot import log
        log.set_up()
        warnings.warn("CANARY")
        def fail(): raise ValueError("CANARY")
        thread = threading.Thread(target=fail, name="CANARY"); thread.start(); thread.join()
        class Finalised:
            def __del__(self): raise ValueError("CANARY")
        Finalised()
        async def task(): fail()
        async def main():
            lost = asyncio.create_task(task(), name="CANARY")
            await asyncio.sleep(0.01)
            del lost
        asyncio.run(main())
        raise ValueError("CANARY")
        """
    )
    assert done.returncode == 1
    assert "CANARY" not in done.stdout + done.stderr
    told = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["event"] for line in told] == [
        "library.record",
        "thread.crashed",
        "process.unraisable",
        "library.record",
        "process.crashed",
    ]
    assert [line.get("logger") for line in told if "logger" in line] == ["py.warnings", "asyncio"]
    assert [line["error"]["type"] for line in told if "error" in line] == ["ValueError"] * 4


def test_an_interrupt_is_no_crash() -> None:
    """Ctrl-C ends the process without a line."""
    assert run("from bot import log; log.set_up(); raise KeyboardInterrupt").stderr == ""


def test_text_form() -> None:
    """For people who watch: time, level, event, fields, in one line."""
    stream = io.StringIO()
    undo = log.set_up(form="text", level="INFO", stream=stream)
    log.event(logger, "service.started", part="all")
    log.event(logger, "service.quiet", level=logging.DEBUG)
    logging.getLogger("x").warning(CANARY)
    log.failure(logger, "press.bug", ValueError(CANARY))
    undo()
    first, second, third = stream.getvalue().splitlines()
    assert first[13:] == "info     service.started part=all"
    assert second[13:] == f'warning  library.record logger=x sentence="{log.WITHHELD}"'
    assert third[13:] == 'error    press.bug error={"type": "ValueError", "frames": []}'


def test_undo_gives_everything_back() -> None:
    """A test or a demo leaves the process's logging as it was."""
    root = logging.getLogger()
    before = root.handlers[:], root.level, sys.excepthook, threading.excepthook, sys.unraisablehook
    level, shown = logging.getLogger("aiohttp.access").level, warnings.showwarning
    asked = logging.logThreads, logging.logProcesses, logging.logMultiprocessing
    undo = log.set_up(stream=io.StringIO())
    assert root.handlers != before[0]
    undo()
    assert (root.handlers, root.level, sys.excepthook, threading.excepthook, sys.unraisablehook) == before
    assert (logging.getLogger("aiohttp.access").level, warnings.showwarning) == (level, shown)
    assert (logging.logThreads, logging.logProcesses, logging.logMultiprocessing) == asked


def test_handlers_that_stood_at_the_root_are_gone() -> None:
    """A library's basicConfig before us does not write beside the fence."""
    beside = io.StringIO()
    other = logging.StreamHandler(beside)
    logging.getLogger().addHandler(other)
    undo = log.set_up(stream=io.StringIO())
    logging.getLogger("x").error(CANARY)
    undo()
    logging.getLogger().removeHandler(other)
    gc.collect()
    assert beside.getvalue() == ""


@settings(max_examples=300)
@given(
    st.dictionaries(
        st.sampled_from(sorted(log.FIELDS)) | st.text(max_size=12),
        st.text(max_size=40) | st.integers() | st.floats() | st.none() | st.booleans(),
    )
)
def test_no_field_brings_spaces_or_capital_words(fields: dict[str, object]) -> None:
    """Whatever is handed in, a line is one line of JSON whose texts have no space: no sentence gets in."""
    stream = io.StringIO()
    undo = log.set_up(stream=stream)
    log.event(
        logger, "x.y", **{name: value for name, value in fields.items() if name not in ("logger", "name", "level")}
    )
    undo()
    (line,) = stream.getvalue().splitlines()
    assert all(" " not in value for value in json.loads(line).values() if isinstance(value, str))
