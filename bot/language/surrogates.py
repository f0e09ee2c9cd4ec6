"""Lone surrogates, which JSON can carry and nothing can encode."""

from __future__ import annotations


def without_lone_surrogates(text: str) -> str:
    """Return the text with surrogate pairs joined and lone surrogates as U+FFFD, as tiktoken does."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
