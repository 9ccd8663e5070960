"""HTTP mode's door: what Slack sends besides presses, what it may come to send, and what only looks like it."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from slack_sdk.signature import SignatureVerifier

from tests.journeys.conftest import OpenDesk
from tests.world import PRACTICE, SIGNING, World

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
RATE_LIMITED = {"token": "x", "type": "app_rate_limited", "team_id": "T1", "api_app_id": "A1", "minute_rate_limited": 1}


@pytest.fixture
async def door(open_desk: OpenDesk) -> World:
    """The usual practice, in HTTP mode."""
    return await open_desk(PRACTICE, http_mode=True)


async def bring(desk: World, body: bytes, kind: str, *, sign: bool = True) -> tuple[int, str]:
    """What a request with that body is answered with."""
    stamp, headers = str(int(time.time())), {"Content-Type": kind}
    if sign:
        signature = SignatureVerifier(SIGNING).generate_signature(timestamp=stamp, body=body)
        headers |= {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": str(signature)}
    async with desk.http.post(desk.url + "/slack/events", data=body, headers=headers) as answer:
        return answer.status, await answer.text()


def payload(**told: Any) -> bytes:
    """An interaction as Slack sends it: JSON in a form's field."""
    return urlencode({"payload": json.dumps(told)}).encode()


async def test_slack_looks_at_our_certificate_without_a_signature(door: World):
    """`ssl_check=1` alone is answered with an empty 200, as Bolt does; nothing else goes unsigned."""
    assert await bring(door, b"token=x&ssl_check=1", FORM, sign=False) == (200, "")
    assert await bring(door, b"token=x&ssl_check=1", FORM) == (200, "")
    for body in (b"ssl_check=0", b"ssl_check=true", b"payload=%7B%7D", b"command=%2Fportal&text=ssl_check%3D1"):
        assert (await bring(door, body, FORM, sign=False))[0] == 401, body


async def test_what_is_newer_than_we_are_is_acknowledged(door: World):
    """A sort of payload or of envelope that nobody knows: Slack need not send it again, and counts no failure."""
    assert await bring(door, json.dumps(RATE_LIMITED).encode(), JSON) == (200, "")
    assert await bring(door, payload(type="hologram_pressed", user={"id": "U0ALICE"}), FORM) == (200, "")
    assert await bring(door, json.dumps({"type": "event_callback", "event": {"type": "new"}}).encode(), JSON) == (
        200,
        "",
    )


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"payload=%ff%fe", FORM),
        (b"command=%ff", FORM),
        (b'{"type": "event_callback", "event": null}', JSON),
        (b'{"type": "event_callback", "event": "x"}', JSON),
        (payload(type="block_actions", actions=[]), FORM),
        (payload(type="view_submission", view=None), FORM),
        (payload(type="view_submission", view={"callback_id": "reply"}), FORM),
        (payload(type="view_closed", view="x"), FORM),
        (payload(type="workflow_step_edit", callback_id="x"), FORM),
        (b"[]", JSON),
        (b"", JSON),
        (b"x=y", FORM),
    ],
)
async def test_what_has_no_shape_is_told_so(door: World, body: bytes, kind: str):
    """Signed, and nothing that Slack sends: 400, never a fault of ours."""
    assert (await bring(door, body, kind))[0] == 400


async def test_bytes_that_are_no_text_are_not_signed_by_slack(door: World):
    """Slack signs text: whatever stands beside other bytes is no signature of Slack's."""
    headers = {"X-Slack-Request-Timestamp": str(int(time.time())), "X-Slack-Signature": "v0=" + "0" * 64}
    async with door.http.post(door.url + "/slack/events", data=b"payload=\xff", headers=headers) as answer:
        assert answer.status == 401


async def test_a_command_may_hold_any_word(door: World):
    """Bolt takes a form with the word "payload" anywhere in it for an interaction."""
    asked = {"command": "/portal", "text": "help payload", "user_id": "U0ALICE", "team_id": "T1", "trigger_id": "1.2.a"}
    status, told = await bring(door, urlencode(asked).encode(), FORM)
    assert status == 200
    assert json.loads(told)["response_type"] == "ephemeral"
