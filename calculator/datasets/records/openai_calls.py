"""Calls and definitions of tools as OpenAI writes them."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from calculator.datasets.records.call_order import take_call, text_or_none


def tool_list(value: Any) -> Any:
    """Return definitions of tools as OpenAI writes them; some formats save them as text."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return value
    if not isinstance(value, list):
        return value
    return [
        {"type": "function", "function": tool}
        if isinstance(tool, dict) and "name" in tool and "type" not in tool
        else tool
        for tool in value
    ]


def openai_call(identity: str, name: str, arguments: Any) -> dict[str, Any]:
    """Return a call in OpenAI's format, with its arguments as JSON text."""
    function = {"name": name, "arguments": json.dumps(arguments, ensure_ascii=False)}
    return {"id": identity, "type": "function", "function": function}


class CallIds:
    """The ids of the calls in a chat; those that are missing are numbered, and results follow their calls in order."""

    def __init__(self) -> None:
        self._calls = 0
        self._open: Counter[str | None] = Counter()

    def add(self, message: dict[str, Any]) -> dict[str, Any]:
        """Return a message with the ids of its calls, or with the id of the call that it answers."""
        calls = message.get("tool_calls")
        if isinstance(calls, list) and all(isinstance(call, dict) for call in calls):
            message["tool_calls"] = [self._with_id(_with_text_arguments(call)) for call in calls]
        if message.get("role") == "tool":
            identity = text_or_none(message.get("tool_call_id"))
            if identity in self._open or (identity is None and self._open):
                message["tool_call_id"] = take_call(self._open, identity)
        return message

    def _with_id(self, call: dict[str, Any]) -> dict[str, Any]:
        self._calls += 1
        if not isinstance(call.get("id"), str):
            call = {"id": f"call_{self._calls - 1}", **{key: value for key, value in call.items() if key != "id"}}
        self._open[call["id"]] += 1
        return call if "type" in call else {**call, "type": "function"}


def _with_text_arguments(call: dict[str, Any]) -> dict[str, Any]:
    """Return a call whose arguments are JSON as text."""
    function = call.get("function")
    if not isinstance(function, dict) or not isinstance(function.get("arguments"), dict):
        return call
    return call | {"function": function | {"arguments": json.dumps(function["arguments"], ensure_ascii=False)}}
