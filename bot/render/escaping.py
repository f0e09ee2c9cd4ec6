"""Text made safe and short."""

from __future__ import annotations


def escape(text: str) -> str:
    """Text for mrkdwn that pings nobody and links nowhere."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clip(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
