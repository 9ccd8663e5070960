"""The same practice as the journeys have."""

from tests.journeys.conftest import blank_sqlite, database, desk, open_desk
from tests.postgres import empty_postgres_url, postgres_server, postgres_url

__all__ = ["blank_sqlite", "database", "desk", "empty_postgres_url", "open_desk", "postgres_server", "postgres_url"]
