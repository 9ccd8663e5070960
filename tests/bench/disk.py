"""A disk whose fsync takes 2 ms longer, for the bare commit and for the service alike."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

_SOURCE = Path(__file__).with_name("slow.c")


def slow_disk(folder: Path) -> dict[str, str] | None:
    """The environment that makes fsync slow; None where there is no C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    library = folder / "slow.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, _SOURCE, "-ldl"], check=True)
    return {"LD_PRELOAD": str(library)}
