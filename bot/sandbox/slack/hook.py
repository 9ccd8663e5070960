"""Response URLs: five answers within half an hour at the place of an interaction."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from bot.sandbox.slack import event
from bot.sandbox.slack.api.chat import erase
from bot.sandbox.slack.blockkit import faults
from bot.sandbox.slack.hub import Slack
from bot.sandbox.slack.human.word import place_answer
from bot.sandbox.slack.modal import normalised
from bot.sandbox.slack.refusal import Refusal
from bot.sandbox.slack.shape import message_public, plain_fallback
from bot.sandbox.slack.ticket import ResponseUrl
from bot.sandbox.slack.workspace import Channel, Message


def install(app: web.Application, slack: Slack) -> None:
    async def answer(request: web.Request) -> web.Response:
        body: Any = None
        try:
            url = slack.tickets.answer(request.match_info["token"])
            body = _parsed(await request.text())
            _answer(slack, url, body)
        except Refusal as refusal:
            slack.journal.write("response_url", body=body, status=refusal.status, answer=refusal.answer)
            return web.json_response(refusal.answer, status=refusal.status)
        slack.journal.write("response_url", body=body, status=200, channel=url.channel, uses=url.uses)
        return web.json_response({"ok": True})

    app.router.add_post("/actions/{team}/{token}", answer)


def _parsed(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        raise Refusal("invalid_payload", status=400) from None
    if not isinstance(found, dict):
        raise Refusal("invalid_payload", status=400)
    return found


def _answer(slack: Slack, url: ResponseUrl, body: dict[str, Any]) -> None:
    channel = slack.workspace.channels.get(url.channel)
    if channel is None:
        raise Refusal("channel_not_found", status=404)
    original = channel.messages.get(url.ts) or channel.whispers.get(url.ts)
    if body.get("delete_original"):
        if len(body) != 1 or original is None:
            raise Refusal("invalid_payload", status=400)
        _delete(slack, channel, original)
        return
    blocks = body.get("blocks") or []
    if not (body.get("text") or blocks):
        raise Refusal("no_text", status=400)
    if blocks and (found := faults(blocks, "message")):
        raise Refusal("invalid_blocks", found, status=400)
    if body.get("replace_original") and original is not None:
        _replace(slack, channel, original, body)
        return
    place_answer(slack, url.user, channel, body)


def _delete(slack: Slack, channel: Channel, message: Message) -> None:
    if not message.only_for:
        erase(slack, channel, message)
        return
    del channel.whispers[message.ts]
    slack.stream.tell("ephemeral", [message.only_for], channel=channel.id, ts=message.ts, deleted=True)


def _replace(slack: Slack, channel: Channel, message: Message, body: dict[str, Any]) -> None:
    before = message_public(message, channel, slack.config)
    message.blocks = normalised(body.get("blocks") or [])
    message.text = str(body.get("text") or plain_fallback(message.blocks))
    if message.only_for:
        slack.stream.tell("ephemeral", [message.only_for], channel=channel.id, ts=message.ts)
        return
    slack.changed()
    slack.stream.tell("message", slack.audience(channel), channel=channel.id, ts=message.ts)
    event.told_change(slack, channel, message, before)
