"""The admins' windows: which channel is a department's, and who is what."""

from __future__ import annotations

from bot.domain.practice import Practice
from bot.domain.setup import Mapping, Membership
from bot.domain.staff import Role
from bot.slack import blocks as kit
from bot.slack import form, names
from bot.slack.blocks import Block, Line, say
from bot.slack.form import View
from bot.slack.text import line

ROLES = {
    Role.STAFF: ("Staff", "works on the messages of their departments"),
    Role.PRESCRIBER: ("Prescriber", "decides refills"),
    Role.ADMIN: ("Admin", "maps channels, says who is what"),
}
SHARED = "This channel is shared with another company. Choose a channel that only your practice can read."
ARCHIVED = "This channel is archived. Choose another, or unarchive it first."
NOT_IN = "I am not in this channel. Type /invite @Portal Desk there, then press Save."
TROUBLES = {"shared_outside": SHARED, "archived": ARCHIVED, "not_in_channel": NOT_IN, "not_found": NOT_IN}
UNKNOWN = "Slack could not tell me about this channel just now. Nothing was changed; press Save again."


def menu(practice: Practice) -> Block:
    """Setup: what an admin can change here."""
    lines: list[Line] = [[say("Channels", bold=True)]]
    lines += [[say(f"{line(d.name, 60)}: "), kit.channel(d.channel)] for d in practice.departments[:30]]
    lines += [[say(f"{len(practice.staff)} people have a role. Everything else stands in the practice file.")]]
    buttons = [
        kit.button("Map channel", action=names.SETUP_MAP, value="setup", style="primary"),
        kit.button("People", action=names.SETUP_STAFF, value="setup"),
    ]
    blocks = [kit.rich(kit.section(*kit.joined(lines))), kit.actions(buttons)]
    return kit.modal("Setup", blocks, callback=names.GONE, metadata="-", close="Close")


def map_channel(practice: Practice) -> Block:
    """Which channel is a department's."""
    options = [_option(f"d{n}", line(d.name, 70)) for n, d in enumerate(practice.departments)][:100]
    department: Block = {"type": "static_select", "action_id": names.MAP_DEPARTMENT, "options": options}
    department["placeholder"] = kit.plain("Choose", 150)
    channel: Block = {"type": "conversations_select", "action_id": names.MAP_CHANNEL}
    channel["placeholder"] = kit.plain("Choose a channel", 150)
    channel["filter"] = {
        "include": ["public", "private"],
        "exclude_external_shared_channels": True,
        "exclude_bot_users": True,
    }
    hint = "Channels shared with another company are not listed: families’ words must stay inside."
    detail = "full cards, with names and text" if practice.card_detail == "full" else "minimal cards, without names"
    seen: list[Line] = [
        [say("What people there see: ", bold=True), say(detail)],
        [say("On saving: ", bold=True), say("the department’s open cards move there.")],
    ]
    blocks = [
        kit.field("Department", department, block_id=names.MAP_DEPARTMENT),
        kit.field("Channel", channel, block_id=names.MAP_CHANNEL, hint=hint),
        kit.rich(kit.section(*kit.joined(seen))),
    ]
    metadata = str(practice.version)
    return kit.modal(
        "Map channel", blocks, callback=names.MAP_CHANNEL, metadata=metadata, submit="Save", close="Cancel"
    )


def read_mapping(view: View, practice: Practice) -> Mapping:
    """What was chosen; an odd choice becomes a department that nobody knows."""
    place = form.chosen(view, names.MAP_DEPARTMENT).removeprefix("d")
    known = {str(n): d.name for n, d in enumerate(practice.departments)}
    channel = form.picked(view, names.MAP_CHANNEL, "selected_conversation")
    return Mapping(department=known.get(place, ""), channel=channel, seen=_seen(view))


def people(practice: Practice, slack: str = "", *, bump: int = 0) -> Block:
    """Who is what; with somebody chosen, what they are now."""
    known = practice.person(slack)
    person: Block = {"type": "users_select", "action_id": names.STAFF_PERSON}
    if slack:
        person["initial_user"] = slack
    chosen = kit.field("Person", person, block_id=names.STAFF_PERSON) | {"dispatch_action": True}
    fields = _fields(practice, slack, bump) if slack else []
    told = "Without a role somebody may do nothing here. Taking all roles removes them."
    if slack and known is None:
        told = f"They have no role yet. {told}"
    blocks = [chosen, *fields, kit.context(told)]
    metadata = str(practice.version)
    return kit.modal("People", blocks, callback=names.STAFF, metadata=metadata, submit="Save", close="Cancel")


def _fields(practice: Practice, slack: str, bump: int) -> list[Block]:
    known = practice.person(slack)
    roles = [_option(role.value, label, described) for role, (label, described) in ROLES.items()]
    boxes: Block = {"type": "checkboxes", "action_id": names.STAFF_ROLES, "options": roles}
    ticked = [o for o in roles if known and Role(o["value"]) in known.roles]
    if ticked:
        boxes["initial_options"] = ticked
    each = [_option(f"d{n}", line(d.name, 70)) for n, d in enumerate(practice.departments)][:100]
    several: Block = {"type": "multi_static_select", "action_id": names.STAFF_DEPARTMENTS, "options": each}
    several["placeholder"] = kit.plain("Choose", 150)
    theirs = {d.name for d in practice.departments if known and d.name in known.departments}
    mine = [o for o, d in zip(each, practice.departments, strict=False) if d.name in theirs]
    if mine:
        several["initial_options"] = mine
    title: Block = {"type": "plain_text_input", "action_id": names.STAFF_TITLE, "max_length": 60}
    if known and known.title:
        title["initial_value"] = known.title
    return [
        kit.field("Roles", boxes, block_id=f"{names.STAFF_ROLES}:{bump}", optional=True),
        kit.field("Departments", several, block_id=f"{names.STAFF_DEPARTMENTS}:{bump}", optional=True),
        kit.field("Title", title, block_id=f"{names.STAFF_TITLE}:{bump}", hint="Such as RN, MD.", optional=True),
    ]


def read_membership(view: View, practice: Practice, *, name: str) -> Membership:
    """What was chosen."""
    known = {f"d{n}": d.name for n, d in enumerate(practice.departments)}
    roles = {role.value: role for role in Role}
    return Membership(
        slack=form.picked(view, names.STAFF_PERSON, "selected_user"),
        name=name,
        title=form.value(view, names.STAFF_TITLE),
        roles=frozenset(roles[v] for v in form.ticks(view, names.STAFF_ROLES) if v in roles),
        departments=tuple(known[v] for v in form.ticks(view, names.STAFF_DEPARTMENTS) if v in known),
        seen=_seen(view),
    )


def _seen(view: View) -> int:
    version = form.window_id(view)
    return int(version) if version.isdecimal() and len(version) < 10 else -1


def _option(value: str, label: str, described: str = "") -> Block:
    option: Block = {"text": kit.plain(label, kit.OPTION), "value": value}
    return option | {"description": kit.plain(described, kit.OPTION)} if described else option
