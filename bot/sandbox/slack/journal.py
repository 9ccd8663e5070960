"""The append-only journal: one JSON line per thing that happened, on the disk before anyone is told."""

from __future__ import annotations

import json
import os
import time
from collections import deque
from pathlib import Path
from typing import Any

KEPT = 50_000


class Journal:
    """Rows are numbered from 1 within a process; the file, where there is one, grows over restarts."""

    def __init__(self, path: Path | None = None) -> None:
        self._number = 0
        self._rows: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._file = -1
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, kind: str, **row: Any) -> dict[str, Any]:
        """Append one row and hand it back; a single `os.write`, so that a kill leaves whole lines only."""
        self._number += 1
        full = {"n": self._number, "at": round(time.time(), 6), "kind": kind, **row}
        if self._file >= 0:
            line = json.dumps(full, ensure_ascii=True, separators=(",", ":"), default=str) + "\n"
            os.write(self._file, line.encode())
        self._rows.append(full)
        return full

    def rows(self, *, since: int = 0, kind: str = "") -> list[dict[str, Any]]:
        return [row for row in self._rows if row["n"] > since and kind in ("", row["kind"])]

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
