"""portaldesk as somebody meets it who has not seen it before."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import click
import pytest
from click.testing import CliRunner

import storage
from bot.cli import portaldesk
from bot.cli.desk import load_practice
from storage.sql import Sql
from tests.cli.conftest import Shell, Town
from tests.ports import free_port
from tests.world import PRACTICE, until

NO_WORDS = (
    "INSERT INTO journal (at, actor, action, subject, outcome, detail_json) VALUES"
    f" ({int(datetime(2026, 11, 1, tzinfo=UTC).timestamp())}000000, CAST(x'5530455645ff' AS TEXT), 'reply.sent', 'c_1',"
    " 'done', CAST(x'ff' AS TEXT))"
)


def named(group: click.Group) -> list[tuple[str, click.Command]]:
    """A group's commands by name, loaded as calling them would."""
    context = click.Context(group)
    found = [(name, group.get_command(context, name)) for name in group.list_commands(context)]
    assert found
    return [(name, command) for name, command in found if command is not None]


def commands(group: click.Group = portaldesk, *before: str) -> list[tuple[str, ...]]:
    """Every command there is, as it is typed."""
    found: list[tuple[str, ...]] = []
    for name, command in sorted(named(group)):
        found.append((*before, name))
        if isinstance(command, click.Group):
            found += commands(command, *before, name)
    return found


@pytest.mark.parametrize("words", [(), *commands()], ids=lambda words: " ".join(words) or "portaldesk")
def test_every_command_has_a_help_with_an_example(words: tuple[str, ...]):
    """--help of each command says what it does and shows an example that names the command."""
    told = CliRunner().invoke(portaldesk, [*words, "--help"])
    assert told.exit_code == 0
    assert f"Example: portaldesk{''.join(' ' + word for word in words)}" in " ".join(told.output.split())


async def test_a_misspelt_command_is_answered_with_a_hint(shell: Shell, tmp_path: Path):
    """`python -m bot` is the console script: its help lists the commands; an unknown one is exit 2."""
    words = [sys.executable, "-m", "bot", "--help"]
    told = await asyncio.to_thread(
        subprocess.run, words, cwd=tmp_path, env=shell.environment({}), capture_output=True, text=True, check=False
    )
    assert told.returncode == 0
    assert "run" in told.stdout
    wrong = await shell("rnu")
    assert wrong.code == 2
    assert "rnu" in wrong.err


async def test_wrong_settings_are_all_listed_at_once(shell: Shell):
    """`run` without and with wrong settings: exit 2, each fault with its variable, no value of a secret."""
    told = await shell("run")
    assert told.code == 2
    for variable in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "PORTALDESK_PORTAL_"):
        assert variable in told.flat
    shell.env = {
        "SLACK_BOT_TOKEN": "xoxp-someones-own-token",
        "SLACK_APP_TOKEN": "nonsense-0815",
        "PORTALDESK_DATABASE_URL": "mysql://root:hunter2@db/x",
        "PORTALDESK_HTTP": "everywhere",
        "PORTALDESK_PRACTICE": "nowhere.yaml",
        "PORTALDESK_PORTAL_MAIN_URL": "http://10.0.0.1/",
        "PORTALDESK_PORTAL_MAIN_SECRETS": "not-a-secret-4711",
        "PORTALDESK_PORTAL_MAIN_REPLIES": "sometimes",
    }
    told = await shell("run")
    assert told.code == 2
    for variable, value in shell.env.items():
        assert variable in told.flat
        if "TOKEN" in variable or "SECRETS" in variable:
            assert value not in told.flat
    assert "hunter2" not in told.flat


async def test_from_an_empty_folder_to_a_running_service(town: Town):
    """The newcomer's way: run says `db upgrade`, then `practice apply`; then it runs, a second one is refused in a
    sentence, samples come in as cards, and SIGTERM ends it cleanly."""
    shell = town.shell
    told = await shell("run")
    assert told.code == 1
    assert "portaldesk db upgrade" in told.flat
    assert (await shell("db", "upgrade")).code == 0
    assert "The schema is at" in (await shell("db", "upgrade")).out
    told = await shell("run")
    assert told.code == 1
    assert "portaldesk practice apply FILE" in told.flat
    applied = await shell("practice", "apply", "practice.yaml", "--yes")
    assert "Applied, version 1" in applied.flat
    running = await shell.start("run")
    await _ready(town)
    second = await shell("run", PORTALDESK_HTTP="127.0.0.1:1")
    assert second.code == 1
    assert "Another `portaldesk run` already works on" in second.flat
    sample = await shell("sample", "all", "--count", "2")
    assert sample.code == 0
    assert "10 answered 202" in sample.flat
    hub = town.slack.slack

    async def cards() -> bool:
        return (
            sum(row["method"] == "chat.postMessage" and bool(row["applied"]) for row in hub.journal.rows(kind="api"))
            >= 10
        )

    await until(cards, what="ten cards")
    verified = await shell("verify")
    assert (verified.code, verified.flat) == (0, "Every rule holds.")
    assert json.loads((await shell("verify", "--json")).out) == {"broken": [], "older_keys": {}}
    running.terminate()
    ended = await shell.end(running)
    assert ended.code == 0
    assert "is withheld" not in ended.err  # a start that is as it should be warns of nothing
    nobody = await shell("sample", "refill")
    assert nobody.code == 1
    assert "no service there" in nobody.flat


async def _ready(town: Town) -> None:
    async with aiohttp.ClientSession() as http:

        async def answers() -> bool:
            try:
                async with http.get(f"http://127.0.0.1:{town.port}/readyz") as answer:
                    return answer.status == 200
            except aiohttp.ClientError:
                return False

        await until(answers, what="the service")


async def test_the_practice_file_goes_round(town: Town):
    """practice check, apply, show: faults with their lines, the difference first, and what is shown is the same file."""
    shell, file = town.shell, town.practice
    await shell("db", "upgrade")
    assert "Good: Bright Kids Pediatrics" in (await shell("practice", "check", "practice.yaml")).flat
    assert (await shell("practice", "show")).code == 1
    assert (await shell("practice", "apply", "practice.yaml", "--yes")).code == 0
    again = await shell("practice", "apply", "practice.yaml", "--yes")
    assert "Nothing changes." in again.flat
    shown = await shell("practice", "show")
    assert shown.code == 0
    file.write_text(shown.out, encoding="utf-8")
    assert "Nothing changes." in (await shell("practice", "apply", "practice.yaml", "--yes")).flat
    file.write_text(PRACTICE.replace("turnaround: 4h", "turnaround: 2h"), encoding="utf-8")
    changed = await shell("practice", "apply", "practice.yaml", "--json")
    assert [(c["before"], c["after"]) for c in json.loads(changed.out)] == [("4h", "2h")]
    file.write_text(PRACTICE.replace("default_department: Front Desk", "default_department: Nowhere"), encoding="utf-8")
    for command in ("check", "apply"):
        told = await shell("practice", command, "practice.yaml")
        assert told.code == 2
        assert "Nowhere" in told.flat
        assert "nothing was changed" in told.flat
    file.write_text("{{{", encoding="utf-8")
    assert (await shell("practice", "check", "practice.yaml")).code == 2
    assert (await shell("practice", "check", "missing.yaml")).code == 2


async def test_check_looks_at_everything_and_says_what_to_do(town: Town):
    """`check`: all ok is exit 0; then one thing after the other goes wrong, and each is failed with what to do."""
    shell, hub = town.shell, town.slack.slack
    before = await shell("check", "--json")
    assert before.code == 1
    assert "db upgrade" in before.out
    await shell("db", "upgrade")
    await shell("practice", "apply", "practice.yaml", "--yes")
    good = await shell("check")
    assert good.code == 0, good.flat
    for row in (
        "Slack token",
        "Slack scopes",
        "Slack app token",
        "channel C0NURSING",
        "person U0ALICE",
        "portal main",
        "keys",
        "clock",
    ):
        assert row in good.flat
    rows = json.loads((await shell("check", "--json")).out)
    assert {row["state"] for row in rows} <= {"ok", "warning"}
    looked_at = {"Slack token", "Slack scopes", "Slack app token", "channel C0NURSING", "person U0ALICE", "portal main"}
    assert looked_at | {"keys", "clock", "settings"} <= {row["what"] for row in rows}

    async def failing() -> dict[str, str]:
        told = await shell("check", "--json")
        assert told.code == 1
        return {row["what"]: f"{row['found']} {row['do']}" for row in json.loads(told.out) if row["state"] == "failed"}

    hub.workspace.channels["C0REFILLS"].is_archived = True
    hub.workspace.channels["C0URGENT"].members.discard("U0PORTAL")
    hub.workspace.people["U0BEN"].deleted = True
    hub.scopes.discard("users:read")
    town.portal.incoming._secrets = ("whsec_" + "QUJD" * 10,)
    faults = await failing()
    assert "Unarchive it" in faults["channel C0REFILLS"]
    assert "Invite me there" in faults["channel C0URGENT"]
    assert "users:read" in faults["Slack scopes"]
    assert "401" in faults["portal main"]
    hub.scopes.add("users:read")
    assert "deactivated" in (await failing())["person U0BEN"]
    hub.token_state = "token_revoked"
    await town.portal.runner.cleanup()
    faults = await failing()
    assert "token_revoked" in faults["Slack token"]
    assert "cannot be reached" in faults["portal main"]


async def test_deliveries_are_listed_tried_again_and_taken_out(town: Town):
    """`deliveries`: nothing waits; with the portal refusing, the answer is listed, tried again, and dropped with why."""
    shell = town.shell
    await shell("db", "upgrade")
    await shell("practice", "apply", "practice.yaml", "--yes")
    assert "Nothing waits" in (await shell("deliveries", "list")).flat
    hub = town.slack.slack
    hub.token_state = ""
    running = await shell.start("run")
    await _ready(town)
    hub.plan.load([{"kind": "error_500_before", "method": "chat.postMessage"}], 1)
    assert (await shell("sample", "general")).code == 0
    rows = json.loads((await shell("deliveries", "list", "--json")).out)
    assert [row["what"] for row in rows] == ["card"]
    assert rows[0]["id"] in (await shell("deliveries", "list")).flat
    assert (await shell("deliveries", "retry", rows[0]["id"])).code == 1
    assert (await shell("deliveries", "drop", "d_nothing", "--why", "x")).code == 1
    assert (await shell("deliveries", "drop", rows[0]["id"])).code == 2
    for _ in range(20):
        dropped = await shell("deliveries", "drop", rows[0]["id"], "--why", "handled by phone")
        if dropped.code == 0:
            break
    assert "It is taken out." in dropped.flat
    assert "Nothing waits" in (await shell("deliveries", "list")).flat
    running.terminate()
    assert (await shell.end(running)).code == 0


async def test_the_journal_is_proven_and_handed_to_an_auditor(town: Town):
    """audit verify walks the chain; export writes the days that were asked for, as JSON lines and as CSV, ids only."""
    shell = town.shell
    await shell("db", "upgrade")
    await shell("practice", "apply", "practice.yaml", "--yes")
    told = await shell("audit", "verify", "--json")
    assert json.loads(told.out)["breaks"] == []
    assert json.loads(told.out)["unsealed"] == 1
    days = ("--from", "2020-01-01", "--to", "2199-12-31")
    lines = (await shell("audit", "export", *days)).out.splitlines()
    assert [json.loads(line)["action"] for line in lines] == ["practice.applied", "audit.exported"]
    assert "practice.applied" in (await shell("audit", "export", *days, "--format", "csv")).out.splitlines()[1]
    wrong = await shell("audit", "export", "--from", "2026-11-30", "--to", "2026-11-01")
    assert wrong.code == 2
    assert "--to is before --from" in wrong.err
    other = await shell("audit", "verify", "--anchor", "0" * 64)
    assert other.code == 1
    assert "not in this chain" in other.flat


async def test_a_row_that_cannot_be_read_is_named_and_handed_out(town: Town):
    """Somebody with the file puts bytes into the journal that are no words: two commands name the row, one shows it."""
    shell = town.shell
    await shell("db", "upgrade")
    url = f"sqlite:///{shell.folder / 'portaldesk.db'}"
    store = storage.open_store(url, storage.keyring_for(url, None), load_practice=load_practice)
    await store.run(lambda records: records.run(Sql(NO_WORDS)))
    await store.run(storage.chain.seal, now=datetime.now(UTC))
    await store.close()
    verified = await shell("verify")
    assert (verified.code, "The journal is not as it was written." in verified.flat) == (1, True)
    named = await shell("audit", "verify")
    assert (named.code, "Row 1: it was" in named.flat) == (1, True)
    days = ("--from", "2026-01-01", "--to", "2026-12-31")
    rows = [json.loads(line) for line in (await shell("audit", "export", *days)).out.splitlines()]
    assert rows[0]["actor"] == "U0EVE\udcff"
    assert rows[0]["detail"] == "\udcff"
    assert "U0EVE\\udcff" in (await shell("audit", "export", *days, "--format", "csv")).out


async def test_what_is_open_is_printed_without_slack(town: Town):
    """queue: nothing at first, by department; as JSON for a script; that somebody printed it is in the journal."""
    shell = town.shell
    await shell("db", "upgrade")
    await shell("practice", "apply", "practice.yaml", "--yes")
    told = await shell("queue", "--print", "--names")
    assert told.code == 0
    assert "0 open: 0 urgent, 0 late, 0 that nobody has" in told.out
    assert "Nursing: nothing is open" in told.out
    assert json.loads((await shell("queue", "--json")).out) == []
    lines = (await shell("audit", "export", "--from", "2020-01-01", "--to", "2199-12-31")).out.splitlines()
    printed = [json.loads(line) for line in lines if "queue.printed" in line]
    assert [row["detail"]["names"] for row in printed] == [True, False]


async def test_a_demo_whose_ports_are_taken_names_them_and_what_lives_on(shell: Shell):
    """A demo that was killed leaves its parts behind: which ports, which processes, and what to type, before a start."""
    port = free_port(in_a_row=4)
    folder = shell.folder / "morning"
    folder.mkdir()
    (folder / "slack.pid").write_text(str(os.getpid()))
    (folder / "page.pid").write_text(str(os.getppid()))
    for name, odd in (("portal", "999999999"), ("service", ""), ("other", "no number")):
        (folder / f"{name}.pid").write_text(odd)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port + 2))
        taken.listen()
        told = await shell("demo", "--port", str(port), "--folder", str(folder))
        alone = await shell("demo", "--port", str(port), "--folder", str(shell.folder / "evening"))
    assert told.code == 1
    assert f"port {port + 2}." in told.flat
    assert told.flat.endswith(f"kill {' '.join(map(str, sorted((os.getpid(), os.getppid()))))}")
    assert f"--port {port + 10}" in told.flat
    assert not (folder / "portaldesk.db").exists()
    assert not (folder / "logs").exists()
    assert f"port {port + 2}." in alone.flat
    assert "kill" not in alone.flat
