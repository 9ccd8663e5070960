"""A shift of simulated staff in a storm: each message has a plan of acts, done by whoever is free, until it is over."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests import world
from tests.kill.people import Nurse, lacks, offers, shows
from tests.kill.practice import CHANNEL_OF, CHANNELS, NAMES, NURSES, PRESCRIBERS
from tests.kill.stage import Stage

PLANS: dict[str, Sequence[tuple[str, ...]]] = {
    "general": (
        ("answer",), ("answer",), ("answer", "answer"), ("take", "answer"), ("take", "give_back", "answer"),
        ("note", "answer"), ("snooze", "answer"), ("forward", "respond", "answer"), ("taken", "take_over", "answer"), ("done",), ("take", "done"),
    ),
    "refill": (("decide",), ("decide", "enter"), ("race",), ("forward", "decide_back", "answer", "enter")),
    "appointment": (("book",), ("take", "book")),
    "insurance": (("record",), ("note", "record")),
    "referral": (("refer",), ("forward", "respond", "refer")),
}  # fmt: skip
KINDS = ("general",) * 8 + ("refill",) * 5 + ("appointment",) * 3 + ("insurance",) * 2 + ("referral",) * 2
LABELS = {
    "book": "Schedule",
    "refer": "Referral created",
    "record": "Chart updated",
    "decide": "Refill",
    "race": "Refill",
    "done": "Done",
    "respond": "Respond",
    "decide_back": "Refill",
}
GIVE_UP = 25.0  # seconds for one act; then it is begun anew
TRIES = 8  # and after so many something is wrong


@dataclass(frozen=True, kw_only=True)
class Job:
    """A message and what is done about it."""

    token: str
    kind: str
    plan: tuple[str, ...]


def jobs(count: int, *, seed: int, dice: random.Random) -> list[Job]:
    """So many messages, of all kinds, with everything that staff do."""
    made = []
    for n in range(count):
        kind = dice.choice(KINDS)
        made.append(Job(token=f"tok{seed}-{n}", kind=kind, plan=dice.choice(PLANS[kind])))
    return made


@dataclass
class Shift:
    """Everybody at work. `stuck`: acts that nobody could do."""

    play: Stage
    dice: random.Random
    stuck: list[str] = field(default_factory=list)
    acts: Counter[str] = field(default_factory=Counter)
    _locks: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _waiting: asyncio.Queue[Job] = field(default_factory=asyncio.Queue)
    _left: int = 0

    async def work(self, todo: Sequence[Job], *, at_once: int, apart: float) -> None:
        """Families write, staff act, until every plan is done. `apart`: mean seconds between two messages."""
        self._left = len(todo)
        workers = [asyncio.create_task(self._worker()) for _ in range(at_once)]
        looking = asyncio.create_task(self._look_behind())
        for job in todo:
            await self.play.write(job.token, kind=job.kind)
            self._waiting.put_nowait(job)
            await asyncio.sleep(self.dice.random() * 2 * apart)
        await asyncio.gather(*workers)
        looking.cancel()

    async def _look_behind(self) -> None:
        """Whoever sees a card that was given up after several tries looks behind it."""
        while True:
            await asyncio.sleep(0.5)
            for place in sorted(self.play.board.plain):
                async with self._locks[NURSES[0]]:
                    with suppress(aiohttp.ClientError, TimeoutError):
                        async with asyncio.timeout(GIVE_UP):
                            await Nurse(self.play, NURSES[0]).look_into(place, "I looked behind it.")
                            self.acts["look behind"] += 1
                await asyncio.sleep(1)  # it is being drawn

    async def _worker(self) -> None:
        while self._left > 0:
            try:
                job = await asyncio.wait_for(self._waiting.get(), 0.5)
            except TimeoutError:
                continue
            if self._stands(job) is None:
                self._waiting.put_nowait(job)
                await asyncio.sleep(0.3)
                continue
            await self._do(job)
            self._left -= 1

    def _stands(self, job: Job) -> dict[str, Any] | None:
        """The card, wherever it stands: another channel takes it while its own is archived.

        People go by the newest that has buttons; a pointer to where it went has none.
        """
        found = [card for channel in CHANNELS if (card := self.play.board.card(job.token, channel))]
        cards = [card for card in found if any(block["type"] == "actions" for block in card["blocks"])]
        return max(cards, key=lambda card: float(card["ts"]), default=None)

    async def _do(self, job: Job) -> None:
        owner, other = self.dice.sample(NURSES, 2)
        pair = (owner, self.dice.choice(PRESCRIBERS) if job.kind == "refill" else other)
        for number, act in enumerate(job.plan):
            for attempt in range(TRIES):
                if attempt and self._over(job, act, pair[1]):
                    break
                with suppress(aiohttp.ClientError, TimeoutError):
                    await self._act(job, act, f"{number}.{attempt}", pair)
                    self.acts[act] += 1
                    break
            else:
                seen = self._seen(job, act, pair[1])
                self.stuck.append(
                    f"STUCK: nobody could {act} about {job.token} ({job.kind}: {', '.join(job.plan)}); they saw {seen}"
                )
                return

    def _seen(self, job: Job, act: str, colleague: str) -> str:
        """The words of the card on which an act is done."""
        card = self._shown(job, act, colleague)
        return world.words(card) if card else "no card"

    def _shown(self, job: Job, act: str, colleague: str) -> dict[str, Any] | None:
        handed = act in ("respond", "decide_back")
        return self.play.board.card(job.token, Nurse(self.play, colleague).direct) if handed else self._stands(job)

    def _over(self, job: Job, act: str, colleague: str) -> bool:
        """It was done by a press that somebody gave up waiting for: the card does not offer it any more."""
        card, label = self._shown(job, act, colleague), LABELS.get(act)
        return card is not None and label is not None and lacks(label)(card)

    async def _act(self, job: Job, act: str, number: str, pair: tuple[str, str]) -> None:
        """By the one who began, or by the colleague whom they forwarded it to."""
        owner, colleague = pair
        if act == "race":
            first, second = self.dice.sample(PRESCRIBERS, 2)
            both = (self._by(who, job, "decide", number, colleague) for who in (first, second))
            for failed in await asyncio.gather(*both, return_exceptions=True):
                if failed is not None:
                    raise failed
        elif act in ("respond", "decide_back", "taken"):
            await self._by(colleague, job, act, number, colleague)
        else:
            who = self.dice.choice(PRESCRIBERS) if act == "decide" else owner
            await self._by(who, job, act, number, colleague)

    async def _by(self, who: str, job: Job, act: str, number: str, colleague: str) -> None:
        """Their patience is counted from when they turn to it: before that they may be busy with others."""
        async with self._locks[who], asyncio.timeout(GIVE_UP):
            nurse, token = Nurse(self.play, who), job.token
            card = self._stands(job)
            channel = str(card["channel"]) if card else CHANNEL_OF[job.kind]
            words = f"Answer {number} of {who} to {token}, as it was said."
            match act:
                case "answer":
                    await nurse.answer(token, words, channel)
                case "forward":
                    await nurse.forward(token, colleague, channel, f"Please look at {token}.")
                case "respond":
                    await nurse.respond(token, nurse.direct, "It can wait.")
                case "decide":
                    await nurse.decide(token, channel, words)
                case "decide_back":
                    await nurse.decide(token, nurse.direct, words, back=True)
                case "book":
                    await nurse.book(token, channel, words)
                case "record":
                    await nurse.record(token, channel)
                case "refer":
                    await nurse.refer(token, channel, words)
                case "note":
                    await nurse.note(token, channel, words)
                case "snooze":
                    await nurse.snooze(token, channel, seconds=15)  # a clock may be ahead
                case _:
                    await self._pushed(nurse, token, act, channel)

    async def _pushed(self, nurse: Nurse, token: str, act: str, channel: str) -> None:
        label, until = {
            "take": ("Take it", offers("Give it back")),
            "taken": ("Take it", shows(NAMES[nurse.slack])),
            "take_over": ("Take it", shows(NAMES[nurse.slack])),
            "give_back": ("Give it back", lacks("Give it back")),
            "done": ("Done", offers("Reopen")),
            "enter": ("Entered in EHR", lacks("Entered in EHR")),
        }[act]
        await nurse.push(token, label, channel, until=until)
