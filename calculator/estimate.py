"""From a scenario and the catalogue to a comparison. Pure: the date and the catalogue are arguments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec.structs import replace

from calculator.answer.groups import option_classes
from calculator.answer.periods import EqualPeriods
from calculator.answer.recommendation import closeness, rank
from calculator.comparison import Comparison
from calculator.costs.base_model import estimate_base
from calculator.errors import FieldErrors
from calculator.numeric import ZERO
from calculator.pricing_context import PricingContext, pricing_context
from calculator.question.customers import named_platforms
from calculator.question.quantities import Corner
from calculator.question.resolved import ResolvedScenario, resolve, resolve_corner
from calculator.question.scenario import Scenario
from calculator.result import Estimate
from pricing import Catalog


def estimate(scenario: Scenario, catalog: Catalog, on: date) -> Comparison:
    """Price every offer that a scenario names, best first.

    Args:
        scenario: The question, as `read_scenario` returns it.
        catalog: Offers, base models and assumptions.
        on: The day whose prices apply, and on which the horizon begins.

    Returns:
        The comparison. An offer with an unknown price is in it with an “at least” total, and never ranks first.

    Raises:
        FieldErrors: The scenario names an offer, model, GPU or platform that the catalogue does not have.
    """
    context = resolve_question(scenario, catalog, on)
    plan = resolve_corner(scenario, "likely")
    base = context.base_price(plan)

    periods = EqualPeriods(context, plan)
    estimates = context.estimates(plan)
    classes = option_classes(context, (estimate.offer for estimate in estimates))
    ranking = rank(context, plan, estimates, periods, classes)

    def corner(side: Corner) -> dict[str, Estimate]:
        if not scenario.ranged:
            return {}
        return {estimate.offer.id: estimate for estimate in context.corner_estimates(scenario, side)}

    return Comparison(
        context=context,
        catalog_version=catalog.version,
        scenario=scenario,
        plan=plan,
        estimates=ranking.estimates,
        base=estimate_base(plan, base, on) if base else None,
        low=corner("low"),
        high=corner("high"),
        classes=classes,
        set_aside=ranking.set_aside,
        recommended=ranking.recommended,
        nearest=None if ranking.recommended else _nearest(scenario, context, plan, estimates, catalog),
    )


def resolve_question(scenario: Scenario, catalog: Catalog, on: date) -> PricingContext:
    """Look up every name in a scenario, and price nothing.

    Args:
        scenario: The question, as `read_scenario` returns it.
        catalog: Offers, base models and assumptions.
        on: The day on which the offers must be sold.

    Returns:
        The offers, the base model and the assumptions that the question is priced with.

    Raises:
        FieldErrors: The scenario names an offer, model, GPU or platform that the catalogue does not have, or its calls
            are longer than the base model takes. Nothing else can be wrong with a scenario that was read.
    """
    _check_customers(scenario, catalog)
    context = pricing_context(scenario, catalog, on)
    _check_calls(scenario, context)
    return context


def _check_customers(scenario: Scenario, catalog: Catalog) -> None:
    """Raise FieldErrors if `customer=` names a platform that the catalogue does not have."""
    if not (names := named_platforms(scenario.customer)):
        return
    platforms = sorted({offer.platform for offer in catalog.offers.values()})
    for name in names:
        if name not in platforms:
            choices = f"new, existing, or platforms such as azure,openai. The platforms are {', '.join(platforms)}"
            raise FieldErrors({"customer": f"Unknown platform “{name}”. Write {choices}."})


def _check_calls(scenario: Scenario, context: PricingContext) -> None:
    """Raise FieldErrors if the calls of today are longer than the base model takes: then nobody sends them."""
    limit = context.base_context_tokens
    if limit is None or not (scenario.prompt or scenario.call):
        return
    plan = resolve(scenario, lambda _, amount: amount.at("high"))
    tokens = (plan.prompt_before_tokens or ZERO) + plan.call_input_tokens + plan.call_output_tokens
    tokens += plan.thinking_before_tokens
    if tokens > limit:
        raise FieldErrors(
            {
                "prompt"
                if scenario.prompt
                else "call": f"{scenario.base} takes at most {limit:,} tokens a call, prompt "
                f"and answer together; these have {tokens:,.0f}. Correct the tokens, or name a base model that takes "
                "them."
            }
        )


def _nearest(
    scenario: Scenario, context: PricingContext, plan: ResolvedScenario, estimates: Sequence[Estimate], catalog: Catalog
) -> Estimate | None:
    """Return the usable offer of the whole catalogue that is nearest to the question's, or None.

    Its model is the closest to the base model; without one, it is what the catalogue suggests instead of the
    question's first offer, else the closest to that offer's model.
    """
    everything = resolve_question(replace(scenario, on=("all",)), catalog, context.as_of)
    first_model = next((context.models.get(estimate.offer.id) for estimate in estimates), None)
    everything = everything._replace(reference=context.reference or first_model)
    periods, classes = EqualPeriods(everything, plan), option_classes(everything, everything.offers)
    recorded = {estimate.offer.nearest for estimate in estimates[:1]} if context.reference is None else set()
    groups = {-1: [offer for offer in everything.offers if offer.id in recorded]}
    for offer in everything.offers:
        groups.setdefault(closeness(classes[offer.id]), []).append(offer)
    for _, offers in sorted(groups.items()):  # few groups are priced: the first with a usable offer is the last
        group = everything._replace(offers=tuple(offers))
        ranking = rank(group, plan, group.estimates(plan), periods, classes)
        usable = (estimate for estimate in ranking.estimates if estimate.offer.id not in ranking.set_aside)
        if nearest := next(usable, None):
            return nearest
    return None
