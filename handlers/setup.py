"""Setup: admins map channels and say who is what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain import setup
from bot.domain.practice import Practice
from bot.domain.refused import Refused
from bot.domain.store import StoreUnavailable
from bot.slack import form, names, sentence
from bot.slack import setup as modal
from bot.slack.verdict import trouble_of
from handlers.context import Front
from handlers.document import document_of
from handlers.windows import submitted

Payload = Mapping[str, Any]


def register(app: AsyncApp, front: Front) -> None:
    """`/portal setup`, `map` and `staff`, Home's Setup, and both submits."""

    def leads(view: Callable[[Practice], dict[str, Any]]) -> Callable[[Payload], Any]:
        async def run(body: Payload) -> None:
            await _open(front, body, view)

        return run

    def pressed(run: Callable[[Payload], Any]) -> Callable[..., Any]:
        async def press(ack: AsyncAck, body: Payload) -> None:
            await ack()
            front.later(run(body))

        return press

    for words, action, view in (
        ("setup", names.HOME_SETUP, modal.menu),
        ("map", names.SETUP_MAP, modal.map_channel),
        ("staff", names.SETUP_STAFF, modal.people),
    ):
        front.commands[words] = leads(view)
        app.action(action)(pressed(front.commands[words]))

    async def person_chosen(ack: AsyncAck, body: Payload) -> None:
        await ack()
        front.later(_person(front, body))

    app.action(names.STAFF_PERSON)(person_chosen)
    _submits(app, front)


def _submits(app: AsyncApp, front: Front) -> None:
    """What an admin saves; for whoever is none nothing is even asked of Slack."""

    async def map_submitted(ack: AsyncAck, body: Payload, view: Payload) -> None:
        done = submitted(front, body, view, field=names.MAP_CHANNEL)
        refused, practice = await _asked(done)
        mapping = modal.read_mapping(view, practice) if practice else None
        trouble = await _trouble(front, mapping.channel) if mapping else ""
        if mapping is None:
            await ack(**refused)
        elif trouble:
            await ack(response_action="errors", errors={names.MAP_CHANNEL: trouble})
        else:
            await ack(**await done(setup.map_channel, mapping=mapping, document_of=document_of))

    async def staff_submitted(ack: AsyncAck, body: Payload, view: Payload) -> None:
        slack = form.picked(view, names.STAFF_PERSON, "selected_user")
        done = submitted(front, body, view, field=names.STAFF_PERSON)
        refused, practice = await _asked(done)
        if practice is None:
            await ack(**refused)
            return
        name = "" if not slack or practice.person(slack) else await _name(front, slack)
        membership = modal.read_membership(view, practice, name=name)
        await ack(**await done(setup.change_staff, membership=membership, document_of=document_of))

    app.view(names.MAP_CHANNEL)(map_submitted)
    app.view(names.STAFF)(staff_submitted)


async def _open(front: Front, body: Payload, view: Callable[[Practice], dict[str, Any]]) -> None:
    person = await front.person(body)
    try:
        practice = await front.act(setup.opened, person=person, about="practice")
    except Refused as refused:
        await front.tell(body, refused.sentence)
    except StoreUnavailable:
        await front.tell(body, sentence.NOT_READY)
    else:
        await front.show(body, view(practice))


async def _asked(done: Callable[..., Any]) -> tuple[dict[str, Any], Practice | None]:
    """The practice for an admin's submit; for anybody else the refusal, before Slack is asked anything for them."""
    found: list[Practice] = []

    def keep(practice: Practice) -> dict[str, Any]:
        found.append(practice)
        return {}

    refused = await done(setup.asked, then=keep)
    return refused, found[0] if found else None


async def _person(front: Front, body: Payload) -> None:
    """Somebody was chosen: what they are now is shown."""
    view = body.get("view") or {}
    slack = form.picked(view, names.STAFF_PERSON, "selected_user")
    person = await front.person(body)
    try:
        practice = await front.act(setup.asked, person=person, about="practice")
    except Refused as refused:
        await front.tell(body, refused.sentence)
    except StoreUnavailable:
        await front.tell(body, sentence.NOT_READY)
    else:
        drawn = modal.people(practice, slack, bump=form.bump_of(view, names.STAFF_ROLES) + 1)
        await front.poster.call("views.update", view_id=view.get("id"), view=drawn)


async def _trouble(front: Front, channel: str) -> str:
    """Why this channel cannot be a department's, as Slack says right now; "" when it can."""
    trouble = trouble_of(await front.poster.call("conversations.info", read=True, channel=channel))
    return modal.UNKNOWN if trouble is None else modal.TROUBLES.get(trouble, "")


async def _name(front: Front, slack: str) -> str:
    called = await front.poster.call("users.info", read=True, user=slack)
    user = called.data.get("user") or {} if called.done else {}
    return str(user.get("real_name") or (user.get("profile") or {}).get("real_name") or user.get("name") or slack)
