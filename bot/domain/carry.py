"""What a carried delivery changes: the receipt, the refusal, the doubt, mirrored where people see it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain import tell
from bot.domain.alarm import Place
from bot.domain.answer import reopened
from bot.domain.conversation import Conversation, Status
from bot.domain.delivery import DECIDE_WITHIN, GIVE_UP, LEASE_OVER, TELL_AFTER, Claim, Outcome, State, What
from bot.domain.journal import Entry
from bot.domain.journal import Outcome as Ending
from bot.domain.over import DECISIONS_OFF
from bot.domain.picture import Picture
from bot.domain.place import drawn_again
from bot.domain.reply import Reply
from bot.domain.store import Records
from bot.domain.turn import open_chain

SHRINK_AFTER = timedelta(minutes=10)

_ENDINGS: dict[State, Ending] = {State.DELIVERED: "done", State.FAILED: "failed", State.UNCLEAR: "failed"}


def settle(records: Records, *, claim: Claim, outcome: Outcome, now: datetime) -> bool:
    """Settle a delivery to Slack; False when another worker has it now (fenced)."""
    if not records.settle(claim, outcome, now=now):
        return False
    if outcome.state is State.FAILED:
        tell.ring(
            records,
            key=f"delivery:{claim.what.value}:{outcome.code}",
            words=_refused(f"{claim.what.value}: {outcome.code}", ours=outcome.code.startswith("bug:")),
            now=now,
        )
        if claim.what is What.CARD and claim.slot.startswith("dm:"):
            _not_reached(records, claim, now=now)
    return True


def _not_reached(records: Records, claim: Claim, *, now: datetime) -> None:
    """A forward whose card Slack does not take to the person: whoever forwarded it is told, it is open still."""
    picture = records.picture(claim.subject)
    stands = records.place(conversation_id=claim.subject, slot=claim.slot)
    if picture is None or (stands is not None and stands.ts):
        return
    for forward in open_chain(picture.forwards):
        if claim.slot == tell.direct_slot(forward, forward.to or ""):
            tell.news(records, picture.conversation, news="not_reached", by=forward.to or "", to=forward.by, now=now)


def _refused(what: str, *, ours: bool) -> str:
    if ours:
        return (
            f"I stumbled over something that I had to post, again and again ({what}). The log says where. "
            "Run `portaldesk deliveries list`, and `portaldesk deliveries retry` with a version that has it mended."
        )
    return (
        f"Slack refused something that I had to post ({what}). "
        "Run `portaldesk deliveries list`, mend the cause, then `portaldesk deliveries retry`."
    )


def settle_card(
    records: Records, *, claim: Claim, outcome: Outcome, drawn: Picture, place: Place, now: datetime
) -> bool:
    """Settle a card that was posted or redrawn, and keep where it stands; False when fenced.

    `drawn`: what it shows. Whatever changed since then has a redraw of its own, so only this has to be looked at.
    """
    if not records.settle(claim, outcome, now=now):
        return False
    known = records.place(conversation_id=place.conversation_id, slot=place.slot)
    if known != place:
        records.save_place(place)
    if known is None or known.ts != place.ts:
        records.journal(
            Entry(
                at=now,
                actor="service",
                action="card.posted",
                subject=place.conversation_id,
                detail={"channel": place.channel, "ts": place.ts, "slot": place.slot},
            )
        )
    if place.slot == "department" and known and known.channel and known.channel != place.channel:
        # Locked by this: a post that settles in its old thread waits, and sees it.
        present = records.conversation(place.conversation_id)
        if present:
            _words_follow(records, present, now=now)
    changes_at = min((at for at in _changes_by_itself(drawn) if at > claim.claimed_at), default=None)
    if changes_at:
        tell.draw_one(records, drawn.conversation, place.slot, now=now, at=changes_at)
    return True


def _changes_by_itself(picture: Picture) -> Iterator[datetime]:
    """When a card looks different though nobody did anything: late, shrunk a while after it was done, not delivered."""
    conversation = picture.conversation
    if conversation.status is Status.OPEN:
        if conversation.due_at:
            yield conversation.due_at
    elif conversation.closed_at:
        yield conversation.closed_at + SHRINK_AFTER
    yield from (reply.written_at + TELL_AFTER for reply in picture.replies if reply.state is State.PENDING)


def settle_post(records: Records, *, claim: Claim, outcome: Outcome, place: Place, now: datetime) -> bool:
    """Settle a later message's post in the thread, and keep where it stands; False when fenced."""
    if not records.settle(claim, outcome, now=now):
        return False
    records.save_place(place)
    conversation = records.conversation(place.conversation_id)
    home = records.place(conversation_id=place.conversation_id, slot="department")
    moved = home is not None and home.channel != place.channel
    if conversation and (conversation.confidential or moved) and claim.slot != place.slot:
        _words_follow(records, conversation, now=now)
    return True


def _words_follow(records: Records, conversation: Conversation, *, now: datetime) -> None:
    """Later messages' posts show what may be shown where they stand now: the card moved, or became confidential."""
    picture = records.picture(conversation.id)
    if picture:
        tell.quieten(records, conversation, picture.messages, now=now)


def settle_unshown(records: Records, *, claim: Claim, outcome: Outcome, channel: str, ts: str, now: datetime) -> bool:
    """Settle the post about what could not be shown, and keep where it stands; False when fenced."""
    if not settle(records, claim=claim, outcome=outcome, now=now):
        return False
    if ts:
        records.unshown_stands(claim.subject, channel=channel, ts=ts)
    return True


def settle_elsewhere(records: Records, *, claim: Claim, code: str, now: datetime) -> bool:
    """The card could not be posted where it belongs: it is drawn again where people see it; False when fenced."""
    if not records.settle(claim, Outcome(state=State.DROPPED, code=code), now=now):
        return False
    drawn_again(records, conversation_id=claim.subject, now=now)
    return True


def settle_reply(records: Records, *, claim: Claim, outcome: Outcome, now: datetime) -> bool:
    """Settle an answer and say on the card what became of it; False when fenced."""
    conversation = records.conversation(claim.conversation_id) if claim.conversation_id else None
    reply = records.reply(claim.subject)  # read behind the lock: the portal's own word may have come meanwhile
    if reply is None or conversation is None:
        return records.settle(claim, replace(outcome, state=State.FAILED, code="unknown_reply"), now=now)
    outcome = _judged(reply, outcome, now=now)
    if not records.settle(claim, outcome, now=now):
        return False
    if outcome.code == LEASE_OVER:  # nothing was tried: as little is known of the answer as before
        return True
    if outcome.code == "switched_off":
        _switched_off(records, conversation, mirrored(reply, claim, outcome, now=now), now=now)
        return True
    if reply.code != "portal_failed":  # the portal took it and could not deliver it: its last word counts
        _keep(records, conversation, mirrored(reply, claim, outcome, now=now), outcome, now=now)
    if outcome.code == "unauthorized":
        _stop(records, conversation.portal, now=now)
    elif outcome.state is State.DELIVERED:
        records.close_alarm(key=f"portal:{conversation.portal}:unauthorized", now=now)
    return True


def _judged(reply: Reply, outcome: Outcome, *, now: datetime) -> Outcome:
    """How a try ended, given what the portal said by itself meanwhile, and how long it has been tried."""
    if reply.state is State.DELIVERED:
        return Outcome(state=State.DELIVERED, code="portal_status", ref=outcome.ref)
    if reply.code == "portal_failed" and outcome.state is not State.DELIVERED:
        return Outcome(state=State.FAILED, code="portal_failed")
    if outcome.state is State.PENDING and outcome.counted and now - reply.written_at > GIVE_UP:
        return _given_up(outcome)
    return outcome


def _given_up(outcome: Outcome) -> Outcome:
    if outcome.maybe_sent:
        return replace(outcome, state=State.UNCLEAR, words="the portal has not confirmed it for 24 hours")
    return replace(outcome, state=State.FAILED, code="gave_up", words="the portal could not be reached for 24 hours")


def mirrored(reply: Reply, claim: Claim, outcome: Outcome, *, now: datetime) -> Reply:
    """The answer as its delivery is now."""
    unclear = outcome.state is State.UNCLEAR
    known = reply.delivered_at if reply.state is State.DELIVERED else None  # the portal said so itself, meanwhile
    return replace(
        reply,
        state=outcome.state,
        attempts=claim.attempts,
        first_tried_at=reply.first_tried_at or now,
        last_tried_at=now,
        next_try_at=outcome.again_at,
        delivered_at=known or now if outcome.state is State.DELIVERED else None,
        portal_message_id=outcome.ref or reply.portal_message_id,
        portal_status=reply.portal_status or ("accepted" if outcome.state is State.DELIVERED else None),
        code=outcome.code,
        reason=outcome.words,
        decide_by=now + DECIDE_WITHIN if unclear else None,
        owner=reply.author.slack if unclear else reply.owner,
    )


def _keep(records: Records, conversation: Conversation, reply: Reply, outcome: Outcome, *, now: datetime) -> None:
    records.save_reply(reply)
    if outcome.state is State.PENDING:
        if outcome.code == "unauthorized" or now - reply.written_at >= TELL_AFTER:  # else it says Sending for so long
            tell.draw(records, conversation, now=now)
        return
    records.journal(
        Entry(
            at=now,
            actor="service",
            action=f"reply.{outcome.state.value}",
            subject=conversation.id,
            outcome=_ENDINGS.get(outcome.state, "done"),
            detail={"reply": reply.id, "attempts": reply.attempts, "code": outcome.code},
        )
    )
    arrived = outcome.state is State.DELIVERED
    conversation = conversation if arrived else reopened(records, conversation)
    tell.draw(records, conversation, now=now)
    if not arrived:
        tell.writer(records, conversation, reply, now=now)


def _switched_off(records: Records, conversation: Conversation, reply: Reply, *, now: datetime) -> None:
    """The portal has no call for a decision without words: the admins are told once, and nothing is wrong."""
    records.save_reply(reply)
    portal = conversation.portal
    key = f"portal:{portal}{DECISIONS_OFF}"
    if not records.history(key):  # told once for good: there is nothing to do about it
        records.journal(Entry(at=now, actor=f"portal:{portal}", action="portal.decisions_off", subject=key))
        _tell_of_decisions(records, key, portal, now=now)
    tell.draw(records, conversation, now=now)


def _tell_of_decisions(records: Records, key: str, portal: str, *, now: datetime) -> None:
    tell.ring(
        records,
        key=key,
        words=f"The portal {portal} does not take decisions without words. They are kept here and shown in History; "
        "answers with words carry their decisions all the same. Nothing needs to be done.",
        now=now,
    )


def _stop(records: Records, portal: str, *, now: datetime) -> None:
    if records.stop_portal(portal, now=now):
        tell.ring(
            records,
            key=f"portal:{portal}:unauthorized",
            words=f"The portal {portal} refuses our signature (401). Its answers wait, nothing is lost. "
            f"Put the right secret into PORTALDESK_PORTAL_{portal.upper()}_SECRETS and start the service again.",
            now=now,
        )
