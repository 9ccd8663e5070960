"""The outbox over real stores, as the storage tests have them."""

from tests.postgres import empty_postgres_url, postgres_server, postgres_url
from tests.storage.conftest import desk, keys, opened, sqlite_url, store, url

__all__ = [
    "desk", "empty_postgres_url", "keys", "opened", "postgres_server", "postgres_url", "sqlite_url", "store", "url",
]  # fmt: skip
