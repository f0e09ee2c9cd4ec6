"""Escape text for mrkdwn and clip it."""

from __future__ import annotations


def escape(text: str) -> str:
    """Return text for mrkdwn without mentions and links."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clip(text: str, limit: int) -> str:
    """Return the text in at most `limit` characters, with an ellipsis if it is cut."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
