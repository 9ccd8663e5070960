"""Where a card stands: its department's channel, or another visible one while that cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from bot.domain import tell
from bot.domain.alarm import Channel
from bot.domain.conversation import Conversation
from bot.domain.journal import Entry
from bot.domain.practice import Practice
from bot.domain.store import Records

TROUBLES = {
    "not_found": "does not exist, or I cannot see it. Invite me there (/invite @Portal Desk), or name another channel",
    "archived": "is archived. Unarchive it, or name another channel",
    "not_in_channel": "does not have me as a member. Invite me there (/invite @Portal Desk)",
    "shared_outside": "is shared with another company. Name a channel that only your practice can read",
}


def candidates(practice: Practice, *, department: str, slot: str) -> Iterator[str]:
    """Channels as the practice file names them, the right one first, then those where people will see it."""
    if slot == "urgent" and practice.urgent_channel:
        yield practice.urgent_channel
    yield practice.department(department).channel
    yield practice.department(practice.default_department).channel
    for other in practice.departments:
        yield other.channel


def usable(records: Records, *, department: str, slot: str) -> Channel | None:
    """The channel to post in now; None when not a single one of the practice's channels can be used.

    Also None while Slack was not asked yet which channel a #name is: better a moment later than to other people.
    """
    practice = tell.in_force(records)
    for named in candidates(practice, department=department, slot=slot):
        known = records.channel(named)
        if known is None and named.startswith("#"):
            return None
        channel = known or Channel(named=named, id=named)
        if channel.id and not channel.trouble:
            return channel
    return None


def home_of(records: Records, practice: Practice, department: str) -> str:
    """The department that can be reached: that one, or the default one while that one's channel cannot be used."""
    default = practice.default_department
    lost = not _reached(records, practice, department)
    return default if lost and _reached(records, practice, default) else department


def _reached(records: Records, practice: Practice, department: str) -> bool:
    named = practice.department(department).channel
    channel = records.channel(named)
    return channel is None or not channel.trouble


def rehome(records: Records, conversation: Conversation, *, now: datetime) -> Conversation:
    """Give an open conversation to the default department while its own cannot be reached, so that people may act."""
    practice = tell.in_force(records)
    home = home_of(records, practice, conversation.department)
    if home == conversation.department:
        return conversation
    why = f"{conversation.department} has no channel that can be used just now"
    moved = replace(conversation, department=home, why_here=why)
    records.save_conversation(moved)
    records.journal(
        Entry(
            at=now,
            actor="service",
            action="conversation.rehomed",
            subject=conversation.id,
            detail={"from": conversation.department, "to": home},
        )
    )
    return moved


def rehomed(records: Records, *, conversation_id: str, now: datetime) -> None:
    """The same for a card that could not be posted; it is drawn again where it belongs now."""
    conversation = records.conversation(conversation_id)
    if conversation:
        tell.draw(records, rehome(records, conversation, now=now), now=now)


def troubled(records: Records, *, channel_id: str, trouble: str, now: datetime) -> bool:
    """A channel cannot be used (`trouble` empty: it can again). Its open cards go where people see them.

    True when that changed something.
    """
    practice = tell.in_force(records)
    changed = False
    for named in names(practice):
        known = records.channel(named) or Channel(named=named, id=None if named.startswith("#") else named)
        if known.id != channel_id or known.trouble == trouble:
            continue
        records.save_channel(replace(known, trouble=trouble))
        changed = True
        _tell(records, named, trouble=trouble, now=now)
    if changed:
        for place in records.open_places(channel=channel_id):
            rehomed(records, conversation_id=place.conversation_id, now=now)
    return changed


def names(practice: Practice) -> tuple[str, ...]:
    """The channels that the practice file names, each once."""
    urgent = [practice.urgent_channel] if practice.urgent_channel else []
    return tuple(dict.fromkeys([*urgent, *(department.channel for department in practice.departments)]))


def unknown(records: Records) -> bool:
    """Whether the practice file in force names a channel that nobody looked at yet."""
    return any(records.channel(named) is None for named in names(tell.in_force(records)))


def _tell(records: Records, named: str, *, trouble: str, now: datetime) -> None:
    key = f"channel:{named}"
    records.journal(
        Entry(at=now, actor="service", action="channel.changed", subject=named, detail={"trouble": trouble})
    )
    if not trouble:
        records.close_alarm(key=key, now=now)
        return
    words = (
        f"The channel {named} {TROUBLES.get(trouble, 'cannot be used')}. Until then its cards go to another channel."
    )
    tell.ring(records, key=key, words=words, now=now)
