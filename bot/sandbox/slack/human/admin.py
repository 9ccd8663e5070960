"""What a workspace owner, or fate, does: archiving, kicking, deactivating, revoking, cutting connections."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from bot.sandbox.slack import event
from bot.sandbox.slack.api.chat import erase
from bot.sandbox.slack.hub import Slack
from bot.sandbox.slack.human.place import Body
from bot.sandbox.slack.refusal import Impossible
from bot.sandbox.slack.workspace import Channel, Group, Person

Deed = Callable[[Slack, Body], Awaitable[dict[str, Any]]]
FLAGS = ("is_admin", "is_restricted", "is_ultra_restricted", "is_bot", "is_stranger", "deleted", "team_id", "real_name")


def _channel(slack: Slack, body: Body) -> Channel:
    found = slack.workspace.channels.get(str(body.get("channel", "")))
    if found is None:
        raise Impossible(f"there is no channel {body.get('channel')!r}")
    return found


def _person(slack: Slack, body: Body) -> Person:
    found = slack.workspace.people.get(str(body.get("user", "")))
    if found is None:
        raise Impossible(f"there is no person {body.get('user')!r}")
    return found


async def archive(slack: Slack, body: Body) -> dict[str, Any]:
    channel = _channel(slack, body)
    channel.is_archived = True
    event.told_channel(slack, channel, "archive", user=body.get("as", "USLACKBOT"))
    return {}


async def unarchive(slack: Slack, body: Body) -> dict[str, Any]:
    channel = _channel(slack, body)
    channel.is_archived = False
    event.told_channel(slack, channel, "unarchive", user=body.get("as", "USLACKBOT"))
    return {}


async def rename(slack: Slack, body: Body) -> dict[str, Any]:
    channel = _channel(slack, body)
    channel.name = str(body["name"])
    told = {"id": channel.id, "name": channel.name, "name_normalized": channel.name, "created": 1_700_000_000}
    event.told_channel(slack, channel, "rename", channel=told)
    return {}


async def create_channel(slack: Slack, body: Body) -> dict[str, Any]:
    name = str(body["name"])
    kind = "group" if body.get("is_private") else "channel"
    members = set(body.get("members") or ()) | ({slack.config.bot_user_id} if body.get("bot_is_member") else set())
    channel = Channel(str(body.get("id") or slack.workspace.serial("C")), name, kind, members)
    slack.workspace.channels[channel.id] = channel
    return {"channel": channel.id}


async def delete_channel(slack: Slack, body: Body) -> dict[str, Any]:
    channel = _channel(slack, body)
    event.told_channel(slack, channel, "deleted")
    del slack.workspace.channels[channel.id]
    return {}


async def share_channel(slack: Slack, body: Body) -> dict[str, Any]:
    """Shared with another company, or `{"on": false}` with none; `still`: one of several left, others stay."""
    channel = _channel(slack, body)
    channel.is_ext_shared = bool(body.get("on", True))
    ts = slack.workspace.clock.ts()
    name = "channel_shared" if channel.is_ext_shared and not body.get("still") else "channel_unshared"
    told = {"type": name, "channel": channel.id, "connected_team_id": body.get("team", "T0OTHER"), "event_ts": ts}
    event.tell(slack, name, told, shared=channel.is_ext_shared)
    return {}


async def kick_bot(slack: Slack, body: Body) -> dict[str, Any]:
    channel, bot = _channel(slack, body), slack.config.bot_user_id
    event.told_membership(slack, channel, bot, joined=False)
    channel.members.discard(bot)
    event.told_channel(slack, channel, "left", actor_id=body.get("as", "USLACKBOT"))
    return {}


async def invite_bot(slack: Slack, body: Body) -> dict[str, Any]:
    return await join(slack, {**body, "user": slack.config.bot_user_id})


async def join(slack: Slack, body: Body) -> dict[str, Any]:
    channel, user = _channel(slack, body), _person(slack, body).id
    if user not in channel.members:
        channel.members.add(user)
        event.told_membership(slack, channel, user, joined=True, inviter=str(body.get("as", "")))
    return {}


async def leave(slack: Slack, body: Body) -> dict[str, Any]:
    channel, user = _channel(slack, body), _person(slack, body).id
    if user in channel.members:
        channel.members.discard(user)
        event.told_membership(slack, channel, user, joined=False)
    return {}


async def delete_message(slack: Slack, body: Body) -> dict[str, Any]:
    channel = _channel(slack, body)
    message = channel.messages.get(str(body.get("ts", "")))
    if message is None:
        raise Impossible(f"there is no message {body.get('ts')!r}")
    erase(slack, channel, message)
    return {}


async def set_person(slack: Slack, body: Body) -> dict[str, Any]:
    """Any flag of a person: `{"user": U, "is_admin": true}`."""
    person = _person(slack, body)
    for name in FLAGS:
        if name in body:
            setattr(person, name, body[name])
    event.told_person(slack, person.id)
    return {}


def _flags(**flags: bool) -> Deed:
    async def deed(slack: Slack, body: Body) -> dict[str, Any]:
        return await set_person(slack, {**body, **flags})

    return deed


async def add_person(slack: Slack, body: Body) -> dict[str, Any]:
    user, name = str(body.get("user") or slack.workspace.serial("U")), str(body["name"])
    flags = {flag: body[flag] for flag in FLAGS if flag in body}
    known = {"real_name": name, "team_id": slack.config.team_id, **flags}
    slack.workspace.people[user] = Person(user, name, **known)
    event.told_person(slack, user, "team_join")
    return {"user": user}


async def set_group(slack: Slack, body: Body) -> dict[str, Any]:
    name = str(body["group"])
    before = slack.workspace.groups.get(name)
    group = before or Group(name, str(body.get("handle", name.lower())), str(body.get("name", name)))
    group.users, group.enabled = list(body.get("users", group.users)), bool(body.get("enabled", group.enabled))
    slack.workspace.groups[name] = group
    shown = group.public(slack.config.team_id, with_users=True)
    event.tell(slack, "subteam_updated", {"type": "subteam_updated", "subteam": shown})
    return {}


async def revoke_token(slack: Slack, body: Body) -> dict[str, Any]:
    slack.token_state = str(body.get("error", "token_revoked"))
    told = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [slack.config.bot_user_id]}}
    event.tell(slack, "tokens_revoked", {**told, "event_ts": slack.workspace.clock.ts()})
    return {}


async def uninstall(slack: Slack, _body: Body) -> dict[str, Any]:
    slack.token_state = "account_inactive"  # noqa: S105
    event.tell(slack, "app_uninstalled", {"type": "app_uninstalled", "event_ts": slack.workspace.clock.ts()})
    return {}


async def restore_token(slack: Slack, _body: Body) -> dict[str, Any]:
    slack.token_state, slack.plan.revoked_until = "", 0.0
    return {}


async def set_scopes(slack: Slack, body: Body) -> dict[str, Any]:
    slack.scopes = set(body.get("scopes", slack.scopes)) | set(body.get("grant", ())) - set(body.get("withdraw", ()))
    slack.scopes -= set(body.get("withdraw", ()))
    return {"scopes": sorted(slack.scopes)}


async def disconnect_socket(slack: Slack, body: Body) -> dict[str, Any]:
    return {"asked": await slack.courier.sockets.ask_to_leave(str(body.get("reason", "refresh_requested")))}


async def drop_sockets(slack: Slack, _body: Body) -> dict[str, Any]:
    return {"dropped": await slack.courier.sockets.drop()}


async def refuse_sockets(slack: Slack, body: Body) -> dict[str, Any]:
    slack.courier.sockets.refusing = bool(body.get("on", True))
    return {}


async def limits(slack: Slack, body: Body) -> dict[str, Any]:
    slack.limits.on = bool(body.get("on", True))
    slack.limits.forget()
    return {}


async def deliver(slack: Slack, body: Body) -> dict[str, Any]:
    """Change how payloads travel: `{"mode": "http", "bot_url": "..."}`."""
    mode = str(body.get("mode", "socket"))
    if mode not in ("socket", "http"):
        raise Impossible("mode is socket or http", 400)
    slack.courier.mode = "http" if mode == "http" else "socket"
    slack.courier.post.bot_url = str(body.get("bot_url", slack.courier.post.bot_url))
    return {}


async def challenge(slack: Slack, _body: Body) -> dict[str, Any]:
    return {"verified": await slack.courier.post.challenge()}


DEEDS: dict[str, Deed] = {
    deed.__name__: deed
    for deed in (
        archive,
        unarchive,
        rename,
        create_channel,
        delete_channel,
        share_channel,
        kick_bot,
        invite_bot,
        join,
        leave,
        delete_message,
        set_person,
        add_person,
        set_group,
        revoke_token,
        restore_token,
        uninstall,
        set_scopes,
        disconnect_socket,
        drop_sockets,
        refuse_sockets,
        limits,
        deliver,
        challenge,
    )
} | {
    "deactivate_user": _flags(deleted=True),
    "activate_user": _flags(deleted=False),
    "make_guest": _flags(is_restricted=True, is_ultra_restricted=False, is_admin=False),
    "make_single_channel_guest": _flags(is_restricted=True, is_ultra_restricted=True, is_admin=False),
    "make_member": _flags(is_restricted=False, is_ultra_restricted=False),
    "make_admin": _flags(is_admin=True),
}


async def admin(slack: Slack, body: Body) -> dict[str, Any]:
    """Do the deed named in `do`; what it says, and `done`."""
    name = str(body.get("do", ""))
    if name not in DEEDS:
        raise Impossible(f"nobody can {name!r}; there are {', '.join(sorted(DEEDS))}", 400)
    try:
        result = await DEEDS[name](slack, body)
    except KeyError as error:
        raise Impossible(f"{name} needs {error}", 400) from error
    slack.journal.write("admin", **{key: value for key, value in body.items() if key not in ("kind", "n", "at")})
    slack.changed()
    slack.stream.tell("channels")
    return {"done": name, **result}
