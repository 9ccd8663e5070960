"""Schedule, Chart updated, Referral created: one window in three dresses, whose words follow its fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain import outcome, outcome_words
from bot.domain.refused import Refused
from bot.domain.store import StoreUnavailable
from bot.failpoint import failpoint
from bot.slack import form, names, sentence
from bot.slack import outcome as modal
from handlers.context import Front
from handlers.windows import opens, submitted

Payload = Mapping[str, Any]
FIELDS = (
    names.OUTCOME, "visit_date_1", "visit_time_1", "visit_date_2", "visit_time_2", "visit_date_3", "visit_time_3",
    names.VISIT_PROVIDER, names.VISIT_PLACE, names.REFERRAL_TO, names.REFERRAL_NUMBER, names.REFERRAL_DATE,
    names.ANSWER_FAMILY,
)  # fmt: skip


def register(app: AsyncApp, front: Front) -> None:
    """The three buttons, every field that the words follow, and the submit."""
    for key in ("schedule", "chart_updated", "referral_created"):
        opens(app, front, key, outcome.open_outcome, modal.build)

    async def changed(ack: AsyncAck, body: Payload) -> None:
        await ack()
        front.later(_redrawn(front, body, again=False))

    async def propose(ack: AsyncAck, body: Payload) -> None:
        await ack()
        front.later(_redrawn(front, body, again=True))

    async def submit(ack: AsyncAck, body: Payload, view: Payload) -> None:
        window_id, filled = modal.read(view)
        done = submitted(front, body, view, field=names.OUTCOME)
        await ack(**await done(outcome.record, window_id=window_id, filled=filled))

    for name in FIELDS:
        app.action(name)(changed)
    app.action(names.PROPOSE_AGAIN)(propose)
    app.view(names.OUTCOME)(submit)


async def _redrawn(front: Front, body: Payload, *, again: bool) -> None:
    """A field changed: the words follow it, unless somebody wrote their own."""
    view = body.get("view") or {}
    window_id, filled = modal.read(view)
    person = await front.person(body)
    try:
        recording = await front.look(outcome.recording_of, person=person, about=window_id, window_id=window_id)
        if filled.outcome in modal.MUST_TELL:
            filled = replace(filled, tells=True)
        own = filled.words.strip() not in ("", recording.window.draft.strip()) and not again
        bump = form.bump_of(view, names.REPLY_TEXT)
        if not own and filled.tells:
            words = outcome_words.proposal(recording, filled, now=front.clock())
            bump += words.strip() != filled.words.strip()
            filled = replace(filled, words=words)
            recording = await front.store.run(outcome.recording_of, window_id=window_id, person=person, proposed=words)
    except Refused as refused:
        await front.tell(body, refused.sentence)
    except StoreUnavailable:
        await front.tell(body, sentence.NOT_READY)
    else:
        drawn = modal.build(recording, front.clock(), filled, bump=bump, edited=own)
        failpoint("window.before_redraw")
        # No hash: somebody who chooses the day and the time at once would lose the second redraw.
        await front.poster.call("views.update", view_id=view.get("id"), view=drawn)
