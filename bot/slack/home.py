"""The Home tab, as far as it works: who you are, what is yours, how to answer."""

from __future__ import annotations

from datetime import datetime

from bot.domain.practice import Practice
from bot.domain.staff import Role, Staff
from bot.slack import blocks as kit
from bot.slack import names
from bot.slack.blocks import Block, Line, say
from bot.slack.clock import Clock
from bot.slack.notices import help_lines
from bot.slack.text import line

_ROLES = {Role.STAFF: "staff", Role.PRESCRIBER: "prescriber", Role.ADMIN: "admin"}
_MOST = 20  # departments that are listed


def home(staff: Staff | None, practice: Practice | None, now: datetime) -> Block:
    """The view for one person. Without a role it says so and nothing more."""
    if practice is None:
        return _view([kit.header("Portal Desk"), _said("No practice file was applied yet.")])
    if staff is None or not staff.roles:
        words = f"You have no role here yet. Ask {line(practice.ask, 100)} to add you; then this page fills by itself."
        return _view([kit.header("Portal Desk"), _said(words)])
    clock = Clock.of(practice, now)
    roles = ", ".join(_ROLES[role] for role in Role if role in staff.roles)
    return _view(
        [
            kit.header(line(staff.signature, 140)),
            kit.context(f"{line(practice.name, 100)} · {roles} · as of {clock.stamp(now)}"),
            kit.divider(),
            kit.rich(kit.section(*kit.joined(_departments(staff, practice)))),
            kit.divider(),
            kit.rich(kit.section(*kit.joined(help_lines()))),
        ]
    )


def _departments(staff: Staff, practice: Practice) -> list[Line]:
    if not staff.departments:
        return [
            [say("No department is yours yet. ", bold=True), say(f"Ask {line(practice.ask, 100)} to add you to one.")]
        ]
    made: list[Line] = [[say("Your departments", bold=True)]]
    for name in staff.departments[:_MOST]:
        channel = line(practice.department(name).channel, 80)
        where = channel if channel.startswith("#") else "their channel"
        made.append([say(f"{line(name, 80)}  cards come in {where}")])
    return made


def _said(words: str) -> Block:
    return kit.rich(kit.section(say(words)))


def _view(blocks: list[Block]) -> Block:
    return {"type": "home", "callback_id": names.HOME, "blocks": blocks}
