"""Compare observed with recorded capability values. Nothing is written: the values of one file belong together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from pricing.capability.load import load_capability_checks
from pricing.capability.records import Band, Measure
from pricing.capability.table import CapabilityTable, Scales
from pricing.refresh.feed import Feed
from pricing.refresh.findings import Finding
from pricing.refresh.observation import FeedError, ObservedScore

MAX_FACTOR = 2
"""A value that moves further on its scale is more likely misread: none has so far."""


def compare_scores(feed_id: str, feed: Feed, scores: Iterable[ObservedScore], table: CapabilityTable) -> list[Finding]:
    """Return a finding for each recorded value on the feed's scale.

    Args:
        feed_id: The feed's key in feeds.yml.
        feed: Names the scale.
        scores: The content of the feed.
        table: Holds the recorded values, under the feed's own names of the models.

    Raises:
        FeedError: If the feed has none of the recorded names.
    """
    observed = {score.name: score.value for score in scores}
    recorded = {
        measure.measured or table.models[model].title: (model, measure)
        for model, measure in _measures(table)
        if measure.scale == feed.scale and not measure.second_hand
    }
    if not recorded.keys() & observed.keys():
        raise FeedError(f"has none of the {len(recorded)} expected names; its format may have changed")
    return [
        _finding(feed_id, name, model, measure, observed, table.scales) for name, (model, measure) in recorded.items()
    ]


def _measures(table: CapabilityTable) -> Iterator[tuple[str, Measure]]:
    """Yield the recorded values by model: those that decide the class, then those that check them."""
    for model in table.models.values():
        yield from ((model.id, measure) for measure in model.measures)
    for model_id, measures in load_capability_checks(table).items():
        yield from ((model_id, measure) for measure in measures)


def _finding(
    feed_id: str, name: str, model: str, measure: Measure, observed: dict[str, Decimal | None], scales: Scales
) -> Finding:
    finding = Finding("unchanged", feed_id, name, f"{model} {measure.scale}", f"{measure.value:f}")
    if name not in observed:
        return finding._replace(outcome="gone", note="the recorded value stays, unconfirmed")
    value = observed[name]
    if value is None or value > MAX_FACTOR * measure.value:
        return finding._replace(outcome="implausible", observed="unknown", note="not a valid value")
    rounded = value.quantize(measure.value)
    if rounded == measure.value:
        return finding._replace(observed=f"{rounded:f}")
    before, after = _band(measure, measure.value, scales), _band(measure, rounded, scales)
    moved = f"class {before} becomes {after}; " if before != after else ""
    return finding._replace(
        outcome="changed", observed=f"{rounded:f}", note=f"{moved}a person has to enter all values of this scale"
    )


def _band(measure: Measure, value: Decimal, scales: Scales) -> Band | None:
    """Return the class of a value; None on a scale without classes."""
    if measure.scale not in scales.by_name:
        return None
    return next(band for band, low in scales.bands.items() if value >= low)
