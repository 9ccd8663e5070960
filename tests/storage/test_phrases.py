"""People's own phrases: kept for their owner alone, and still there after the process ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from bot.domain.phrasebook import PERSONAL
from bot.domain.practice import Phrase
from bot.domain.store import Records, Store
from storage.crypto import Tampered
from storage.sql import Sql
from tests.storage.family import NOW

EARS = Phrase(notebook=PERSONAL, title="ears", text="Stop the drops, {sender_first_name}.\n\nümläut \U0001f9f8")
FEVER = Phrase(notebook=PERSONAL, title="Fever", text="Plenty to drink.")


def keep(records: Records, phrase_id: str, phrase: Phrase, slack: str = "U0ALICE") -> None:
    records.keep_phrase(phrase_id, slack=slack, phrase=phrase, now=NOW)


async def of(store: Store, slack: str = "U0ALICE") -> Sequence[tuple[str, Phrase]]:
    return await store.read(lambda r: r.phrases_of(slack))


async def test_they_come_back_by_title_and_after_a_restart(url: str, opened: Callable[[str], Store], store: Store):
    """Every letter of them, whatever process reads; a changed one is the same row."""
    await store.run(keep, phrase_id="ph_2", phrase=FEVER)
    await store.run(keep, phrase_id="ph_1", phrase=FEVER)
    await store.run(keep, phrase_id="ph_1", phrase=EARS)
    await store.close()
    assert await of(opened(url)) == [("ph_1", EARS), ("ph_2", FEVER)]


async def test_only_their_owner_reads_changes_and_drops_them(store: Store):
    """Also with the right id in hand."""
    await store.run(keep, phrase_id="ph_1", phrase=EARS)
    assert await of(store, "U0GRACE") == []
    await store.run(keep, phrase_id="ph_1", phrase=FEVER, slack="U0GRACE")
    assert await store.run(lambda r: r.drop_phrase("ph_1", slack="U0GRACE")) is False
    assert (await of(store, "U0GRACE"), await of(store)) == ([], [("ph_1", EARS)])
    assert await store.run(lambda r: r.drop_phrase("ph_1", slack="U0ALICE")) is True
    assert await store.run(lambda r: r.drop_phrase("ph_1", slack="U0ALICE")) is False
    assert await of(store) == []


async def test_a_row_that_was_moved_to_another_is_not_opened(store: Store):
    """Words are sealed for their row: whoever can write to the database cannot hand them to somebody else."""
    await store.run(keep, phrase_id="ph_1", phrase=EARS)
    await store.run(keep, phrase_id="ph_2", phrase=FEVER, slack="U0GRACE")
    moved = "UPDATE own_phrases SET words_sealed = (SELECT words_sealed FROM own_phrases WHERE id = 'ph_1')"
    await store.run(lambda r: r.run(Sql(f"{moved} WHERE id = 'ph_2'")))
    with pytest.raises(Tampered, match="own_phrases"):
        await of(store, "U0GRACE")


async def test_two_changes_to_one_notebook_go_one_after_the_other(
    url: str, opened: Callable[[str], Store], store: Store
):
    """Twenty acts on two stores that each keep one only if there is none: one does."""
    other = opened(url)

    def keep_the_first(records: Records, n: int) -> bool:
        if records.phrases_of("U0ALICE"):
            return False
        keep(records, f"ph_{n}", EARS)
        return True

    made = await asyncio.gather(*((store, other)[n % 2].run(keep_the_first, n=n) for n in range(20)))
    assert sum(made) == 1
