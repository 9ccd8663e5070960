"""How Alembic runs our revisions: on the connection, and in the transaction, that storage.schema hands over."""

from alembic import context

from bot.failpoint import failpoint


def _step(*_args: object, **_facts: object) -> None:
    failpoint("migration.step")


context.configure(
    connection=context.config.attributes["connection"],
    transactional_ddl=True,  # SQLite can, although Alembic takes it that it cannot
    on_version_apply=_step,
)
context.run_migrations()
