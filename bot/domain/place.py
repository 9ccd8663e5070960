"""Where a card stands: its department's channel, or another visible one while that cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain import tell
from bot.domain.alarm import Channel, Place
from bot.domain.conversation import Conversation
from bot.domain.delivery import REDRAWS_A_MINUTE
from bot.domain.journal import Entry
from bot.domain.practice import Practice
from bot.domain.store import Records

NO_POSTING = "no_posting"  # only a post tells it: whoever looks at such a channel finds nothing wrong
TROUBLES = {
    "not_found": "does not exist, or I cannot see it. Invite me there (/invite @Portal Desk), or name another channel",
    "archived": "is archived. Unarchive it, or name another channel",
    "not_in_channel": "does not have me as a member. Invite me there (/invite @Portal Desk)",
    NO_POSTING: "does not let me post. Let me post there, then name it again under /portal map",
    "replaced": "is another channel now than the one that had this name. If it is the right one, name it by its id",
    "shared_outside": "is shared with another company. Name a channel that only your practice can read",
}
_OTHERS_READ = frozenset({"replaced", "shared_outside"})  # words must not stay where others may read them
# A hundred cards that move at once would fill what Slack allows for minutes, and whoever presses waits behind them.
MOVES_APART = timedelta(minutes=1) / (REDRAWS_A_MINUTE * 0.8)


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

    Also None while nobody has asked Slack about a channel yet (it may be shared with another company, or a #name may
    be anybody's): better a moment later than to other people.
    """
    practice = tell.in_force(records)
    for named in candidates(practice, department=department, slot=slot):
        known = records.channel(named)
        if known is None or known.unseen:
            return None
        if known.id and not known.trouble:
            return known
    return None


def stand_ins(records: Records, practice: Practice, conversation: Conversation) -> frozenset[str]:
    """Departments whose people may act beside the conversation's own: the default one, while that cannot be reached.

    Never for a confidential conversation. The conversation itself stays where it is: when its channel can be used
    again, nothing has to be taken back.
    """
    own, default = conversation.department, practice.default_department
    if conversation.confidential or _reached(records, practice, own) or not _reached(records, practice, default):
        return frozenset()
    return frozenset({default})


def _reached(records: Records, practice: Practice, department: str) -> bool:
    channel = records.channel(practice.department(department).channel)
    return channel is None or not channel.trouble


def drawn_again(records: Records, *, conversation_id: str, now: datetime) -> None:
    """Have a card drawn where it belongs now."""
    conversation = records.conversation(conversation_id)
    if conversation:
        tell.draw(records, conversation, now=now)


def gone(records: Records, *, lost: Place, found: str | None, now: datetime) -> bool:
    """The card is not where it stood: somebody deleted it in Slack. It is posted again, or drawn where it was `found`.

    False when it was moved or drawn anew meanwhile.
    """
    known = records.place(conversation_id=lost.conversation_id, slot=lost.slot)
    if known is None or (known.ts, known.channel) != (lost.ts, lost.channel):
        return False
    records.save_place(replace(known, ts=found))
    records.journal(
        Entry(at=now, actor="service", action="card.lost", subject=lost.conversation_id, detail={"slot": lost.slot})
    )
    drawn_again(records, conversation_id=lost.conversation_id, now=now)
    return True


def troubled(records: Records, *, channel_id: str, trouble: str, now: datetime, only: str = "") -> bool:
    """A channel cannot be used (`trouble` empty: it can again). Its open cards go where people see them, and back.

    Urgent ones go at once, the others one after the other, at a pace that leaves room for what people do meanwhile.

    `only`: that is known of this one of its names; else of all but a #name that another channel has now. False when
    the practice does not name such a channel: it is a direct message's, or a former one.
    """
    practice = tell.in_force(records)
    ours, changed = False, set[str]()
    for named in names(practice):
        known = records.channel(named) or Channel(named=named, id=None if named.startswith("#") else named)
        if known.id != channel_id:
            continue
        ours = True
        if known.trouble == trouble or (named != only if only else known.trouble == "replaced"):
            continue
        records.save_channel(replace(known, trouble=trouble))
        changed.add(named)
        _tell(records, named, trouble=trouble, now=now)
    if changed:
        at_once = trouble in _OTHERS_READ
        moving = {one.id: one for one in _moving(records, practice, changed)}  # once, however many posts are below it
        for n, conversation in enumerate(sorted(moving.values(), key=lambda one: not one.urgent)):
            soon = at_once or conversation.urgent or n == 0
            if soon:
                tell.draw(records, conversation, now=now)
            else:
                tell.draw_in_channels(records, conversation, now=now, at=now + n * MOVES_APART)
    return ours


def _moving(records: Records, practice: Practice, changed: set[str]) -> Iterator[Conversation]:
    """Whose open cards stand in one of these channels, or would, if it could be used; the oldest first."""
    for named in names(practice):
        channel = records.channel(named)
        for place in records.open_places(channel=channel.id) if channel and channel.id else ():
            conversation = records.conversation(place.conversation_id)
            home = practice.department(conversation.department).channel if conversation else None
            if conversation and (home in changed or named in changed):
                yield conversation


def known_as(records: Records, *, channel_id: str) -> tuple[Channel, ...]:
    """What is known of a channel, under each name that the practice file has for it."""
    found = (records.channel(named) for named in names(tell.in_force(records)))
    return tuple(known for known in found if known is not None and known.id == channel_id)


def looked_at(records: Records, *, channel_id: str, trouble: str, before: tuple[Channel, ...], now: datetime) -> bool:
    """Keep what Slack answered about a channel; False, and nothing is kept, when more was learnt since `before`.

    An event that came while Slack answered is newer than the answer: it may be shared with another company by now.
    """
    if known_as(records, channel_id=channel_id) != before:
        return False
    troubled(records, channel_id=channel_id, trouble=trouble, now=now)
    return True


def names(practice: Practice) -> tuple[str, ...]:
    """The channels that the practice file names, each once."""
    urgent = [practice.urgent_channel] if practice.urgent_channel else []
    return tuple(dict.fromkeys([*urgent, *(department.channel for department in practice.departments)]))


def unknown(records: Records) -> bool:
    """Whether the practice file in force names a channel that nobody looked at yet."""
    known = [records.channel(named) for named in names(tell.in_force(records))]
    return any(one is None or one.unseen for one in known)


def mended(records: Records, *, named: str) -> bool:
    """Whether a channel's alarm has no cause any more: it can be used, or the practice in force names another one."""
    known = records.channel(named)
    return _former(records, named) or (known is not None and not known.trouble)


def forget(records: Records, *, named: str) -> None:
    """Forget what is known of a former channel: named again, it is looked at before it is used, and rings anew."""
    if _former(records, named):
        records.save_channel(Channel(named=named, id=None))


def _former(records: Records, named: str) -> bool:
    practice = records.practice()
    return practice is not None and named not in names(practice)


def _tell(records: Records, named: str, *, trouble: str, now: datetime) -> None:
    key = f"channel:{named}"
    records.journal(
        Entry(at=now, actor="service", action="channel.changed", subject=named, detail={"trouble": trouble})
    )
    records.close_alarm(key=key, now=now)  # another trouble than before rings anew
    if not trouble:
        return
    words = (
        f"The channel {named} {TROUBLES.get(trouble, 'cannot be used')}. Until then its cards go to another channel."
    )
    tell.ring(records, key=key, words=words, now=now)
