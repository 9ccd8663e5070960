"""What was read of a channel: stretches of time without a gap, whatever order pages and looks come in."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.slack.seen import CARD_EVENT, LAG, MOST_KEYS, Seen


def posted(*at: float, key: str = "k") -> list[dict[str, Any]]:
    """Messages of ours in that order."""
    return [
        {"ts": f"{ts:.6f}", "metadata": {"event_type": CARD_EVENT, "event_payload": {"key": f"{key}{ts:g}"}}}
        for ts in at
    ]


def test_a_look_goes_on_where_the_one_before_was_cut_short():
    """The first page was read, the second one failed: next time only what is below it, and what came since."""
    seen, since = Seen(), 100.0
    seen.begin(since)
    assert seen.gap(100.0) == (100.0, math.inf)
    seen.page(posted(900, 850, 800), (100.0, math.inf))
    seen.begin(since)
    assert seen.gap(100.0) == (900 - LAG, math.inf)
    seen.whole((900 - LAG, math.inf))
    assert seen.gap(100.0) == (100.0, 800.0)
    seen.whole((100.0, 800.0))
    assert seen.gap(100.0) is None
    assert seen.gap(50.0) == (50.0, 100.0)
    assert seen.ts("k850", since=100.0) == "850.000000"
    assert seen.ts("k850", since=860.0) is None


def test_pages_may_come_with_the_oldest_first():
    """A thread is told so; then the rest is what lies above."""
    seen = Seen()
    seen.page(posted(200, 300), (100.0, math.inf))
    assert seen.gap(100.0) == (300.0, math.inf)


def test_a_page_with_one_message_says_nothing_about_the_order():
    """Only the end of the pages does."""
    seen = Seen()
    seen.page(posted(200), (100.0, math.inf))
    assert seen.gap(100.0) == (100.0, math.inf)


def test_of_two_with_one_key_the_later_one_is_told():
    """The card was taken away and posted anew."""
    seen = Seen()
    seen.page(
        [
            {**message, "metadata": {"event_type": CARD_EVENT, "event_payload": {"key": "k"}}}
            for message in posted(200, 300)
        ],
        (0.0, 1e9),
    )
    assert seen.ts("k", since=0) == "300.000000"


def test_it_does_not_grow_without_an_end():
    """Beyond so many keys what was posted before this look's time is forgotten, and read again when it is asked for."""
    seen = Seen()
    seen.page(posted(*range(1, MOST_KEYS + 3)), (0.0, math.inf))
    seen.begin(100.0)
    assert seen.gap(100.0) == (MOST_KEYS + 2 - LAG, math.inf)
    assert seen.ts("k100", since=100) == "100.000000"
    assert seen.ts("k99", since=0) is None
    seen.whole((MOST_KEYS - LAG, math.inf))
    assert seen.gap(50.0) == (50.0, 100.0)


@given(
    st.lists(
        st.tuples(st.integers(1, 400), st.integers(1, 12), st.booleans(), st.integers(0, 60)), min_size=1, max_size=12
    )
)
def test_whatever_cuts_looks_short_everything_is_read_before_the_end_is_told(looks: list[tuple[int, int, bool, int]]):
    """Looks with their first second, how many pages succeed, the order of pages, and what is posted before the next.

    Whenever no gap is left, every message since then is known. A message never appears below one that is older by LAG.
    """
    seen, channel = Seen(), [float(ts) for ts in range(1, 300, 3)]
    for since, pages, upward, more in looks:
        left = pages
        seen.begin(since)
        channel += [channel[-1] + 1 + n for n in range(more)]
        while (gap := seen.gap(since)) and left:
            there = [ts for ts in channel if gap[0] <= ts < gap[1]]
            there = there if upward else there[::-1]
            while there and left:
                seen.page(posted(*there[:7]), gap)
                there, left = there[7:], left - 1
            if not there:
                seen.whole(gap)
        if gap is None:
            assert all(seen.ts(f"k{ts:g}", since=since) for ts in channel if ts >= since)
