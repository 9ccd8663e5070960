"""The Home tab: who you are, what waits for you, what you have, what you wait for."""

from __future__ import annotations

from datetime import datetime

from bot.domain.actions import personal_row
from bot.domain.lists import PAGE, Board, Entry, Listed, Name
from bot.domain.practice import CardDetail
from bot.domain.privacy import detail_for
from bot.domain.staff import Role, Staff
from bot.slack import blocks as kit
from bot.slack import card, names
from bot.slack.blocks import Block, Line, say
from bot.slack.clock import Clock
from bot.slack.people import KINDS, age, short_name
from bot.slack.status import entry_lines
from bot.slack.text import line

TITLES = {
    Name.PORTAL: "Unread Portal",
    Name.PHONE: "Unread Phone",
    Name.MINE: "Mine",
    Name.OTHERS: "Waiting for others",
}
_ROLES = {Role.STAFF: "staff", Role.PRESCRIBER: "prescriber", Role.ADMIN: "admin"}
MOST_BLOCKS = 96


def home(board: Board, now: datetime) -> Block:
    """The view for one person. Without a role it says so and nothing more."""
    practice, staff = board.practice, board.staff
    if staff is None:
        words = f"You have no role here yet. Ask {line(practice.ask, 100)} to add you; then this page fills by itself."
        return _view([kit.header("Portal Desk"), kit.rich(kit.section(say(words)))])
    clock = Clock.of(practice, now)
    blocks = [kit.header(line(staff.signature, 140)), _counts(board), _buttons(board, staff), _who(board, staff, clock)]
    if not any(listed.count for listed in board.lists.values()):
        return _view([*blocks, kit.divider(), *_empty(staff)])
    first = Name.PHONE if _prescribes_first(board, staff) else Name.PORTAL
    for name in sorted(Name, key=lambda n: n is not first):
        blocks += _list(name, board.lists[name], clock)
    return _view(blocks[:MOST_BLOCKS])


def as_window(view: Block) -> Block:
    """The same lists as a window, for whoever typed the command."""
    return kit.modal("Portal Desk", view["blocks"], callback=names.DESK, metadata="-", close="Close")


def _prescribes_first(board: Board, staff: Staff) -> bool:
    return Role.PRESCRIBER in staff.roles and not board.lists[Name.PORTAL].count


def _counts(board: Board) -> Block:
    pieces: Line = [kit.emoji("rotating_light"), say(" "), say(f"{board.urgent} urgent   ", bold=True)]
    pieces = pieces if board.urgent else []
    for name in Name:
        pieces += [say(f"{TITLES[name]} "), say(f"{board.lists[name].count}   ", bold=True)]
    return kit.rich(kit.section(*pieces))


def _buttons(board: Board, staff: Staff) -> Block:
    drawn = [
        kit.button("Refresh", action=names.HOME_REFRESH, value="home"),
        kit.button("Phrases", action=names.HOME_PHRASES, value="home"),
    ]
    if board.refills:
        noun = "refill" if board.refills == 1 else "refills"
        label = f"Decide {board.refills} {noun}"
        drawn.insert(0, kit.button(label, action=names.HOME_REFILLS, value="home", style="primary"))
    if Role.ADMIN in staff.roles:
        drawn.append(kit.button("Setup", action=names.HOME_SETUP, value="home"))
    return kit.actions(drawn)


def _who(board: Board, staff: Staff, clock: Clock) -> Block:
    roles = ", ".join(_ROLES[role] for role in Role if role in staff.roles)
    covers = [short_name(board.practice, away.slack) for away in board.practice.covered(staff.slack)]
    said = [roles, ", ".join(line(d, 60) for d in staff.departments[:10]) or "no department"]
    said += [f"covers for {', '.join(covers)}"] if covers else []
    return kit.context(" · ".join([*said, f"as of {clock.stamp(clock.now)}"]))


def _empty(staff: Staff) -> list[Block]:
    where = "Nobody in your departments is waiting." if staff.departments else "No department is yours yet."
    lines: list[Line] = [
        [kit.emoji("white_check_mark"), say(" "), say("Nothing waits for you.", bold=True)],
        [say(where)],
    ]
    return [
        kit.rich(kit.section(*kit.joined(lines))),
        kit.context("New messages appear in their department's channel by themselves, and here whenever you open it."),
    ]


def _list(name: Name, listed: Listed, clock: Clock) -> list[Block]:
    blocks = [kit.divider(), kit.header(f"{TITLES[name]} ({listed.count})")]
    if not listed.count:
        return [*blocks, kit.context("Nothing here.")]
    for entry in listed.shown:
        blocks += _entry(entry, clock)
    left = listed.count - len(listed.shown)
    if left > 0:
        more = f"{name.value}:{len(listed.shown) + PAGE}"
        blocks.append(kit.actions([kit.button(f"Show {left} more", action=names.HOME_SHOW, value=more)]))
    return blocks


def _entry(entry: Entry, clock: Clock) -> list[Block]:
    picture, seen = entry.picture, entry.situation
    talk = picture.conversation
    detail = detail_for(talk, picture.practice, slot="department", messages=picture.messages)
    if detail is CardDetail.MINIMAL:
        who, rest = card.opaque(picture), f"  {line(talk.department, 60)}"
    else:
        name = line(picture.patient.name, 80) or "child not named"
        who, rest = f"{name}, {age(picture.patient, clock)}", f"  {KINDS[talk.kind][0]} · {line(talk.department, 60)}"
    mark, first, second = entry_lines(picture, seen, clock)
    lines: list[Line] = [[*mark, say(who, bold=True), say(rest)], [say(f"{first} · "), *second]]
    row = personal_row(seen, talk.kind, entry.acts)
    return [kit.rich(kit.section(*kit.joined(lines))), card.row_block(picture, row, minimal=True)]


def _view(blocks: list[Block]) -> Block:
    return {"type": "home", "callback_id": names.HOME, "blocks": blocks}
