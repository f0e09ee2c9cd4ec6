"""Prometheus metrics of one bot, served under `/metrics`. They use a registry of their own, not the global one."""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

CONTENT_TYPE = CONTENT_TYPE_LATEST
ACK_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3)
ANSWER_SECONDS = (0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300)
PING_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1, 5)


class Metrics:
    """Counters, histograms and gauges of one bot. Counting a request costs a few microseconds.

    Args:
        registry: Holds the metrics; one registry per bot.
        catalog_age_days: Returns the days since a price of the catalogue was last checked; NaN if unknown. Called
            whenever Prometheus reads the metrics.
    """

    def __init__(self, registry: CollectorRegistry, catalog_age_days: Callable[[], float]) -> None:
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
        self._jobs = Counter("ftcost_jobs", "Jobs that ended.", ("kind", "outcome"), registry=registry)
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
            "ftcost_database_ping_failures", "Pings that the database did not answer.", registry=registry
        )
        self._queue = Gauge(
            "ftcost_queue_jobs",
            "Unfinished jobs, waiting or running. The same for all replicas.",
            ("state",),
            registry=registry,
        )
        self._oldest = Gauge("ftcost_queue_oldest_seconds", "Age of the oldest unfinished job.", registry=registry)
        self._startable = Gauge(
            "ftcost_queue_waiting_seconds",
            "Age of the oldest job that could start and has not.",
            registry=registry,
        )
        self._catalog_age = Gauge(
            "ftcost_catalog_age_days", "Days since a price of the catalogue was last checked.", registry=registry
        )
        self._catalog_age.set_function(catalog_age_days)

        # Labels are looked up once, because every request is counted.
        self._request_metrics = cache(
            lambda kind, outcome: (self._requests.labels(kind, outcome), self._ack.labels(kind))
        )
        self._slack_call_counter = cache(self._slack_calls.labels)

    def count_request(self, kind: str, outcome: str, seconds: float) -> None:
        """Count a request that was answered or refused, and observe the seconds until its acknowledgement."""
        counter, histogram = self._request_metrics(kind, outcome)
        counter.inc()
        histogram.observe(seconds)

    def count_job(self, kind: str, outcome: str) -> None:
        """Count a job that ended: `done`, `failed` or `released`."""
        self._jobs.labels(kind, outcome).inc()

    def observe_answer(self, kind: str, seconds: float) -> None:
        """Observe the seconds from a job's acceptance to the last message of its answer."""
        self._answer.labels(kind).observe(seconds)

    async def time_ping(self, ping: Callable[[], Awaitable[None]]) -> None:
        """Run a ping of the database and record how long it took.

        Raises:
            Exception: Whatever the ping raises; it is counted as a failure.
        """
        started = time.perf_counter()
        try:
            await ping()
        except Exception:
            self._failed_pings.inc()
            raise
        self._ping.observe(time.perf_counter() - started)

    def count_slack_call(self, method: str, outcome: str) -> None:
        """Count a call of Slack's Web API."""
        self._slack_call_counter(method, outcome).inc()

    def set_queue(
        self,
        waiting: float = math.nan,
        running: float = math.nan,
        oldest_s: float = math.nan,
        startable_s: float = math.nan,
    ) -> None:
        """Set the state of the queue; NaN stands for unknown.

        Args:
            waiting: Jobs without a lease.
            running: Jobs with a lease.
            oldest_s: Age of the oldest unfinished job, in seconds.
            startable_s: Age of the oldest job that could start and has not, in seconds.
        """
        self._queue.labels("waiting").set(waiting)
        self._queue.labels("running").set(running)
        self._oldest.set(oldest_s)
        self._startable.set(startable_s)

    def text(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self.registry)


_KINDS = {
    "view_submission": "submission",
    "view_closed": "submission",
    "block_actions": "action",
    "block_suggestion": "options",
    "shortcut": "shortcut",
    "message_action": "shortcut",
    "event_callback": "event",
}


def request_kind(body: dict[str, Any]) -> str:
    """Return the kind of a request from Slack in one word, such as `command` or `action`."""
    if body.get("command"):
        return "command" if body.get("text") else "form"
    return _KINDS.get(str(body.get("type")), "unknown")
