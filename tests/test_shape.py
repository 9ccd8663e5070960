"""The house rules that can be run (DEVELOPERS.md says why each)."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Collection
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from importlinter import configuration
from importlinter.application import use_cases
from importlinter.domain.contract import registry
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.domain.actions import CATALOGUE
from bot.slack import names
from tests.tree import ROOMS, ROOT, at, functions, kept_files, nodes, registered, sources, tree

FILE_LIMIT, FUNCTION_LIMIT, PARAMETERS = 300, 50, 5
MIGRATIONS = "storage/migrations/versions/"  # a list of what was once made; it is not worked on, and never split

# Every broad except catches what nobody could name, at the end of something that must go on.
BROAD = {
    "bot/ready.py": (1, "whatever keeps the database from answering, /readyz says the same"),
    "bot/cli/remote.py": (2, "whatever the network raised becomes a row of the table, and the table goes on"),
    "bot/connection.py": (1, "the SDK raises whatever the network raised, and the watchdog goes on"),
    "bot/jobs/outbox.py": (1, "one bad message stops no other"),
    "bot/jobs/scheduler.py": (1, "a tick that fails must not end the metronome"),
    "handlers/context.py": (1, "Bolt's error handler does not see tasks"),
    "handlers/portal.py": (1, "an event that we stumble over is kept unread, not refused for ever"),
    "handlers/problem.py": (1, "the web's error handler"),
    "storage/crew.py": (1, "whoever waits for a job is told, and the thread lives on"),
    "storage/keyfile.py": (1, "any failure to open means that these are not the keys"),
    "storage/postgres.py": (4, "what an act raised belongs to whoever asked; a lost connection is given up quietly"),
    "storage/sqlite.py": (5, "what an act raised belongs to whoever asked; a failed clean-up must not hide it"),
}
READS_CLOCK = {
    "bot/app.py": "the owner of the clock",
    "bot/cli/demo.py": "dates the invented messages of a demo's morning, before there is a service",
    "storage/records.py": "ids sort by the time of their making; nothing is decided by it",
    "storage/store.py": "ids sort by the time of their making; nothing is decided by it",
}
READS_ENVIRONMENT = {
    "bot/settings/read.py": "the only reader of settings",
    "bot/cli/demo.py": "hands the environment on to the processes it starts, without our settings",
}
OUTSIDE = "bot/sandbox/"  # stands in for Slack and a portal: a world of its own, with its own clock and its own bugs


def none(found: Collection[object]) -> None:
    """Nothing was found; else say all of it."""
    assert not found, "\n" + "\n".join(sorted(map(str, found)))


def test_no_file_is_long():
    """A file of the product that one cannot read at a sitting does not exist."""
    scripts = sorted(p.relative_to(ROOT) for p in (ROOT / "bot").rglob("*.js"))
    lines = {str(p): len((ROOT / p).read_text(encoding="utf-8").splitlines()) for p in (*sources(), *scripts)}
    none([f"{path}: {n} lines" for path, n in lines.items() if n >= FILE_LIMIT and MIGRATIONS not in path])


def test_no_function_is_long():
    """A function fits on a screen."""
    long = [
        f"{at(path, node)} {name}: {node.end_lineno - node.lineno + 1} lines"
        for path, name, node, _ in functions()
        if node.end_lineno - node.lineno + 1 >= FUNCTION_LIMIT and MIGRATIONS not in str(path)
    ]
    none(long)


def test_no_value_object_is_missing():
    """A public function of the domain takes at most five values besides its first and the ever-present by= and now=."""
    wide = []
    for path, name, node, method in functions("bot/domain"):
        given = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        given = given[2:] if method else given[1:]
        if not node.name.startswith("_") and len(set(given) - {"by", "now"}) > PARAMETERS:
            wide.append(f"{at(path, node)} {name}: {', '.join(given)}")
    none(wide)


def test_every_module_opens_with_a_sentence():
    """Whoever opens a file is told first what it is for."""
    silent = [str(path) for path in sources(*ROOMS, "tests") if not ast.get_docstring(tree(path))]
    none(silent)


def test_every_test_says_what_it_protects():
    """A test's docstring is one sentence that would be false if the test failed."""
    silent = [
        f"{at(path, node)} {name}"
        for path, name, node, _ in functions("tests")
        if node.name.startswith("test_") and path.name.startswith("test_") and not ast.get_docstring(node)
    ]
    none(silent)


def test_nothing_of_ours_is_patched():
    """Tests go through doors, not through walls: no mock, and monkeypatch only for libraries."""
    found = []
    for path, node in nodes("tests"):
        if isinstance(node, ast.Import | ast.ImportFrom):
            told = [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
            if any(name == "mock" or name.startswith("unittest.mock") for name in told):
                found.append(at(path, node))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"monkeypatch.setattr", "monkeypatch.setitem"}:
            foreign = re.match(r"'(?!(bot|handlers|storage)\.)", ast.unparse(node.args[0]))  # "library.name", in quotes
            if not foreign:
                found.append(at(path, node))
    none(found)


def test_names_say_what_they_hold():
    """No module is named after nothing."""
    nothing = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}
    none([p for p in sources(*ROOMS, "tests") if nothing & {part.removesuffix(".py") for part in p.parts}])


def test_the_domain_is_told_everything():
    """The domain imports itself and what needs no machine of the standard library, and nothing else."""
    plain = {
        "__future__", "collections", "dataclasses", "datetime", "decimal", "enum", "functools", "hashlib", "itertools",
        "json", "math", "operator", "re", "string", "types", "typing", "unicodedata", "zoneinfo",
    }  # fmt: skip
    found = []
    for path, node in nodes("bot/domain"):
        if isinstance(node, ast.Import | ast.ImportFrom):
            told = [node.module or "."] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
            found += [f"{at(path, node)} {m}" for m in told if m.split(".")[0] not in plain and not _of_domain(m)]
    none(found)


def _of_domain(module: str) -> bool:
    return module == "bot.domain" or module.startswith("bot.domain.")


def test_time_and_actor_are_named():
    """The domain is told the time as now= and the actor as by= or person=, never by place, where two could be swapped."""
    told = {"now", "by", "person"}
    placed = [
        f"{at(path, node)} {name}"
        for path, name, node, _ in functions("bot/domain")
        if not node.name.startswith("_") and told & {a.arg for a in node.args.args[1:]}
    ]
    none(placed)


CLOCKS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns", "time.localtime",
    "time.gmtime", "time.ctime",
}  # fmt: skip


def test_one_module_owns_the_clock():
    """The time is told, never looked up: only the wiring reads the clock (a monotonic one measures waits anywhere)."""
    found = set()
    for path, node in nodes():
        read = isinstance(node, ast.Attribute) and ".".join(ast.unparse(node).split(".")[-2:]) in CLOCKS
        taken = isinstance(node, ast.ImportFrom) and node.module == "time"
        if (read or (taken and {a.name for a in node.names} & {"time", "time_ns"})) and not _outside(path):
            found.add(at(path, node))
    none(sorted(place for place in found if place.partition(":")[0] not in READS_CLOCK))


def test_one_module_reads_the_environment():
    """A setting is read in one place, with all the others."""
    found = set()
    for path, node in nodes():
        read = isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "os.getenv", "os.environb"}
        taken = isinstance(node, ast.ImportFrom) and node.module == "os"
        if (read or (taken and {a.name for a in node.names} & {"environ", "getenv"})) and not _outside(path):
            found.add(at(path, node))
    none(sorted(place for place in found if place.partition(":")[0] not in READS_ENVIRONMENT))


def _outside(path: Path) -> bool:
    return str(path).startswith(OUTSIDE)


IMPORTS = """
import importlib, os, sys, threading
from collections.abc import MutableMapping
from pathlib import Path

root, found = Path(sys.argv[1]), []
rooms = tuple(str(root / room) + os.sep for room in ("bot", "handlers", "storage"))

def ours():
    frame = sys._getframe(2)
    while frame and frame.f_code.co_filename.endswith(("os.py", "_collections_abc.py", "<frozen os>", "<string>")):
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename.startswith(rooms) and frame.f_code.co_filename

class Watched(MutableMapping):
    def __init__(self, kept): self.kept = kept
    def seen(self):
        if ours(): found.append(f"{ours()} reads the environment")
        return self.kept
    def __getitem__(self, name): return self.seen()[name]
    def __setitem__(self, name, value): self.seen()[name] = value
    def __delitem__(self, name): del self.seen()[name]
    def __iter__(self): return iter(self.seen())
    def __len__(self): return len(self.kept)
    def copy(self): return dict(self.seen())

os.environ = Watched(os.environ)
sys.addaudithook(lambda event, _: found.append(event) if event.startswith(("socket.", "subprocess.")) else None)
for name in sys.argv[2:]:
    before = len(found)
    importlib.import_module(name)
    found[before:] = [f"{name}: {what}" for what in found[before:]]
if threading.active_count() > 1:
    found.append("a thread was started")
print("\\n".join(found))
"""


def test_importing_does_nothing():
    """Importing a module opens no socket, starts nothing and reads no setting."""
    modules = [".".join(p.with_suffix("").parts).removesuffix(".__init__") for p in sources()]
    skipped = ("__main__", "storage.migrations.env")  # these two are run, not imported
    told = [m for m in modules if not m.endswith(skipped) and "migrations.versions" not in m]
    run = subprocess.run(
        [sys.executable, "-c", IMPORTS, str(ROOT), *told], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert run.stdout.strip() == ""


ANYTHING = {"Exception", "BaseException"}


LOOKS = {"reader", "introduce"}  # what has msgspec look at a structure: for modules to call, as they are loaded


def test_no_thread_looks_at_a_structure_first():
    """Two threads that have msgspec look at one structure for the first time at the same moment end the process."""
    found = []
    for path, name, function, _ in functions("bot", "storage", "handlers"):
        if path.parts[:2] == ("bot", "sandbox") or name in LOOKS:
            continue
        called = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
        found += [f"{path}:{name}" for one in called if ast.unparse(one).endswith((".reader", "introduce", "Decoder"))]
    assert found == []


def test_broad_excepts_stand_where_they_are_known():
    """Whatever an `except Exception` would swallow is swallowed only in the places that are listed here, with reasons."""
    found = Counter(str(path) for path, node in nodes() if _is_broad(node) and not _outside(path))
    told = {path: count for path, (count, _) in BROAD.items()}
    none(
        [
            f"{p}: {found[p]} broad excepts, {told.get(p, 0)} are known"
            for p in {*found, *told}
            if found[p] != told.get(p, 0)
        ]
    )


def _is_broad(node: ast.AST) -> bool:
    """`except Exception`, a bare except and `suppress(Exception)`, unless what was caught is raised again in the end."""
    if isinstance(node, ast.Call):
        return ast.unparse(node.func).endswith("suppress") and any(ast.unparse(a) in ANYTHING for a in node.args)
    if not isinstance(node, ast.ExceptHandler):
        return False
    last = node.body[-1]
    caught = ast.unparse(node.type) if node.type else "BaseException"
    return bool(ANYTHING & set(re.findall(r"\w+", caught))) and not (isinstance(last, ast.Raise) and last.exc is None)


def test_bolt_knows_every_argument():
    """Bolt gives None for a misspelt argument and merely warns: so every listener's arguments are names it knows."""
    known = {name for name in AsyncArgs.__annotations__ if not name.startswith("next")}
    allowed = {"error": known | {"error"}, "middleware": known | {"next", "next_"}, "use": known | {"next", "next_"}}
    wrong = [
        f"{listener.__module__}.{listener.__qualname__}: {name}"
        for sort, _, listener in registered().listeners
        for name in inspect.signature(listener).parameters
        if name not in allowed.get(sort, known)
    ]
    assert registered().listeners
    none(wrong)


def test_every_button_is_answered():
    """Everything in the catalogue, and the overflow menu, has a wire name and a listener of its own."""
    assert {button.key for button in CATALOGUE} <= names.CARD.keys()
    none({*names.CARD.values(), names.CARD_MORE} - registered().named("action"))


def test_the_last_net_hangs():
    """Of every sort of press there is a listener for what nobody else knows, so that nothing stays unacknowledged."""
    nets = {sort for sort, matching, _ in registered().listeners if isinstance(matching, re.Pattern)}
    assert nets >= {"action", "view", "view_closed", "options", "shortcut", "command", "event"}
    assert any(sort == "error" for sort, _, _ in registered().listeners)


# ---- walls -------------------------------------------------------------------------------------------------------

configuration.configure()


@cache
def walls() -> Any:
    """The contracts of pyproject.toml."""
    options = use_cases.read_user_options(str(ROOT / "pyproject.toml"))
    use_cases._register_contract_types(options)
    return options


@cache
def imports() -> Any:
    """Who imports whom, as it is."""
    return use_cases._build_graph(
        root_package_names=list(ROOMS),
        include_external_packages=True,
        exclude_type_checking_imports=False,
        verbose=False,
        cache_dir=None,
    )


def kept(contract_id: str, graph: Any) -> bool:
    """Whether a contract holds over a graph."""
    told = next(c for c in walls().contracts_options if c["id"] == contract_id)
    contract = registry.get_contract_class(told["type"])(
        name=told["name"], session_options=walls().session_options, contract_options=told
    )
    return bool(contract.check(deepcopy(graph), verbose=False).kept)


# One forbidden import for each contract, and for those that say several things, one for each of these.
SEEDS = [
    ("floors", "bot.domain.send", "bot.slack.card"),
    ("floors", "bot.slack.card", "bot.jobs.outbox"),
    ("floors", "handlers.reply", "storage.store"),
    ("floors", "bot.jobs.replies", "handlers.reply"),
    ("floors", "storage.store", "bot.jobs.outbox"),
    ("floors", "bot.portals.webhook", "bot.slack.text"),
    ("floors", "bot.slack.card", "bot.practice_file.show"),
    ("floors", "handlers.web", "bot.connection"),
    ("floors", "bot.connection", "bot.app"),
    ("floors", "bot.app", "bot.cli"),
    ("every-module-has-a-floor", "bot.log", "bot.domain.store"),
    ("every-module-has-a-floor", "bot.settings", "bot.log"),
    ("plain-domain", "bot.domain.send", "aiohttp"),
    ("plain-domain", "bot.domain.turnaround", "time"),
    ("plain-domain", "bot.domain.receive", "bot.failpoint"),
    ("bolt-at-the-edge", "bot.app", "slack_bolt"),
    ("bolt-at-the-edge", "bot.slack.card", "slack_bolt"),
    ("one-metronome", "bot.jobs.rounds", "apscheduler"),
    ("sql-in-storage", "bot.cli.db", "sqlalchemy"),
    ("sql-in-storage", "handlers.reply", "sqlalchemy"),
    ("storage-knows-only-the-domain", "storage.store", "bot.slack.text"),
    ("storage-knows-only-the-domain", "storage.practices", "bot.practice_file"),
    ("views-are-data", "bot.slack.members", "slack_sdk"),
    ("views-are-data", "bot.slack.card", "aiohttp"),
    ("features-apart", "handlers.reply", "handlers.open"),
    ("sandbox-outside", "bot.sandbox.slack.server", "bot.domain.message"),
    ("sandbox-outside", "bot.sandbox.portal.server", "bot.portals.signature"),
    ("sandbox-behind-the-cli", "bot.app", "bot.sandbox"),
    ("no-cycles", "bot.domain.practice", "bot.domain.send"),
]


@pytest.mark.parametrize("contract_id", [c["id"] for c in walls().contracts_options])
def test_a_wall_stands(contract_id: str):
    """Nobody imports what they must not."""
    assert kept(contract_id, imports())


@pytest.mark.parametrize(("contract_id", "importer", "imported"), SEEDS)
def test_a_wall_would_be_seen_to_fall(contract_id: str, importer: str, imported: str):
    """A contract that lets a seeded violation pass protects nothing."""
    graph = deepcopy(imports())
    assert {importer, imported} - {"aiohttp", "time"} <= graph.modules
    graph.add_import(importer=importer, imported=imported)
    assert not kept(contract_id, graph)


def test_every_wall_was_tried():
    """Each contract has a seeded violation."""
    assert {c["id"] for c in walls().contracts_options} == {seed[0] for seed in SEEDS}


def test_a_module_without_a_floor_is_seen():
    """A new room of bot/ must be given its floor before it can be merged."""
    graph = deepcopy(imports())
    graph.add_module("bot.attic")
    assert not kept("every-module-has-a-floor", graph)


def test_the_walls_know_every_feature():
    """A feature's listeners that are registered stand in the contract that keeps features apart, and no others."""
    shared = {"fallback", "errors"}  # the nets below all features
    called = {
        ast.unparse(node.func.value)
        for node in ast.walk(tree(Path("handlers/__init__.py")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "register"
    }
    apart = next(c for c in walls().contracts_options if c["id"] == "features-apart")["modules"]
    assert {f"handlers.{name}" for name in called - shared} == set(apart)


# ---- what must not be written anywhere ---------------------------------------------------------------------------

FORBIDDEN = {
    "the address of a package index": r"pypi\.org|pythonhosted\.org|npmjs\.|crates\.io|ghcr\.io|docker\.io|--find-links [/.a-z]",
    "a path of somebody's machine": r"(?<![\w.~-])/(work|farm|root|Users|home/\w+)/",
    "who or what typed it": r"(?i)co-authored-by|generated (with|by) \[|language model|\bcopilot\b|\bprompt engineer",
    "a conflict that was never solved": r"^(<{7}|>{7}) ",
    "a key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str):
    """Nothing that belongs to one machine, one index or one tool is kept with the product."""
    pattern = re.compile(FORBIDDEN[what], re.MULTILINE)
    found = []
    for path in kept_files():
        if path == Path(__file__).relative_to(ROOT):
            continue
        text = (ROOT / path).read_bytes().decode("utf-8", "replace")
        found += [f"{path}:{text.count(chr(10), 0, m.start()) + 1}: {m[0]}" for m in pattern.finditer(text)]
    none(found)


# ---- the locks ---------------------------------------------------------------------------------------------------

HASH = "sha256:" + "0" * 64
GOOD = {"run.in": "aiohttp\n", "dev.in": "-c run.txt\npytest>=9\n", "run.txt": f"aiohttp==1.0 \\\n    --hash={HASH}\n"}
GOOD["dev.txt"] = f"pytest==9.0 \\\n    --hash={HASH}\n    # via -r dev.in\n"
SPOILT = {
    "no hash": ("run.txt", "aiohttp==1.0\n", "no hash"),
    "not pinned": ("run.txt", f"aiohttp>=1.0 \\\n    --hash={HASH}\n", "not pinned"),
    "an index": ("dev.txt", f"--index-url https://index.example/simple\n{GOOD['dev.txt']}", "address"),
    "a folder": ("dev.txt", f"--find-links wheels\n{GOOD['dev.txt']}", "address"),
    "an address": ("run.txt", f"aiohttp @ https://example.org/a.whl \\\n    --hash={HASH}\n", "address"),
    "forgotten": ("run.in", "aiohttp\nmsgspec\n", "msgspec is in no lock"),
    "torn": ("dev.txt", f"{GOOD['dev.txt']}aiohttp==2.0 \\\n    --hash={HASH}\n", "another version"),
}


def _locks(folder: Path, **changed: str) -> subprocess.CompletedProcess[str]:
    for name, text in (GOOD | changed).items():
        (folder / name).write_text(text, encoding="utf-8")
    return subprocess.run(
        [sys.executable, str(ROOT / ".ci/locks.py"), str(folder)], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_spoilt_lock_is_seen(tmp_path: Path, spoilt: str):
    """The check of the locks finds each way in which a lock stops being one, and is content with a good one."""
    name, text, words = SPOILT[spoilt]
    assert _locks(tmp_path).returncode == 0
    told = _locks(tmp_path, **{name: text})
    assert told.returncode == 1
    assert words in told.stdout
