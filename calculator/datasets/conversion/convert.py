"""Conversion of examples to the format that a platform takes, without losing a text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from calculator.datasets.conversion.cleaning import KEPT_KEYS, REWRITTEN, clean_example
from calculator.datasets.conversion.vendor_canonical import canonical_vendor
from calculator.datasets.conversion.vendor_formats import ConversionError, to_gemini, to_nova
from calculator.datasets.reading.parsing import MEDIA_KEYS
from calculator.datasets.records.canonical import canonical
from pricing import AS_IT_IS, DatasetRules, Format, Trait

_FOR_VENDORS: frozenset[Trait] = frozenset(("developer_role", "function_role"))
"""Traits that the formats of Google and Amazon don't have."""


def convert_record(
    record: Mapping[str, Any], file_format: Format, platform: str, rules: DatasetRules, target: Format | None = None
) -> dict[str, Any]:
    """Return an example as a platform takes it.

    Args:
        record: The example.
        file_format: The format of the example.
        platform: The platform, a key of `rules.platforms`.
        rules: The formats that each platform takes, and the traits that it refuses.
        target: The format of the copy, for a file with several formats; None for the one that the example needs.

    Raises:
        ConversionError: The platform takes no such examples, or its format can't hold a part of this one.
    """
    if any(isinstance(record.get(key), list) and record[key] for key in MEDIA_KEYS):
        raise ConversionError("The line has images beside the text, which the copy would lose.")
    if record.get("weight", 1) != 1 and not _takes("sample_weight", platform, rules):
        raise ConversionError(f"The line has the weight {record['weight']}, which the copy would lose.")
    formats = rules.platforms[platform]
    target = target or formats.format_for(file_format)
    if target is None:
        taken = ", ".join(name for name, action in formats.takes.items() if action == AS_IT_IS)
        raise ConversionError(f"{platform} takes {taken}; {file_format} can't be made into one of them.")
    if target == "tokens":
        raise ConversionError("Tokenised examples are taken as Parquet, which isn't written here.")
    if target == file_format and target in ("prompt-completion", "text"):
        kept = ("prompt", "completion", "weight") if target == "prompt-completion" else ("text", "weight")
        return {key: record[key] for key in kept if key in record}
    if target == file_format and target.startswith("gemini"):
        return dict(record)
    if target == file_format and target.startswith("bedrock-nova"):
        return {key: _blocks(key, value) for key, value in record.items()}
    example = canonical_vendor(record, file_format) or canonical(record, file_format)
    if target.startswith("gemini"):
        return to_gemini(clean_example(example, _FOR_VENDORS))
    if target.startswith("bedrock-nova"):
        return to_nova(clean_example(example, _FOR_VENDORS))
    cleaned = clean_example(example, frozenset(trait for trait in REWRITTEN if not _takes(trait, platform, rules)))
    cleaned |= {"weight": record["weight"]} if "weight" in record else {}
    return cleaned | _graded(record) if target == "openai-rft" else cleaned


def _takes(trait: Trait, platform: str, rules: DatasetRules) -> bool:
    """Return True if a platform takes a trait; a request's setting only if that is published."""
    handling = rules.traits[trait].platforms.get(platform)
    return handling.does != "refused" if handling else trait != "openai_keys"


def _graded(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that a grader reads, which are kept."""
    return {key: value for key, value in record.items() if key not in ("messages", *KEPT_KEYS)}


def _blocks(key: str, value: Any) -> Any:
    """Return a value of Nova's format with texts as lists of blocks."""
    if key == "system" and isinstance(value, str):
        return [{"text": value}]
    if key != "messages" or not isinstance(value, list):
        return value
    return [
        {**message, "content": [{"text": message["content"]}]} if isinstance(message.get("content"), str) else message
        for message in value
    ]
