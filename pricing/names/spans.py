"""Names in a sequence of words: `llama 3.1 8b lora h100` holds a model and a GPU."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from pricing.names.index import NameResolution

MAX_WORDS = 7


class NameSpan(NamedTuple):
    """Consecutive words that are one name, or one word that isn't."""

    words: tuple[str, ...]
    resolution: NameResolution | None
    """None: the word isn't a name."""

    @property
    def text(self) -> str:
        """Return the words with single spaces."""
        return " ".join(self.words)


def name_spans(
    words: Sequence[str],
    resolvers: Sequence[Callable[[str], NameResolution]],
    stops: Collection[str] = (),
) -> list[NameSpan]:
    """Split words into names and other words; the longest name wins, then the resolver that comes earlier.

    Args:
        words: The words of a sentence, in order.
        resolvers: Look-ups to try. Only whole names count, not parts of names such as `llama`.
        stops: Words in lower case that are never part of a name.
    """
    spans: list[NameSpan] = []
    start = 0
    while start < len(words):
        limit = next((end for end in range(start, len(words)) if words[end].lower() in stops), len(words))
        span = next(
            (
                NameSpan(tuple(words[start:end]), resolution)
                for end in range(min(limit, start + MAX_WORDS), start, -1)
                for resolve in resolvers
                if (resolution := resolve(" ".join(words[start:end]))).ids and resolution.match != "part"
            ),
            NameSpan((words[start],), None),
        )
        spans.append(span)
        start += len(span.words)
    return spans
