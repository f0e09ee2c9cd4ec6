"""Conversion of examples to the format that a platform takes, without losing a text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from calculator.datasets.canonical import canonical
from calculator.datasets.problems import quoted
from calculator.datasets.reading import MESSAGE_KEYS
from calculator.datasets.vendor_canonical import canonical_vendor
from calculator.datasets.vendor_formats import ConversionError, to_gemini, to_nova
from pricing import AS_IT_IS, DatasetRules, Format

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
    if target == file_format and target in ("prompt-completion", "text", "tokens"):
        keys = {"prompt-completion": ("prompt", "completion"), "text": ("text",)}.get(target)
        return {key: record[key] for key in keys} if keys else dict(record)
    if target == file_format and target not in ("openai-chat", "openai-preference", "openai-rft"):
        return dict(record)
    example = canonical_vendor(record, file_format) or canonical(record, file_format)
    if target.startswith("gemini"):
        return to_gemini(_clean(example, merge_developer=True))
    if target.startswith("bedrock-nova"):
        return to_nova(_clean(example, merge_developer=True))
    developer = rules.traits["developer_role"].platforms.get(platform)
    cleaned = _clean(example, merge_developer=developer is not None and developer.does == "refused")
    return cleaned | _graded(record) if target == "openai-rft" else cleaned


def _graded(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that a grader reads, which are kept."""
    return {key: value for key, value in record.items() if key not in ("messages", *_KEPT)}


def _clean(example: Mapping[str, Any], *, merge_developer: bool) -> dict[str, Any]:
    """Return an example in OpenAI's format with only the keys of the format."""
    if "input" in example:
        prompt = example["input"] if isinstance(example["input"], dict) else {}
        answers = {
            key: _messages(example.get(key), merge_developer=merge_developer)
            for key in ("preferred_output", "non_preferred_output")
        }
        return {"input": _clean(prompt, merge_developer=merge_developer), **answers}
    kept = {key: example[key] for key in _KEPT if example.get(key) is not None}
    return {"messages": _messages(example.get("messages"), merge_developer=merge_developer), **kept}


def _messages(messages: Any, *, merge_developer: bool) -> list[dict[str, Any]]:
    if isinstance(messages, str):
        try:
            messages = json.loads(messages)
        except (ValueError, RecursionError):
            raise ConversionError("messages is a text that isn't JSON.") from None
    if not isinstance(messages, list) or not messages or not all(isinstance(message, dict) for message in messages):
        raise ConversionError("messages isn't a list of messages.")
    return [_message(message, number, merge_developer=merge_developer) for number, message in enumerate(messages, 1)]


def _message(message: dict[str, Any], number: int, *, merge_developer: bool) -> dict[str, Any]:
    if spare := sorted(message.keys() - MESSAGE_KEYS):
        raise ConversionError(f"Message {number}: {quoted(spare[0])} isn't a key that a platform reads.")
    cleaned = dict(message)
    if cleaned.get("role") == "developer" and merge_developer:
        cleaned["role"] = "system"
    if cleaned.get("role") in ("tool", "function") and isinstance(cleaned.get("content"), list):
        cleaned["content"] = _joined(cleaned["content"], number)
    return cleaned


def _joined(parts: list[Any], number: int) -> str:
    texts = [part.get("text") if isinstance(part, dict) else part for part in parts]
    if not all(isinstance(text, str) for text in texts):
        raise ConversionError(f"Message {number}: a tool's result has a part that isn't text.")
    return "\n".join(str(text) for text in texts)
