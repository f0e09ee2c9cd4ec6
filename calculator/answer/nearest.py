"""The usable offer that is nearest to a question none of whose offers is usable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from calculator.answer.groups import option_classes
from calculator.answer.recommendation import LIKE_GROUPS, MOST_STEPS, closeness, rank
from calculator.costs.rented_gpus import RentedGpuOffer
from calculator.payback.periods import EqualPeriods
from calculator.pricing_context import PricingContext, pricing_context
from calculator.question.resolved import ResolvedScenario
from calculator.question.scenario import Scenario
from calculator.result import Estimate, OptionClass
from pricing import Catalog, ModelCapability, Offer

FAR_DEARER = 2
"""Times the cost of its group's cheapest offer from which a closer offer doesn't count as near."""


class Nearest(NamedTuple):
    """The nearest usable offer."""

    estimate: Estimate
    option_class: OptionClass
    """Its model against the baseline's, as for the question's own offers."""


class _Candidate(NamedTuple):
    offer: Offer
    closeness: int
    """How far its model is from the asked one or the baseline's, as `recommendation.closeness` counts it."""


def nearest_usable(
    scenario: Scenario, context: PricingContext, plan: ResolvedScenario, estimates: Sequence[Estimate], catalog: Catalog
) -> Nearest | None:
    """Return the usable offer that is nearest to those of a question; None if there is none of a comparable model.

    Rented GPUs that don't suit are followed by more of the same. Then comes the same model elsewhere or on other GPUs,
    the catalogue's own alternative (without a base model), its maker's other models on the same platform, and the
    closest class. Within each of these groups, an offer that is far dearer than the cheapest doesn't count.

    Args:
        scenario: The question.
        context: What it was priced with.
        plan: The scenario at its likely values.
        estimates: Its offers, none of which is usable.
        catalog: All offers.
    """
    for wider in _wider_questions(scenario, estimates):
        everything = pricing_context(wider, catalog, context.as_of)
        periods, classes = EqualPeriods(everything, plan), option_classes(everything, everything.offers)
        for offers in _by_closeness(everything, context, estimates):  # the first with a usable offer is the last priced
            group = everything._replace(offers=tuple(candidate.offer for candidate in offers))
            ranking = rank(group, plan, group.estimates(plan), periods, classes)
            usable = [estimate for estimate in ranking.estimates if estimate.offer.id not in ranking.set_aside]
            closeness_by_id = {candidate.offer.id: candidate.closeness for candidate in offers}
            if nearest := _closest_affordable(usable, periods, closeness_by_id):
                return Nearest(nearest, classes[nearest.offer.id])
    return None


def _closest_affordable(
    usable: Sequence[Estimate], periods: EqualPeriods, closeness_by_id: Mapping[str, int]
) -> Estimate | None:
    """Return the closest offer that isn't far dearer than the cheapest; of equally close ones, the cheapest.

    Args:
        usable: Usable offers of one group, the cheapest first.
        periods: Costs over equal periods.
        closeness_by_id: By offer id, 0 for the closest.
    """
    if not usable:
        return None
    cheapest = periods.comparable(usable[0]).usd
    if cheapest is None:
        return usable[0]

    def affordable(estimate: Estimate) -> bool:
        usd = periods.comparable(estimate).usd
        return usd is not None and usd <= FAR_DEARER * cheapest

    return min(filter(affordable, usable), key=lambda estimate: closeness_by_id[estimate.offer.id])


def _wider_questions(scenario: Scenario, estimates: Sequence[Estimate]) -> Iterator[Scenario]:
    """Yield the question with fewer restrictions, one step after the other."""
    if scenario.names_a_model and all(isinstance(estimate.offer, RentedGpuOffer) for estimate in estimates):
        scenario = replace(scenario, gpus=None)
        yield scenario
        scenario = replace(scenario, gpu=None, gpu_memory=None, gpu_rate=None)
    yield replace(scenario, on=("all",))


def _by_closeness(
    everything: PricingContext, context: PricingContext, estimates: Sequence[Estimate]
) -> Iterator[Sequence[_Candidate]]:
    """Yield the offers in groups, the closest first, without other platforms' models of unknown class.

    Args:
        everything: The offers to choose from.
        context: The question, with its baseline.
        estimates: Its offers.
    """
    suggested = {estimate.offer.nearest for estimate in estimates[:1]} if context.reference is None else set()
    models = ((estimate.offer.platform, context.models.get(estimate.offer.id)) for estimate in estimates)
    asked = [(platform, model) for platform, model in models if model]
    ids = {model.id for _, model in asked}
    platforms = {estimate.offer.platform for estimate in estimates}
    makers = {(platform, model.vendor) for platform, model in asked if model.vendor}
    first = asked[0][1] if asked else None
    classes = _comparable_classes(everything, (first if len(ids) == 1 else None, context.reference, first))
    groups: dict[tuple[int, int], list[_Candidate]] = {}
    for offer in everything.offers:
        model, option_class = everything.models.get(offer.id), classes.get(offer.id)
        close = closeness(option_class) if option_class else MOST_STEPS
        if model and model.id in ids:
            key = (0, close)
        elif offer.id in suggested:
            key = (1, 0)
        elif model and (offer.platform, model.vendor) in makers:
            key = (2, 0)
        elif option_class:
            key = (3, _level(option_class))
        elif offer.platform in platforms:
            key = (4, 0)
        else:
            continue
        groups.setdefault(key, []).append(_Candidate(offer, close))
    for _, offers in sorted(groups.items(), key=lambda item: item[0]):
        yield offers


def _level(option_class: OptionClass) -> int:
    """Return the letters that a model is below the reference; one that the index puts in its class counts as level."""
    return max(0, closeness(option_class) - len(LIKE_GROUPS)) + (option_class.group != "same_model")


def _comparable_classes(
    everything: PricingContext, references: Sequence[ModelCapability | None]
) -> dict[str, OptionClass]:
    """Return the known classes against the first reference that has any, by offer id."""
    for reference in filter(None, references):
        classes = option_classes(everything._replace(reference=reference), everything.offers)
        known = {offer_id: each for offer_id, each in classes.items() if each.group != "unknown_class"}
        if any(option_class.group != "same_model" for option_class in known.values()):
            return known
    return {}
