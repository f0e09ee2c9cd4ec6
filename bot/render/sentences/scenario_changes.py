"""The differences between two scenarios, as plain text."""

from __future__ import annotations

from collections.abc import Mapping

from calculator import KEYS, default_text

LISTS = {
    "on": "the offers compared",
    "lengths": "the lengths of the examples",
    "acceptance": "the acceptance of the file",
}
"""Keys whose values are lists, which a sentence doesn't repeat."""


def field_changes(earlier: Mapping[str, str], later: Mapping[str, str]) -> list[str]:
    """Return the fields that differ between two scenarios: `epochs 3 → 5`.

    Offers, and what a file fills in, are named without their values, which are lists.
    """
    keys = [key for key in KEYS if earlier.get(key) != later.get(key)]
    return [
        key_name(key) if key in LISTS else f"{key} {field_text(key, earlier)} → {field_text(key, later)}"
        for key in keys
    ]


def key_name(key: str) -> str:
    """Return what a key is called in a sentence: the key itself, unless only files fill it."""
    return LISTS.get(key, key)


def field_text(key: str, fields: Mapping[str, str]) -> str:
    """Return the value of a key in a scenario, or its default."""
    return fields.get(key) or default_text(key) or "not given"
