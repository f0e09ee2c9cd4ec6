"""Models of the catalogue whose class can't be told, with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pricing.capability.records import ModelCapability
from pricing.capability.table import CapabilityTable
from pricing.offers.offer import Offer


def capability_gaps(offers: Iterable[Offer], table: CapabilityTable) -> Iterator[str]:
    """Yield a line for each model of the catalogue without a value that a tuned model can be compared by.

    Args:
        offers: The offers of the catalogue.
        table: What is published about models.
    """
    ids: dict[tuple[str, str], list[str]] = {}
    names = set()
    for offer in offers:
        model = table.find(offer.model)
        names.add(model.id if model else offer.model)
        if reason := _reason(model):
            ids.setdefault((model.title if model else offer.model, reason), []).append(offer.id)
    for (title, reason), group in sorted(ids.items(), key=lambda item: item[0][1]):
        yield f"{title}: {reason} ({', '.join(group)})"
    yield f"{len(ids)} of {len(names)} models have no value that a tuned model can be compared by."


def _reason(model: ModelCapability | None) -> str:
    if model is None:
        return "not in the table, or not one model"
    settings = {measure.thinking for measure in model.measures if not measure.second_hand}
    if not settings:
        return "no value on the index is published"
    if model.thinking == "unknown":
        return "it isn't recorded whether it thinks before it answers"
    if model.thinking == "optional" and "without" not in settings:
        return "only a value with thinking is published"
    return ""
