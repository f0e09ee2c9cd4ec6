"""Compare observed with recorded capability values. Nothing is written: the values of one file belong together."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from pricing.capability.records import Band, Measure, ModelCapability
from pricing.capability.table import CapabilityTable, Scales
from pricing.refresh.feed import Feed
from pricing.refresh.findings import Finding
from pricing.refresh.observation import FeedError, ObservedScore

_TENTH = Decimal("0.1")
_HIGHEST = Decimal(1_000)


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
        measure.measured or model.title: (model, measure)
        for model in table.models.values()
        for measure in model.measures
        if measure.scale == feed.scale and not measure.second_hand
    }
    if not recorded.keys() & observed.keys():
        raise FeedError(f"has none of the {len(recorded)} expected names; its format may have changed")
    return [
        _finding(feed_id, name, model, measure, observed, table.scales) for name, (model, measure) in recorded.items()
    ]


def _finding(
    feed_id: str,
    name: str,
    model: ModelCapability,
    measure: Measure,
    observed: dict[str, Decimal | None],
    scales: Scales,
) -> Finding:
    finding = Finding("unchanged", feed_id, name, f"{model.id} {measure.scale}", f"{measure.value:f}")
    if name not in observed:
        return finding._replace(outcome="gone", note="the recorded value stays, unconfirmed")
    value = observed[name]
    if value is None or value > _HIGHEST:
        return finding._replace(outcome="implausible", observed="unknown", note="not a valid value")
    rounded = value.quantize(_TENTH)
    if rounded == measure.value.quantize(_TENTH):
        return finding._replace(observed=f"{rounded:f}")
    before, after = _band(measure.value, scales), _band(rounded, scales)
    moved = f"class {before} becomes {after}; " if before != after else ""
    return finding._replace(
        outcome="changed", observed=f"{rounded:f}", note=f"{moved}a person has to enter all values of this scale"
    )


def _band(value: Decimal, scales: Scales) -> Band:
    return next(band for band, low in scales.bands.items() if value >= low)
