"""The Forward window: to whom, with which note, with or without the prior text."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime

from bot.domain.forward import NOTE_LIMIT, Handing, Slip
from bot.domain.picture import Picture
from bot.domain.practice import Practice
from bot.domain.staff import Role, Staff
from bot.slack import blocks as kit
from bot.slack import form, names
from bot.slack.blocks import Block, say
from bot.slack.clock import Clock
from bot.slack.form import View
from bot.slack.people import KINDS, child_header
from bot.slack.text import line, sendable

INSIDE = "For colleagues only. The family never sees it."
MOST = 100  # options that Slack takes
_WORKS = frozenset({Role.STAFF, Role.PRESCRIBER})


def build(handing: Handing, now: datetime) -> Block:
    """The window, as it opens."""
    picture = handing.seat.picture
    proposed = handing.proposed
    initial = _person_option(proposed) if proposed else None
    hint = f"Proposed: {line(handing.why, 200)}." if proposed and handing.why else ""
    return _window(handing, now, initial=initial, note="", prior=True, hint=hint, picture=picture)


def again(handing: Handing, view: View, now: datetime) -> Block:
    """The window as it was filled in, with what is to be known of the chosen one."""
    value, label = form.chosen(view, names.FORWARD_TO), form.chosen_label(view, names.FORWARD_TO)
    initial = {"text": kit.plain(label, kit.OPTION), "value": value} if value else None
    return _window(
        handing,
        now,
        initial=initial,
        note=form.value(view, names.FORWARD_NOTE),
        prior=form.ticked(view, names.FORWARD_PRIOR),
        hint="",
        picture=handing.seat.picture,
    )


def _window(
    handing: Handing, now: datetime, *, initial: Block | None, note: str, prior: bool, hint: str, picture: Picture
) -> Block:
    talk = picture.conversation
    clock = Clock.of(picture.practice, now)
    about = f" · No. {talk.number} · {line(talk.department, 80)}"
    blocks = [
        *([kit.alert(handing.refused)] if handing.refused else []),
        *child_header(picture, clock),
        kit.rich(kit.section(say(KINDS[talk.kind][0], bold=True), say(about))),
        _to(initial, hint, prescriber=bool(handing.refused)),
        *_away(picture.practice, initial),
        _prior(picture, ticked=prior),
        _note(note, prescriber=bool(handing.refused)),
        kit.context("They get a direct message and find it in Unread Phone. It is their turn until it comes back."),
    ]
    title = "Refill" if handing.refused else "Forward"
    return kit.modal(
        title, blocks, callback=names.FORWARD, metadata=handing.window.id, submit="Forward", close="Cancel"
    )


def _to(initial: Block | None, hint: str, *, prescriber: bool) -> Block:
    element: Block = {
        "type": "external_select",
        "action_id": names.FORWARD_TO,
        "placeholder": kit.plain("A prescriber" if prescriber else "A person or a department", 150),
        "min_query_length": 0,
    }
    if initial:
        element["initial_option"] = initial
    return kit.field("To", element, block_id=names.FORWARD_TO, hint=hint) | {"dispatch_action": True}


def _away(practice: Practice, initial: Block | None) -> list[Block]:
    """Who gets it instead of somebody who is away."""
    slack = str((initial or {}).get("value") or "").removeprefix("p:")
    named, cover = practice.person(slack), practice.cover(slack)
    if named is None or cover is None or named.slack == cover.slack:
        return []
    who, other = line(named.name, 80), line(cover.name, 80)
    return [kit.alert(f"{who} is away. {other} covers, so it goes to {other} now.", "info")]


def _prior(picture: Picture, *, ticked: bool) -> Block:
    more = len(picture.messages) + len(picture.replies) - 1
    told = "This message" if not more else f"This message and {more} earlier one{'s' if more > 1 else ''}"
    element = kit.tick("Include prior text", action=names.FORWARD_PRIOR, value="prior", described=told, ticked=ticked)
    return kit.field("Prior text", element, block_id=names.FORWARD_PRIOR, optional=True)


def _note(note: str, *, prescriber: bool) -> Block:
    element: Block = {
        "type": "plain_text_input",
        "action_id": names.FORWARD_NOTE,
        "multiline": True,
        "max_length": NOTE_LIMIT,
    }
    if prescriber:
        element["placeholder"] = kit.plain("What should the prescriber know?", 150)
    if note:
        element["initial_value"] = sendable(note)
    return kit.field("Note", element, block_id=names.FORWARD_NOTE, hint=INSIDE, optional=True)


def read(view: View) -> tuple[str, Slip]:
    """The window's reference, and what was filled in."""
    to = form.chosen(view, names.FORWARD_TO)
    slip = Slip(
        to=to.removeprefix("p:") if to.startswith("p:") else None,
        department=to.removeprefix("d:") if to.startswith("d:") else None,
        note=form.value(view, names.FORWARD_NOTE),
        prior=form.ticked(view, names.FORWARD_PRIOR),
    )
    return form.window_id(view), slip


def options(practice: Practice, query: str, *, without: str) -> list[Block]:
    """People with a role and departments that begin like what was typed, for the external select."""
    people = [s for s in practice.staff if s.slack != without and not s.roles.isdisjoint(_WORKS)]
    known = [(_person_option(staff), f"{staff.name} {staff.title or ''}") for staff in people]
    known += [(_department_option(d.name), " ".join((d.name, *d.aliases))) for d in practice.departments]
    wanted = _folded(query).split()
    return [option for option, told in known if _begins(_folded(told).split(), wanted)][:MOST]


def _begins(words: Sequence[str], wanted: Sequence[str]) -> bool:
    return all(any(word.startswith(part) for word in words) for part in wanted)


def _person_option(staff: Staff) -> Block:
    prescribes = " · prescriber" if Role.PRESCRIBER in staff.roles else ""
    label = f"{line(staff.signature, 50)}{prescribes}"
    return {"text": kit.plain(label, kit.OPTION), "value": f"p:{staff.slack}"}


def _department_option(name: str) -> Block:
    return {"text": kit.plain(f"{line(name, 50)} (department)", kit.OPTION), "value": f"d:{name}"[:150]}


def _folded(text: str) -> str:
    flat = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c if c.isalnum() else " " for c in flat if not unicodedata.combining(c))
