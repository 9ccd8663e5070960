"""The same stage as the kill tests."""

from tests.kill.conftest import fresh, nobody_left, play, sqlite_template
from tests.postgres import postgres_server

__all__ = ["fresh", "nobody_left", "play", "postgres_server", "sqlite_template"]
