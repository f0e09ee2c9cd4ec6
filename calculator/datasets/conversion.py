"""Conversion of examples to the format that a platform takes, without losing a text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from calculator.datasets.canonical import CallIds, canonical
from calculator.datasets.problems import quoted
from calculator.datasets.reading import MESSAGE_KEYS
from calculator.datasets.vendor_canonical import canonical_vendor
from calculator.datasets.vendor_formats import ConversionError, to_gemini, to_nova
from pricing import AS_IT_IS, DatasetRules, Format, Trait

_REWRITTEN: frozenset[Trait] = frozenset(("developer_role", "function_role"))
"""Traits that are written in another way for a platform that refuses them."""
_KEPT = ("tools", "functions", "parallel_tool_calls")


def convert_record(
    record: Mapping[str, Any], file_format: Format, platform: str, rules: DatasetRules
) -> dict[str, Any]:
    """Return an example as a platform takes it.

    Args:
        record: The example.
        file_format: The format of the example.
        platform: The platform, a key of `rules.platforms`.
        rules: The formats that each platform takes, and the traits that it refuses.

    Raises:
        ConversionError: The platform takes no such examples, or its format can't hold a part of this one.
    """
    formats = rules.platforms[platform]
    target = formats.format_for(file_format)
    if target is None:
        taken = ", ".join(name for name, action in formats.takes.items() if action == AS_IT_IS)
        raise ConversionError(f"{platform} takes {taken}; {file_format} can't be made into one of them.")
    if target == "tokens":
        raise ConversionError("Tokenised examples are taken as Parquet, which isn't written here.")
    if target == file_format and target in ("prompt-completion", "text"):
        return {key: record[key] for key in (("prompt", "completion") if target == "prompt-completion" else ("text",))}
    if target == file_format and target not in ("openai-chat", "openai-preference", "openai-rft"):
        return dict(record)
    example = canonical_vendor(record, file_format) or canonical(record, file_format)
    if target.startswith("gemini"):
        return to_gemini(_clean(example, _REWRITTEN))
    if target.startswith("bedrock-nova"):
        return to_nova(_clean(example, _REWRITTEN))
    cleaned = _clean(example, frozenset(trait for trait in _REWRITTEN if _refuses(trait, platform, rules)))
    return cleaned | _graded(record) if target == "openai-rft" else cleaned


def _refuses(trait: Trait, platform: str, rules: DatasetRules) -> bool:
    handling = rules.traits[trait].platforms.get(platform)
    return handling is not None and handling.does == "refused"


def _graded(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that a grader reads, which are kept."""
    return {key: value for key, value in record.items() if key not in ("messages", *_KEPT)}


def _clean(example: Mapping[str, Any], refused: frozenset[Trait]) -> dict[str, Any]:
    """Return an example in OpenAI's format with only the keys of the format, without the traits that are refused."""
    if "input" in example:
        prompt = example["input"] if isinstance(example["input"], dict) else {}
        answers = {key: _messages(example.get(key), refused) for key in ("preferred_output", "non_preferred_output")}
        return {"input": _clean(prompt, refused), **answers}
    kept = {key: example[key] for key in _KEPT if example.get(key) is not None}
    if "function_role" in refused and isinstance(kept.get("functions"), list):
        functions = kept.pop("functions")
        kept.setdefault("tools", [{"type": "function", "function": function} for function in functions])
    return {"messages": _messages(example.get("messages"), refused), **kept}


def _messages(messages: Any, refused: frozenset[Trait]) -> list[dict[str, Any]]:
    if isinstance(messages, str):
        try:
            messages = json.loads(messages)
        except (ValueError, RecursionError):
            raise ConversionError("messages is a text that isn't JSON.") from None
    if not isinstance(messages, list) or not messages or not all(isinstance(message, dict) for message in messages):
        raise ConversionError("messages isn't a list of messages.")
    ids = CallIds()
    return [ids.add(_message(message, number, refused)) for number, message in enumerate(messages, 1)]


def _message(message: dict[str, Any], number: int, refused: frozenset[Trait]) -> dict[str, Any]:
    if spare := sorted(message.keys() - MESSAGE_KEYS):
        raise ConversionError(f"Message {number}: {quoted(spare[0])} isn't a key that a platform reads.")
    cleaned = dict(message)
    if cleaned.get("role") == "developer" and "developer_role" in refused:
        cleaned["role"] = "system"
    if "function_role" in refused:
        _modernise(cleaned)
    if cleaned.get("role") in ("tool", "function") and isinstance(cleaned.get("content"), list):
        cleaned["content"] = _joined(cleaned["content"], number)
    return cleaned


def _modernise(message: dict[str, Any]) -> None:
    """Write a call and a result of a function as those of a tool."""
    call = message.pop("function_call", None)
    if isinstance(call, dict):
        message["tool_calls"] = [*(message.get("tool_calls") or ()), {"type": "function", "function": call}]
    if message.get("role") == "function":
        message["role"] = "tool"


def _joined(parts: list[Any], number: int) -> str:
    texts = [part.get("text") if isinstance(part, dict) else part for part in parts]
    if not all(isinstance(text, str) for text in texts):
        raise ConversionError(f"Message {number}: a tool's result has a part that isn't text.")
    return "\n".join(str(text) for text in texts)
