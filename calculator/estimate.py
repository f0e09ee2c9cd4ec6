"""A scenario over the catalogue -> a comparison. Pure: the date and the catalogue are arguments."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from calculator.comparison import Comparison
from calculator.costs.base_model import estimate_base
from calculator.errors import FieldErrors
from calculator.numeric import ZERO
from calculator.offer_estimate import estimate_context
from calculator.payback.crossover import crossover
from calculator.pricing_context import PricingContext, offers_of
from calculator.question.customers import named_platforms
from calculator.question.quantities import Corner
from calculator.question.resolved import ResolvedScenario, resolve_corner
from calculator.question.scenario import Scenario
from calculator.result import Estimate
from calculator.uncertainty.sensitivity import drivers, with_default_spread
from pricing import BasePrice, Catalog

if TYPE_CHECKING:
    from calculator.uncertainty.ranges import SampledEstimates


def estimate(scenario: Scenario, catalog: Catalog, on: date) -> Comparison:
    """Every offer the scenario names, priced as of `on`, best first. Raises FieldErrors for a name nobody knows."""
    market, plan, base = resolve_question(scenario, catalog, on)
    spread = catalog.assumptions["default_spread"].value or ZERO

    estimates = tuple(sorted(market.estimates(plan), key=_rank))

    def corner(of: Corner) -> dict[str, Estimate]:
        return {one.offer.id: one for one in market.estimates(resolve_corner(scenario, of))} if scenario.ranged else {}

    return Comparison(
        as_of=on,
        catalog_version=catalog.version,
        scenario=scenario,
        plan=plan,
        estimates=estimates,
        base=estimate_base(plan, base, on) if base else None,
        low=corner("low"),
        high=corner("high"),
        assumptions=catalog.assumptions,
        find_ranges=lambda: _ranges(scenario, market),
        find_drivers=lambda one: drivers(
            scenario if scenario.ranged else with_default_spread(scenario, spread), market, one
        ),
        find_crossover=lambda: crossover(estimates, estimate_context(plan, catalog, on, base)),
    )


def resolve_question(
    scenario: Scenario, catalog: Catalog, on: date
) -> tuple[PricingContext, ResolvedScenario, BasePrice | None]:
    """What a question is about, before anything is priced. Raises FieldErrors for a name nobody knows, and is all that
    can be wrong with a scenario that was read.
    """
    _check_customers(scenario, catalog)
    market = PricingContext(offers_of(scenario, catalog, on), scenario.base, catalog, on)
    plan = resolve_corner(scenario, "likely")
    return market, plan, market.base_price(plan)


def _check_customers(scenario: Scenario, catalog: Catalog) -> None:
    """Raises FieldErrors where somebody is said to be a customer of what is no platform."""
    if not (named := named_platforms(scenario.customer)):
        return
    platforms = sorted({offer.platform for offer in catalog.offers.values()})
    for name in named:
        if name not in platforms:
            known = f"new, existing, or platforms such as azure,openai; there are {', '.join(platforms)}"
            raise FieldErrors({"customer": f"“{name}” is no platform. Write {known}."})


def _ranges(scenario: Scenario, market: PricingContext) -> SampledEstimates:
    from calculator.uncertainty.ranges import ranges_of  # NumPy, where it is needed

    return ranges_of(scenario, market)


def _rank(one: Estimate) -> tuple[int, bool, Decimal, str]:
    total = one.total.usd
    return (one.standing, total is None, total or ZERO, one.offer.id)
