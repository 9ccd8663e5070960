"""What every listener needs: the store, the clock, who pressed, and a task that outlives the acknowledgement."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from bot import log
from bot.domain import tell
from bot.domain.journal import Entry
from bot.domain.refused import Refused
from bot.domain.staff import Person
from bot.domain.store import Records, Store, StoreUnavailable
from bot.slack import names, notices, sentence
from bot.slack.poster import Poster
from bot.slack.verdict import Called
from handlers import astray

logger = logging.getLogger("portaldesk.press")

T = TypeVar("T")
_REF = re.compile(r"[A-Za-z]{1,3}_[0-9A-Za-z]{8,64}")
_CAME: ContextVar[float] = ContextVar("came")  # when the press that this task serves came, in steady seconds

SHOWN_WITHIN = 0.8  # seconds

Payload = Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Front:
    """The front desk: what listeners share. `member` tells whether Slack calls an account an own, active member.

    `within`: seconds that a press may take, its looks and its act together; Slack gives three (CONTRACT section 6).

    `presses` holds what each feature does for the entries of a card's overflow menu, by the catalogue's key;
    `commands` what it does for the words after `/portal`; `redraws` how a surface that a press was made in (by its
    callback_id) is drawn again.
    """

    store: Store
    poster: Poster
    clock: Callable[[], datetime]
    member: Callable[[str, str | None], Awaitable[bool | None]]
    within: float
    presses: dict[str, Callable[[Payload, str], Coroutine[Any, Any, None]]] = field(default_factory=dict)
    commands: dict[str, Callable[[Payload], Coroutine[Any, Any, None]]] = field(default_factory=dict)
    redraws: dict[str, Callable[[Payload], Coroutine[Any, Any, None]]] = field(default_factory=dict)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def comes(self) -> None:
        """A press comes: whatever is looked up and done for it has `within` seconds from here on."""
        _CAME.set(time.monotonic())

    async def person(self, body: Payload) -> Person:
        """Who pressed, as Slack signed it; never as a button's value says."""
        user = body.get("user") or {}
        slack = str(user.get("id") or body.get("user_id") or "")
        team = str(user.get("team_id") or body.get("team_id") or "") or None
        return Person(slack=slack, member=await self.member(slack, team))

    async def act(self, act: Callable[..., T], *, person: Person, about: str, **arguments: Any) -> T:
        """Run an act for a person; a refusal is journalled, then raised again."""
        work = self.store.run(act, within=self._left(), person=person, now=self.clock(), **arguments)
        return await self._refusable(work, person, act.__name__, about)

    async def look(self, read: Callable[..., T], *, person: Person, about: str, **arguments: Any) -> T:
        """Read what a person's window is to be drawn again from; a refusal is journalled, then raised again."""
        work = self.store.read(read, within=self._left(), person=person, **arguments)
        return await self._refusable(work, person, read.__name__, about)

    async def read(self, query: Callable[..., T], **arguments: Any) -> T:
        """Run a query that refuses nobody, within the time that the press still has."""
        return await self.store.read(query, within=self._left(), **arguments)

    def _left(self) -> float:
        """The seconds that the press still has; below zero it is too late already."""
        return self.within - (time.monotonic() - _CAME.get())

    async def _refusable(self, work: Awaitable[T], person: Person, name: str, about: str) -> T:
        try:
            return await work
        except Refused as refused:
            self.later(self._journal(refused, person, name, about))
            raise

    async def _journal(self, refused: Refused, person: Person, act: str, about: str) -> None:
        entry = Entry(
            at=self.clock(),
            actor=person.slack or "unknown",
            action=f"refused.{act}",
            subject=about,
            outcome="refused",
            detail={"because": refused.because.value},
        )
        await self.store.run(_write, entry=entry)

    def later(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[None]:
        """Do something after the acknowledgement; it is waited for when the service stops."""
        task = asyncio.create_task(self._guarded(work))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def _guarded(self, work: Coroutine[Any, Any, Any]) -> None:
        try:
            await work
        except StoreUnavailable:
            log.event(logger, "press.database-away", level=logging.WARNING)
        except Exception as error:  # noqa: BLE001 - Bolt's error handler does not see tasks
            log.failure(logger, "press.bug", error)

    async def drain(self, *, within: float = 5.0) -> None:
        """Wait for what is still under way."""
        if self.tasks:
            await asyncio.wait(self.tasks, timeout=within)

    async def show(self, body: Payload, view: Payload) -> None:
        """Open a window for a press (on top of the one it was made in); when Slack's three seconds are over, say so."""
        method = "views.push" if _in_window(body) else "views.open"
        called = await self.poster.call(method, trigger_id=body.get("trigger_id"), view=view)
        if not called.done:
            log.event(logger, "window.not-opened", level=logging.WARNING, code=called.code)
            await self.notice(body, notices.ephemeral(sentence.TOO_LATE))

    async def redrawn(self, conversation_id: str) -> None:
        """Have its cards drawn at once, as it is now: what was pressed is older than that."""
        await self.store.run(_redraw, conversation_id=conversation_id, now=self.clock())

    async def changed(self, body: Payload) -> None:
        """Something was done from a window or from Home: it is drawn again, so that it shows what is true now.

        So is Home when a window lies on it: nobody opens it anew when the window is closed.
        """
        surface = _surface(body)
        redraw = self.redraws.get(surface)
        if redraw:
            await redraw(body)
        if surface not in ("", names.HOME):
            await self.home_changed(str((body.get("user") or {}).get("id") or ""))

    async def home_changed(self, slack: str) -> None:
        """Something changed for this person: their Home is drawn again, if they have looked at it lately."""
        redraw = self.redraws.get("home_of")
        if redraw:
            await redraw({"user": {"id": slack}})

    async def shown(self, body: Payload, conversation_id: str) -> None:
        """The card shows within a second what was done, or whoever pressed there is told that it waits (PRODUCT)."""
        if body.get("view"):
            return
        await asyncio.sleep(SHOWN_WITHIN)
        number = await self.store.read(_waits, conversation_id=conversation_id)
        if number is not None:
            await self.notice(body, notices.ephemeral(sentence.card_waits(number)))
        await self._astray(body, conversation_id)

    async def _astray(self, body: Payload, conversation_id: str) -> None:
        pressed = astray.Pressed.of(body, conversation_id)
        if pressed:
            await astray.taken_away(self.store, self.poster, pressed, now=self.clock())

    async def tell(self, body: Payload, words: str) -> None:
        """Say no where the press was made: on top of the window, else in a notice that only they see.

        Home offered what is not true any more, so it is drawn again; and a card that nobody redraws goes.
        """
        if _surface(body) == names.HOME:
            self.later(self.changed(body))
        if body.get("view"):
            method = "views.push" if _in_window(body) else "views.open"
            called = await self.poster.call(method, trigger_id=body.get("trigger_id"), view=notices.gone(words))
            if called.done:
                return
        await self.notice(body, notices.ephemeral(words))
        self.later(self._astray(body, ref_of((body.get("actions") or [{}])[0])))

    async def notice(self, body: Payload, message: Payload) -> Called | None:
        """Tell only the one who pressed, where they pressed: in the channel, else in their direct messages."""
        slack = str((body.get("user") or {}).get("id") or body.get("user_id") or "")
        container = body.get("container") or {}
        channel = container.get("channel_id") or body.get("channel_id")
        if channel:
            thread = container.get("thread_ts")
            called = await self.poster.call(
                "chat.postEphemeral", channel=channel, user=slack, thread_ts=thread, **message
            )
            if called.done:
                return called
        opened = await self.poster.direct_channel(slack)
        if not opened.done:
            return None
        return await self.poster.call(
            "chat.postMessage", channel=(opened.data.get("channel") or {}).get("id"), **message
        )


def _surface(body: Payload) -> str:
    """The callback_id of the view that a press was made in, "" on a card."""
    return str((body.get("view") or {}).get("callback_id") or "")


def _in_window(body: Payload) -> bool:
    """Whether the press was made in a window: the Home tab is a view too, and nothing can be pushed on top of it."""
    view = body.get("view") or {}
    return bool(view) and view.get("type", "modal") == "modal"


def _write(records: Records, *, entry: Entry) -> None:
    records.journal(entry)


def _waits(records: Records, *, conversation_id: str) -> int | None:
    """The number of a card whose redraw has to wait."""
    conversation = records.conversation(conversation_id) if records.redraw_waits(conversation_id) else None
    return conversation.number if conversation else None


def _redraw(records: Records, *, conversation_id: str, now: datetime) -> None:
    conversation = records.conversation(conversation_id)
    if conversation:
        tell.draw(records, conversation, now=now, at=now)


def ref_of(action: Payload) -> str:
    """The conversation's opaque id in a button's value, or behind the colon of an overflow entry's."""
    found = _value(action).rpartition(":")[2]
    return found if _REF.fullmatch(found) else ""


def heard_of(body: Payload) -> str:
    """What the pressed card had shown of the conversation, as its value says before the id (`Picture.heard`); or ""."""
    action = (body.get("actions") or [{}])[0]
    return _value(action).rpartition(":")[0].rpartition(":")[2]


def _value(action: Payload) -> str:
    return str(action.get("value") or (action.get("selected_option") or {}).get("value") or "")
