"""Who is an active member of the practice's own workspace, as Slack says, remembered for a short while."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.slack.poster import Poster

STALE = 1_200.0  # seconds that what is known still counts while Slack cannot be asked; then nobody acts
FRESH = 600.0  # seconds; `user_change` events forget a person at once
BOUND = 5_000  # people remembered


@dataclass(slots=True, kw_only=True)
class Workspace:
    """Our own workspace, from auth.test: its id, its enterprise's id if there is one, and who we are in it.

    Everything is empty until Slack could be asked; until then nobody acts.
    """

    team: str = ""
    enterprise: str | None = None
    bot_user: str = ""
    bot_id: str = ""

    def learn(self, told: Mapping[str, Any]) -> None:
        """Take over what auth.test said."""
        self.team = str(told.get("team_id") or "")
        self.enterprise = str(told["enterprise_id"]) if told.get("enterprise_id") else None
        self.bot_user = str(told.get("user_id") or "")
        self.bot_id = str(told.get("bot_id") or "")


def is_member(user: Mapping[str, Any], workspace: Workspace) -> bool:
    """Whether users.info describes an active, full member of our own workspace or enterprise (SAFETY I12)."""
    if not user.get("id"):
        return False
    if any(user.get(flag) for flag in ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger")):
        return False
    team = user.get("team_id")
    if team in (None, "", workspace.team):
        return True
    enterprise = user.get("enterprise_user") or {}
    return bool(workspace.enterprise) and enterprise.get("enterprise_id") == workspace.enterprise


class Members:
    """Asks Slack once, and again when it was told of a change or some minutes have passed."""

    def __init__(self, poster: Poster, workspace: Workspace) -> None:
        self._poster = poster
        self._workspace = workspace
        self._known: dict[str, tuple[bool, float]] = {}

    async def member(self, slack: str, team: str | None) -> bool | None:
        """True, False, or None when Slack could not tell: then nobody acts (SAFETY I14)."""
        if not slack:
            return False
        if not self._workspace.team:
            return None
        if team and team != self._workspace.team and not self._workspace.enterprise:
            return False
        known = self._known.get(slack)
        if known and time.monotonic() - known[1] < FRESH:
            return known[0]
        called = await self._poster.call("users.info", read=True, user=slack)
        if called.done:
            return self._remember(slack, called.data.get("user") or {})
        if called.code in ("user_not_found", "user_not_visible"):
            return self._remember(slack, {})
        return known[0] if known and time.monotonic() - known[1] < STALE else None

    def _remember(self, slack: str, user: Mapping[str, Any]) -> bool:
        if len(self._known) >= BOUND:
            self._known.clear()
        member = is_member(user, self._workspace)
        self._known[slack] = (member, time.monotonic())
        return member

    def changed(self, user: Mapping[str, Any]) -> None:
        """A user_change event: what it says holds at once."""
        if user.get("id"):
            self._remember(str(user["id"]), user)
