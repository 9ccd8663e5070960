"""What remains: auth.test, apps.connections.open, team.info, bots.info, blocks.validate, api.test."""

from __future__ import annotations

import re

from bot.sandbox.slack.api.method import Answer, Method
from bot.sandbox.slack.argument import Args
from bot.sandbox.slack.blockkit import faults, view_faults
from bot.sandbox.slack.hub import Slack
from bot.sandbox.slack.refusal import Refusal
from bot.sandbox.slack.shape import bot_profile


async def auth_test(slack: Slack, _args: Args) -> Answer:
    config = slack.config
    return {
        "url": f"https://{config.team_domain}.slack.com/",
        "team": config.team_name,
        "user": slack.workspace.people[config.bot_user_id].name,
        "team_id": config.team_id,
        "user_id": config.bot_user_id,
        "bot_id": config.bot_id,
        "is_enterprise_install": False,
    }


async def connections_open(slack: Slack, _args: Args) -> Answer:
    if slack.courier.mode != "socket":
        raise Refusal("socket_mode_disabled")
    host = slack.url.removeprefix("http://")
    return {"url": f"ws://{host}/link/?ticket={slack.courier.sockets.ticket()}&app_id={slack.config.app_id}"}


async def team_info(slack: Slack, _args: Args) -> Answer:
    config = slack.config
    return {
        "team": {
            "id": config.team_id,
            "name": config.team_name,
            "domain": config.team_domain,
            "email_domain": "",
            "icon": {"image_default": True},
            "url": f"https://{config.team_domain}.slack.com/",
        }
    }


async def bots_info(slack: Slack, args: Args) -> Answer:
    if args.text("bot", slack.config.bot_id) != slack.config.bot_id:
        raise Refusal("bot_not_found")
    return {"bot": bot_profile(slack.config)}


async def api_test(_slack: Slack, args: Args) -> Answer:
    if "error" in args:
        raise Refusal(args.text("error"), args=args.values)
    return {"args": args.values}


async def blocks_validate(_slack: Slack, args: Args) -> Answer:
    given = [name for name in ("blocks", "message", "view") if name in args]
    if len(given) != 1:
        raise Refusal("invalid_arguments", ["exactly one of blocks, message, view is required"])
    value = args.json(given[0])
    if given[0] == "message":
        value = value.get("blocks", []) if isinstance(value, dict) else value
    found = view_faults(value) if given[0] == "view" else faults(value, "message")
    if not found:
        return {}
    pairs = [re.fullmatch(r"(.*) \[json-pointer:(.*)\]", words, re.DOTALL) for words in found]
    errors = [{"message": pair[1], "pointer": pair[2], "code": "invalid"} for pair in pairs if pair]
    raise Refusal("invalid_blocks", found, errors=errors)


METHODS = (
    Method("auth.test", auth_test, 0),
    Method("apps.connections.open", connections_open, 1, ("connections:write",), token="app"),  # noqa: S106
    Method("team.info", team_info, 3, ("team:read",)),
    Method("bots.info", bots_info, 3, ("users:read",)),
    Method("api.test", api_test, 4, token="none"),  # noqa: S106
    Method("blocks.validate", blocks_validate, 4, token="none"),  # noqa: S106
)
