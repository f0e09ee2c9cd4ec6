"""What Prometheus reads under `/metrics`. Every `Metrics` has a registry of its own; nothing is counted globally."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from bot.prices.current_catalog import CurrentCatalog
from bot.queue.store import Backlog
from bot.store import Database
from pricing import Catalog

CONTENT_TYPE = CONTENT_TYPE_LATEST
ACK_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3)
ANSWER_SECONDS = (0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300)
PING_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1, 5)


class Metrics:
    """Counters and clocks of one bot. Those of requests cost some microseconds each, the rest is read when asked."""

    def __init__(self, registry: CollectorRegistry, box: CurrentCatalog, today: Callable[[], date]) -> None:
        self.registry = registry
        self._requests = Counter(
            "ftcost_requests", "Requests from Slack by kind and outcome.", ("kind", "outcome"), registry=registry
        )
        self._ack = Histogram(
            "ftcost_ack_seconds",
            "From a request's arrival to its acknowledgement.",
            ("kind",),
            buckets=ACK_SECONDS,
            registry=registry,
        )
        self._jobs = Counter(
            "ftcost_jobs", "Accepted work that came to an end.", ("kind", "outcome"), registry=registry
        )
        self._answer = Histogram(
            "ftcost_answer_seconds",
            "From a request's acceptance to the last message of its answer.",
            ("kind",),
            buckets=ANSWER_SECONDS,
            registry=registry,
        )
        self._slack_calls = Counter(
            "ftcost_slack_calls",
            "Calls of Slack's Web API by method and outcome: ok, ratelimited (429), http_503, an error's name, lost.",
            ("method", "outcome"),
            registry=registry,
        )
        self._ping = Histogram(
            "ftcost_database_ping_seconds",
            "How long the database takes to answer.",
            buckets=PING_SECONDS,
            registry=registry,
        )
        self._failed_pings = Counter(
            "ftcost_database_ping_failures", "Times that the database did not answer.", registry=registry
        )
        self._queue = Gauge(
            "ftcost_queue_jobs",
            "Accepted work that is not done: waiting for somebody, or running. The same for all replicas.",
            ("state",),
            registry=registry,
        )
        self._oldest = Gauge(
            "ftcost_queue_oldest_seconds", "Age of the oldest work that is not done.", registry=registry
        )
        self._left = Gauge(
            "ftcost_queue_waiting_seconds",
            "Age of the oldest work that nobody begins although it could be.",
            registry=registry,
        )
        self._catalog_age = Gauge(
            "ftcost_catalog_age_days", "Days since a price of the catalogue was last checked.", registry=registry
        )
        self._catalog_age.set_function(lambda: _days_since_checked(box.catalog, today()))

        # Looked up once: a request should not notice that it is counted.
        self._of_request = cache(lambda kind, outcome: (self._requests.labels(kind, outcome), self._ack.labels(kind)))
        self._of_call = cache(self._slack_calls.labels)

    def request(self, kind: str, outcome: str, seconds: float) -> None:
        """A request was answered, or refused."""
        count, clock = self._of_request(kind, outcome)
        count.inc()
        clock.observe(seconds)

    def job(self, kind: str, outcome: str) -> None:
        """Work ended: done, failed, or handed back."""
        self._jobs.labels(kind, outcome).inc()

    def answered(self, kind: str, seconds: float) -> None:
        self._answer.labels(kind).observe(seconds)

    async def ping(self, database: Database) -> None:
        """Ask the database whether it is there. Raises where it is not."""
        started = time.perf_counter()
        try:
            await database.ping()
        except Exception:
            self._failed_pings.inc()
            raise
        self._ping.observe(time.perf_counter() - started)

    def slack_call(self, method: str, outcome: str) -> None:
        self._of_call(method, outcome).inc()

    def queue(self, backlog: Backlog | None) -> None:
        """How much work there is; None where that is not known."""
        waiting, running, oldest, left = backlog.figures() if backlog else (math.nan,) * 4
        self._queue.labels("waiting").set(waiting)
        self._queue.labels("running").set(running)
        self._oldest.set(oldest)
        self._left.set(left)

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self.registry)


_KINDS = {
    "view_submission": "submission",
    "view_closed": "submission",
    "block_actions": "action",
    "shortcut": "shortcut",
    "message_action": "shortcut",
    "event_callback": "event",
}


def kind_of(body: dict[str, Any]) -> str:
    """What somebody did, in a word."""
    if body.get("command"):
        return "command" if body.get("text") else "form"
    return _KINDS.get(str(body.get("type")), "unknown")


def _days_since_checked(catalog: Catalog, today: date) -> float:
    """Of the price that was checked last; not a number where there is none."""
    offers = catalog.offers.values()
    checks = {price.source.checked_on for offer in offers for kind in offer.prices.values() for price in kind}
    return (today - max(checks)).days if checks else math.nan
