"""The sources of an estimate's prices, their ages and notes, as plain text."""

from __future__ import annotations

from collections.abc import Iterator

from bot.render.ages import OLD, OLD_MEANS, age, age_marked
from calculator import Comparison, Estimate
from pricing import Confidence, Source


def price_ages(comparison: Comparison, estimate: Estimate) -> Iterator[tuple[str, Source, str]]:
    """Yield (items, source, age and confidence) for every source of an estimate and of its base model."""
    groups: dict[tuple[Source, Confidence, bool], list[str]] = {}
    base = comparison.base
    prompting = [(f"Prompting {base.model}", line) for line in base.lines] if base else []
    for label, line in [*((line.label, line) for line in estimate.lines), *prompting]:
        if line.source is not None and line.price is not None:
            key = (line.source, line.price.confidence, line.price.yours)
            labels = groups.setdefault(key, [])
            if label not in labels:
                labels.append(label)
    for key, labels in groups.items():
        source, confidence, yours = key
        confidence_text = "your price" if yours else f"{confidence} confidence"
        # A contract price is valid for its term, however long ago it was entered.
        age_text = (age if yours else age_marked)(source, comparison.as_of)
        yield (
            ", ".join(labels),
            source,
            f"{source.checked}, {age_text}, {confidence_text}",
        )


def age_mark_meaning(comparison: Comparison, estimate: Estimate) -> str:
    """Return the meaning of the mark on old prices, or an empty text if no price has it."""
    return OLD_MEANS if any(OLD in age_text for _, _, age_text in price_ages(comparison, estimate)) else ""


def price_notes(estimate: Estimate) -> list[str]:
    """Return the notes on prices and the conflicts between their sources, each once."""
    texts: dict[str, None] = {}
    for line in estimate.lines:
        if line.price and line.price.note:
            texts[f"{line.label}: {line.price.note}"] = None
        if line.price and line.price.conflict:
            texts[f"{line.label}: sources disagree: {line.price.conflict}"] = None
    return list(texts)
