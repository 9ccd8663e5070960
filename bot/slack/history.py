"""The History window: everything that happened to a message, by whom, when; newest last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.history import Told
from bot.domain.journal import Entry
from bot.domain.practice import Practice
from bot.domain.tell import person_of
from bot.slack import blocks as kit
from bot.slack import names
from bot.slack.blocks import Block, Line, say, when
from bot.slack.clock import Clock
from bot.slack.people import KINDS, child_header, colleague
from bot.slack.text import line

PAGE = 40  # rows that a page shows
_WORDS = {
    "message.received": "came from the portal",
    "message.followed": "the family wrote again",
    "message.changed": "the family changed what it wrote",
    "message.withdrawn": "the family took a message back",
    "message.elsewhere": "handled in the portal",
    "thread.closed": "the portal closed the thread",
    "card.posted": "card posted{where}",
    "message.opened": "opened it",
    "message.taken": "took it",
    "message.taken_over": "took it over",
    "message.taken_back": "took it back",
    "message.given_back": "gave it back",
    "message.forwarded": "forwarded it{to}",
    "message.returned": "sent it back with an answer",
    "message.snoozed": "put it aside",
    "message.woke": "its time to be put aside was over",
    "message.urgent": "marked it urgent",
    "message.not_urgent": "marked it not urgent",
    "message.done": "marked it done",
    "message.reopened": "opened it again",
    "note.written": "wrote a note",
    "note.changed": "changed a note",
    "note.deleted": "deleted a note in Slack",
    "reply.opened": "opened the reply window",
    "reply.sent": "answered the family",
    "reply.stopped": "pressed Send; it was stopped, because something had changed",
    "reply.delivered": "the portal has the answer",
    "reply.failed": "the answer was not delivered",
    "reply.unclear": "unclear whether the answer arrived",
    "reply.retried": "tried the answer again",
    "reply.sent_again": "sent the answer again",
    "reply.marked_delivered": "saw the answer in the portal",
    "reply.look_up": "asked the portal about the answer",
    "reply.status": "the portal reports: {status}",
    "decision.sent": "sent the decision without words",
    "refill.opened": "opened the refill decision",
    "refill.decided": "decided line {line}: {outcome}",
    "refill.changed": "changed the decision of line {line}: {outcome}",
    "refill.entered": "attested that it is entered in the EHR",
    "appointment.recorded": "recorded the visit: {outcome}",
    "appointment.changed": "changed the visit: {outcome}",
    "insurance.recorded": "recorded the insurance: {outcome}",
    "insurance.changed": "changed the insurance: {outcome}",
    "referral.recorded": "recorded the referral: {outcome}",
    "referral.changed": "changed the referral: {outcome}",
    "prior.asked": "asked for the prior text",
    "prior.given": "showed the prior text",
    "forward.opened": "opened the Forward window",
    "respond.opened": "opened the Respond window",
    "note.refused": "wrote in the thread, which is no note: they may not add any",
    "note.opened": "opened the note window",
    "snooze.opened": "opened the Snooze window",
    "history.opened": "looked at the history",
    "outcome.opened": "opened the window to record it",
}


def build(told: Told, now: datetime, *, page: int = 0) -> Block:
    """The window. What this version has no words for is shown by its name; nothing is left out."""
    picture = told.picture
    clock = Clock.of(picture.practice, now)
    pages = max(1, -(-len(told.entries) // PAGE))
    page = min(max(page, 0), pages - 1)
    shown = told.entries[page * PAGE : (page + 1) * PAGE]
    talk = picture.conversation
    blocks = [*child_header(picture, clock), *_rows(shown, picture.practice, clock)]
    turns = [(page - 1, "Earlier")] if page else []
    turns += [(page + 1, "Later")] if page + 1 < pages else []
    for to, label in turns:
        turn = kit.button(label, action=names.HISTORY_MORE, value=talk.id)
        blocks.append(kit.actions([turn], block_id=f"{names.HISTORY_MORE}:{to}"))
    blocks.append(
        kit.context(f"No. {talk.number} · page {page + 1} of {pages} · from the journal, which nobody can change")
    )
    return kit.modal(f"{KINDS[talk.kind][0]}, No. {talk.number}", blocks, callback=names.HISTORY, metadata=talk.id)


def _rows(entries: Sequence[Entry], practice: Practice, clock: Clock) -> list[Block]:
    if not entries:
        return [kit.context("Nothing has happened yet but its arrival.")]
    return kit.packed([_row(entry, practice, clock) for entry in entries])


def _row(entry: Entry, practice: Practice, clock: Clock) -> Line:
    return [when(clock, entry.at), say(f"  {_who(entry.actor, practice)}: ", bold=True), say(_what(entry, practice))]


def _who(actor: str, practice: Practice) -> str:
    if actor.startswith("portal:"):
        return "The portal"
    if actor.startswith("service"):
        return "Portal Desk"
    known = practice.person(actor) or actor.startswith("cli:")
    return colleague(practice, actor) if known else "Somebody who is not on the staff list"


def _where(slot: str, practice: Practice) -> str:
    if slot.startswith("dm:"):
        return f" for {colleague(practice, person_of(slot))}"
    return " in the urgent channel too" if slot == "urgent" else ""


def _what(entry: Entry, practice: Practice) -> str:
    if entry.action.startswith("refused."):
        act = entry.action.removeprefix("refused.").replace("_", " ")
        return f"pressed something that was refused ({line(act, 60)})"
    detail = entry.detail
    target = detail.get("to") or detail.get("department")
    where = _where(str(detail.get("slot") or ""), practice)
    names_of = {"to": "", "where": where} | {key: str(value) for key, value in detail.items()}
    if isinstance(target, str):
        names_of["to"] = f" to {colleague(practice, target) if practice.person(target) else target}"
    told = _WORDS.get(entry.action, entry.action)
    for key, value in names_of.items():
        told = told.replace(f"{{{key}}}", value.replace("_", " "))
    failed = "" if entry.outcome == "done" else f" ({entry.outcome})"
    return line(told, 300) + failed
