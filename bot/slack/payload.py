"""Reading what came as JSON from outside, whatever its shape."""

from __future__ import annotations

from typing import Any


def at(body: Any, *path: str) -> Any:
    """What stands there; None where the path breaks off."""
    for key in path:
        body = body.get(key) if isinstance(body, dict) else None
    return body


def are_texts(body: Any, *names: str) -> bool:
    """Whether each of these is there, as text."""
    return all(isinstance(found := at(body, name), str) and found for name in names)


def whole(text: str) -> str:
    """Text without halves of characters, which JSON can carry and nothing can write."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
