"""An append-only JSONL file whose every line is one os.write, so that a checker in another process may read along."""

import json
import os
import time
from pathlib import Path
from typing import Any


class Journal:
    """What the portal saw and did, in order; kept in memory too, for the control API."""

    def __init__(self, path: Path | None = None) -> None:
        """Opens `path` for appending; without one the journal lives in memory only."""
        self.lines: list[dict[str, Any]] = []
        self._file: int | None = None
        self._before = 0
        if path is not None:
            self._before = path.read_bytes().count(b"\n") if path.exists() else 0
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def write(self, what: str, **facts: Any) -> dict[str, Any]:
        """Appends one line; on return the operating system has it, whatever becomes of this process."""
        line = {"n": self._before + len(self.lines) + 1, "at": round(time.time(), 6), "what": what, **facts}
        if self._file is not None:
            os.write(self._file, json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        self.lines.append(line)
        return line

    def close(self) -> None:
        """Closes the file; the lines in memory stay readable."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
