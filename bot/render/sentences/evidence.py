"""Published results of tuned models on the question's task, as plain text."""

from __future__ import annotations

from collections.abc import Iterator

from bot.render.sentences.sources import read_day
from calculator import KEYS, Comparison, Estimate, evidence

SIDES = {"for": "For tuning", "level": "Level", "against": "Against tuning"}


def evidence_title(comparison: Comparison) -> str:
    """Return `Published results of tuned models: Extraction`."""
    task = comparison.scenario.task or ""
    return f"Published results of tuned models: {dict(KEYS['task'].choices).get(task, task)}"


def evidence_sentences(comparison: Comparison, estimate: Estimate) -> Iterator[str]:
    """Yield each result with its side and its source; none if the question names no task."""
    for sentence in evidence(comparison, estimate).sentences:
        source = sentence.source
        origin = f"{source.title}, {read_day(source)}, {sentence.publisher}"
        yield f"{SIDES[sentence.side]}: {sentence.finding} {origin}. <{source.url}>"
