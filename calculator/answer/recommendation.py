"""Rank the options of a question and choose the one that the verdict is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from calculator.answer.usability import set_aside
from calculator.numeric import ZERO
from calculator.payback.periods import EqualPeriods
from calculator.pricing_context import PricingContext
from calculator.question.resolved import ResolvedScenario
from calculator.result import Estimate, OptionClass, OptionGroup, SetAside, SetAsideCode

LIKE_GROUPS: tuple[OptionGroup, ...] = ("same_model", "same_class")
"""Groups that are compared like with like, the closest first."""
WEAKEST = "G"
"""Sorts models without a letter behind those of every class."""
MOST_STEPS = 9
"""Letters below the baseline's model that count for a model without a letter: it comes last."""


class Ranking(NamedTuple):
    """The options of a question, ordered, and the recommended one."""

    estimates: tuple[Estimate, ...]
    """Usable options first, the cheapest of equal periods first."""
    set_aside: dict[str, SetAside]
    """By offer id: why an option is never recommended."""
    recommended: str | None
    """Offer id; None if no option is usable."""


def rank(
    context: PricingContext,
    plan: ResolvedScenario,
    estimates: Sequence[Estimate],
    periods: EqualPeriods,
    classes: Mapping[str, OptionClass],
) -> Ranking:
    """Order the options and choose the recommended one.

    Args:
        context: The offers, the base model and the date.
        plan: The scenario at its likely values.
        estimates: The options, in any order.
        periods: Costs of the same scenario over equal periods.
        classes: The class of each option by offer id.
    """
    shared, base = context.estimate_context(plan), context.base_price(plan)
    reasons: dict[str, SetAside] = {}
    costs: dict[str, Decimal | None] = {}
    for estimate in estimates:
        offer_id = estimate.offer.id
        reason = _filtered(context, estimate) or set_aside(shared, estimate, context.models.get(offer_id))
        if reason:
            reasons[offer_id] = reason
        costs[offer_id] = periods.comparable(estimate).usd

    def order(estimate: Estimate) -> tuple[int, bool, Decimal, str]:
        offer_id = estimate.offer.id
        usd = costs[offer_id]
        # Options that are set aside follow: first those with every price known, then the others.
        return (estimate.standing + 1 if offer_id in reasons else 0, usd is None, usd or ZERO, offer_id)

    ordered = tuple(sorted(estimates, key=order))
    usable = [estimate for estimate in ordered if estimate.offer.id not in reasons]
    choice = choose(usable, classes, periods) if base else next(iter(usable), None)
    return Ranking(ordered, reasons, choice.offer.id if choice else None)


def _filtered(context: PricingContext, estimate: Estimate) -> SetAside | None:
    """Return why the question leaves an option out: a classifier, or a filter, which the unknown doesn't pass."""
    if estimate.offer.output == "labels" and estimate.offer.id not in context.classifiers:
        return SetAside("labels_only", "It answers with labels, not with text; task=classification includes it.")
    if context.filters is None:
        return None
    result = context.filter_result(estimate.offer)
    if result.outcome == "passes":
        return None
    code: SetAsideCode = "filtered_out" if result.outcome == "fails" else "filter_unknown"
    return SetAside(code, f"{result.reason[:1].upper()}{result.reason[1:]}.")


def choose(usable: Sequence[Estimate], classes: Mapping[str, OptionClass], periods: EqualPeriods) -> Estimate | None:
    """Return the option that the verdict is about.

    The cheapest of the closest group that saves enough to matter; if none does, the closest group's cheapest. Where the
    closeness isn't known, the strongest class that saves comes first.

    Args:
        usable: Usable options, the cheapest first.
        classes: By offer id.
        periods: Costs over equal periods.
    """
    ordered = _cheapest_by_closeness(usable, classes)
    paying = (estimate for estimate in ordered if periods.pays(estimate))
    closest = min(usable, key=lambda estimate: closeness(classes[estimate.offer.id]), default=None)
    return next(paying, None) or closest


def _cheapest_by_closeness(usable: Sequence[Estimate], classes: Mapping[str, OptionClass]) -> list[Estimate]:
    """Return the cheapest option of each degree of closeness, the closest first.

    Where the closeness isn't known, stronger classes come first: they pass an evaluation sooner.
    """
    cheapest: dict[tuple[int, str], Estimate] = {}
    for estimate in usable:
        option_class = classes[estimate.offer.id]
        letter = option_class.letter or WEAKEST if option_class.steps_below is None else ""
        cheapest.setdefault((closeness(option_class), letter), estimate)
    return [estimate for _, estimate in sorted(cheapest.items(), key=lambda item: item[0])]


def closeness(option_class: OptionClass) -> int:
    """Return how far a model is from the baseline's: 0 for the closest.

    Models that need an evaluation follow by the letters that they are below the baseline's model, so that those of its
    letter are tested before smaller ones.
    """
    if option_class.group in LIKE_GROUPS:
        return LIKE_GROUPS.index(option_class.group)
    return len(LIKE_GROUPS) + (MOST_STEPS if option_class.steps_below is None else option_class.steps_below)
