"""The phrases' windows: the longest fit, what is cut says so, and a preview is still about the same phrase."""

from dataclasses import replace

import pytest

from bot.domain.phrasebook import Draft, Kept
from bot.domain.practice import PLACEHOLDERS, Phrase
from bot.slack import phrase
from bot.slack.text import length
from tests.slack import stories
from tests.slack.judge import reading, wrong_view


@pytest.mark.parametrize("letter", ["x", "\u5b57", "\U0001f9f8", '"'])
def test_twenty_of_the_longest_phrases_fit_into_one_window(letter):
    """What does not fit is said, with where the rest stands; a short one is shown whole, without that."""
    text = letter * (3000 // length(letter))
    told = Phrase(notebook="n" * 75, title="t" * 75, text=text)
    kept = [Kept(ref=f"ph_{n:08}", phrase=told, changeable=True) for n in range(20)]
    view = phrase.build(stories.book(stories.PAT, *kept))
    assert wrong_view(view) == []
    assert reading(view).count("The rest stands in Reply") == 20
    short = Kept(ref="ph_00000001", phrase=replace(told, text=text[:500]), changeable=True)
    assert "The rest" not in reading(phrase.build(stories.book(stories.PAT, short)))


def test_every_gap_is_listed_and_filled_in_the_example():
    """The window names each gap there is, and the invented family has a value for each."""
    view = reading(phrase.writing(stories.book(), None))
    assert all(f"{{{name}}}" in view for name in PLACEHOLDERS)
    assert set(phrase.EXAMPLE) == set(PLACEHOLDERS)


def test_a_preview_keeps_what_it_is_about_also_when_that_is_gone():
    """The window drawn again holds the phrase and the version it was opened with, not those of now."""
    draft = Draft(ref="ph_gone0001", notebook="Nursing", title="T", text="Words.", seen=3)
    view = phrase.writing(stories.book(stories.PAT), None, draft)
    assert wrong_view(view) == []
    read = phrase.read(view, stories.book(stories.PAT))
    assert (read.ref, read.seen) == ("ph_gone0001", 3)


@pytest.mark.parametrize("metadata", ["", "x", ":", "-1:0", "1:-1", "1:99999", "9" * 400, "\u0661:\u0661", None, 7])
def test_odd_metadata_is_the_first_page_of_no_version(metadata):
    """What nobody drew is read without a bug: a page that is there, a version that is not."""
    view = {"private_metadata": metadata}
    assert phrase.seen(view) in (-1, 1)
    drawn = phrase.build(stories.book(), page=phrase.page_of(view))
    assert drawn["private_metadata"] == "7:0"


def test_the_page_of_a_phrase():
    """The list opens where the phrase stands, at the first page for one that is gone."""
    kept = [replace(stories.OWN, ref=f"ph_{n:08}") for n in range(45)]
    shown = stories.book(stories.ALICE, *kept)
    assert [phrase.page_with(shown, f"ph_{n:08}") for n in (0, 19, 20, 44)] == [0, 0, 1, 2]
    assert phrase.page_with(shown, "ph_gone0001") == 0
