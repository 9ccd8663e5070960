"""What is posted once and never redrawn: thread posts, pings, alarms; and the small windows that only say something."""

from __future__ import annotations

import re

from bot.domain import privacy
from bot.domain.alarm import Alarm
from bot.domain.conversation import Conversation
from bot.domain.message import Standing, StoredMessage
from bot.domain.picture import Picture
from bot.domain.practice import CardDetail
from bot.slack import blocks as kit
from bot.slack import names
from bot.slack import text as words
from bot.slack.blocks import Block, Line, Message, Piece, emoji, say
from bot.slack.clock import Clock
from bot.slack.people import KINDS, sender_line
from bot.slack.said import facts, standing, subject

_PERSON = re.compile(r"[UW][A-Z0-9]{2,20}")
_GROUP = re.compile(r"S[A-Z0-9]{2,20}")

COMMANDS = (
    ("/portal", "opens the desk: what waits for you"),
    ("/portal setup", "for admins: channels and people"),
    ("/portal map", "for admins: which channel is a department's"),
    ("/portal staff", "for admins: who is what"),
    ("/portal phrases", "the ready texts that a reply can use"),
    ("/portal help", "shows this"),
)  # only what works; a new command is a line here


def ephemeral(sentence: str) -> Message:
    """A notice that only the presser sees."""
    return _message(sentence, [kit.rich(kit.section(say(words.cut(words.clean(sentence), 2000))))])


def follow_up(picture: Picture, message_id: str, *, left: bool = False) -> Message:
    """A family's later message in the card's thread: its words only where the card may show them.

    `left`: the card stands in another channel now, and its words went with it.
    """
    stored = next((m for m in picture.messages if m.id == message_id), None) or standing(picture)
    talk = picture.conversation
    note = f"The family wrote again: No. {talk.number} in {talk.department}."
    detail = privacy.detail_for(talk, picture.practice, slot="department", messages=picture.messages)
    if left:
        return _message(note, [_heard(" · the card stands in another channel now")])
    if detail is CardDetail.MINIMAL or stored.standing is Standing.WITHDRAWN:
        return _message(note, [_heard(" · press Open on the card to read it")])
    return _message(note, [_heard(""), *_words_of(stored)])


def again(picture: Picture, woke: bool = False) -> Message:  # noqa: FBT001, FBT002 - one reason or the other
    """Shown in the channel when a family writes to a card that people had put aside: no words, no names.

    `woke`: its time to be put aside is over.
    """
    talk = picture.conversation
    told = f"No. {talk.number}, {KINDS[talk.kind][2]}, {talk.department}"
    if woke:
        said = f"Snoozed until now: {told}. The card is up to date."
        return _message(said, [kit.rich(kit.section(emoji("alarm_clock"), say(" "), say(said)))])
    note = f"The family wrote again: {told}. The card is up to date."
    return _message(note, [_heard(f" · {told} · the card is up to date")])


def ping(picture: Picture) -> Message | None:
    """Wakes people about a card: for an urgent message `escalate_to`, else as the department wants it.

    None when nobody is named, or what is named is no id of Slack's.
    """
    talk, practice = picture.conversation, picture.practice
    department = practice.department(talk.department)
    group = {"group": department.group or "", "here": "here"}.get(department.notify, "")
    target = mention((department.escalate_to or group) if talk.urgent else group)
    if target is None:
        return None
    clock = Clock.of(practice, talk.came_at)
    about = f"{KINDS[talk.kind][2]} No. {talk.number} in {talk.department}"
    lead = "Urgent: " if talk.urgent else "New: "
    note = f"{lead}{about}, due {clock.short(talk.due_at)}."
    pieces: Line = [emoji("rotating_light"), say(" ")] if talk.urgent else []
    pieces += [target[0], say(" "), say(lead, bold=True), say(f"{about}, due "), kit.when(clock, talk.due_at)]
    message = _message(note, [kit.rich(kit.section(*pieces))])
    return {"text": f"{target[1]} {message['text']}", "blocks": message["blocks"]}


def mention(target: str) -> tuple[Piece, str] | None:
    """A person, a user group or "here" as a rich text element and as Slack's own markup; None for anything else."""
    if target == "here":
        return {"type": "broadcast", "range": "here"}, "<!here>"
    if _PERSON.fullmatch(target):
        return {"type": "user", "user_id": target}, f"<@{target}>"
    if _GROUP.fullmatch(target):
        return {"type": "usergroup", "usergroup_id": target}, f"<!subteam^{target}>"
    return None


def notice(alarm: Alarm) -> Message:
    """An alarm, for admins. Its words are ours and hold no patient's data."""
    mark, word = ("white_check_mark", "Over: ") if alarm.over_at else ("warning", "Needs you: ")
    told = words.cut(words.clean(alarm.words), 2000)
    shown = kit.rich(kit.section(emoji(mark), say(" "), say(word, bold=True), say(told)))
    return _message(f"{word}{told}", [shown, kit.context(f"Alarm {words.line(alarm.key, 200)}")])


def plain_card(conversation: Conversation) -> Message:
    """The card of a message that cannot be drawn: where it is, and a button to look at it."""
    note = f"Message No. {conversation.number} in {conversation.department} could not be drawn. Press Open."
    head: Line = [emoji("warning"), say(" "), say("Could not be shown here", bold=True)]
    told: Line = [say("Nothing is lost. Press Open, or look into the portal.")]
    blocks = [
        kit.header(f"Message No. {conversation.number}"),
        kit.rich(kit.section(*kit.joined([head, told]))),
        kit.actions([kit.button("Open", action=names.CARD_OPEN, value=conversation.id)]),
    ]
    return _message(note, blocks)


def stuck(picture: Picture) -> Message:
    """To whoever wrote an answer that did not arrive, or may not have: where to look. No words, no names."""
    talk = picture.conversation
    told = f"Your answer in No. {talk.number} ({talk.department}) has no confirmation from the portal."
    return _message(
        told,
        [
            kit.rich(kit.section(emoji("red_circle"), say(" "), say(told), say(" The card says why and what to do."))),
            kit.actions([kit.button("Open", action=names.CARD_OPEN, value=talk.id)]),
        ],
    )


def moved(conversation: Conversation) -> Message:
    """What a card leaves behind when it goes to another channel: a pointer without words or names."""
    note = f"Message No. {conversation.number} went to another channel."
    told = f"No. {conversation.number} stands in another channel now."
    return _message(note, [kit.rich(kit.section(emoji("arrow_right"), say(" "), say(told)))])


def loading(title: str) -> Block:
    """A window for the moment until the real one is drawn."""
    body = [kit.rich(kit.section(emoji("hourglass_flowing_sand"), say(" One moment …")))]
    return kit.modal(title, body, callback=names.LOADING, metadata="")


def gone(sentence: str, title: str = "Portal Desk") -> Block:
    """A window that only says why there is nothing to see, and what to do."""
    return kit.modal(title, [kit.alert(sentence)], callback=names.GONE, metadata="")


def help_lines() -> list[Line]:
    """How to answer, and the commands that work."""
    made: list[Line] = [
        [say("Answer a family", bold=True), say("  Press Reply on a card, write, press Send. It goes to the portal.")],
        [say("Read all of it", bold=True), say("  Press Open on a card. That you opened it is recorded.")],
        [say("Ask a colleague", bold=True), say("  Write in the card's thread. The family never sees it.")],
        [say("When it says Not delivered", bold=True), say("  The card says why, and what to do.")],
    ]
    return made + [[say(command, bold=True), say(f"  {what}")] for command, what in COMMANDS]


def help_text(*, unknown: str = "") -> Message:
    """The answer to `/portal help`, and to a word that leads nowhere."""
    plain = "Portal Desk: press Reply on a card to answer a family, Open to read all of it."
    blocks = [kit.rich(kit.section(*kit.joined(help_lines())))]
    if unknown:
        told = f"There is no “/portal {words.line(unknown, 40)}”. This is what there is:"
        plain, blocks = f"{told} {plain}", [kit.rich(kit.section(say(told))), *blocks]
    return _message(plain, blocks)


def _message(note: str, blocks: list[Block]) -> Message:
    return {"text": kit.notification(note), "blocks": blocks}


def _heard(more: str) -> Block:
    return kit.rich(kit.section(emoji("speech_balloon"), say(" "), say("The family wrote again", bold=True), say(more)))


def _words_of(stored: StoredMessage) -> list[Block]:
    message = stored.content
    body, rest = words.excerpt(words.clean(message.text))
    head = [*sender_line(message.sender)]
    for fact in facts(message, message.attachments):
        head += [say("\n"), *fact]
    title = subject(message)
    pieces: Line = [say(title, bold=True), say("\n" if body else "")] if title else []
    shown = [kit.section(*head), kit.quote(*pieces, say(body or ("" if title else "no words of their own")))]
    if rest > 0:
        shown.append(kit.section(say(f"… {rest:,} more characters, press Open on the card")))
    return [kit.rich(*shown)]
