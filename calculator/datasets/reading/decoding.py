"""Decoding of one line: its JSON value, its record, and what is wrong with it."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import msgspec

from calculator.datasets.records.problems import Kind, Problem
from calculator.datasets.records.recognition import is_messages

# Bound on the JSON values in a line: text has a comma every few words, not every other byte.
_MIN_PARTS = 100_000
_BYTES_A_PART = 25
# The end of a key: a quote inside a text is escaped.
_KEY_END = re.compile(rb'(?<!\\)"[ \t]*:')

NESTED = "The line is nested too deeply. Flatten it."
LOOSE: dict[Kind, str] = {
    "text_as_json": "The line is a text: it was saved as JSON twice. A converted copy has an object.",
    "bare_list": "The line is a list, not an object with messages. A converted copy has one.",
}


def record_of(decoded: Any) -> tuple[dict[str, Any] | None, Kind | None]:
    """Return the record of a line, None if it has none, and the fault if it isn't an object.

    Args:
        decoded: The JSON value of the line.
    """
    loose: Kind | None = None
    if isinstance(decoded, str):
        loose = "text_as_json"
        try:
            decoded = json.loads(decoded)
        except (ValueError, RecursionError):
            return None, None
    if is_messages(decoded):
        return {"messages": decoded}, "bare_list"
    if isinstance(decoded, list) and len(decoded) == 1:
        decoded, loose = decoded[0], "bare_list"
    return (decoded, loose) if isinstance(decoded, dict) else (None, None)


def repeated_key(line: bytes, record: Any) -> str | None:
    """Return a key that appears twice in an object of a line; None if there is none.

    Args:
        line: The line, which is JSON.
        record: Its value.
    """
    if _count_key_ends(line) <= _count_keys(record):
        return None
    repeated: list[str] = []

    def note(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        pairs_by_key = dict(pairs)
        if len(pairs_by_key) < len(pairs):
            uses = Counter(key for key, _ in pairs)
            repeated.append(next(key for key, count in uses.items() if count > 1))
        return pairs_by_key

    try:
        json.loads(line, object_pairs_hook=note)
    except ValueError:
        return None
    return repeated[0] if repeated else None


def _count_key_ends(line: bytes) -> int:
    if b" :" in line or b"\t:" in line:
        return len(_KEY_END.findall(line))
    return line.count(b'":') - line.count(b'\\":')


def _count_keys(value: Any) -> int:
    if isinstance(value, dict):
        return len(value) + sum(_count_keys(item) for item in value.values() if isinstance(item, dict | list))
    if isinstance(value, list):
        return sum(_count_keys(item) for item in value if isinstance(item, dict | list))
    return 0


def decode_line(line: bytes, number: int) -> Any:
    """Return the JSON value of a line, or why it has none."""
    parts = line.count(b",") + line.count(b"{") + line.count(b"[")
    if parts > max(_MIN_PARTS, len(line) // _BYTES_A_PART):
        text = f"The line has {parts:,} values, too many for messages of text, and wasn't counted."
        return Problem(number, "too_many_parts", text)
    try:
        return msgspec.json.decode(line)
    except RecursionError:
        return Problem(number, "nested_too_deep", NESTED)
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    # msgspec refuses lone surrogates, which other parsers accept, and its messages say less.
    try:
        return json.loads(line.decode(), parse_constant=_refuse_constant)
    except RecursionError:
        return Problem(number, "nested_too_deep", NESTED)
    except UnicodeDecodeError as error:
        return _not_utf8(number, error)
    except ValueError as error:
        return Problem(number, "bad_json", _not_json(line, error))


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} isn't a JSON number")


def _not_utf8(number: int, error: UnicodeDecodeError) -> Problem:
    return Problem(number, "not_utf8", f"Byte {error.start + 1} of the line isn't UTF-8. Save the file as UTF-8.")


def _not_json(line: bytes, error: ValueError) -> str:
    if b"\0" in line:
        return "The line has NUL bytes. Remove them."
    if line.startswith(b"\xef\xbb\xbf"):
        return "The line starts with a byte-order mark, which is invisible: files were joined. Remove it."
    if line.endswith(b"},"):
        return "The line ends with a comma, as in a list. Remove it, or write the whole file as one JSON array."
    if b"\r{" in line:
        return "The lines end with carriage returns alone. Save the file with line feeds (LF)."
    if line.startswith(b"{'"):
        return "The line uses single quotes: this is Python, not JSON. Write it with json.dumps."
    where = f" at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
    reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
    return f"The line isn't JSON{where} ({reason}). Write one whole object on one line."
