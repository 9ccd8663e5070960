"""users.* and usergroups.*: who is there, and who belongs to which group."""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.api.method import Answer, Method, page
from bot.sandbox.slack.argument import Args
from bot.sandbox.slack.hub import Slack
from bot.sandbox.slack.refusal import Refusal
from bot.sandbox.slack.workspace import Person


def _shown(slack: Slack, person: Person) -> dict[str, Any]:
    shown = person.public()
    if person.is_bot:
        shown["profile"] |= {"bot_id": slack.config.bot_id, "api_app_id": slack.config.app_id}
    elif "users:read.email" in slack.scopes and not person.is_stranger:
        shown["profile"]["email"] = f"{person.name}@{slack.config.team_domain}.example"
    return shown


async def info(slack: Slack, args: Args) -> Answer:
    person = slack.workspace.people.get(args.needed("user"))
    if person is None:
        raise Refusal("user_not_found")
    return {"user": _shown(slack, person)}


async def listing(slack: Slack, args: Args) -> Answer:
    shown, cursor = page(list(slack.workspace.people.values()), args)
    members = [_shown(slack, person) for person in shown]
    return {"members": members, "cache_ts": 1_700_000_000, "response_metadata": {"next_cursor": cursor}}


async def groups(slack: Slack, args: Args) -> Answer:
    with_users, team = args.flag("include_users"), slack.config.team_id
    found = [group for group in slack.workspace.groups.values() if group.enabled or args.flag("include_disabled")]
    return {"usergroups": [group.public(team, with_users=with_users) for group in found]}


async def group_users(slack: Slack, args: Args) -> Answer:
    group = slack.workspace.groups.get(args.needed("usergroup"))
    if group is None:
        raise Refusal("no_such_subteam")
    if not group.enabled and not args.flag("include_disabled"):
        raise Refusal("subteam_disabled" if args.flag("strict") else "no_such_subteam")
    return {"users": list(group.users)}


METHODS = (
    Method("users.info", info, 4, ("users:read",)),
    Method("users.list", listing, 2, ("users:read",)),
    Method("usergroups.list", groups, 2, ("usergroups:read",)),
    Method("usergroups.users.list", group_users, 2, ("usergroups:read",)),
)
