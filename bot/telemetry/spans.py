"""Spans of OpenTelemetry, one for each request and each attempt of a job, without ids of people and without text."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

OUTCOME = "ftcost.outcome"
REQUEST = "ftcost.request"
"""The attribute with a request's code, by which its jobs, its log lines and its apology are found."""
KIND = "ftcost.kind"
ATTEMPT = "ftcost.attempt"
WAITED = "ftcost.waited_seconds"
"""The attribute with the seconds from a job's acceptance to its attempt."""


def job_attributes(kind: str, attempt: int, request_id: str | None, waited: timedelta | None) -> dict[str, Any]:
    """Return the attributes of an attempt, which counts as released until its outcome is known.

    Args:
        kind: The kind of the job.
        attempt: The number of the attempt.
        request_id: The code of the request that the job came from.
        waited: The time since the job was accepted.
    """
    attributes: dict[str, Any] = {KIND: kind, ATTEMPT: attempt, OUTCOME: "released"}
    if request_id:
        attributes[REQUEST] = request_id
    if waited is not None:
        attributes[WAITED] = waited.total_seconds()
    return attributes


class Spans:
    """Starts spans and drops them."""

    @contextmanager
    def span(self, name: str, attributes: dict[str, Any]) -> Iterator[None]:
        """Start a span that ends with the context.

        Args:
            name: The span's name, without ids, so that a collector can group by it.
            attributes: Its attributes, which are read at its end.
        """
        yield

    def close(self) -> None:
        """Send the remaining spans."""


class SentSpans(Spans):
    """Sends spans to a collector, by OTLP over HTTP, from a thread of its own.

    Args:
        endpoint: The collector's address, such as `http://collector:4318`.

    Raises:
        ModuleNotFoundError: The extra `traces` isn't installed.
    """

    def __init__(self, endpoint: str) -> None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        resource = Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", "ftcost")})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("ftcost")

    @contextmanager
    def span(self, name: str, attributes: dict[str, Any]) -> Iterator[None]:
        from opentelemetry.trace import Status, StatusCode

        # Exceptions aren't recorded: their texts may quote a user.
        with self._tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False) as span:
            try:
                yield
            finally:
                span.set_attributes(attributes)
                if attributes.get(OUTCOME) == "failed":
                    span.set_status(Status(StatusCode.ERROR))

    def close(self) -> None:
        self._provider.shutdown()
