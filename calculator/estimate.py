"""From a scenario and the catalogue to a comparison. Pure: the date and the catalogue are arguments."""

from __future__ import annotations

from datetime import date

from calculator.answer.groups import option_classes
from calculator.answer.nearest import nearest_usable
from calculator.answer.recommendation import rank
from calculator.comparison import Comparison
from calculator.costs.base_model import estimate_base
from calculator.errors import FieldErrors
from calculator.numeric import ZERO
from calculator.payback.periods import EqualPeriods
from calculator.pricing_context import PricingContext, pricing_context
from calculator.question.customers import named_platforms
from calculator.question.quantities import Corner
from calculator.question.resolved import resolve, resolve_corner
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
    reasons = {reason.code for reason in ranking.set_aside.values()}
    # A file that is mended makes these offers usable, so that no other is needed.
    is_settled = ranking.recommended is not None or "refuses_file" in reasons
    nearest = None if is_settled else nearest_usable(scenario, context, plan, estimates, catalog)

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
        classes=classes if nearest is None else {**classes, nearest.estimate.offer.id: nearest.option_class},
        set_aside=ranking.set_aside,
        recommended=ranking.recommended,
        nearest=nearest.estimate if nearest else None,
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
        text = (
            f"{scenario.base} takes at most {limit:,} tokens a call, prompt and answer together; these have "
            f"{tokens:,.0f}. Correct the tokens, or name a base model that takes them."
        )
        raise FieldErrors({"prompt" if scenario.prompt else "call": text})
