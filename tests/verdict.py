"""Judges a recorded history: nothing lost, nothing twice, in order, asked for by a person, decided once."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import permutations

from tests.history import TOKEN, History, digest_of

SEND_AGAIN = "card_send_again"
ASKS = ("card_retry", "card_check_portal")  # a card with one of these asks a person to decide

HELD_BACK = "later answers in this conversation wait for this one"


def judge(found: History, *, mode: str = "idempotent") -> list[str]:
    """What went wrong, a sentence each; empty when nothing did.

    `mode`: what the portal does about repeats. At `neither` (and `lookup`) an answer may end as a card that asks a
    person, and nothing may be shown oftener than somebody pressed for it.
    """
    return [
        *_lost_events(found),
        *_twice_in_slack(found),
        *_lost_replies(found, mode),
        *_twice_at_portal(found),
        *_order(found),
        *_decisions(found, mode),
    ]


def _lost_events(found: History) -> list[str]:
    lost = sorted(token for token in found.accepted - found.named if token.startswith("tok") and "-odd" not in token)
    return [f"LOST: {token} was answered 2xx and never shown" for token in lost]


def _twice_in_slack(found: History) -> list[str]:
    twice = [
        f"TWICE: {len(ts)} messages with key {key} in {place}"
        for (key, place), ts in found.cards.items()
        if len(ts) > 1
    ]
    for (token, place), keys in found.tokens.items():
        if place.startswith("C") and len(keys) > 1:
            twice.append(f"TWICE: {token} stands on {len(keys)} cards in {place}")
    return [*twice, *_in_two_places(found)]


def _in_two_places(found: History) -> list[str]:
    """A card that moved leaves a pointer without words; two that both show words are one too many."""
    shown: dict[str, set[str]] = defaultdict(set)
    for place, key in found.key_of.items():
        if TOKEN.search(found.texts.get(place, "")):
            shown[key].add(place[0])
    return [
        f"TWICE: the card {key} shows its words in {sorted(places)}" for key, places in shown.items() if len(places) > 1
    ]


def _decisions(found: History, mode: str) -> list[str]:
    """The portal hears each confirmed decision once: one a round, and none that nobody confirmed."""
    told: dict[str, set[str]] = defaultdict(set)
    for one in found.told:
        told[one.thread_id.removeprefix("t-")].add(one.reply_id)
    wrong = []
    for token in sorted(told.keys() | found.confirmed.keys()):
        tried, confirmed = len(found.tried.get(token, ())), len(found.confirmed.get(token, ()))
        if len(told[token]) > tried:
            wrong.append(f"TWICE: {len(told[token])} decisions about {token} were told, {tried} were confirmed")
        if len(told[token]) < confirmed and mode == "idempotent":
            wrong.append(f"LOST: {confirmed} decisions about {token} were confirmed, {len(told[token])} were told")
    return wrong


def _lost_replies(found: History, mode: str) -> list[str]:
    arrived = {shown.words_sha256 for shown in found.shown}
    lost = []
    for sha, send in found.taken.items():
        if sha in arrived or (mode != "idempotent" and (_asks_about(found, send.words) or _waits(found, send.words))):
            continue
        lost.append(f"LOST: {send.words!r} was acknowledged and never reached the family")
    return lost


def _asks_about(found: History, words: str) -> bool:
    return any(words in text and any(ask in text for ask in ASKS) for text in found.texts.values())


def _waits(found: History, words: str) -> bool:
    """Whether the card of what they are about says that later answers wait for one that a person has to judge."""
    about = set(TOKEN.findall(words))
    return any(HELD_BACK in text and about.intersection(TOKEN.findall(text)) for text in found.texts.values())


def _twice_at_portal(found: History) -> list[str]:
    """Nothing is shown oftener than somebody chose to send it again; from how many windows it was sent helps to see why."""
    windows: dict[str, set[str]] = defaultdict(set)
    for send in found.sends:
        windows[digest_of(send.words)].add(send.window)
    by_words = Counter(shown.words_sha256 for shown in found.shown)
    by_id = Counter(shown.reply_id for shown in found.shown)
    again = found.presses[SEND_AGAIN]
    return [
        *(
            f"TWICE: words {sha[:12]} were shown {count} times, sent from {len(windows[sha])} windows"
            for sha, count in by_words.items()
            if count > 1 + again
        ),
        *(f"TWICE: reply {one} was shown {count} times" for one, count in by_id.items() if count > 1 + again),
        *(f"UNASKED: words {sha[:12]} were shown without any Send" for sha in by_words.keys() - windows.keys()),
    ]


def _order(found: History) -> list[str]:
    """Of two Sends, of which one was answered before the other began, the family has them in that order."""
    first: dict[str, dict[str, float]] = defaultdict(dict)
    for shown in found.shown:
        first[shown.thread_id].setdefault(shown.words_sha256, shown.at)
    taken = found.taken
    return [
        f"ORDER: {thread} got its answers in another order than they were sent"
        for thread, seen in first.items()
        if any(
            taken[a].at < taken[b].began and seen[a] > seen[b]
            for a, b in permutations([sha for sha in seen if sha in taken], 2)
        )
    ]
