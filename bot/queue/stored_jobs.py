"""Jobs as the queue stores them: a JSON object beside the kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from bot.queue.model import AnyJob, Job, QueuedJob, UnreadableJob

REQUEST_ID = "request"
"""The key under which the id of the request is stored beside the job's own."""


def encode(queued: QueuedJob[Job]) -> dict[str, Any]:
    """Return a job as the JSON object that is stored beside its kind."""
    payload: dict[str, Any] = msgspec.to_builtins(queued.job)
    del payload["kind"]  # has a column of its own
    return payload | {REQUEST_ID: queued.request_id}


def decode(kind: str, payload: Any, ordering_key: str) -> Job:
    """Return a stored job; an UnreadableJob if its kind or a field is unknown to this version."""
    try:
        return msgspec.convert({**payload, "kind": kind}, AnyJob)  # type: ignore[no-any-return]
    except (msgspec.ValidationError, TypeError) as error:
        return UnreadableJob(
            stored_kind=kind, stored_ordering_key=ordering_key, payload=payload, error=str(error) or repr(error)
        )


def decode_request_id(payload: Any) -> str | None:
    """Return the id of the request that a stored job came from."""
    request_id = payload.get(REQUEST_ID) if isinstance(payload, Mapping) else None
    return request_id if isinstance(request_id, str) else None
