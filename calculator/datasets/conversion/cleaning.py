"""Examples in OpenAI's format, written as a platform takes them, without losing a text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from calculator.datasets.conversion.vendor_formats import ConversionError
from calculator.datasets.reading.parsing import spare_keys
from calculator.datasets.records.call_order import SHORT_ID
from calculator.datasets.records.canonical import PAIR_KEYS, tidy_pair
from calculator.datasets.records.openai_calls import CallIds, tool_list
from calculator.datasets.records.problems import quoted
from pricing import Trait

KEPT_KEYS = ("tools", "functions", "parallel_tool_calls")
REWRITTEN: frozenset[Trait] = frozenset(
    (
        "developer_role", "function_role", "openai_keys", "long_call_id", "bare_tool", "refusal", "mixed_parts",
    )
)  # fmt: skip
"""Traits that are written in another way where they aren't taken."""
_EMPTY_TOOL: dict[str, Any] = {"description": "", "parameters": {}}
"""The parts that a tool gets if it lacks them."""


def clean_example(example: Mapping[str, Any], refused: frozenset[Trait]) -> dict[str, Any]:
    """Return an example with only the keys of the format, without the traits that are refused.

    Args:
        example: A chat or a preference pair in OpenAI's format.
        refused: Those of REWRITTEN that the platform doesn't take.

    Raises:
        ConversionError: The example has a part that no platform is known to read.
    """
    if "input" in example:
        pair, _ = tidy_pair(example)
        prompt = pair["input"] if isinstance(pair["input"], dict) else {}
        answers = {key: _messages(pair.get(key), refused) for key in PAIR_KEYS}
        return {"input": clean_example(prompt, refused), **answers}
    kept = {key: example[key] for key in KEPT_KEYS if example.get(key) is not None}
    if "openai_keys" in refused:
        kept.pop("parallel_tool_calls", None)
    if "function_role" in refused and "functions" in kept:
        kept.setdefault("tools", tool_list(kept.pop("functions")))
    if "tools" in kept:
        kept["tools"] = [_tool(tool, refused) for tool in tool_list(kept["tools"])]
    return {"messages": _messages(example.get("messages"), refused), **kept}


def _tool(tool: Any, refused: frozenset[Trait]) -> Any:
    function = tool.get("function") if isinstance(tool, dict) else None
    if "bare_tool" not in refused or not isinstance(function, dict):
        return tool
    missing = {key: value for key, value in _EMPTY_TOOL.items() if key not in function}
    return {**tool, "function": {**function, **missing}}


def _messages(messages: Any, refused: frozenset[Trait]) -> list[dict[str, Any]]:
    if isinstance(messages, str):
        try:
            messages = json.loads(messages)
        except (ValueError, RecursionError):
            raise ConversionError("messages is a text that isn't JSON.") from None
    if not isinstance(messages, list) or not messages or not all(isinstance(message, dict) for message in messages):
        raise ConversionError("messages isn't a list of messages.")
    ids = CallIds()
    cleaned = [ids.add(_message(message, number, refused)) for number, message in enumerate(messages, 1)]
    if "long_call_id" in refused:
        _shorten_ids(cleaned)
    if "mixed_parts" in refused and any(isinstance(message.get("content"), list) for message in cleaned):
        for message in cleaned:
            if isinstance(message.get("content"), str) and message["content"]:
                message["content"] = [{"type": "text", "text": message["content"]}]
    return cleaned


def _message(message: dict[str, Any], number: int, refused: frozenset[Trait]) -> dict[str, Any]:
    spare = spare_keys(message)
    if spare:
        raise ConversionError(f"Message {number}: {quoted(min(spare))} isn't a key that a platform reads.")
    cleaned = {key: value for key, value in message.items() if key == "content" or value not in (None, [], {})}
    if isinstance(weight := cleaned.get("weight"), float):
        if not weight.is_integer():
            raise ConversionError(f"Message {number} has the weight {weight}. Write 0 or 1, or leave it out.")
        cleaned["weight"] = int(weight)
    if cleaned.get("role") == "developer" and "developer_role" in refused:
        cleaned["role"] = "system"
    if "function_role" in refused:
        _modernise(cleaned)
    if "refusal" in refused and cleaned.get("content") is None and "refusal" in cleaned:
        cleaned["content"] = cleaned.pop("refusal")
    if isinstance(cleaned.get("content"), list):
        cleaned["content"] = [_part(part, number) for part in cleaned["content"]]
        if cleaned.get("role") in ("tool", "function"):
            cleaned["content"] = _joined(cleaned["content"])
    return cleaned


def _modernise(message: dict[str, Any]) -> None:
    """Write a call and a result of a function as those of a tool."""
    call = message.pop("function_call", None)
    if isinstance(call, dict):
        message["tool_calls"] = [*(message.get("tool_calls") or ()), {"type": "function", "function": call}]
    if message.get("role") == "function":
        message["role"] = "tool"


def _joined(parts: list[Any]) -> Any:
    """Return a tool's result as one text, unless it has more than text."""
    texts = [part.get("text") for part in parts]
    return "\n".join(map(str, texts)) if all(isinstance(text, str) for text in texts) else parts


def _part(part: Any, number: int) -> Any:
    """Return a part as chats have it: a text, an image, or reasoning."""
    if isinstance(part, str):
        return {"type": "text", "text": part}
    if not isinstance(part, dict) or part.get("type") == "refusal" or isinstance(part.get("thinking"), str):
        return part
    if isinstance(part.get("text"), str):
        return {"type": "text", "text": part["text"]}
    image = part.get("image_url")
    if isinstance(image, str):
        image = {"url": image, **({"detail": part["detail"]} if isinstance(part.get("detail"), str) else {})}
    if not isinstance(image, dict) or not isinstance(image.get("url"), str):
        raise ConversionError(f"Message {number} has a part of the type {quoted(part.get('type'))}.")
    return {"type": "image_url", "image_url": image}


def _shorten_ids(messages: list[dict[str, Any]]) -> None:
    """Write the ids of calls with nine letters and digits."""
    short: dict[Any, str] = {}

    def short_id(identity: Any) -> str:
        if isinstance(identity, str) and SHORT_ID.fullmatch(identity):
            return identity
        return short.setdefault(identity, f"call{len(short):05d}")

    for message in messages:
        if "tool_calls" in message:
            message["tool_calls"] = [{**call, "id": short_id(call.get("id"))} for call in message["tool_calls"]]
        if "tool_call_id" in message:
            message["tool_call_id"] = short_id(message["tool_call_id"])
