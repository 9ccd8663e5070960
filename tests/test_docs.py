"""The documents say what is there, and what is there is in the documents."""

from __future__ import annotations

import ast
import importlib
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest
import yaml

from bot import practice_file
from bot.cli import portaldesk
from bot.domain import delivery
from bot.jobs import outbox
from bot.metrics import Metrics
from bot.portals import wire
from bot.settings import DEFAULTS
from bot.slack import members, pace, poster
from handlers import hall, home
from storage import crew, engine, sqlite
from tests.tree import ROOT, kept_files, nodes

DOCS = ROOT / "docs"


@cache
def pages() -> dict[Path, str]:
    """All documents, by their path from the root."""
    found = [path for path in kept_files() if path.suffix == ".md"]
    return {path: (ROOT / path).read_text(encoding="utf-8") for path in found}


@cache
def page(name: str) -> str:
    """One document."""
    return (DOCS / name).read_text(encoding="utf-8")


def rows(text: str) -> Iterator[list[str]]:
    """The cells of every row of every table."""
    for line in text.splitlines():
        if line.startswith("| ") and not line.startswith("| ---"):
            yield [cell.strip() for cell in line.strip().strip("|").split(" | ")]


def fences() -> Iterator[tuple[str, str, str]]:
    """Every block of code: where, its language, its text."""
    for path, text in pages().items():
        for match in re.finditer(r"^```([\w-]*)[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
            yield f"{path}:{text.count(chr(10), 0, match.start()) + 1}", match[1], match[2]


def named(group: click.Group) -> list[tuple[str, click.Command]]:
    """A group's commands by name, loaded as calling them would."""
    context = click.Context(group)
    found = [(name, group.get_command(context, name)) for name in group.list_commands(context)]
    assert found
    return [(name, command) for name, command in found if command is not None]


def commands(group: click.Group, prefix: str) -> Iterator[str]:
    """Every command that does something."""
    for name, command in named(group):
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}"


def test_every_setting_is_documented():
    """Whatever can be set is found on the page of settings."""
    assert {name for name in DEFAULTS if f"`{name}`" not in page("settings.md")} == set()


def test_every_documented_setting_exists():
    """A page does not promise a setting that nothing reads."""
    shaped = {re.sub("<ID>", "[A-Z0-9_]+?", name) for name in DEFAULTS} | {re.escape(name) for name in DEFAULTS}
    known = re.compile("|".join(sorted(shaped)))
    told = {name for text in pages().values() for name in re.findall(r"\b(?:SLACK|PORTALDESK)_[A-Z0-9_<>]+\b>?", text)}
    assert {name for name in told if not known.fullmatch(name) and name != "PORTALDESK_PORTAL_<ID>"} == set()


def test_every_command_is_documented():
    """Whoever looks for a command finds it on the page for operators."""
    missing = [name for name in commands(portaldesk, "portaldesk") if f"`{name}" not in page("operating.md")]
    assert missing == []


def test_every_command_shows_an_example():
    """`--help` ends with a line that one can copy."""

    def silent(group: click.Group) -> Iterator[str]:
        for name, command in named(group):
            if not (command.epilog or "").startswith("Example: portaldesk"):
                yield name
            if isinstance(command, click.Group):
                yield from silent(command)

    assert list(silent(portaldesk)) == []


def test_every_alarm_is_explained():
    """Whatever can wake an admin has a row that says what to do."""
    keys = set()
    for _, node in nodes("bot", "handlers", "storage"):
        if isinstance(node, ast.keyword | ast.Assign) and isinstance(node.value, ast.JoinedStr | ast.Constant):
            name = node.arg if isinstance(node, ast.keyword) else ast.unparse(node.targets[0])
            first = node.value.values[0] if isinstance(node.value, ast.JoinedStr) else node.value
            kind = re.match(r"[a-z_]+:", str(first.value)) if isinstance(first, ast.Constant) else None
            if name == "key" and kind:
                keys.add(kind[0])
    alarms = page("operating.md").partition("## Alarms")[2]
    assert {"channel:", "portal:", "conflict:", "delivery:", "journal:", "waited:"} <= keys
    assert {key for key in keys if f"`{key}" not in alarms} == set()


def test_limits_are_the_codes():
    """What the table says that there is at most is what the code keeps to."""
    mib = 1024 * 1024
    said = {
        "a portal's event": (f"{hall.LIMIT // mib} MiB", f"{hall.SLOWEST:.0f} s"),
        "portals' requests being served": (f"{hall.AT_ONCE}, ", f"{hall.BYTES_AT_ONCE // mib} MiB"),
        "acts and queries that wait for the database": (f"{crew.QUEUE_LIMIT:,};", f"{crew.BATCH} acts"),
        "calls to Slack": (f"{poster.ANSWER_LIMIT // mib} MiB",),
        "calls to portals": (f"{wire.ANSWER_LIMIT // 1024} KiB",),
        "posts on the wire": (f"{outbox.AT_ONCE}, ",),
        "redraws of cards": (f"{delivery.REDRAWS_AT_ONCE} at once", f"{delivery.REDRAWS_A_MINUTE} a minute"),
        "workers of the outbox": (f"{outbox.MOST_LANES:,}",),
        "accounts of Slack that are remembered": (f"{members.BOUND:,},",),
        "people whose Home is redrawn by itself": (f"{home.MOST:,}",),
        "channels whose pace is remembered": (f"{pace.MOST:,}",),
        "SQLite's write-ahead log": (f"{engine.LOG_LIMIT // mib} MiB", f"after {sqlite.READ_AT_MOST / 60:.0f} min"),
        "a transaction of PostgreSQL": (f"{engine.POOL} connections",),
    }
    table = {row[0]: row[1] for row in rows(page("operating.md").partition("## Limits")[2].partition("\n## ")[0])}
    assert {name for name in said if name not in table} == set()
    assert [(name, text) for name, texts in said.items() for text in texts if text not in table[name]] == []


def test_every_metric_is_explained():
    """Whoever draws a graph knows what it says."""
    told = {family.name for family in Metrics().registry.collect()}
    assert {name for name in told if name not in page("operating.md")} == set()


def test_every_word_of_the_glossary_exists():
    """A word that stands in the glossary stands in the code, under that name."""
    words = [row for row in rows(page("glossary.md")) if len(row) == 3 and row[0] != "word"]
    assert len(words) > 30
    assert [row[0] for row in words if row[2] != "to come" and not _resolves(row[2].strip("`"))] == []


def _resolves(name: str) -> bool:
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            found = getattr(found, part, None)
        return found is not None
    return False


@pytest.mark.parametrize("source", ["run", "dev"])
def test_every_dependency_has_its_reason(source: str):
    """No package without a line that says what for and why; no line without a package."""
    lines = (ROOT / f"requirements/{source}.in").read_text(encoding="utf-8").splitlines()
    wanted = {re.match(r"[\w-]+", line)[0] for line in lines if line and line[0] not in "#-"}
    head = {"run": "## At run time", "dev": "## For tests"}[source]
    section = page("dependencies.md").partition(head)[2].partition("\n## ")[0]
    told = {name for row in rows(section) for name in row[0].split(", ")} - {"package"}
    assert told == wanted


def test_links_lead_somewhere():
    """A link inside the documents ends at a file that is there, and at a heading of it."""
    lost = []
    for path, text in pages().items():
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if "://" in target or target.startswith("mailto:"):
                continue
            name, _, heading = target.partition("#")
            file = (ROOT / path).parent / name if name else ROOT / path
            if not file.exists() or (heading and heading not in _headings(file)):
                lost.append(f"{path}: {target}")
    assert lost == []


def _headings(file: Path) -> set[str]:
    found = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def test_pages_that_the_product_names_exist():
    """A sentence that sends people to a page sends them to one that is there."""
    named = {
        (path, name)
        for path in kept_files()
        if path.suffix in {".py", ".yaml", ".yml", ".toml", ".in", ".js", ".html"} and path.parts[0] != "tests"
        for name in re.findall(r"\bdocs/[\w./-]+\.(?:md|yaml|json)\b", (ROOT / path).read_text(encoding="utf-8"))
    }
    assert sorted(f"{path}: {name}" for path, name in named if not (ROOT / name).exists()) == []


def test_decisions_are_whole():
    """A decision has a number of its own, its context, what was decided and what follows."""
    files = sorted((DOCS / "decisions").glob("*.md"))
    assert [int(file.name[:4]) for file in files] == list(range(1, len(files) + 1))
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(file.name[:4])}. "), file.name
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"], file.name


def test_code_in_documents_is_code():
    """Blocks that say what they are can be read as that; Python is run."""
    for where, language, text in fences():
        if language == "python":
            exec(compile(text, where, "exec"), {"__name__": "__document__"})
        elif language == "json":
            json.loads(text)
        elif language == "yaml":
            assert yaml.safe_load(text) is not None, where


def test_practice_files_in_documents_can_be_applied():
    """A practice file that people copy from a page is one that `portaldesk practice check` accepts."""
    texts = [
        text for _, language, text in fences() if language == "yaml" and text.lstrip("# \n").find("\ndepartments:") > 0
    ]
    texts += [path.read_text(encoding="utf-8") for path in (DOCS / "examples").glob("*practice*.yaml")]
    assert texts
    for text in texts:
        practice_file.read(text)


def test_the_changelog_is_kept():
    """What is not released yet has its place at the top, and sections have their usual names."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE)[0] == "[Unreleased]"
    usual = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= usual


def test_every_make_target_is_explained():
    """`make help` lists every target, and each target that a page names exists."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = set(re.findall(r"^\.PHONY: (\w+)$", text, re.MULTILINE))
    assert phony == set(re.findall(r"^(\w+):.*## ", text, re.MULTILINE))
    named = {name for text in pages().values() for name in re.findall(r"`make ([a-z]+)", text)}
    assert named <= phony
