"""The usable offer that is nearest to a question none of whose offers is usable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from calculator.answer.groups import option_classes
from calculator.answer.periods import EqualPeriods
from calculator.answer.recommendation import MOST_STEPS, closeness, rank
from calculator.costs.rented_gpus import RentedGpuOffer
from calculator.pricing_context import PricingContext, pricing_context
from calculator.question.resolved import ResolvedScenario
from calculator.question.scenario import Scenario
from calculator.result import Estimate, OptionClass
from pricing import Catalog, ModelCapability, Offer


class Nearest(NamedTuple):
    """The nearest usable offer."""

    estimate: Estimate
    option_class: OptionClass
    """Its model against the baseline's, as for the question's own offers."""


def nearest_usable(
    scenario: Scenario, context: PricingContext, plan: ResolvedScenario, estimates: Sequence[Estimate], catalog: Catalog
) -> Nearest | None:
    """Return the usable offer that is nearest to those of a question; None if there is none of a comparable model.

    Rented GPUs that don't suit are followed by more of the same. Then comes the catalogue's own alternative (without a
    base model), the same model elsewhere or on other GPUs, and the closest class.

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
            group = everything._replace(offers=tuple(offers))
            ranking = rank(group, plan, group.estimates(plan), periods, classes)
            usable = (estimate for estimate in ranking.estimates if estimate.offer.id not in ranking.set_aside)
            if found := next(usable, None):
                return Nearest(found, classes[found.offer.id])
    return None


def _wider_questions(scenario: Scenario, estimates: Sequence[Estimate]) -> Iterator[Scenario]:
    """Yield the question with fewer restrictions, one step after the other."""
    if scenario.names_a_model and all(isinstance(estimate.offer, RentedGpuOffer) for estimate in estimates):
        scenario = replace(scenario, gpus=None)
        yield scenario
        scenario = replace(scenario, gpu=None, gpu_memory=None, gpu_rate=None)
    yield replace(scenario, on=("all",))


def _by_closeness(
    everything: PricingContext, context: PricingContext, estimates: Sequence[Estimate]
) -> Iterator[Sequence[Offer]]:
    """Yield the offers in groups, the closest first, without those whose class can't be compared.

    Args:
        everything: The offers to choose from.
        context: The question, with its baseline.
        estimates: Its offers.
    """
    suggested = {estimate.offer.nearest for estimate in estimates[:1]} if context.reference is None else set()
    asked = [model for estimate in estimates if (model := context.models.get(estimate.offer.id))]
    ids = {model.id for model in asked}
    platforms = {estimate.offer.platform for estimate in estimates}
    classes = _comparable_classes(everything, (asked[0] if len(ids) == 1 else None, context.reference, *asked[:1]))
    groups: dict[tuple[int, int], list[Offer]] = {}
    for offer in everything.offers:
        model, group = everything.models.get(offer.id), classes.get(offer.id)
        close = closeness(group) if group else MOST_STEPS
        if offer.id in suggested:
            groups.setdefault((0, 0), []).append(offer)
        elif model and model.id in ids:
            groups.setdefault((1, close), []).append(offer)
        elif group:
            groups.setdefault((2, close), []).append(offer)
        elif offer.platform in platforms:
            groups.setdefault((3, 0), []).append(offer)
    for _, offers in sorted(groups.items()):
        yield offers


def _comparable_classes(
    everything: PricingContext, references: Sequence[ModelCapability | None]
) -> dict[str, OptionClass]:
    """Return the known classes against the first reference that has any, by offer id."""
    for reference in filter(None, references):
        classes = option_classes(everything._replace(reference=reference), everything.offers)
        known = {offer_id: its for offer_id, its in classes.items() if its.group != "unknown_class"}
        if any(option_class.group != "same_model" for option_class in known.values()):
            return known
    return {}
