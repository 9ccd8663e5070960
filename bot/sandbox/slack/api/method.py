"""What a Web API method is: a function with a tier, a scope and the kind of token it takes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from bot.sandbox.slack.argument import Args
from bot.sandbox.slack.hub import Slack
from bot.sandbox.slack.refusal import Refusal
from bot.sandbox.slack.workspace import Channel

Answer = dict[str, Any]
Handler = Callable[[Slack, Args], Awaitable[Answer]]
FAMILY = {"channel": "channels", "group": "groups", "im": "im"}
BOT_DEFAULT, MOST = 100, 1000


@dataclass(frozen=True, slots=True)
class Method:
    """`scopes` is what Slack lists as accepted; `checked` when the dispatcher demands the first of them itself."""

    name: str
    handler: Handler
    tier: int
    scopes: tuple[str, ...] = ()
    token: Literal["bot", "app", "none"] = "bot"  # noqa: S105 - a kind of token
    checked: bool = True


def demand(slack: Slack, scope: str) -> None:
    """Refuse with missing_scope, saying what is needed and what was granted."""
    if scope not in slack.scopes:
        raise Refusal("missing_scope", needed=scope, provided=",".join(sorted(slack.scopes)))


def visible(slack: Slack, args: Args, suffix: str, name: str = "channel") -> Channel:
    """The conversation the app may look at, with `channels:read` and its likes demanded by kind."""
    found = slack.workspace.channels.get(args.needed(name))
    member = found is not None and slack.config.bot_user_id in found.members
    if found is None or (found.kind != "channel" and not member):
        if not any(f"{family}:{suffix}" in slack.scopes for family in FAMILY.values()):
            demand(slack, f"channels:{suffix}")
        raise Refusal("channel_not_found")
    demand(slack, f"{FAMILY[found.kind]}:{suffix}")
    return found


def page(rows: list[Any], args: Args, *, default: int = BOT_DEFAULT) -> tuple[list[Any], str]:
    """A page of the rows and the cursor of the next one."""
    limit = args.whole("limit", default, most=MOST)
    cursor = args.text("cursor")
    if cursor and not (cursor.startswith("next:") and cursor[5:].isdigit()):
        raise Refusal("invalid_cursor")
    start = int(cursor[5:]) if cursor else 0
    following = start + limit
    return rows[start:following], f"next:{following}" if following < len(rows) else ""
