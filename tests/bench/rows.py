"""The rows of the table: what is compared with what, the bar, the aim (PERFORMANCE.md)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.bench.measure import Figures

Figure = Callable[[Figures], float | None]


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `more`: a greater figure is better; `needs` are the parts of a run that measure it.

    Without a bar it is told as it is, and nothing is said of it.
    """

    key: str
    title: str
    figure: Figure
    bar: float | None
    aim: float | None
    unit: str
    needs: Sequence[str]
    more: bool = False

    def holds(self, figure: float, against: float | None) -> bool | None:
        """Whether the figure is as good as that; None where there is nothing to hold against."""
        if against is None:
            return None
        return figure >= against if self.more else figure <= against


def ratio(name: str, reference: str) -> Figure:
    """One median over another."""

    def figure(figures: Figures) -> float | None:
        ours, theirs = figures.median(name), figures.median(reference)
        return ours / theirs if ours is not None and theirs else None

    return figure


def plain(name: str) -> Figure:
    """A median as it is."""
    return lambda figures: figures.median(name)


def worst(*each: Figure) -> Figure:
    """The greatest of several."""

    def figure(figures: Figures) -> float | None:
        known = [value for one in each if (value := one(figures)) is not None]
        return max(known) if known else None

    return figure


ROWS = (
    Row("accepted", "events accepted a second, against floor in", ratio("service.accepted", "floor.accepted"),
        0.5, 0.8, "x", ("in", "service"), more=True),
    Row("posted", "cards posted a second, limits off, against the afternoon bot",
        ratio("service.posted", "afternoon.posted"), 3, 5, "x", ("afternoon", "service"), more=True),
    Row("cpu", "CPU of 1,000 messages, whole way, against floor in", ratio("service.cpu", "floor.cpu"),
        3.5, 2, "x", ("in", "service")),
    Row("delay", "webhook to chat.postMessage, p50 at 50 a second", plain("service.delay"), 5, 3, "ms", ("service",)),
    Row("delay_ratio", "the same against the afternoon bot", ratio("service.delay", "afternoon.delay"),
        1.0, 1.0, "x", ("afternoon", "service")),
    Row("ack", "acknowledge a press, p99 at 50 a second, against floor ack", ratio("service.ack", "ack.ack"),
        1.0, 0.4, "x", ("ack", "service")),
    Row("view", "press to views.open, p99, against floor ack", ratio("service.view", "ack.view"),
        1.5, 1.2, "x", ("ack", "service")),
    Row("storm", "slowest acknowledgement during a burst of 1,000 events", plain("service.storm"),
        100, 20, "ms", ("service",)),
    Row("send", "Send to the portal's endpoint, p50", plain("service.send"), 10, 5, "ms", ("service",)),
    Row("backlog", "backlog over 8 channels under the limit: share of the possible rate", plain("backlog.share"),
        0.90, 0.95, "x", ("backlog",), more=True),
    Row("limited", "429s in that backlog", plain("backlog.refused"), 0.5, 0, "%", ("backlog",)),
    Row("backlog_3", "the same on three replicas that share PostgreSQL", plain("backlog_3.share"),
        0.90, 0.95, "x", ("backlog_3",), more=True),
    Row("limited_3", "429s in that backlog", plain("backlog_3.refused"), 0.5, 0, "%", ("backlog_3",)),
    Row("growth", "CPU per message at 10,000 against 1,000", ratio("growth.10000", "growth.1000"),
        1.15, 1.0, "x", ("growth",)),
    Row("growth_100", "CPU per message at 100,000 against 10,000", ratio("growth.100000", "growth.10000"),
        1.15, 1.0, "x", ("growth", "growth_100")),
    Row("stored", "CPU per message with a long past stored, against 1,000", ratio("past.many.cpu", "past.few.cpu"),
        1.3, 1.1, "x", ("past",)),
    Row("stored_home", "the Home tab there, p95 (quiet or busy, the worse)",
        worst(ratio("past.many.home_quiet", "past.few.home_quiet"), ratio("past.many.home_busy", "past.few.home_busy")),
        1.3, 1.1, "x", ("past",)),
    Row("stored_search", "Open and History there of what is long handled, p95",
        ratio("past.many.search", "past.few.search"), 1.3, 1.1, "x", ("past",)),
    Row("verify", "portaldesk verify there", plain("past.many.verify"), None, None, "s", ("past",)),
    Row("audit_verify", "portaldesk audit verify there", plain("past.many.audit_verify"), None, None, "s", ("past",)),
    Row("replicas_2", "PostgreSQL: events accepted a second by two replicas, against one",
        ratio("replicas.2.accepted", "replicas.1.accepted"), 1, None, "x", ("replicas",), more=True),
    Row("replicas_4", "PostgreSQL: by four replicas, against one",
        ratio("replicas.4.accepted", "replicas.1.accepted"), 1, None, "x", ("replicas",), more=True),
    Row("memory", "peak memory against floor in", ratio("service.peak", "floor.peak"), 3.5, 2, "x", ("in", "service")),
    Row("start", "start to ready", plain("service.ready"), 2, 1, "s", ("service",)),
    Row("slow_disk", "fsync 2 ms slower: accepted a second, against the bare commit there",
        ratio("service_slow.accepted", "floor_slow.accepted"), 3, 4, "x", ("slow",), more=True),
    Row("lost", "lost or doubled", plain("lost"), 0, 0, "", ()),
)  # fmt: skip

SLOW = frozenset({"growth", "growth_100", "past"})  # parts that --quick leaves out
