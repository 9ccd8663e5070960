"""What was decided, by whom and when: on cards, in direct messages and in windows."""

from __future__ import annotations

from bot.domain.answer import still_asked
from bot.domain.decision import APPROVED, Decision, in_force
from bot.domain.picture import Picture
from bot.domain.proposal import in_words
from bot.slack.blocks import Block, Line, listed, rich, say, section, when
from bot.slack.clock import Clock
from bot.slack.people import signed
from bot.slack.text import line


def decided(picture: Picture, clock: Clock) -> list[Block]:
    """One block, or none: a line for each decision that counts."""
    kept = in_force(picture.decisions)
    if not kept:
        return []
    items = [_item(picture, decision, clock) for decision in kept[:8]]
    return [rich(section(say("Decided", bold=True)), listed(items))]


def _item(picture: Picture, decision: Decision, clock: Clock) -> Line:
    medicine = line(decision.terms.medicine, 120)
    changed = " (changed)" if decision.round > 1 else ""
    told: Line = [say(f"{medicine}: ", bold=True)] if medicine else []
    told += [say(line(in_words(decision), 300)), say(f" · {signed(decision.by)}{changed}, "), when(clock, decision.at)]
    told += [piece for visit in decision.terms.visits for piece in (say(" · "), when(clock, visit.start, bold=True))]
    facts = [line(decision.terms.specialist, 100), line(decision.terms.referral_id, 60)]
    told += [say(f" · {fact}") for fact in facts if fact]
    if not still_asked(picture, decision):
        return [*told, say(" · the request was changed since: decide it again", bold=True)]
    if decision.outcome in APPROVED:
        told.append(say(" · to be entered in the EHR" if decision.entered_at is None else " · entered in the EHR"))
    return told
