"""`portaldesk check`: everything the service needs, looked at one by one, with what to do."""

from __future__ import annotations

import asyncio
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import aiohttp
import click
from rich.table import Table
from slack_sdk.web.async_client import AsyncWebClient

import storage
from bot import practice_file, settings
from bot.app import clock
from bot.cli.checked import Checked, failed, ok, warning
from bot.cli.desk import as_json, console, load_practice, no_folder
from bot.cli.keys import knows_every_value, still_needed
from bot.cli.remote import look_at_portals, look_at_slack
from bot.domain.alarm import Alarm
from bot.domain.practice import Practice
from bot.domain.store import Records, StoreUnavailable
from bot.slack.poster import Poster

T = TypeVar("T")

ALARMS = 50  # shown each in a row
_SHUT = (storage.KeysWrong, storage.SchemaWrong, storage.StoreUnsafe, StoreUnavailable)  # there is nothing to read
NEEDS = ("slack", "portals", "database", "keys", "http", "practice")


@click.command(epilog="Example: portaldesk check")
@click.option("--json", "machine", is_flag=True, help="For a script.")
def check(machine: bool) -> None:  # noqa: FBT001 - a command's flag
    """Look at settings, practice file, Slack, channels, portals and database, and say what to do."""
    rows = asyncio.run(_everything())
    if machine:
        as_json([{"what": r.what, "state": r.state, "found": r.found, "do": r.do} for r in rows])
    else:
        marks = {"ok": "[green]ok[/green]", "warning": "[yellow]warning[/yellow]", "failed": "[red]failed[/red]"}
        table = Table("what", "", "found", "what to do")
        for row in rows:
            table.add_row(row.what, marks[row.state], row.found, row.do)
        console.print(table)
    sys.exit(1 if any(row.state == "failed" for row in rows) else 0)


async def _everything() -> list[Checked]:
    rows = list(_settings())
    found = _loadable()
    rows += list(_database(found))
    rows += await _older_keys(found)
    rows += await _alarms(found)
    practice = await _practice(found, rows)
    async with aiohttp.ClientSession() as session:
        if found.slack_bot_token:
            client = AsyncWebClient(
                token=found.slack_bot_token,
                base_url=found.slack_api_url,
                session=session,
                retry_handlers=[],
                timeout=10,
            )
            rows += await look_at_slack(Poster(client), client, found, practice, now=clock())
    rows += await look_at_portals(found, now=clock())
    return rows


def _settings() -> Iterator[Checked]:
    try:
        found = settings.load(needs=NEEDS)
    except settings.SettingsWrong as wrong:
        for fault in wrong.faults:
            yield failed(f"setting {fault.variable}", fault.what_is_wrong, fault.what_would_be_right)
        return
    yield ok("settings", f"{len(found.portals)} portal(s), {'Socket Mode' if found.slack_app_token else 'HTTP mode'}")
    for fault in found.warnings:
        yield warning(f"setting {fault.variable}", fault.what_is_wrong, fault.what_would_be_right)


def _loadable() -> settings.Settings:
    """The settings as far as they can be used; what is wrong with them is in a row already."""
    try:
        return settings.load(needs=NEEDS)
    except settings.SettingsWrong:
        try:
            return settings.load(needs=())
        except settings.SettingsWrong:
            return settings.Settings()


def _database(found: settings.Settings) -> Iterator[Checked]:
    if not found.database_url:
        return  # a row of the settings says why
    if why := no_folder(found):
        yield failed("database", why, "Make it, or correct PORTALDESK_DATABASE_URL.")
        return
    for fact in storage.check(found.database_url):
        make = {"ok": ok, "warning": warning, "failed": failed}[fact.level]
        yield make(f"database: {fact.name}", fact.value, fact.advice)
    yield _keys(found)
    file = found.database_file
    if file and file.exists() and file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield warning("database: file", f"{file.name} can be read by others", f"chmod 600 {file.name}")


def _keys(found: settings.Settings) -> Checked:
    try:
        keys = storage.proven(found.database_url, found.keys)
    except storage.KeysWrong as wrong:
        return failed("keys", str(wrong), "Put the right keys into PORTALDESK_KEYS, or the key file back.")
    except (StoreUnavailable, storage.StoreUnsafe):
        return failed("keys", "not tried: the database cannot be read", "Mend the database first.")
    if keys is None:
        return ok("keys", "none yet", "The first start makes a key file beside the database; keep a copy apart.")
    return ok("keys", "PORTALDESK_KEYS" if found.keys else "the key file beside the database")


async def _read(found: settings.Settings, keys: storage.Keyring, act: Callable[..., T]) -> T:
    """What an act reads in the database, opened for it alone; _SHUT where it cannot be."""
    store = storage.open_store(found.database_url, keys, load_practice=load_practice)
    try:
        return await store.read(act)
    finally:
        await store.close()


async def _practice(found: settings.Settings, rows: list[Checked]) -> Practice | None:
    document = found.practice.read_text(encoding="utf-8", errors="replace") if found.practice else None
    source = "practice file"
    try:
        if document is None:
            storage.must_fit(found.database_url)
            source = "practice in force"
            if keys := storage.proven(found.database_url, found.keys):
                document = await _read(found, keys, _document)
    except _SHUT as trouble:
        rows.append(failed("practice", str(trouble), "Mend the database first."))
        return None
    if document is None:
        rows.append(failed("practice", "none was applied yet", "Run `portaldesk practice apply FILE`."))
        return None
    examined = practice_file.examine(document)
    rows += [
        failed(f"{source}: {fault.path}", fault.what_is_wrong, fault.what_would_be_right) for fault in examined.faults
    ]
    rows += [
        warning(f"{source}: {fault.path}", fault.what_is_wrong, fault.what_would_be_right)
        for fault in examined.warnings
    ]
    if examined.practice:
        rows.append(ok(source, f"{examined.practice.name}, {len(examined.practice.departments)} departments"))
    return examined.practice


async def _older_keys(found: settings.Settings) -> list[Checked]:
    """What each is still needed for; nothing where the database cannot be opened, for that has a row already."""
    try:
        storage.must_fit(found.database_url)
        ring = storage.proven(found.database_url, found.keys)
        if ring is None or len(ring.ids) == 1 or not knows_every_value(found):
            return []
        left = still_needed(await _read(found, ring, storage.rotation.left))
    except _SHUT:
        return []
    return [
        warning(f"key {key}", f"still needed for {what}", "Run `portaldesk keys rotate`.")
        if what
        else ok(f"key {key}", "nothing is encrypted with it", "You may take it out.")
        for key, what in left.items()
    ]


async def _alarms(found: settings.Settings) -> list[Checked]:
    """What rings now, the oldest first; nothing where the database cannot be opened, for that has a row already."""
    try:
        storage.must_fit(found.database_url)
        keys = storage.proven(found.database_url, found.keys)
        if keys is None:
            return []
        ringing = await _read(found, keys, _ringing)
    except _SHUT:
        return []
    do = "Its row under Alarms in docs/operating.md says what to do."
    rows = [
        warning(f"alarm {alarm.key}", f"since {alarm.since:%Y-%m-%d %H:%M} UTC: {alarm.words}", do)
        for alarm in ringing[:ALARMS]
    ]
    if more := len(ringing) - len(rows):
        rows.append(warning("alarms", f"{more} more of them ring", "Mend the oldest first."))
    return rows


def _ringing(records: Records) -> Sequence[Alarm]:
    return records.open_alarms()


def _document(records: Records) -> str | None:
    return records.practice_document()
