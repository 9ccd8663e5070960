"""The phrases that a reply can use, each with a preview for an invented family."""

from __future__ import annotations

from bot.domain.phrase import fill
from bot.domain.practice import Practice
from bot.slack import blocks as kit
from bot.slack import names
from bot.slack.blocks import Block, say
from bot.slack.text import cut, line

PAGE = 20
EXAMPLE = {
    "sender_first_name": "Joy",
    "sender_name": "Joy Okafor",
    "patient_first_name": "Maya",
    "patient_name": "Maya Okafor",
    "provider": "Dr. Lee",
    "pharmacy": "Harbor Pharmacy",
    "medication": "albuterol inhaler",
    "practice": "our practice",
    "department": "Nursing",
    "my_name": "Alice Moreno",
    "my_title": "RN",
    "today": "November 24",
    "appointment_time": "Dec 1, 3:20 PM",
}


def build(practice: Practice, *, page: int = 0) -> Block:
    """The window, a page at a time."""
    pages = max(1, -(-len(practice.phrases) // PAGE))
    page = min(max(page, 0), pages - 1)
    blocks: list[Block] = [kit.context("As an invented family would read them. In Reply, choose one by a few letters.")]
    for phrase in practice.phrases[page * PAGE : (page + 1) * PAGE]:
        head = say(f"{line(phrase.title, 100)}", bold=True)
        shown = cut(fill(phrase.text, EXAMPLE), 2500)
        blocks.append(kit.rich(kit.section(head, say(f"  {line(phrase.notebook, 60)}")), kit.quote(say(shown))))
    if not practice.phrases:
        blocks.append(kit.context("There are no phrases yet. They stand in the practice file, under phrases."))
    turns = [(page - 1, "Earlier")] if page else []
    turns += [(page + 1, "More")] if page + 1 < pages else []
    for to, label in turns:
        turn = kit.button(label, action=names.PHRASES_MORE, value="phrases")
        blocks.append(kit.actions([turn], block_id=f"{names.PHRASES_MORE}:{to}"))
    blocks.append(kit.context(f"They are changed in the practice file. Ask {line(practice.ask, 80)}."))
    return kit.modal("Phrases", blocks, callback=names.PHRASES, metadata="-", close="Close")
