"""The database is gone for a while: whatever is pressed meanwhile is answered with a sentence, and nothing is lost."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from bot.sandbox.slack.config import SlackConfig, Timing
from bot.slack import names, sentence
from tests.journeys.conftest import OpenDesk
from tests.world import CHANNELS, PEOPLE, PRACTICE, World, message, text_block, until, words

pytestmark = pytest.mark.postgres
PATIENT = Timing(retries=(0.0, 0.5, 1.0, 1.0, 1.0, 1.0))  # seconds; Slack's own are a minute and five


@pytest.fixture
def database(postgres_url: str) -> str:
    """A server of which one database can be closed to everybody, and opened again."""
    return postgres_url


def closed(desk: World, *, away: bool) -> None:
    """Nobody gets a connection to the database any more, and who has one loses it; or everybody may come back."""
    url = make_url(desk.database)
    elsewhere = url.set(database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(elsewhere, autocommit=True) as connection:
        allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        connection.execute(allow.format(sql.Identifier(str(url.database)), sql.Literal(not away)))
        if away:
            end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            connection.execute(end, (url.database,))


async def _pressed(desk: World, card: dict[str, Any], **action: Any) -> None:
    known = len(await desk.notices())
    fields = {"channel": "C0NURSING", "ts": card["ts"], "block_id": "any", "forged": True, "as": "U0ALICE"}
    assert (await desk.do("press", **(fields | action)))["acked"], action

    async def told() -> bool:
        return len(await desk.notices()) > known

    await until(told, what=f"an answer to {action}")


async def test_whatever_is_pressed_meanwhile_is_answered(open_desk: OpenDesk):
    """Every button of a card and every entry behind its dots, an unknown one, four commands, Home and Send."""
    desk = await open_desk(PRACTICE)
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    view = await desk.writing(card)
    about = next(e["value"] for b in card["blocks"] for e in b.get("elements", ()) if e.get("value"))
    await desk.quiet()
    closed(desk, away=True)
    for key, action in names.CARD.items():
        await _pressed(desk, card, action_id=action, value=about)
        option = {"text": {"type": "plain_text", "text": key}, "value": f"{key}:{about}"}
        await _pressed(desk, card, action_id="card_more", type="overflow", selected_option=option)
    await _pressed(desk, card, action_id="card_of_yesterday", value=about)
    for typed in ("", "phrases", "map", "staff", "setup"):
        known = len(await desk.notices())
        await desk.do("command", channel="C0NURSING", text=f"/portal {typed}", forged=True, **{"as": "U0ALICE"})
        await until(lambda known=known: _more(desk, known), what=f"an answer to /portal {typed}")
    assert {told for told in await desk.notices() if sentence.NOT_READY not in told} == set()
    assert (await desk.send(view, "Stop the drops."))["errors"] == {text_block(view): sentence.DATABASE_AWAY}
    await desk.do("open_home", **{"as": "U0BEN"})
    await until(lambda: _home(desk, "U0BEN", "does not answer"), what="Home that says so")
    closed(desk, away=False)
    await desk.send(view, "Stop the drops.")
    await desk.replies()
    await desk.do("open_home", **{"as": "U0BEN"})
    await until(lambda: _home(desk, "U0BEN", "Front Desk"), what="Home as it is")
    await desk.quiet()
    assert len(desk.shown()) == 1


async def test_what_is_said_in_a_thread_meanwhile_is_kept_when_it_is_back(open_desk: OpenDesk):
    """Slack tells an event again that was not acknowledged: the note is there afterwards, once."""
    desk = await open_desk(PRACTICE, slack=SlackConfig(people=PEOPLE, channels=CHANNELS, limits=False, timing=PATIENT))
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.quiet()
    closed(desk, away=True)
    await desk.do("post", channel="C0NURSING", thread_ts=card["ts"], text="She called twice.", **{"as": "U0ALICE"})
    await until(lambda: _refused(desk), what="the event to be left unacknowledged")
    closed(desk, away=False)
    await desk.journalled("note.written")
    await desk.quiet()
    assert len(await desk.history("note.written")) == 1


async def _more(desk: World, known: int) -> bool:
    return len(await desk.notices()) > known


async def _home(desk: World, who: str, says: str) -> bool:
    return says in words((await desk.look("home", **{"as": who}))["view"] or {})


async def _refused(desk: World) -> bool:
    return any(not row["acked"] for row in desk.journal("ack"))
