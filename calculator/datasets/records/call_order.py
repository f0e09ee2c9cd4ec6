"""The order of calls and their results in a chat, which some platforms restrict."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from calculator.datasets.records.problems import Kind

SHORT_ID = re.compile("[A-Za-z0-9]{9}")
"""An id of a call as Mistral takes it."""


def calls_of(message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the tool calls of a message."""
    calls = message.get("tool_calls")
    return [call for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []


def call_faults(messages: Sequence[Any]) -> Iterator[tuple[Kind, str]]:
    """Yield the calls without a result and the results without a call, each with its sentence.

    Args:
        messages: The messages of a chat. The calls of the last one need no result.
    """
    pending: list[Any] = []
    for number, message in enumerate(messages, 1):
        if not isinstance(message, dict):
            continue
        if message.get("role") in ("tool", "function"):
            identity = message.get("tool_call_id")
            if pending and (not isinstance(identity, str) or identity in pending or None in pending):
                pending.remove(identity if identity in pending else pending[0])
            else:
                yield (
                    "unmatched_result",
                    f"Message {number}, a result, follows no call of its id. Put it after its call.",
                )
            continue
        if pending:
            yield "unanswered_call", f"Message {number} follows a call without its result. Add the result between them."
        pending = [call.get("id") if isinstance(call.get("id"), str) else None for call in calls_of(message)]
        pending += [None] if isinstance(message.get("function_call"), dict) else []
