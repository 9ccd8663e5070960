"""What a forger does behind Slack's back, and how one sees that nothing came of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.world import World, block_of, filled, message, until

TABLES = ("conversations", "decisions", "forwards", "replies", "notes", "practices", "own_phrases", "messages")
MEDICINE = {"line": 1, "text": "albuterol HFA 90 mcg inhaler", "schedule": "none"}


async def fingerprint(desk: World) -> dict[str, str]:
    """A hash of every row that a person's act could change."""
    await desk.quiet()
    found = {}
    for table in TABLES:
        rows = sorted(map(repr, await desk.rows(f"SELECT * FROM {table}")))
        found[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


async def refusals(desk: World) -> int:
    """How many refusals the journal has."""
    return len([row for row in await desk.history() if row["outcome"] == "refused"])


def reference(card: Mapping[str, Any]) -> str:
    """The conversation's opaque reference in the card's buttons."""
    return next(e["value"] for b in card["blocks"] for e in b.get("elements", ()) if e.get("value"))


def swap(desk: World, view: Mapping[str, Any], **fields: Any) -> None:
    """Change what a window says of itself, behind the back of whoever opened it."""
    desk.slack.slack.windows.by_id[view["id"]].view.update(fields)


async def nothing_came_of(desk: World, before: Mapping[str, str]) -> None:
    """No row changed, nothing reached the portal."""
    assert await fingerprint(desk) == before
    assert desk.tries() == []


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A window before the person who opened it, and a form that would be taken."""

    who: str
    view: Mapping[str, Any]
    values: Mapping[str, Any]
    closes: bool = field(default=True)

    @property
    def callback(self) -> str:
        """What the window says it is."""
        return str(self.view["callback_id"])


async def every_window(desk: World) -> dict[str, Opened]:
    """One window of each sort, filled in, none submitted."""
    await _messages(desk)
    nursing = {"channel": "C0NURSING"}
    one = await desk.card("First of all")
    two = await desk.card("Second to none")
    made = {}
    for label, sort, given in (
        ("Reply", "reply", {"reply_text": "Stop the drops."}),
        ("Forward", "forward", {"forward_to": _option("p:U0BEN"), "forward_note": "please"}),
        ("Add note", "note", {"note_text": "Mom called."}),
        ("Snooze", "snooze", {}),
    ):
        view = await _from_open(desk, one, label, sort)
        usual = block_of(view, "snooze_for")["element"]["options"][0]["value"] if sort == "snooze" else ""
        made[sort] = Opened(who="U0ALICE", view=view, values=_form(view, given or {"snooze_for": usual}))
    await desk.hand(two, "Grace", forward_note="Yours", **nursing)
    got = await desk.direct("U0GRACE", "Yours")
    await desk.press(got, "Respond", who="U0GRACE", channel="D0GRACE")
    view = await _put_aside(desk, await _shown(desk, "respond", "U0GRACE"), "U0GRACE")
    made["respond"] = Opened(who="U0GRACE", view=view, values=_form(view, {"respond_text": "Yes."}))
    made["refill"] = await _deciding(desk, "Third time")
    await _put_aside(desk, dict(made["refill"].view), "U0GRACE")
    made["confirm"] = await _confirming(desk, await _deciding(desk, "Fourth wall"))
    visit = await desk.card("Fifth element", channel="C0FRONT", who="U0BEN")
    await desk.press(visit, "Schedule", who="U0BEN", channel="C0FRONT")
    view = await _shown(desk, "outcome", "U0BEN")
    given = {"outcome": "needs_call", "reply_text": "Please call us."}
    made["outcome"] = Opened(who="U0BEN", view=view, values=_form(view, given))
    return made | await _setup(desk)


async def hand_in(desk: World, form: Opened, *, by: Opened | None = None, **said: Any) -> dict[str, Any]:
    """Submit this form; `by` in somebody else's window, `said`: what the window then says of itself."""
    carrier = by or form
    mine = dict(desk.slack.slack.windows.by_id[carrier.view["id"]].view)
    known = {key: form.view[key] for key in ("callback_id", "private_metadata", "blocks")}
    desk.slack.slack.windows.by_id[carrier.view["id"]].state.clear()
    swap(desk, carrier.view, **known | said)
    values = dict(form.values)
    told = await desk.do("submit", view_id=carrier.view["id"], values=values, forged=True, **{"as": carrier.who})
    swap(desk, carrier.view, **{key: mine[key] for key in known})
    assert told["acked"], told
    return dict(told)


async def _messages(desk: World) -> None:
    refill = {"request": {"medications": [MEDICINE]}, "subject": "Patient Portal Rx Refill"}
    for n, (kind, subject, more) in enumerate(
        (
            ("general", "First of all", {}),
            ("general", "Second to none", {}),
            ("refill", "Third time", refill),
            ("refill", "Fourth wall", refill),
            ("appointment", "Fifth element", {"request": {"action": "new", "reason": "Fifth element"}}),
        ),
        1,
    ):
        body = {"format": "plain", "text": f"{subject}: He got water in the ear."}
        await desk.write(message(kind, n=str(n), **({"subject": subject, "body": body} | more)))


async def _from_open(desk: World, card: Mapping[str, Any], label: str, callback: str) -> dict[str, Any]:
    await desk.press(card, "Open")
    await desk.press_in(await desk.window(containing="opened this is recorded"), label)
    view = await _shown(desk, callback)
    return await _put_aside(desk, view)


async def _put_aside(desk: World, view: dict[str, Any], who: str = "U0ALICE") -> dict[str, Any]:
    """Close it, as far as Slack is concerned: the next one would open on top of it."""
    await desk.do("close", view_id=view["id"], all=True, **{"as": who})
    return view


async def _shown(desk: World, callback: str, who: str = "U0ALICE") -> dict[str, Any]:
    async def top() -> dict[str, Any] | None:
        views = await desk.views(who)
        return views[-1] if views and views[-1]["callback_id"] == callback else None

    found: dict[str, Any] = await until(top, what=f"the window {callback}")
    return found


async def _deciding(desk: World, subject: str) -> Opened:
    card = await desk.card(subject, channel="C0REFILLS")
    await desk.press(card, "Refill", who="U0GRACE", channel="C0REFILLS")
    view = await _shown(desk, "refill", "U0GRACE")
    return Opened(who="U0GRACE", view=view, values=_form(view, {"line_1_outcome": "already_sent"}))


async def _confirming(desk: World, first: Opened) -> Opened:
    await desk.submit(first.view, who="U0GRACE", line_1_outcome="already_sent")
    view = await _put_aside(desk, await _shown(desk, "refill_confirm", "U0GRACE"), "U0GRACE")
    return Opened(who="U0GRACE", view=view, values=_form(view, {"family_words": "It is there.", "answer_by": "now"}))


async def _setup(desk: World) -> dict[str, Opened]:
    made = {}
    for word, callback, values in (
        ("map", "map_channel", {"map_department": _choice("d0"), "map_channel": _picked("C0URGENT")}),
        ("staff", "staff", {"staff_person": _person("U0NOBODY"), "staff_roles": _ticks("staff")}),
    ):
        await desk.do("command", channel="C0FRONT", text=f"/portal {word}", **{"as": "U0PAT"})
        view = await _put_aside(desk, await _shown(desk, callback, "U0PAT"), "U0PAT")
        made[word] = Opened(who="U0PAT", view=view, values={name: {name: given} for name, given in values.items()})
    return made


def _form(view: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in given.items():
        values |= filled(view, name, value)
    return values


def _option(value: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": "x"}, "value": value}


def _choice(value: str) -> dict[str, Any]:
    return {"type": "static_select", "selected_option": _option(value)}


def _picked(channel: str) -> dict[str, Any]:
    return {"type": "conversations_select", "selected_conversation": channel}


def _person(slack: str) -> dict[str, Any]:
    return {"type": "users_select", "selected_user": slack}


def _ticks(*values: str) -> dict[str, Any]:
    return {"type": "checkboxes", "selected_options": [_option(value) for value in values]}
