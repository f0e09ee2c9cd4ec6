"""What a question is asked of: offers, a base model, a catalogue and a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from calculator.costs.base_model import base_price
from calculator.costs.rented_gpus import RentedGpuOffer, repriced
from calculator.errors import FieldErrors
from calculator.offer_estimate import YOUR_RATES, estimate_context, estimate_offer, own_offer
from calculator.question.resolved import ResolvedScenario
from calculator.question.scenario import NEEDS_MODEL, OWN_GPUS, YOUR_GPUS, Scenario
from calculator.result import Estimate
from pricing import BasePrice, Catalog, GpuOffer, Offer, UnknownName


class PricingContext(NamedTuple):
    """What stays the same whatever the numbers are: the offers, the base model, the catalogue and the day."""

    offers: tuple[Offer, ...]
    base: str | None
    catalog: Catalog
    on: date

    def base_price(self, plan: ResolvedScenario) -> BasePrice | None:
        return base_price(self.base, plan.base_rates, self.catalog, self.on)

    def estimates(self, plan: ResolvedScenario) -> list[Estimate]:
        """All offers at one point of the scenario, in no order."""
        frame = estimate_context(plan, self.catalog, self.on, self.base_price(plan))
        own = (own_offer(plan.rates, self.on),) if plan.rates else ()
        return [estimate_offer(frame, _at_rate(offer, plan)) for offer in (*self.offers, *own)]


def _at_rate(offer: Offer, plan: ResolvedScenario) -> Offer:
    """One's own GPUs at what an hour of them costs here; every other offer as it is."""
    if offer.id == YOUR_GPUS and isinstance(offer, RentedGpuOffer) and plan.gpu_rate_usd is not None:
        return repriced(offer, plan.gpu_rate_usd)
    return offer


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
        elif name.lower() == YOUR_GPUS:
            if scenario.gpu_rate is None:
                raise FieldErrors({"gpu_rate": "on=your-gpus needs what an hour of one GPU costs: gpu_rate=2.10."})
            found = ()
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
            raise FieldErrors({"model": f"{about}= applies to rented GPUs. {NEEDS_MODEL}"})
        return ()
    from calculator.gpu_rental.search import self_hosted  # the GPU model, where it is needed

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
