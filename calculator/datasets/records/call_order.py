"""The order of calls and their results in a chat, which some platforms restrict."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from calculator.datasets.records.problems import Kind

SHORT_ID = re.compile("[A-Za-z0-9]{9}")
"""An id of a call as Mistral takes it."""


def calls_of(message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the tool calls of a message."""
    calls = message.get("tool_calls")
    return [call for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []


def text_or_none(identity: Any) -> str | None:
    """Return the id of a call; None for an id that isn't text."""
    return identity if isinstance(identity, str) else None


def take_call(pending: Counter[str | None], identity: str | None) -> str | None:
    """Remove a call from those without a result, and return its id.

    Args:
        pending: The ids of the calls without a result, the earliest first.
        identity: The id of the call to remove, if it is pending; else the earliest is removed.
    """
    taken = identity if identity in pending else next(iter(pending))
    pending[taken] -= 1
    if not pending[taken]:
        del pending[taken]
    return taken


def call_faults(messages: Sequence[Any]) -> Iterator[tuple[Kind, str]]:
    """Yield the calls without a result and the results without a call, each with its sentence.

    Args:
        messages: The messages of a chat. The calls of the last one need no result.
    """
    pending: Counter[str | None] = Counter()
    for number, message in enumerate(messages, 1):
        if not isinstance(message, dict):
            continue
        if message.get("role") in ("tool", "function"):
            identity = text_or_none(message.get("tool_call_id"))
            if pending and (identity is None or identity in pending or None in pending):
                take_call(pending, identity)
            else:
                yield (
                    "unmatched_result",
                    f"Message {number}, a result, follows no call of its id. Put it after its call.",
                )
            continue
        if pending:
            yield "unanswered_call", f"Message {number} follows a call without its result. Add the result between them."
        pending = Counter(text_or_none(call.get("id")) for call in calls_of(message))
        if isinstance(message.get("function_call"), dict):
            pending[None] += 1
