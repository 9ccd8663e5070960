"""The card in a person's direct messages: it was forwarded to them, or a colleague's answer came back."""

from __future__ import annotations

from datetime import datetime

from bot.domain import privacy
from bot.domain.actions import direct_row
from bot.domain.permission import Tie, tie
from bot.domain.phase import Phase, Situation, situation
from bot.domain.picture import Picture
from bot.domain.practice import CardDetail
from bot.domain.tell import person_of
from bot.domain.turn import Forward
from bot.slack import between, card
from bot.slack import blocks as kit
from bot.slack.blocks import AGO, Block, Line, Message, emoji, say, when
from bot.slack.clock import Clock
from bot.slack.decided import decided
from bot.slack.notification import notification
from bot.slack.people import KINDS, colleague, short_name
from bot.slack.request import elements
from bot.slack.said import sayings, subject, whole
from bot.slack.status import second_line, status_block
from bot.slack.text import line

PRIOR = 12  # blocks of prior text in a direct message; Open shows all of it


def drawn(picture: Picture, *, slot: str, now: datetime, stopped: datetime | None = None) -> Message:
    """A conversation's card for that slot: a channel's, or a person's ("dm:U0ALICE:f_...")."""
    if not slot.startswith("dm:"):
        return card.card(picture, slot=slot, now=now, stopped=stopped)
    forward = next((f for f in picture.forwards if f.id == slot.rpartition(":")[2]), None)
    if forward is None:
        return card.card(picture, slot="department", now=now, stopped=stopped)
    return direct(picture, forward, slack=person_of(slot), now=now, stopped=stopped)


def direct(
    picture: Picture, forward: Forward, *, slack: str, now: datetime, stopped: datetime | None = None
) -> Message:
    """The direct message about one forward: to whoever it went to, or back to the one who forwarded."""
    clock = Clock.of(picture.practice, now)
    seen = situation(picture, now=now, stopped=stopped)
    back = slack != forward.to
    staff = picture.practice.person(slack)
    talk = picture.conversation
    glimpse = staff is not None and tie(staff, talk, picture.forwards, picture.practice) is Tie.GLIMPSE
    bare = not back and not forward.prior
    works_here = staff is not None and bool(staff.roles)
    yours = works_here and _yours(picture, forward, slack, back=back)
    minimal = (
        privacy.detail_for(talk, picture.practice, slot="department", messages=picture.messages) is CardDetail.MINIMAL
    )
    head = card.opaque_header(picture) if minimal else card.named_header(picture, clock)
    blocks = [head, _status(picture, seen, forward, clock, yours=yours, back=back)]
    if yours and not minimal:
        blocks += [
            kit.divider(),
            *(between.answer if back else between.note)(picture, forward),
            *_content(picture, clock, bare=bare),
        ]
    laid = direct_row(seen, talk.kind, yours=yours, glimpse=glimpse)
    foot = _foot(picture, forward, yours=yours, back=back)
    blocks += [card.row_block(picture, laid, minimal=minimal), kit.context(foot)]
    note = _note(picture, seen, forward, clock, yours=yours, back=back)
    return {"text": kit.notification(note), "blocks": blocks}


def _yours(picture: Picture, forward: Forward, slack: str, *, back: bool) -> bool:
    """Whether this message asks its reader to act."""
    talk = picture.conversation
    if back:
        at_hand = picture.at_hand
        return talk.holder == slack and at_hand is not None and at_hand.id == forward.id
    handed = picture.handed
    return handed is not None and handed.id == forward.id and talk.holder == slack


def _status(picture: Picture, seen: Situation, forward: Forward, clock: Clock, *, yours: bool, back: bool) -> Block:
    if not yours or seen.phase not in {Phase.FORWARDED, Phase.RETURNED}:
        return status_block(picture, seen, clock)
    practice = picture.practice
    if back:
        mark, word = "leftwards_arrow_with_hook", "Back with you"
        who = f" · {colleague(practice, forward.ended_by)} answered\n"
        at = forward.ended_at or forward.at
    else:
        mark, word = "large_blue_circle", "For you"
        cover = f", for {short_name(practice, forward.asked)}, who is away" if forward.asked else ""
        who, at = f" · from {colleague(practice, forward.by)}{cover}\n", forward.at
    first: Line = [emoji(mark), say(" "), say(word, bold=True), say(who)]
    if seen.urgent:
        first = [emoji("rotating_light"), say(" "), say("Urgent", bold=True), say(" · "), *first[2:]]
    since: Line = [say(" · answered " if back else " · forwarded "), when(clock, at, form=AGO)]
    return kit.rich(kit.section(*first, *second_line(picture, seen, clock)[:-2], *since))


def _content(picture: Picture, clock: Clock, *, bare: bool) -> list[Block]:
    if bare:
        lines: list[Line] = [[say("Subject ", bold=True), say(subject(picture.request_message) or "none")]]
        lines.append([say("The prior text was left out. ", bold=True), say("Ask for it is behind the three dots.")])
        return [kit.rich(kit.section(*kit.joined(lines)))]
    parts = elements(picture.conversation.kind, picture.request_message, clock, picture.practice.medicines)
    blocks: list[Block] = []
    for one in reversed(sayings(picture)):
        more = whole(one, clock)
        if len(blocks) + len(more) > PRIOR:
            blocks.insert(0, kit.context("Earlier messages: press Open."))
            break
        blocks = more + blocks
    return [
        *decided(picture, clock),
        *([kit.rich(*parts)] if parts else []),
        kit.rich(kit.section(say("Prior text", bold=True))),
        *blocks,
    ]


def _foot(picture: Picture, forward: Forward, *, yours: bool, back: bool) -> str:
    talk = picture.conversation
    if not yours:
        return f"No. {talk.number} · {line(talk.department, 80)}"
    asker = short_name(picture.practice, forward.by)
    rest = "Reply goes to the family" if back else f"Respond goes to {asker}, not to the family"
    return f"No. {talk.number} · Unread Phone · {rest}"


def _note(picture: Picture, seen: Situation, forward: Forward, clock: Clock, *, yours: bool, back: bool) -> str:
    talk = picture.conversation
    what = f"{KINDS[talk.kind][2]} No. {talk.number}"
    if not yours:
        return notification(picture, seen, clock)
    due = clock.spoken(talk.due_at)
    if back:
        return f"{short_name(picture.practice, forward.ended_by)} answered you about {what}. Due {due}."
    return f"{short_name(picture.practice, forward.by)} forwarded {what} to you. Due {due}."
