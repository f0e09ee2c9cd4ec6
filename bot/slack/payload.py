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


def is_routable(body: dict[str, Any]) -> bool:
    """Return whether a request has the parts that Bolt reads without a check when it chooses a listener."""
    match body.get("type"):
        case "block_actions":
            actions = body.get("actions")
            return isinstance(actions, list) and bool(actions) and are_texts(actions[0], "action_id", "block_id")
        case "view_submission" | "view_closed":
            return are_texts(body.get("view"), "type", "callback_id")
        case "event_callback":
            return are_texts(body.get("event"), "type")
        case kind:
            return kind is None or isinstance(kind, str)
