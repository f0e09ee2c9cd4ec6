"""The sources of an estimate's prices, their ages and notes, as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from bot.render.parts.ages import OLD, OLD_MEANS, age, age_marked
from bot.render.parts.short import full_day, spoken_days
from bot.render.parts.tables import offer_name
from calculator import Comparison, Estimate, LineItem, base_notes
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
            f"{read_day(source)}, {age_text}, {confidence_text}",
        )


def age_mark_meaning(comparison: Comparison, estimate: Estimate) -> str:
    """Return the meaning of the mark on old prices, or an empty text if no price has it."""
    return OLD_MEANS if any(OLD in age_text for _, _, age_text in price_ages(comparison, estimate)) else ""


def price_notes(comparison: Comparison, estimate: Estimate) -> list[str]:
    """Return the notes on an estimate's prices and the conflicts between their sources, each once."""
    texts: dict[str, None] = {}
    for line in estimate.lines:
        if line.price and line.price.note:
            texts[f"{line.label}: {line.price.note}"] = None
        if line.price and line.price.conflict:
            texts[f"{line.label}: sources disagree: {line.price.conflict}"] = None
    return [spoken_days(text, comparison.as_of) for text in texts]


def spoken_notes(comparison: Comparison) -> list[str]:
    """Return the notes on the base model."""
    return [spoken_days(note, comparison.as_of) for note in base_notes(comparison)]


class PriceReading(NamedTuple):
    """A source with the prices that were read from it, and how sure they are."""

    items: tuple[str, ...]
    source: Source
    confidence: str


def price_readings(comparison: Comparison, estimates: Sequence[Estimate]) -> list[PriceReading]:
    """Return every source of several estimates and of the baseline, the oldest first.

    Args:
        comparison: The priced offers.
        estimates: The estimates whose prices are listed.
    """
    items: dict[tuple[Source, str], dict[str, dict[str, None]]] = {}
    for name, lines in _priced_lines(comparison, estimates):
        for line in lines:
            if line.price:
                # The catalogue gives every source a URL, so one without is the question itself.
                is_yours = line.price.yours or line.price.source.url is None
                confidence = "yours" if is_yours else line.price.confidence
                by_name = items.setdefault((line.price.source, confidence), {})
                by_name.setdefault(name, {})[line.label.lower()] = None
    readings = [
        PriceReading(tuple(f"{name}: {', '.join(labels)}" for name, labels in by_name.items()), source, confidence)
        for (source, confidence), by_name in items.items()
    ]
    return sorted(readings, key=lambda reading: (reading.confidence == "yours", reading.source.checked_on))


def oldest_price(comparison: Comparison, estimates: Sequence[Estimate]) -> str | None:
    """Return `oldest price read 20 Jul 2026 ⚠`; None if every price is the user's own.

    Args:
        comparison: The priced offers.
        estimates: The estimates whose prices count, beside those of the baseline.
    """
    listed = [reading for reading in price_readings(comparison, estimates) if reading.confidence != "yours"]
    if not listed:
        return None
    source = listed[0].source
    mark = f" {OLD}" if source.is_old(comparison.as_of) else ""
    day = read_day(source)
    return f"oldest price read {'in ' if day.isdigit() else ''}{day}{mark}"


def read_day(source: Source) -> str:
    """Return the day on which a source was read: `20 Jul 2026`; `Jul 2026` or `2026` if the day is unknown."""
    day, precision = source.checked_on, source.checked.count("-")
    return (f"{day:%Y}", f"{day:%b %Y}", full_day(day))[precision]


def source_title(source: Source) -> str:
    """Return the title of a source, with the dates in it as people write them."""
    return spoken_days(source.title, source.checked_on)


def _priced_lines(comparison: Comparison, estimates: Sequence[Estimate]) -> Iterator[tuple[str, Iterable[LineItem]]]:
    if base := comparison.base:
        yield f"Prompting {base.model}", base.lines
    for estimate in estimates:
        yield offer_name(estimate), estimate.lines
