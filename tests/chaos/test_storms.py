"""The long storms of `make chaos`; with other figures: python -m tests.chaos.run --help."""

from __future__ import annotations

import pytest

from tests.chaos import run

pytestmark = [pytest.mark.kill, pytest.mark.postgres]


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
@pytest.mark.parametrize("mode", ["idempotent", "lookup", "neither"])
def test_nothing_is_lost_in_a_long_storm(backend: str, mode: str):
    """10,000 messages and 500 kills where the portal honours keys, a tenth of that where it does not."""
    size = [] if mode == "idempotent" else ["--tenth"]
    assert run.main([*size, "--backend", backend, "--mode", mode]) == 0
