"""What could not be shown: its post, with the reason in plain words, and who looked into the portal."""

from __future__ import annotations

import re
from datetime import datetime

from bot.domain.practice import Practice
from bot.domain.suspect import SET_ASIDE
from bot.domain.unshown import Unshown
from bot.slack import blocks as kit
from bot.slack import names
from bot.slack import text as words
from bot.slack.blocks import Line, Message, emoji, say
from bot.slack.clock import Clock
from bot.slack.people import colleague

LABEL = "I looked into the portal"

_PATH = r"data(?:\.[a-z][a-z0-9_]*|\[(?:\d{1,6}|\.\.\.)?\])*"  # a field's name as the contract writes it
_NOT_SAID = {
    "type": "what it is",
    "data": "anything but that something happened",
    "data.message_id": "its number in the portal",
    "data.thread_id": "which conversation it belongs to",
    "data.sender": "who wrote",
    "data.sender.portal_user_id": "from which account it was written",
    "data.patient": "which child it is about",
    "data.reply_id": "which answer it is about",
    "data.status": "what became of the answer",
}
_REASONS = (  # how the reader of events says it (bot.portals), and the same for people; nothing else is ever shown
    (rf"(?P<field>type|{_PATH}) is (?:missing|empty)", "It does not say {what}"),
    (rf"{_PATH} is longer than \d{{1,9}}", "A part of it is longer than I can take"),
    (rf"{_PATH} has characters that cannot be shown", "A part of it has characters that cannot be shown"),
    (rf"{_PATH} is not an object", "A part of it is not built as agreed with the portal"),
    (rf"{_PATH} has too many fields of a wrong type", "It is not built as agreed with the portal"),
    (r"data\.status is none of accepted, delivered, read, failed", "It does not say what became of the answer"),
    (r"the body is not (?:UTF-8|JSON|a JSON object)", "It is not built as agreed with the portal"),
    (r"the JSON is nested more than \d{1,4} levels deep", "It is not built as agreed with the portal"),
)
_WHOLE = {
    "data has no words, no subject, no request and no attachment": "It has no words, no subject and no file",
    "it could not be taken in here; the log says where": "I stumbled over it myself, and the log says where",
    SET_ASIDE: "I stopped each time I read it, so I set it aside unread",
    "what it is about never came": "It is about a message that never came here",
}
_OTHERWISE = "It is not as agreed with the portal"


def unshown(lost: Unshown, practice: Practice, now: datetime) -> Message:
    """The post about an event that was signed but cannot be used: a person must look into the portal, and says so."""
    clock = Clock.of(practice, now)
    why: Line = [say("Why: ", bold=True), say(f"{plainly(lost.reason)}.")]
    came: Line = [
        say("Came: ", bold=True),
        kit.when(clock, lost.came_at),
        say(f", portal {words.line(lost.portal, 60)}"),
    ]
    header = kit.header("A message from the portal")
    if lost.looked_at:
        return _seen(lost, practice, clock, [why, [*came, say(f" · {lost.id}")]])
    note = "A message from the portal could not be shown. Look into the portal."
    told = "It came with a good signature, but I cannot show it. Nothing is lost: I keep it as it came."
    todo = (
        f"look into the portal for a message that is not here, and press the button. Tell {practice.ask} this number: "
        f"{lost.id}."
    )
    lines = [[say(told)], why, came, [say("What to do: ", bold=True), say(words.line(todo, 400))]]
    head: Line = [emoji("warning"), say(" "), say("Could not be shown", bold=True), say(" · nobody has it")]
    body = [kit.rich(kit.section(*head)), kit.divider(), kit.rich(kit.section(*kit.joined(lines)))]
    looked = kit.button(LABEL, action=names.LOOKED_INTO, value=lost.id)
    return {"text": kit.notification(note), "blocks": [header, *body, kit.actions([looked])]}


def _seen(lost: Unshown, practice: Practice, clock: Clock, lines: list[Line]) -> Message:
    who = colleague(practice, lost.looked_by)
    head: Line = [emoji("white_check_mark"), say(" "), say("Looked into the portal", bold=True), say(f": {who} · ")]
    head.append(kit.when(clock, lost.looked_at or clock.now))
    blocks = [kit.header("A message from the portal"), kit.rich(kit.section(*kit.joined([head, *lines])))]
    return {
        "text": kit.notification("A message from the portal could not be shown. Somebody looked."),
        "blocks": blocks,
    }


def plainly(reason: str) -> str:
    """Why it could not be shown, for people, with the field's name for whoever mends it.

    Only what is known to be a field's name or a rule of ours is repeated: no value of the event can stand here.
    """
    if reason in _WHOLE:
        return _WHOLE[reason]
    for pattern, said in _REASONS:
        found = re.fullmatch(pattern, reason)
        if found:
            what = _NOT_SAID.get(found.groupdict().get("field") or "", "something that I need")
            return f"{said.format(what=what)} ({reason})"
    return _OTHERWISE


def counted(count: int) -> str:
    """The line where people look for what waits: so many could not be shown."""
    return f"{count} {'message' if count == 1 else 'messages'} could not be shown: look in the portal"
