"""Why an answer is not with the family yet, and what a person can do about it."""

from __future__ import annotations

import re

from bot.domain.phase import Phase, Situation
from bot.domain.picture import Picture
from bot.domain.reply import Reply
from bot.slack.blocks import Block, joined, rich, say, section
from bot.slack.clock import Clock
from bot.slack.people import phone
from bot.slack.text import line

_ACCOUNT = frozenset({"403", "404", "410"})
_WORDS = frozenset({"400", "413", "415", "422"})


def trouble(picture: Picture, seen: Situation, clock: Clock, *, minimal: bool) -> list[Block]:
    """One block, or none. Minimal: nothing that the portal said, since it may hold a family's words."""
    reply = seen.reply
    if reply is None:
        return []
    match seen.phase:
        case Phase.FAILED:
            why = line(reply.reason, 300) or "the portal gave no reason"
            told = [
                [say("Why: ", bold=True), say("press Open." if minimal else _sentence(why))],
                [say("What to do: ", bold=True), say(_after_failure(picture, seen, reply, minimal=minimal))],
            ]
        case Phase.UNCLEAR:
            told = [
                [say("The family may have this answer, or may not. Nothing is sent again until a person says so.")],
                [say("What to do: ", bold=True), say(_in_doubt(reply))],
            ]
        case Phase.STOPPED:
            knows = picture.practice.admins[0].name if picture.practice.admins else "the practice's admin"
            kept = f"The answer is kept and goes out when it is mended; {line(knows, 80)} knows."
            told = [[say(f"The portal refuses our signature, so nothing leaves right now. {kept}")]]
        case Phase.DELAYED if reply.next_try_at and reply.next_try_at > clock.now:
            because = "" if minimal or not line(reply.reason) else f"{_capital(_sentence(line(reply.reason, 300)))} "
            told = [[say(f"{because}The answer is kept and tried again by itself. Nobody needs to press anything.")]]
        case _:
            return []
    return [rich(section(*joined(told)))]


def _sentence(words: str) -> str:
    return words if re.search(r"[.!?…]$", words) else f"{words}."


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _after_failure(picture: Picture, seen: Situation, reply: Reply, *, minimal: bool) -> str:
    number = "" if minimal else phone(picture.sender.phone)
    call = f"phone the family{f' at {number}' if number else ''}."
    if not seen.answerable:
        return call
    codes = {reply.code.removeprefix("http_")}
    if reply.code == "not_found":
        return "press Retry; it goes out under the same number, by which the portal knows it."
    if reply.code == "gave_up":
        return f"press Retry when the portal can be reached again. Or {call}"
    if codes & _ACCOUNT:
        return f"ask the front desk to check the account, then press Retry. Or {call}"
    if codes & _WORDS:
        return f"press Reply and write it in other words. Or {call}"
    return f"press Retry once the cause is mended. Or {call}"


def _in_doubt(reply: Reply) -> str:
    if reply.code == "restored":
        return "look into the portal: it may have left since the backup. Then press Mark delivered or Send again."
    if reply.code == "cannot_tell":
        return "look into the portal yourself, it cannot tell us. Then press Mark delivered or Send again."
    if reply.code == "look_up_failed":
        return "the portal could not be asked just now. Press Check portal again, or look into the portal yourself."
    return "press Check portal, or look into the portal yourself."
