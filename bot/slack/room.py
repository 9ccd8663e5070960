"""How much fits into a window: Slack takes 100 blocks and 250 KB."""

from __future__ import annotations

import json
from collections.abc import Sequence

from bot.slack.blocks import Block

BLOCKS = 100
BYTES = 200_000  # as ASCII JSON, which is never less than what is sent; the rest of the 250 KB is the view around it


def weight(blocks: Sequence[Block]) -> int:
    """The blocks' size on the wire, at worst."""
    return len(json.dumps(blocks))


def newest_that_fit(groups: Sequence[list[Block]], *, beside: Sequence[Block]) -> int:
    """How many of the last groups fit beside the given blocks, with two blocks to spare."""
    blocks, size = BLOCKS - len(beside) - 2, BYTES - weight(beside)
    for count, group in enumerate(reversed(groups)):
        blocks -= len(group)
        size -= weight(group)
        if blocks < 0 or size < 0:
            return count
    return len(groups)


def first_that_fit(blocks: Sequence[Block], most: int = 40, largest: int = BYTES // 3) -> list[Block]:
    """The first blocks, as many as leave room for the rest of a window."""
    kept = list(blocks[:most])
    while kept and weight(kept) > largest:
        kept.pop()
    return kept


def pages(blocks: Sequence[Block], *, beside: Sequence[Block]) -> list[list[Block]]:
    """The blocks in pages that fit beside the given ones, with four blocks to spare; at least one page."""
    most, largest = BLOCKS - len(beside) - 4, BYTES - weight(beside)
    made: list[list[Block]] = [[]]
    size = 0
    for block in blocks:
        more = weight([block])
        if made[-1] and (len(made[-1]) >= most or size + more > largest):
            made.append([])
            size = 0
        made[-1].append(block)
        size += more
    return made
