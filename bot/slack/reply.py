"""The reply window: who will read it, what was said, the field; and what comes back when Send is pressed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict, Unpack

from bot.domain.message import StoredMessage
from bot.domain.picture import Picture
from bot.domain.reply import TEXT_LIMIT, Reply
from bot.domain.send import Form, Stale
from bot.domain.staff import Staff
from bot.domain.window import Window
from bot.slack import blocks as kit
from bot.slack import form, names
from bot.slack.blocks import Block, say
from bot.slack.clock import Clock
from bot.slack.insert import at_hand, picker
from bot.slack.people import PORTAL_USER, child_header, writer
from bot.slack.recipient import queue, to_family
from bot.slack.room import first_that_fit, newest_that_fit
from bot.slack.said import Saying, sayings, standing, whole
from bot.slack.text import cut, line, sendable
from bot.slack.warning import warnings

TITLE, SEND = "Reply to family", "Send"
DONE_LABEL, DONE_TELLS = "Done after sending", "A new message from the family opens it again"
READ_LABEL, SECOND_LABEL = "I read it. My answer still fits.", "Send mine as a second answer"
PROXY_LABEL = "I have seen this. Send it all the same."


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyForm:
    """What came back from a reply window. Odd or missing values are empty or not ticked."""

    window_id: str
    text: str
    done_after: bool
    read_tick: bool
    proxy_tick: bool
    sibling_tick: bool

    @property
    def form(self) -> Form:
        """What the act takes."""
        return Form(
            text=self.text,
            done_after=self.done_after,
            read_tick=self.read_tick,
            proxy_tick=self.proxy_tick,
            sibling_tick=self.sibling_tick,
        )


class Draft(TypedDict, total=False):
    """What the window shows as already written and ticked, and what else it must say.

    `bump` grows where Slack must forget a typed value; `stale`: something changed while the window was open, so what
    is new stands on top, with a tick; `told`: a sentence above the field; `stopped`: since when the portal's queue
    stands still.
    """

    text: str
    bump: int
    done_after: bool
    proxy_tick: bool
    stale: Stale | None
    told: str
    stopped: datetime | None


def build(window: Window, picture: Picture, staff: Staff, now: datetime, **draft: Unpack[Draft]) -> Block:
    """The window, empty or with a draft in it."""
    clock = Clock.of(picture.practice, now)
    stale, latest = draft.get("stale"), standing(picture)
    new = _new(picture, stale)
    shown, rest = _shown(latest, new, clock)
    blocks = [
        *([kit.alert(_stale_words(picture, new, staff, clock))] if stale else []),
        *child_header(picture, clock),
        to_family(picture),
        *warnings(picture),
        *queue(picture, stopped=draft.get("stopped")),
        *shown,
        *at_hand(picture),
        *([kit.alert(told)] if (told := draft.get("told", "")) else []),
        *_ticks(window, picture, draft, new),
        picker(draft.get("bump", 0)),
        *_fields(staff, draft),
    ]
    blocks += _earlier(picture, latest, new, clock, beside=blocks, rest=rest)
    return kit.modal(TITLE, blocks, callback=names.REPLY, metadata=window.id, submit=SEND, close="Cancel")


def read(view: Mapping[str, Any]) -> ReplyForm:
    """What was written and ticked, from a view_submission's view. Never raises, whatever stands in it."""
    return ReplyForm(
        window_id=form.window_id(view),
        text=form.value(view, names.REPLY_TEXT),
        done_after=form.ticked(view, names.REPLY_DONE),
        read_tick=form.ticked(view, names.STALE_READ),
        proxy_tick=form.ticked(view, names.REPLY_PROXY),
        sibling_tick=form.ticked(view, names.SIBLING_NAME),
    )


def _new(picture: Picture, stale: Stale | None) -> list[Saying]:
    if stale is None:
        return []
    since = stale.seen_until
    wrote = [s for s in sayings(picture) if (s.message and s.message.received_at > since)]
    return sorted([*wrote, *(s for s in sayings(picture) if s.reply and s.at > since)], key=lambda s: s.at)


def _stale_words(picture: Picture, new: list[Saying], staff: Staff, clock: Clock) -> str:
    what = "Something about this message changed"
    if new and (last := new[-1]).reply:
        mine = last.reply.author.slack == staff.slack
        what = f"{'You' if mine else line(last.reply.author.name, 80)} answered at {clock.time(last.at)}"
    elif new and last.message:
        who = line(picture.sender.name, 80) or "The family"
        what = f"{who} wrote again at {clock.time(last.message.received_at)}"
    return f"Not sent. {what}, while this window was open. Your text is kept below."


def _shown(latest: StoredMessage, new: list[Saying], clock: Clock) -> tuple[list[Block], list[Block]]:
    """What stands above the field, a block each, and what of the latest message must follow below it."""
    told: list[Block] = []
    for saying in new[-5:]:
        lead = f"New from {PORTAL_USER}" if saying.message else ""
        told.append(whole(saying, clock, lead=lead)[0])
    latest_blocks = whole(Saying(at=latest.content.sent_at, message=latest), clock)
    if not any(s.message and s.message.id == latest.id for s in new[-5:]):
        told.append(latest_blocks[0])
    rest = first_that_fit(latest_blocks[1:])
    if rest:
        told.append(kit.context("The latest message goes on below the field."))
    if len(rest) < len(latest_blocks) - 1:
        rest.append(kit.context("It is longer than a window takes. Press Open on the card to read all of it."))
    return told, rest


def _ticks(window: Window, picture: Picture, draft: Draft, new: list[Saying]) -> list[Block]:
    blocks = []
    if window.stale:
        label = SECOND_LABEL if any(s.reply for s in new) else READ_LABEL
        element = kit.tick(label, action=names.STALE_READ, value="read")
        version = picture.conversation.version  # a further change must ask for a further tick
        blocks.append(kit.field("Before you send", element, block_id=f"{names.STALE_READ}:{version}"))
    if picture.sender.proxy_verified is False:
        element = kit.tick(PROXY_LABEL, action=names.REPLY_PROXY, value="known", ticked=draft.get("proxy_tick", False))
        label = f"Not verified by the portal: {writer(picture.sender)}"
        blocks.append(kit.field(cut(label, 150), element, block_id=names.REPLY_PROXY))
    return blocks


def _fields(staff: Staff, draft: Draft) -> list[Block]:
    element: Block = {"type": "plain_text_input", "action_id": names.REPLY_TEXT, "multiline": True}
    if text := draft.get("text"):
        element["initial_value"] = cut(sendable(text), TEXT_LIMIT)
    element["max_length"] = TEXT_LIMIT
    hint = f"Signed {line(staff.signature, 100)} · up to {TEXT_LIMIT:,} characters"
    bump = draft.get("bump", 0)
    block_id = f"{names.REPLY_TEXT}:{bump}" if bump else names.REPLY_TEXT
    ticked = draft.get("done_after", True)
    done = kit.tick(DONE_LABEL, action=names.REPLY_DONE, value="done", described=DONE_TELLS, ticked=ticked)
    return [
        kit.field("Reply", element, block_id=block_id, hint=hint),
        kit.field("After sending", done, block_id=names.REPLY_DONE, optional=True),
    ]


def _earlier(
    picture: Picture,
    latest: StoredMessage,
    new: list[Saying],
    clock: Clock,
    *,
    beside: list[Block],
    rest: list[Block],
) -> list[Block]:
    """What was said before, oldest first, as far as it fits; what does not is counted."""
    seen = {_id(s) for s in new[-5:]}
    earlier = [s for s in sayings(picture, besides=latest) if _id(s) not in seen]
    groups = [*(whole(s, clock) for s in earlier)]
    if rest:
        groups.append([kit.rich(kit.section(say("The latest message goes on", bold=True))), *rest])
    if not groups:
        return []
    fit = newest_that_fit(groups, beside=beside)
    left = min(len(groups) - fit, len(earlier))
    what = f"Earlier, {len(earlier)} message{'s' if len(earlier) != 1 else ''}"
    if left or fit < len(groups):
        what = f"Earlier, {len(earlier) - left} of {len(earlier)} messages. Press Open on the card to read them all"
    title = kit.rich(kit.section(say(what, bold=True)))
    return [kit.divider(), title, *(block for group in groups[len(groups) - fit :] for block in group)]


def _id(saying: Saying) -> str:
    reply: Reply | None = saying.reply
    return reply.id if reply else saying.message.id if saying.message else ""
