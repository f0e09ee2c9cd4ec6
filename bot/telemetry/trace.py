"""The id of the request being served. It links Slack's request, its jobs, their log lines and the apology that a person
sees.
"""

from __future__ import annotations

import random
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Request:
    """A request from Slack, or a job that it created. Tasks started while it is served inherit it."""

    id: str
    outcome: str = "ok"
    """`ok`; `failed` if the person got an apology; `limited` above the rate limit; `refused` for a duplicate."""


_current: ContextVar[Request | None] = ContextVar("current_request", default=None)


def start_request(id: str | None = None) -> Request:
    """Start serving a request in this task.

    Args:
        id: The id of an earlier request that this task continues; None for a new request.
    """
    request = Request(id or _random_id())
    _current.set(request)
    return request


def mark_failed() -> str:
    """Mark the current request as failed and return its id, which the apology and the log show."""
    return set_outcome("failed").id


def set_outcome(outcome: str) -> Request:
    """Set the outcome of the current request and return it."""
    request = _current.get() or start_request()
    request.outcome = outcome
    return request


def request_id() -> str | None:
    """Return the id of the current request; None outside of any request."""
    request = _current.get()
    return request.id if request else None


def _random_id() -> str:
    """Return an id short enough to be read out. It protects nothing, so it may be guessable."""
    return f"E-{random.getrandbits(32):08x}"
