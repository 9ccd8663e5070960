"""A process that takes messages in and carries them out until a failpoint kills it; each line it prints was promised.

Arguments: address, keys, failpoint, how many times it may be passed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from types import SimpleNamespace

from bot import failpoint
from bot.domain.alarm import Place
from bot.domain.delivery import Claim, Outcome, State
from bot.domain.store import Records
from storage.crypto import parse
from storage.store import open_store
from tests.storage.family import NOW, taken_in

INTAKES = 40
LANE = "slack:dep:Nursing"


def arm(name: str, passes: int) -> None:
    left = [passes]

    def action(reached: str) -> None:
        if reached == name:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    failpoint.arm(action)


def say(*words: object) -> None:
    print(*words, flush=True)


def posted(records: Records, claim: Claim) -> bool:
    """The settlement of a card, as an act does it."""
    place = Place(conversation_id=claim.subject, slot="department", key="k", channel="C", ts=claim.id)
    records.save_place(place)
    return records.settle(claim, Outcome(state=State.DELIVERED), now=NOW)


async def main() -> None:
    url, keys, name, passes = sys.argv[1:]
    store = open_store(url, parse(keys), load_practice=lambda _d, version: SimpleNamespace(version=version))
    arm(name, int(passes))

    async def intake(n: int) -> None:
        await store.run(taken_in, n=n)
        say("in", n)

    for n in range(0, INTAKES, 5):
        await asyncio.gather(*(intake(n + k) for k in range(1, 6)))
        claim = await store.run(lambda r: r.claim(LANE, now=NOW, by="doomed"))
        assert claim is not None
        assert await store.run(lambda r, claim=claim: r.mark_sending(claim, now=NOW))
        say("sending", claim.id)
        assert await store.run(posted, claim=claim)
        say("settled", claim.id)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main())
