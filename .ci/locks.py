"""Whether the locks fit what they lock, asked without a network: python .ci/locks.py [folder]."""

from __future__ import annotations

import re
import sys
from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_ENTRY = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)(?P<rest>(?:[^\n]*\\\n)*[^\n]*)$", re.MULTILINE)
_FOREIGN = re.compile(r"^.*(?:--(?:extra-)?index-url|--find-links|--trusted-host|[a-z]://).*$", re.MULTILINE)


def flat(name: str) -> str:
    """A package's name as all its spellings are one."""
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted(source: str) -> list[str]:
    """The names in a .in file."""
    return [flat(name[0]) for line in source.splitlines() if (name := _NAME.match(line.strip()))]


def in_lock(name: str, lock: str) -> list[str]:
    """What is wrong with one lock by itself."""
    entries = list(_ENTRY.finditer(lock))
    begun = [line for line in lock.splitlines() if line and line[0] not in " #-"]
    found = [f"{name}: no hash stands beside {e['name']}." for e in entries if "--hash=sha256:" not in e["rest"]]
    found += [f"{name}: not pinned with ==: {line[:60]}" for line in begun if not _ENTRY.match(line)]
    found += [f"{name}: an address of some machine or index: {m[0].strip()[:60]}" for m in _FOREIGN.finditer(lock)]
    return found


def faults(folder: Path) -> list[str]:
    """Everything that is wrong with the locks in a folder, a sentence each."""
    run, dev = ((folder / name).read_text(encoding="utf-8") for name in ("run.txt", "dev.txt"))
    found = in_lock("run.txt", run) + in_lock("dev.txt", dev)
    at_run, at_dev = ({flat(e["name"]): e["version"] for e in _ENTRY.finditer(lock)} for lock in (run, dev))
    for source, locked in (("run.in", at_run), ("dev.in", at_run | at_dev)):
        names = wanted((folder / source).read_text(encoding="utf-8"))
        found += [f"{source}: {name} is in no lock. Run make lock." for name in names if name not in locked]
    torn = sorted(name for name in at_run.keys() & at_dev.keys() if at_run[name] != at_dev[name])
    return found + [f"dev.txt: {name} is another version than in run.txt. Run make lock." for name in torn]


def main() -> int:
    """Say what is wrong; 1 when anything is."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1] / "requirements"
    found = faults(folder)
    print("\n".join(found) or "Locks: everything pinned, with hashes.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
