"""Counts for Prometheus: how much and how fast, never who."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class Metrics:
    """One registry for one service. Labels are ids of portals, names of states and HTTP statuses."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.events = Counter(
            "portaldesk_portal_events", "Events from portals, by answer", ["portal", "status"], registry=self.registry
        )
        self.tries = Counter(
            "portaldesk_delivery_tries", "Tries of the outbox, by what", ["what"], registry=self.registry
        )
        self.waiting = Gauge("portaldesk_outbox_lanes_waiting", "Lanes of the outbox with work", registry=self.registry)
        self.alarms = Gauge("portaldesk_alarms_open", "Open alarms", registry=self.registry)
        self.press_seconds = Histogram(
            "portaldesk_press_seconds",
            "From a press to its acknowledgement",
            buckets=(0.005, 0.02, 0.1, 0.5, 1, 2.5, 3),
            registry=self.registry,
        )

    def event_answered(self, portal: str, status: str) -> None:
        """One event was answered."""
        self.events.labels(portal, status).inc()

    def tried(self, what: str) -> None:
        """The outbox tried one delivery."""
        self.tries.labels(what).inc()

    def page(self) -> bytes:
        """The text that Prometheus scrapes."""
        return generate_latest(self.registry)
