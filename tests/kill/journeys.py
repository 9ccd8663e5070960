"""What is killed: the journeys of all five workflows, played by people who press again, up to what a family has."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests import verdict, world
from tests.kill import scene
from tests.kill.people import Nurse, lacks, offers
from tests.kill.practice import NURSES, PRESCRIBERS, URGENT
from tests.kill.scene import delivered
from tests.kill.stage import Stage

Play = Callable[[Stage, str], Awaitable[None]]
WITHIN = 60.0  # seconds for one step


@dataclass(frozen=True)
class Journey:
    """How it is played; how often the journal has which act afterwards; how many answers the family sees."""

    play: Play
    acts: Mapping[str, int]
    answers: int = 1
    decisions: int = 0


async def _card(stage: Stage, token: str, channel: str, *, shows: str = "") -> dict[str, Any]:
    async def seen() -> dict[str, Any] | None:
        card = stage.board.card(token, channel)
        return card if card is not None and shows in world.words(card) else None

    found: dict[str, Any] = await world.until(seen, what=f"{token} in {channel} with {shows!r}", within=WITHIN)
    return found


async def _receipt(stage: Stage, token: str, channel: str) -> None:
    nurse = Nurse(stage)
    await world.until(lambda: delivered(nurse, token, channel), what=f"the receipt of {token}", within=WITHIN)


async def answered(stage: Stage, token: str, *, who: str = NURSES[0]) -> None:
    """A family asks, a nurse answers, the family has it, the card says so."""
    await stage.write(token)
    await _card(stage, token, "C0NURSING")
    await Nurse(stage, who).answer(token, f"Answer to {token}")
    await _receipt(stage, token, "C0NURSING")


async def refilled(stage: Stage, token: str) -> None:
    """A nurse forwards a refill, the prescriber decides and it comes back, the nurse's answer brings the decision."""
    nurse, prescriber, channel = Nurse(stage, NURSES[8]), Nurse(stage, PRESCRIBERS[0]), "C0REFILLS"
    await stage.write(token, kind="refill")
    await _card(stage, token, channel)
    await nurse.forward(token, prescriber.slack, channel, f"They fly soon, {token}.")
    await _card(stage, token, prescriber.direct)
    await prescriber.decide(token, prescriber.direct, f"It is approved, {token}.", back=True)
    await _card(stage, token, nurse.direct, shows="Back with you")
    await nurse.answer(token, f"Answer to {token}", nurse.direct)
    await _card(stage, token, channel, shows="Enter in EHR")
    await nurse.push(token, "Entered in EHR", channel, until=lacks("Entered in EHR"))
    await _receipt(stage, token, channel)


async def booked(stage: Stage, token: str) -> None:
    """A visit is booked, and the family is told when."""
    await stage.write(token, kind="appointment")
    await _card(stage, token, "C0FRONT")
    await Nurse(stage, NURSES[1]).book(token, "C0FRONT", f"Answer to {token}: on Tuesday at 3:20 PM.")
    await _receipt(stage, token, "C0FRONT")


async def referred(stage: Stage, token: str) -> None:
    """A referral goes to whoever does referrals, comes back, is created, and the family has its number."""
    nurse, colleague, channel = Nurse(stage, NURSES[9]), Nurse(stage, NURSES[10]), "C0NURSING"
    await stage.write(token, kind="referral")
    await _card(stage, token, channel)
    await nurse.forward(token, colleague.slack, channel, "Please look.")
    await _card(stage, token, colleague.direct)
    await colleague.respond(token, colleague.direct, "R-77 is its number.")
    await _card(stage, token, nurse.direct, shows="Back with you")
    await nurse.refer(token, nurse.direct, f"Answer to {token}: the referral is ready, number R-77.")
    await _receipt(stage, token, channel)


async def recorded(stage: Stage, token: str) -> None:
    """An insurance change is closed without a word; only the portal hears."""
    await stage.write(token, kind="insurance")
    await _card(stage, token, "C0FRONT")
    await Nurse(stage, NURSES[2]).record(token, "C0FRONT")
    await _card(stage, token, "C0FRONT", shows="Done")


async def asided(stage: Stage, token: str) -> None:
    """Taken, noted, put aside until it wakes, handed to a colleague and back, answered at last."""
    nurse, colleague, channel = Nurse(stage, NURSES[3]), Nurse(stage, NURSES[4]), "C0NURSING"
    await stage.write(token)
    card = await _card(stage, token, channel)
    await nurse.push(token, "Take it", channel, until=offers("Give it back"))
    await nurse.note(token, channel, f"A note about {token}.")
    await stage.human("post", channel=channel, thread_ts=card["ts"], text="Said aside.", **{"as": nurse.slack})
    await _card(stage, token, channel, shows="2 notes")
    await nurse.snooze(token, channel, seconds=2)
    await nurse.forward(token, colleague.slack, channel, "Please look.")
    await _card(stage, token, colleague.direct)
    await colleague.respond(token, colleague.direct, "It can wait.")
    await _card(stage, token, nurse.direct, shows="Back with you")
    await nurse.answer(token, f"Answer to {token}", channel)
    await _receipt(stage, token, channel)


async def announced(stage: Stage, token: str) -> None:
    """Somebody looks at Home; something urgent comes, and wakes people; the family writes again; it is answered."""
    nurse, channel = Nurse(stage, NURSES[5]), "C0NURSING"
    await _home(stage, nurse)
    known = stage.board.count(URGENT)
    await stage.write(token, urgent=True)
    await _card(stage, token, channel)
    await world.until(lambda: _more(stage, known + 1, URGENT), what="the card there and the ping", within=WITHIN)
    await stage.write(f"{token}-2", thread=f"t-{token}")
    await _card(stage, token, channel, shows=f"{token}-2")
    await nurse.answer(token, f"Answer to {token}", channel)
    await _receipt(stage, token, channel)


async def _home(stage: Stage, nurse: Nurse) -> None:
    """Open Home until it is drawn."""
    while True:
        await stage.human("open_home", **{"as": nurse.slack})
        for _ in range(20):
            if (await stage.look("home", **{"as": nurse.slack}))["view"]:
                return
            await asyncio.sleep(0.1)


async def snoozed(stage: Stage, token: str) -> None:
    """Put aside; it wakes by itself, once, and is told in its thread; then it is answered."""
    nurse, channel = Nurse(stage, NURSES[6]), "C0NURSING"
    await stage.write(token)
    await _card(stage, token, channel)
    await nurse.snooze(token, channel, seconds=3)
    await world.until(lambda: _woken(stage, token), what="it to wake", within=WITHIN)
    await nurse.answer(token, f"Answer to {token}", channel)
    await _receipt(stage, token, channel)


async def _woken(stage: Stage, token: str) -> bool:
    card = stage.board.card(token, "C0NURSING")
    return card is not None and bool(stage.board.under(card))


async def strange(stage: Stage, token: str) -> None:
    """A ping of the portal's is answered; an event that nobody can use is shown to people; then an ordinary message."""
    await stage.control("ping", {})
    await world.until(stage.events_taken, what="the ping to be answered", within=WITHIN)
    odd = {"id": f"evt-{token}-odd", "retry": True, "type": "portal.message.created", "data": {}}
    await stage.control("events", odd)
    await answered(stage, token, who=NURSES[7])
    await world.until(stage.events_taken, what="every event to be taken", within=WITHIN)
    known = stage.board.count("D0PAT")
    await stage.control("events", {**odd, "data": {"another": "body"}})  # the same id: the admins are told
    await world.until(lambda: _more(stage, known, "D0PAT"), what="an alarm to the admin", within=WITHIN)


async def _more(stage: Stage, known: int, channel: str) -> bool:
    return stage.board.count(channel) > known


JOURNEYS = {
    "answered": Journey(answered, {"message.received": 1, "reply.sent": 1, "reply.delivered": 1}),
    "refilled": Journey(
        refilled,
        {"message.forwarded": 1, "refill.decided": 1, "reply.sent": 1, "reply.delivered": 1, "refill.entered": 1},
        decisions=1,
    ),
    "booked": Journey(booked, {"appointment.recorded": 1, "reply.sent": 1, "reply.delivered": 1}, decisions=1),
    "referred": Journey(
        referred,
        {"message.forwarded": 1, "message.returned": 1, "referral.recorded": 1, "reply.sent": 1, "reply.delivered": 1},
        decisions=1,
    ),
    "recorded": Journey(recorded, {"insurance.recorded": 1}, answers=0, decisions=1),
    "asided": Journey(
        asided,
        {"note.written": 2, "message.snoozed": 1, "message.forwarded": 1, "message.returned": 1, "reply.delivered": 1},
    ),
    "snoozed": Journey(snoozed, {"message.snoozed": 1, "message.woke": 1, "reply.delivered": 1}),
    "announced": Journey(announced, {"message.received": 1, "reply.sent": 1, "reply.delivered": 1}),
    "strange": Journey(
        strange, {"event.quarantined": 1, "event.conflict": 1, "message.received": 1, "reply.delivered": 1}
    ),
}


async def judge(journey: Journey, mark: scene.Mark, token: str, database: str) -> None:
    """What must be true after a journey, whatever happened on the way."""
    found = mark.read()
    assert verdict.judge(found) == []
    assert token in found.accepted
    assert len(found.shown) == journey.answers
    assert len(found.told) == journey.decisions
    assert await scene.breaches(database) == []
    assert scene.journalled(database, journey.acts) == dict(journey.acts)
