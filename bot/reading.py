"""Reading what came as JSON from outside, whatever its shape."""

from __future__ import annotations

from typing import Any


def at(body: Any, *path: str) -> Any:
    """What stands there; None where the path breaks off."""
    for key in path:
        body = body.get(key) if isinstance(body, dict) else None
    return body
