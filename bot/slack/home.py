"""The Home tab: who you are, what waits for you, what you have, what you wait for."""

from __future__ import annotations

from datetime import datetime

from bot.domain.actions import personal_row
from bot.domain.lists import LEAF, PAGE, Board, Entry, Listed, Name, Opened, Quiet
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
from bot.slack.unshown import counted

TITLES = {
    Name.PORTAL: "Unread Portal",
    Name.PHONE: "Unread Phone",
    Name.MINE: "Mine",
    Name.OTHERS: "Waiting for others",
}
_ROLES = {Role.STAFF: "staff", Role.PRESCRIBER: "prescriber", Role.ADMIN: "admin"}


def home(board: Board, now: datetime) -> Block:
    """The view for one person. Without a role it says so and nothing more.

    At most 91 of Slack's 100 blocks: one list is opened at a time, at a leaf of twenty; the others show five.
    """
    practice, staff = board.practice, board.staff
    if staff is None:
        words = f"You have no role here yet. Ask {line(practice.ask, 100)} to add you; then this page fills by itself."
        return _view([kit.header("Portal Desk"), kit.rich(kit.section(say(words)))])
    clock = Clock.of(practice, now)
    blocks = [kit.header(line(staff.signature, 140)), _counts(board), _buttons(board, staff), _who(board, staff, clock)]
    first = Name.PHONE if _prescribes_first(board, staff) else Name.PORTAL
    drawn = sorted(Name, key=lambda n: n is not first)
    if board.quiet:
        blocks += [kit.divider(), *_empty(board.quiet, staff, clock)]
        drawn = [name for name in drawn if board.lists[name].total]  # what is put aside can be found all the same
    for name in drawn:
        blocks += _list(name, board.lists[name], clock, unshown=board.unshown if name is Name.PORTAL else 0)
    return _view(blocks, value_of(board.opened) if board.opened else "")


def away() -> Block:
    """What somebody sees who opens Home while the database does not answer."""
    again = kit.button("Refresh", action=names.HOME_REFRESH, value="home")
    words = "The database does not answer, so I cannot show what waits for you. Press Refresh in a moment."
    return _view([kit.header("Portal Desk"), kit.rich(kit.section(say(words))), kit.actions([again])])


def as_window(view: Block) -> Block:
    """The same lists as a window, for whoever typed the command."""
    shown = view.get("private_metadata", "")
    return kit.modal("Portal Desk", view["blocks"], callback=names.DESK, metadata=shown, close="Close")


def value_of(opened: Opened) -> str:
    """An opened list as a button's value, and as what the view itself remembers: it works after a restart, too."""
    return f"{opened.name.value}:{opened.upto}"


def opened_of(value: object) -> Opened | None:
    """The list that a value opens; None when it opens none."""
    name, _, upto = str(value or "").partition(":")
    if name not in set(Name) or not upto.isdecimal() or len(upto) > 6 or int(upto) <= PAGE:
        return None
    return Opened(name=Name(name), upto=int(upto))


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
    return kit.context(" · ".join([*said, f"as of {clock.to_the_second(clock.now)}"]))


def _empty(quiet: Quiet, staff: Staff, clock: Clock) -> list[Block]:
    lines: list[Line] = [
        [kit.emoji("white_check_mark"), say(" "), say("Nothing waits for you.", bold=True)],
        [say(" ".join([*_answered(quiet), _department(quiet, staff)]))],
    ]
    said = "New messages appear in their department's channel by themselves, and here whenever you open it."
    came = f"Last message from the portal: {clock.stamp(quiet.last_came)}." if quiet.last_came else _NONE_YET
    return [kit.rich(kit.section(*kit.joined(lines))), kit.context(f"{said} {came}")]


_NONE_YET = "No message has come from the portal yet."


def _answered(quiet: Quiet) -> list[str]:
    counts = [(line(name, 60), count) for name, count in quiet.answered.items() if count][:5]
    return [f"{name} answered {count} {'family' if count == 1 else 'families'} today." for name, count in counts]


def _department(quiet: Quiet, staff: Staff) -> str:
    """What is true for the departments: silence here is not silence there."""
    if not staff.departments:
        return "No department is yours yet."
    if not quiet.with_colleagues:
        return "Nobody in your departments is waiting."
    noun = "message" if quiet.with_colleagues == 1 else "messages"
    return f"Colleagues have {quiet.with_colleagues} {noun} of your departments."


def _list(name: Name, listed: Listed, clock: Clock, *, unshown: int = 0) -> list[Block]:
    asleep = f" · {listed.asleep} asleep" if listed.asleep else ""
    blocks = [kit.divider(), kit.header(f"{TITLES[name]} ({listed.count}){asleep}")]
    if unshown:
        told: Line = [kit.emoji("warning"), say(" "), say(counted(unshown), bold=True)]
        blocks.append(kit.rich(kit.section(*told, say(" · the posts in the channel say more"))))
    if not listed.total:
        return blocks if unshown else [*blocks, kit.context("Nothing here.")]
    for entry in listed.shown:
        blocks += _entry(entry, clock)
    return [*blocks, *_leaves(name, listed)]


def _leaves(name: Name, listed: Listed) -> list[Block]:
    """Which entries are shown, and the ways to the others; nothing under a short list."""
    end, total = listed.start + len(listed.shown), listed.total
    closed = not listed.start and len(listed.shown) <= PAGE
    if closed and end >= total:
        return []
    ways = []
    if listed.start:
        ways.append((f"Previous {LEAF}", names.HOME_BACK, listed.start))
    if end < total:
        upto = min(LEAF if closed else end + LEAF, total)
        ways.append((f"{'Show' if closed else 'Next'} {upto - end}{' more' if closed else ''}", names.HOME_SHOW, upto))
    if not closed:
        ways.append(("Show fewer", names.HOME_FEWER, PAGE))
    drawn = [kit.button(label, action=a, value=value_of(Opened(name=name, upto=upto))) for label, a, upto in ways]
    return [kit.context(f"{listed.start + 1} to {end} of {total}"), kit.actions(drawn)]


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


def _view(blocks: list[Block], shown: str = "") -> Block:
    view: Block = {"type": "home", "callback_id": names.HOME, "blocks": blocks}
    return view | {"private_metadata": shown} if shown else view
