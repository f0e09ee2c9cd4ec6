"""Readers for JSON of unknown shape."""

from __future__ import annotations

from typing import Any


def at(body: Any, *path: str) -> Any:
    """Return the value at a path of keys; None if the path ends early."""
    for key in path:
        body = body.get(key) if isinstance(body, dict) else None
    return body


def are_texts(body: Any, *names: str) -> bool:
    """Return whether all of these fields are non-empty texts."""
    return all(isinstance(value := at(body, name), str) and value for name in names)


def whole(text: str) -> str:
    """Return text without lone surrogates, which JSON can carry and nothing can encode."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
