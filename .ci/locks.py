"""Whether the locks fit what they lock, asked without a network: python .ci/locks.py [folder]."""

from __future__ import annotations

import re
import sys
from pathlib import Path

LOCKS = {"run.in": ("run.txt",), "dev.in": ("dev.txt", "run.txt")}

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)(?P<marker> ;[^\\]*)?(?P<hashes>( \\\n +--hash=sha256:[0-9a-f]{64})*)$", re.M)
_FOREIGN = re.compile(r"^\s*(--(index-url|extra-index-url|find-links|trusted-host|no-index)\b.*|.*[a-z]+://.*)$", re.M)


def flat(name: str) -> str:
    """A package's name as all its spellings are one."""
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted(text: str) -> list[str]:
    """The names in a .in file."""
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    return [flat(found[0]) for line in lines if not line.startswith("-") and (found := _NAME.match(line))]


def pins(text: str) -> dict[str, tuple[str, int]]:
    """Name -> version and number of hashes, in a lock."""
    return {flat(m[1]): (m[2], m["hashes"].count("--hash=")) for m in _PIN.finditer(text)}


def faults(folder: Path) -> list[str]:
    """Everything that is wrong with the locks there, a sentence each."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.*"))}
    locks = {name: pins(text) for name, text in texts.items() if name.endswith(".txt")}
    found = [
        f"{name}: no hash stands beside {package}."
        for name, lock in locks.items()
        for package, (_, hashes) in lock.items()
        if not hashes
    ]
    for name, lock in locks.items():
        lines = [line for line in texts[name].splitlines() if line and line[0] not in " #-"]
        found += [f"{name}: not a pin: {line[:80]}" for line in lines if flat(re.split(r"==|[ \\]", line)[0]) not in lock]
        found += [f"{name}: an address of somebody's machine or index: {m[0].strip()}" for m in _FOREIGN.finditer(texts[name])]
    for source, targets in LOCKS.items():
        together = {package for target in targets for package in locks[target]}
        found += [f"{source}: {package} is in no lock: make lock." for package in wanted(texts[source]) if package not in together]
    both = locks["run.txt"].keys() & locks["dev.txt"].keys()
    found += [
        f"dev.txt: {package} is another version than in run.txt: make lock."
        for package in sorted(both)
        if locks["run.txt"][package][0] != locks["dev.txt"][package][0]
    ]
    return found


def main() -> int:
    """Say what is wrong; 1 when anything is."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1] / "requirements"
    found = faults(folder)
    for fault in found:
        print(fault)
    print("Locks: all pinned with hashes." if not found else f"Locks: {len(found)} to mend.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
