"""A scenario over the catalogue -> a comparison. Pure: the date and the catalogue are arguments."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from calculator.comparison import Comparison
from calculator.crossover import crossover
from calculator.customers import named_platforms
from calculator.drivers import drivers, spread_out
from calculator.errors import FieldErrors
from calculator.hosted import frame_of
from calculator.many import ZERO
from calculator.market import Market, offers_of
from calculator.plan import Plan, plan_at
from calculator.prompting import estimate_base
from calculator.quantities import Corner
from calculator.result import Estimate
from calculator.scenario import Scenario
from pricing import BasePrice, Catalog

if TYPE_CHECKING:
    from calculator.ranges import Ranges


def estimate(scenario: Scenario, catalog: Catalog, on: date) -> Comparison:
    """Every offer the scenario names, priced as of `on`, best first. Raises FieldErrors for a name nobody knows."""
    market, plan, base = asked_of(scenario, catalog, on)
    spread = catalog.assumptions["default_spread"].value or ZERO

    estimates = tuple(sorted(market.estimates(plan), key=_rank))

    def corner(of: Corner) -> dict[str, Estimate]:
        return {one.offer.id: one for one in market.estimates(plan_at(scenario, of))} if scenario.ranged else {}

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
        find_drivers=lambda one: drivers(scenario if scenario.ranged else spread_out(scenario, spread), market, one),
        find_crossover=lambda: crossover(estimates, frame_of(plan, catalog, on, base)),
    )


def asked_of(scenario: Scenario, catalog: Catalog, on: date) -> tuple[Market, Plan, BasePrice | None]:
    """What a question is about, before anything is priced. Raises FieldErrors for a name nobody knows, and is all that
    can be wrong with a scenario that was read.
    """
    _check_customers(scenario, catalog)
    market = Market(offers_of(scenario, catalog, on), scenario.base, catalog, on)
    plan = plan_at(scenario, "likely")
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


def _ranges(scenario: Scenario, market: Market) -> Ranges:
    from calculator.ranges import ranges_of  # NumPy, where it is needed

    return ranges_of(scenario, market)


def _rank(one: Estimate) -> tuple[int, bool, Decimal, str]:
    total = one.total.usd
    return (one.standing, total is None, total or ZERO, one.offer.id)
