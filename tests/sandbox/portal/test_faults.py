"""Each accident does what its name says, and the seeded draw repeats itself."""

import asyncio
import contextlib

import pytest
from aiohttp import ClientError, ClientTimeout

from bot.sandbox.portal import Fault, FaultPlan
from tests.sandbox.portal.conftest import journal_of

BROKEN = {"reset_before": 0, "apply_then_reset": 1, "half_answer": 1, "hang": 0, "refuse": 0}
STATUS = {
    "error_500_before": (500, 0), "error_500_after": (500, 1), "error_502_after": (502, 1), "error_503_before": (503, 0),
    "error_503_after": (503, 1), "timeout_504_after": (504, 1), "too_many_429": (429, 0), "unauthorized_401": (401, 0),
    "timeout_408": (408, 0), "redirect_307": (307, 0), "gone_410": (410, 0), "html_200": (200, 0),
    "wrong_body_before": (200, 0), "wrong_body_after": (200, 1), "slow_drip": (201, 1),
}  # fmt: skip


def test_every_incoming_fault_is_tested():
    """No accident without its test; there are at least a dozen."""
    tested = {*BROKEN, *STATUS, "apply_late"}
    assert tested == {kind.value for kind in Fault if not kind.outgoing}
    assert len(tested) >= 12


@pytest.mark.parametrize(("kind", "shown"), BROKEN.items())
async def test_a_broken_line(bot, kind, shown, config):
    """The sender gets no answer; the journal knows whether the family got the words, and a retry shows them once."""
    delay = 2.0 if kind == "refuse" else 0.1  # seconds; long enough for a second try on a busy machine
    await bot.control("faults", {"next": [kind], "delay_s": delay})
    with pytest.raises((ClientError, OSError, asyncio.TimeoutError)):
        await bot.reply()
    assert len(journal_of(config, "shown")) == shown
    if kind == "refuse":
        with pytest.raises(ClientError):
            await bot.reply()
    assert (await once_open(bot))[0] == 201
    assert len(journal_of(config, "shown")) == 1


async def once_open(bot):
    """The answer to a reply, as soon as anything listens."""
    async with asyncio.timeout(20):
        while True:
            with contextlib.suppress(ClientError):
                return await bot.reply()
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(("kind", "expected"), STATUS.items())
async def test_a_wrong_answer(bot, kind, expected, config):
    """The status is as named, and the words were shown or not as named."""
    status, shown = expected
    await bot.control("faults", {"next": [kind], "delay_s": 0.05, "retry_after_s": 7})
    got, body, headers = await bot.reply()
    assert got == status
    assert len(journal_of(config, "shown")) == shown
    assert journal_of(config, "request")[0]["fault"] == kind
    if kind == "too_many_429":
        assert headers["Retry-After"] == "7"
    if kind == "redirect_307":
        assert headers["Location"].startswith("/elsewhere")
    if status == 200:
        assert b"reply_id" not in (body if isinstance(body, bytes) else str(body).encode())


async def test_applied_late(bot, config):
    """A request that looked lost takes effect later; with a key still only once."""
    await bot.control("faults", {"next": ["apply_late"], "delay_s": 1.5})
    with pytest.raises(ClientError):
        await bot.reply()
    assert not journal_of(config, "shown")
    assert (await bot.reply())[0] == 201
    await asyncio.sleep(1.7)
    assert len(journal_of(config, "shown")) == 1


async def test_applied_late_twice_where_there_are_no_keys(bot, config):
    """Without idempotency the late one is a second answer for the family."""
    await bot.control("settings", {"mode": "neither"})
    await bot.control("faults", {"next": ["apply_late"], "delay_s": 0.05})
    with pytest.raises(ClientError):
        await bot.reply()
    await bot.reply()
    async with asyncio.timeout(10):
        while len(journal_of(config, "shown")) < 2:
            await asyncio.sleep(0.02)
    assert len(journal_of(config, "shown")) == 2


def test_the_draw_repeats_itself():
    """The same seed draws the same accidents, at about the given rate."""
    draws = [
        [plan.draw(outgoing=False, path="/v1/replies") for _ in range(500)]
        for plan in (FaultPlan(rate=0.2, seed=7), FaultPlan(rate=0.2, seed=7), FaultPlan(rate=0.2, seed=8))
    ]
    assert draws[0] == draws[1] != draws[2]
    assert 60 <= sum(fault is not None for fault in draws[0]) <= 140


async def test_a_slow_answer_is_slower_than_patience(bot):
    """A dripping answer lasts as long as the plan says."""
    await bot.control("faults", {"next": ["slow_drip"], "delay_s": 3})
    bot.session._timeout = ClientTimeout(total=0.3)
    with pytest.raises(asyncio.TimeoutError):
        await bot.reply()
