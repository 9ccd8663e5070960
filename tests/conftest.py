"""What holds for every test: no settings and tokens of whoever runs it, and no clock (sockets: pyproject.toml, addopts)."""

import os

import pytest
from hypothesis import HealthCheck, settings

pytest.register_assert_rewrite("tests.world", "tests.kill")  # what helpers assert is told with its values too


# No test is late: a machine may stand still.
settings.register_profile("no clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no clock")


def pytest_configure(config: pytest.Config) -> None:
    """Forget the settings of whoever runs the tests, before anything is collected or started."""
    del config
    for name in [n for n in os.environ if n.startswith(("SLACK_", "PORTALDESK_"))]:
        del os.environ[name]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever the order, minutes come before moments: else one worker ends with a storm, and the others wait for it.

    What is killed comes next: it waits more than it works, and the moments of another worker fit in between.
    """
    items.sort(key=lambda item: (-_minutes(item), item.get_closest_marker("kill") is None))


def _minutes(item: pytest.Item) -> float:
    allowed = item.get_closest_marker("timeout")
    return float(allowed.args[0]) // 60 if allowed else 0.0
