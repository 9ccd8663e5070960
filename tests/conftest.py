"""What holds for every test: nobody's settings and tokens reach it (sockets: pyproject.toml, addopts)."""

import os

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Forget the settings of whoever runs the tests, before anything is collected or started."""
    del config
    for name in [n for n in os.environ if n.startswith(("SLACK_", "PORTALDESK_"))]:
        del os.environ[name]
