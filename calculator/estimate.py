"""A scenario over the catalogue -> a comparison. Pure: the date and the catalogue are arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from calculator.crossover import crossover
from calculator.drivers import drivers, spread_out
from calculator.errors import FieldErrors
from calculator.hosted import YOUR_RATES, estimate_offer, frame_of, own_offer
from calculator.many import ZERO
from calculator.plan import Plan, plan_at
from calculator.prompting import base_price, estimate_base
from calculator.quantities import Corner
from calculator.result import Comparison, Estimate
from calculator.scenario import NEEDS_MODEL, OWN_GPUS, Scenario
from pricing import BasePrice, Catalog, GpuOffer, Offer, UnknownName

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
    market = Market(offers_of(scenario, catalog, on), scenario.base, catalog, on)
    plan = plan_at(scenario, "likely")
    return market, plan, market.base_price(plan)


class Market(NamedTuple):
    """What stays the same whatever the numbers are: the offers, the base model, the catalogue and the day."""

    offers: tuple[Offer, ...]
    base: str | None
    catalog: Catalog
    on: date

    def base_price(self, plan: Plan) -> BasePrice | None:
        return base_price(self.base, plan.base_rates, self.catalog, self.on)

    def estimates(self, plan: Plan) -> list[Estimate]:
        """All offers at one point of the scenario, in no order."""
        frame = frame_of(plan, self.catalog, self.on, self.base_price(plan))
        own = (own_offer(plan.rates, self.on),) if plan.rates else ()
        return [estimate_offer(frame, offer) for offer in (*self.offers, *own)]


def _ranges(scenario: Scenario, market: Market) -> Ranges:
    from calculator.ranges import ranges_of  # NumPy, where it is needed

    return ranges_of(scenario, market)


def offers_of(scenario: Scenario, catalog: Catalog, on: date) -> tuple[Offer, ...]:
    """The offers that `on=` names; `all` is every one that can still be trained. Raises FieldErrors."""
    chosen: dict[str, Offer] = {}
    rented: dict[str, GpuOffer] = {}
    for name in scenario.on:
        if name.lower() in ("all", "*"):
            found = catalog.trainable(on)
            rented |= catalog.gpus.offers if scenario.names_a_model else {}
        elif name.lower() == OWN_GPUS:
            found = ()
            rented |= catalog.gpus.offers
        elif name.lower() == YOUR_RATES:
            if not scenario.rates:
                raise FieldErrors(
                    {"rates": "on=your-rates needs your prices: rates=training/input/output, such as rates=10/3/6."}
                )
            found = ()
        else:
            known = catalog.knows(name)
            gpus = () if known and not scenario.names_a_model else catalog.gpus.named(name)
            found = () if gpus and not known else _named(name, catalog, on)
            if scenario.names_a_model or not found:
                rented |= {offer.id: offer for offer in gpus}
        chosen.update((offer.id, offer) for offer in found)
    return (*chosen.values(), *_rented(scenario, rented, catalog, on))


def _rented(scenario: Scenario, rented: Mapping[str, GpuOffer], catalog: Catalog, on: date) -> Sequence[Offer]:
    """GPU-hour offers, made for this question."""
    if not rented and not scenario.names_a_model:
        if about := scenario.about_own_gpus:
            raise FieldErrors({"model": f"{about}= is about GPUs of your own: {NEEDS_MODEL}"})
        return ()
    from calculator.renting import self_hosted  # the GPU model, where it is needed

    made = self_hosted(scenario, rented.values(), catalog, on)
    if rented and not made:
        names = dict.fromkeys(offer.gpu for offer in rented.values())
        raise FieldErrors({"gpu": f"No offer here rents a {scenario.gpu} by the hour; rented are {', '.join(names)}."})
    return made


def _named(name: str, catalog: Catalog, on: date) -> tuple[Offer, ...]:
    """The offers of a name. Of several (a platform, a model) those that are sold; a single one in any case."""
    try:
        found = catalog.named(name)
    except UnknownName as error:
        raise FieldErrors({"on": str(error)}) from None
    return tuple(offer for offer in found if offer.status_on(on) in ("open", "closing")) or found


def _rank(one: Estimate) -> tuple[int, bool, Decimal, str]:
    total = one.total.usd
    return (one.standing, total is None, total or ZERO, one.offer.id)
