"""What commands share: settings read or refused in words, and a store opened for one command."""

from __future__ import annotations

import asyncio
import getpass
import json
import os
import sys
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.table import Column, Table

import storage
from bot import practice_file, settings
from bot.domain.practice import Practice
from bot.domain.refused import Refusal, Refused
from bot.domain.store import Store, StoreDamaged, StoreFull, StoreUnavailable

T = TypeVar("T")

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

DATABASE = frozenset({"database", "keys"})


class SettingWrong(click.ClickException):
    """A setting, or what it names, cannot be used: a sentence and exit 2, as for every setting."""

    exit_code = 2


def settled(needs: Collection[str]) -> settings.Settings:
    """The settings, or exit 2 with every fault at once."""
    try:
        found = settings.load(needs=needs)
    except settings.SettingsWrong as wrong:
        show_faults("These settings keep me from starting:", wrong.faults)
        sys.exit(2)
    if "database" in needs and (why := no_folder(found)):
        do = "Make it, or correct the address."
        fault = settings.Fault(variable="PORTALDESK_DATABASE_URL", what_is_wrong=why, what_would_be_right=do)
        show_faults("These settings keep me from starting:", [fault])
        sys.exit(2)
    if found.warnings:
        show_faults("These settings look odd:", found.warnings)
    return found


def no_folder(found: settings.Settings) -> str:
    """A sentence when the folder of the SQLite file does not exist."""
    file = found.database_file
    return f"There is no folder {file.parent}." if file and not file.parent.is_dir() else ""


def away(found: settings.Settings, trouble: StoreUnavailable, words: str) -> click.ClickException:
    """What to say of a database that cannot be used: `words`, unless it is damaged or its disk is full."""
    if isinstance(trouble, StoreDamaged):
        words = f"{found.database_file} is damaged, or no database: `portaldesk db restore FILE --replace`."
    if isinstance(trouble, StoreFull):
        words = full(found)
    return click.ClickException(words)


def full(found: settings.Settings) -> str:
    """What to say where the database's disk takes no more."""
    return f"The disk of {found.database_file or 'the database server'} is full or cannot be written: make room there."


def show_faults(title: str, faults: Collection[settings.Fault]) -> None:
    """A table of what is wrong and what would be right."""
    name = Column("setting", no_wrap=True)  # a name that is cut cannot be found in an environment
    table = Table(name, "what is wrong", "what would be right", title=title, title_justify="left")
    for fault in faults:
        table.add_row(fault.variable, fault.what_is_wrong, fault.what_would_be_right)
    errors.print(table)


def load_practice(document: str, version: int) -> Practice:
    """A stored practice file; it was checked when it was applied."""
    return replace(practice_file.read(document), version=version)


def open_store(found: settings.Settings) -> Store:
    """The store of these settings, or a sentence: exit 2 for keys that are not its own, 1 for the rest."""
    try:
        storage.must_fit(found.database_url)
        keys = storage.keyring_for(found.database_url, found.keys)
        return storage.open_store(found.database_url, keys, load_practice=load_practice)
    except storage.KeysWrong as wrong:
        raise SettingWrong(str(wrong)) from None
    except (storage.SchemaWrong, storage.StoreUnsafe) as trouble:
        raise click.ClickException(str(trouble)) from None
    except StoreUnavailable as gone:
        words = "The database cannot be reached. Is PORTALDESK_DATABASE_URL right, and is the server running?"
        raise away(found, gone, words) from None


def with_store(found: settings.Settings, work: Callable[[Store], Awaitable[T]]) -> T:
    """Open the store, do one thing, close it."""

    async def run() -> T:
        store = open_store(found)
        try:
            return await work(store)
        except StoreUnavailable as gone:
            raise away(found, gone, "The database went away; nothing was changed.") from None
        except Refused as no:
            what = " Run `portaldesk practice apply FILE`." if no.because is Refusal.NOT_SET_UP else ""
            raise click.ClickException(f"{no.sentence}{what}") from None
        finally:
            await store.close()

    return asyncio.run(run())


def who() -> str:
    """Who runs a command, for the journal."""
    return f"cli:{typed(getpass.getuser())}"


def typed(word: str) -> str:
    """A word of the command line or the environment as UTF-8, whatever the locale took it for."""
    return os.fsencode(word).decode("utf-8", "replace")


def as_json(value: Any) -> None:
    """Print for a script, in ASCII: it can be read in every locale."""
    click.echo(json.dumps(value, default=str, indent=2))
