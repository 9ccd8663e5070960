"""Writes one event: a dotted name and ids."""

from __future__ import annotations

import logging

from bot.log.fence import MARK
from bot.log.field import admitted, event_name
from bot.log.trace import trace


def event(logger: logging.Logger, name: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Log that something happened. `name` is dotted ("portal.message.received"); `fields` are those of `FIELDS`.

    A field that is not on the list, or whose value has not its shape, is left out and counted (`left_out`): logging
    never raises, and never writes what it does not know.
    """
    _write(logger, name, level, fields, error=None)


def failure(
    logger: logging.Logger, name: str, error: BaseException, *, level: int = logging.ERROR, **fields: object
) -> None:
    """Log that something raised: the error's type and places, never its words."""
    _write(logger, name, level, fields, error=error)


def _write(
    logger: logging.Logger, name: str, level: int, fields: dict[str, object], *, error: BaseException | None
) -> None:
    """One record that the fence knows as ours; its message is the event's name alone, whoever else formats it."""
    if not logger.isEnabledFor(level):
        return
    fit, left_out = admitted(fields)
    line: dict[str, object] = {"event": event_name(name), **fit}
    if left_out:
        line["left_out"] = left_out
    if error is not None:
        line["error"] = trace(error)
    record = logger.makeRecord(logger.name, level, "", 0, line["event"], (), None, extra={MARK: line})
    logger.handle(record)
