"""Results as JSON documents, and back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from bot.results.model import SCHEMA_VERSION, StoredResult
from bot.results.upgrade import upgrade_result


def document(value: msgspec.Struct) -> dict[str, Any]:
    """Return a result, or a part of one, as JSON data.

    Returns:
        Decimals as strings in full precision, days as ISO 8601.
    """
    data: dict[str, Any] = _with_text(msgspec.to_builtins(value, builtin_types=(Decimal,)))
    return data


def encode_result(result: StoredResult) -> bytes:
    """Return a result as the JSON that is stored. `document` takes ten times as long, which a long result shows."""
    return msgspec.json.encode(result)


def decode_result(data: bytes) -> StoredResult:
    """Return a stored result, upgraded from whichever version wrote it.

    Raises:
        msgspec.ValidationError: The data is not a result of any known version.
        ValueError: A later version of ftcost wrote it.
    """
    if schema_version(data) == SCHEMA_VERSION:
        return msgspec.json.decode(data, type=StoredResult)
    return msgspec.convert(upgrade_result(msgspec.json.decode(data)), StoredResult)


def schema_version(data: bytes) -> int:
    """Return the schema version of a stored result; 0 if an early version of ftcost wrote it."""
    return msgspec.json.decode(data, type=_Versioned).schema_version


class _Versioned(msgspec.Struct):
    schema_version: int = 0


def decimal_text(value: Decimal) -> str:
    """Return a number in full precision and without an exponent."""
    plain = f"{value:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _with_text(value: Any) -> Any:
    match value:
        case Decimal():
            return decimal_text(value)
        case dict():
            return {key: _with_text(item) for key, item in value.items()}
        case list() | tuple():
            return [_with_text(item) for item in value]
        case _:
            return value
