"""Which request is being served: one id, from Slack's request over the work that it leaves to each line of the log and
to the apology that a person sees.
"""

from __future__ import annotations

import random
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Request:
    """One request, or the work that it left. What is started while it is served belongs to it too."""

    id: str
    outcome: str = "ok"
    """`failed`, where its asker got an apology; `limited`, where there were too many; `refused`, where it came
    before.
    """


_serving: ContextVar[Request | None] = ContextVar("serving", default=None)


def begin(id: str | None = None) -> Request:
    """From here on this task serves a request: a new one, or that of an id that was written down."""
    request = Request(id or _new_id())
    _serving.set(request)
    return request


def failing() -> str:
    """The id that the apology for what is being served says; it stands in the log too."""
    return mark("failed").id


def mark(outcome: str) -> Request:
    """Note how the request ends that is being served."""
    request = _serving.get() or begin()
    request.outcome = outcome
    return request


def request_id() -> str | None:
    """The id of what is being served; None outside of any request."""
    request = _serving.get()
    return request.id if request else None


def _new_id() -> str:
    """Short enough to be read out. Nobody gains anything by guessing one."""
    return f"E-{random.getrandbits(32):08x}"
