"""Everything that can be wrong with a request to the portal's door, over the real server."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from urllib.parse import urlsplit

from tests.journeys.conftest import OpenDesk
from tests.portals.bad_requests import BAD_REQUESTS, SECRET, BadRequest

TABLES = ("inbox", "conversations", "messages", "deliveries")


async def answered(url: str, wire: bytes) -> tuple[int, bytes, bytes]:
    """Write these bytes to a socket; status, head and body of what comes back."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        writer.write(wire)
        async with asyncio.timeout(20):
            told = await reader.read()
    finally:
        writer.close()
    head, _, body = told.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), head.lower(), body


async def test_no_bad_request_gets_in_or_gets_a_5xx(open_desk: OpenDesk):
    """Each of the sixty and more kinds gets its own status, never a 5xx; those refused leave not a single row."""
    desk = await open_desk(settings_over={"PORTALDESK_PORTAL_MAIN_SECRETS": SECRET}, portal={"secrets": (SECRET,)})
    now = int(desk.clock.unix())

    async def rows() -> list[int]:
        return [(await desk.rows(f"SELECT COUNT(*) FROM {table}"))[0][0] for table in TABLES]

    async def tried(bad: BadRequest) -> str:
        if bad.first:
            assert (await answered(desk.url, bad.first_wire(now)))[0] == 202
        status, head, body = await answered(desk.url, bad.wire(now))
        if status >= 400 and bad in refused and await rows() != [0, 0, 0, 0]:
            return f"{bad.name}: left rows"
        if status != bad.status:
            return f"{bad.name}: {status} instead of {bad.status}"
        if status >= 400 and b"application/problem+json" not in head:
            return f"{bad.name}: no problem+json"
        if status >= 400 and json.loads(body)["status"] != status:
            return f"{bad.name}: the problem says another status"
        if status == 202 and json.loads(body)["status"] != "quarantined":
            return f"{bad.name}: not quarantined"
        return ""

    refused = [bad for bad in BAD_REQUESTS if bad.status != 202 and not bad.first]
    kept = [bad for bad in BAD_REQUESTS if bad.status == 202 or bad.first]
    assert len(refused) + len(kept) >= 60
    wrong = [await tried(bad) for bad in refused]
    assert not [sentence for sentence in wrong if sentence]
    assert await rows() == [0, 0, 0, 0]
    wrong += [await tried(bad) for bad in kept]
    assert not [sentence for sentence in wrong if sentence]
    (conversations,) = (await desk.rows("SELECT COUNT(*) FROM conversations"))[0]
    assert conversations == sum(bad.first for bad in kept)


def test_the_table_is_not_empty():
    """The table covers every status that the contract names for refusals."""
    assert {bad.status for bad in BAD_REQUESTS} >= {202, 401, 404, 409, 413, 415}
    assert replace(BAD_REQUESTS[0], name="other").name == "other"
