"""The pricing context of a question: offers, base model, assumptions and date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from msgspec.structs import replace

from calculator.capability.classes import CapabilityClass, capability_class
from calculator.capability.evidence import TaskResults, task_results
from calculator.capability.filters import PASSES, FilterResult, Filters, filters_of
from calculator.costs.base_model import given_base_price, listed_base_price
from calculator.costs.rented_gpus import RentedGpuOffer, repriced
from calculator.costs.training import corner_examples
from calculator.deployments import as_deployed
from calculator.errors import FieldErrors
from calculator.numeric import ONE, ZERO
from calculator.offer_estimate import YOUR_RATES, EstimateContext, estimate_context, estimate_offer, rates_offer
from calculator.question.quantities import Corner
from calculator.question.resolved import ResolvedScenario, resolve_corner
from calculator.question.scenario import NEEDS_MODEL, RENTED_GPUS, YOUR_GPUS, Scenario
from calculator.result import Estimate
from pricing import (
    Assumption,
    BasePrice,
    CapabilityTable,
    Catalog,
    GpuFacts,
    GpuOffer,
    ModelCapability,
    Offer,
    Scales,
    UnknownName,
)


class PricingContext(NamedTuple):
    """Everything that a question is priced with, besides its numbers. Data only, so that it can be pickled."""

    offers: tuple[Offer, ...]
    """The offers that the question names; the customer's own rates are not among them."""
    base_name: str | None
    """The base model as the question names it."""
    listed_base: BasePrice | None
    """The catalogue's prices of the base model; None if the question names none or gives its prices."""
    base_is_untuned: bool
    """True if the base model is one that no platform in the catalogue fine-tunes."""
    assumptions: Mapping[str, Assumption]
    """The catalogue's, by name."""
    gpu_facts: GpuFacts
    as_of: date
    models: Mapping[str, ModelCapability]
    """What is published about the model of each offer, by offer id."""
    reference: ModelCapability | None
    """The model whose class the options are compared with: the base model, else that of `like`."""
    scales: Scales
    """What the values of models are compared by."""
    filters: Filters | None
    """The filters of the question; None if it has none."""
    task_results: TaskResults | None
    """The published results of tuned models on the question's task; None if it names no task."""
    classifiers: frozenset[str]
    """Ids of the offers that answer with labels, as far as the question asks for them."""

    @property
    def base_context_tokens(self) -> int | None:
        """Most tokens of a call that the base model takes; None without a base model, or if no source says it."""
        context = self.reference.context if self.reference and self.base_name else None
        listed = self.listed_base.context_tokens if self.listed_base else None
        return max(filter(None, (listed, context.most_tokens if context else None)), default=None)

    def class_of(self, offer: Offer) -> CapabilityClass | None:
        """Return the class of an offer's model against the reference; None if the question names none."""
        model = self.models.get(offer.id)
        if self.reference is None or model is None:
            return None
        return capability_class(model, self.reference, self.scales)

    def filter_result(self, offer: Offer) -> FilterResult:
        """Return whether an offer's model passes the filters of the question; what is unknown doesn't."""
        if self.filters is None:
            return PASSES
        model = self.models.get(offer.id)
        if model is None:
            return FilterResult("unknown", "your own prices name no model")
        return self.filters.result(model, self.scales)

    def base_price(self, plan: ResolvedScenario) -> BasePrice | None:
        """Return the prices of the base model: the question's own, else those of the catalogue."""
        if plan.base_rates is not None:
            return given_base_price(self.base_name, plan.base_rates, self.as_of)
        return self.listed_base

    def estimate_context(self, plan: ResolvedScenario) -> EstimateContext:
        """Return the values that all estimates of a resolved scenario share."""
        return estimate_context(plan, self.as_of, self.assumptions["default_epochs"].value or ONE)

    def estimates(self, plan: ResolvedScenario) -> list[Estimate]:
        """Price every offer for a resolved scenario; the result is not sorted."""
        context = self.estimate_context(plan)
        if plan.thinking_after_tokens is ZERO:
            return [estimate_offer(context, offer) for offer in self._offers_at(plan)]
        return [
            estimate_offer(context._replace(plan=self.plan_for(plan, offer)), offer) for offer in self._offers_at(plan)
        ]

    def estimate(self, plan: ResolvedScenario, offer_id: str) -> Estimate:
        """Price one of the offers, or the customer's own rates, for a resolved scenario."""
        only = self._replace(offers=tuple(offer for offer in self.offers if offer.id == offer_id))
        return next(estimate for estimate in only.estimates(plan) if estimate.offer.id == offer_id)

    def plan_for(self, plan: ResolvedScenario, offer: Offer) -> ResolvedScenario:
        """Return the scenario as it holds for an offer: a model that never thinks has no thinking tokens."""
        if plan.thinking_after_tokens is ZERO or not never_thinks(self.models.get(offer.id)):
            return plan
        return plan._replace(thinking_after_tokens=ZERO)

    def corner_estimates(self, scenario: Scenario, corner: Corner) -> list[Estimate]:
        """Price every offer at its cheapest (`low`) or most expensive (`high`) corner; the result is not sorted."""
        plan = resolve_corner(scenario, corner)
        if plan.epochs is not None or not scenario.examples.is_range:
            return self.estimates(plan)
        context = self.estimate_context(plan)

        def priced(offer: Offer) -> Estimate:
            examples = corner_examples(offer, scenario.examples, corner)
            at_corner = self.plan_for(plan._replace(examples=examples), offer)
            return estimate_offer(context._replace(plan=at_corner), offer)

        return [priced(offer) for offer in self._offers_at(plan)]

    def _offers_at(self, plan: ResolvedScenario) -> list[Offer]:
        """Return the offers with the customer's own rates at one point of the scenario."""
        own = (rates_offer(plan.rates, self.as_of),) if plan.rates else ()
        return [_at_rate(offer, plan) for offer in (*self.offers, *own)]


def pricing_context(scenario: Scenario, catalog: Catalog, on: date) -> PricingContext:
    """Look up the offers and the base model that a scenario names. Raises FieldErrors for an unknown name."""
    offers = _offers(scenario, catalog, on)
    listed_base = (
        None if scenario.base is None or scenario.base_rates else listed_base_price(scenario.base, catalog, on)
    )
    table = catalog.capability
    base = _base_model(scenario.base, listed_base, table)
    if listed_base and never_thinks(base):
        listed_base = listed_base._replace(thinks=False)
    like = _like(scenario, base, table)
    return PricingContext(
        offers=offers,
        base_name=scenario.base,
        listed_base=listed_base,
        base_is_untuned=scenario.base is not None and catalog.is_untuned(_bare_name(scenario.base, listed_base)),
        assumptions=dict(catalog.assumptions),
        gpu_facts=catalog.gpus.facts,
        as_of=on,
        models={offer.id: _model_of(offer, table) for offer in offers},
        reference=base or like,
        scales=table.scales,
        filters=filters_of(scenario, like),
        task_results=task_results(scenario.task, table) if scenario.task else None,
        classifiers=_classifiers(scenario, offers),
    )


def _bare_name(name: str, listed: BasePrice | None) -> str:
    """Return the base model's name without its seller, who need not be the one that tunes it."""
    return (listed.model if listed else name).rpartition("/")[2]


def _classifiers(scenario: Scenario, offers: Sequence[Offer]) -> frozenset[str]:
    """Return the offers that answer with labels, if the question is about classification or names the offer."""
    names = {name.lower() for name in scenario.on}
    return frozenset(
        offer.id
        for offer in offers
        if offer.output == "labels"
        and (scenario.task == "classification" or names & {offer.id, *offer.aliases, offer.title.lower()})
    )


def never_thinks(model: ModelCapability | None) -> bool:
    """Return whether a model is known never to think before it answers."""
    return model is not None and model.thinking == "never"


def _model_of(offer: Offer, table: CapabilityTable) -> ModelCapability:
    """Return what is published about the model of an offer, with the offer's own size if nothing else is known."""
    model = table.find_or_unknown(offer.model, offer.title)
    if model.parameters_billion is None and offer.parameters_billion:
        return replace(model, parameters_billion=offer.parameters_billion)
    return model


def _like(scenario: Scenario, base: ModelCapability | None, table: CapabilityTable) -> ModelCapability | None:
    """Return the model that `like` names. Raises FieldErrors for a name that isn't in the capability table."""
    if scenario.like is None:
        return None
    if scenario.like.strip().lower() == "base":
        if base is None:
            raise FieldErrors({"like": "like=base needs the model that you prompt today, such as base=gpt-4.1-mini."})
        return base
    model = table.find(scenario.like)
    if model is None:
        near = " or ".join(table.near(scenario.like))
        hint = f" The nearest names are {near}." if near else " Name a model such as gpt-4.1-mini, or write base."
        raise FieldErrors({"like": f"No capability value is recorded for “{scenario.like[:60]}”.{hint}"})
    return model


def _base_model(name: str | None, price: BasePrice | None, table: CapabilityTable) -> ModelCapability | None:
    """Return what is published about the base model, under the name in the question or that of its prices."""
    if name is None:
        return None
    return table.find_base(name, price.model if price else name)


def _at_rate(offer: Offer, plan: ResolvedScenario) -> Offer:
    """Return the customer's own GPUs at the scenario's price of a GPU-hour, every other offer unchanged."""
    if offer.id == YOUR_GPUS and isinstance(offer, RentedGpuOffer) and plan.gpu_rate_usd is not None:
        return repriced(offer, plan.gpu_rate_usd)
    return offer


def _offers(scenario: Scenario, catalog: Catalog, on: date) -> tuple[Offer, ...]:
    """Return the offers that `on=` names; `all` is every offer that can still be trained."""
    chosen: dict[str, Offer] = {}
    rented: dict[str, GpuOffer] = {}
    for name in _rejoin(scenario.on, catalog):
        if name.lower() in ("all", "*"):
            offers = catalog.trainable(on)
            rented |= catalog.gpus.offers if scenario.names_a_model else {}
        elif name.lower() == RENTED_GPUS:
            offers = ()
            rented |= catalog.gpus.offers
        elif name.lower() == YOUR_GPUS:
            if scenario.gpu_rate is None:
                raise FieldErrors({"gpu_rate": "on=your-gpus needs the price of one GPU-hour, such as gpu_rate=2.10."})
            offers = ()
        elif name.lower() == YOUR_RATES:
            if not scenario.rates:
                raise FieldErrors(
                    {"rates": "on=your-rates needs your prices: rates=training/input/output, such as rates=10/3/6."}
                )
            offers = ()
        else:
            is_offer = catalog.knows(name)
            gpus = () if is_offer and not scenario.names_a_model else catalog.gpus.named(name)
            offers = () if gpus and not is_offer else _named(name, catalog, on)
            if scenario.names_a_model or not offers:
                rented |= {offer.id: offer for offer in gpus}
        chosen.update((offer.id, offer) for offer in offers)
    hosted = as_deployed(chosen.values(), scenario, catalog.gpus.facts, catalog.assumptions)
    return (*hosted, *_rented(scenario, rented, catalog, on))


def _rejoin(names: Sequence[str], catalog: Catalog) -> list[str]:
    """Return the names of `on=`, with a title that holds a comma in one piece: `GPT-4.1 mini, global (Azure)`."""
    joined: list[str] = []
    for name in names:
        if joined and not catalog.knows(name) and catalog.knows(f"{joined[-1]}, {name}"):
            joined[-1] = f"{joined[-1]}, {name}"
        else:
            joined.append(name)
    return joined


def _rented(scenario: Scenario, rented: Mapping[str, GpuOffer], catalog: Catalog, on: date) -> Sequence[Offer]:
    """Return the GPU-hour offers, each with the number of GPUs that is cheapest for this question."""
    if not rented and not scenario.names_a_model:
        if key := scenario.rented_gpu_key:
            raise FieldErrors({"model": f"{key}= applies to rented GPUs. {NEEDS_MODEL}"})
        return ()
    from calculator.gpu_rental.search import rented_gpu_offers  # imports the GPU model

    offers = rented_gpu_offers(scenario, rented.values(), catalog, on)
    if rented and not offers:
        names = dict.fromkeys(offer.gpu for offer in rented.values())
        raise FieldErrors({"gpu": f"No offer rents out {scenario.gpu} by the hour. Rented are {', '.join(names)}."})
    return offers


def _named(name: str, catalog: Catalog, on: date) -> tuple[Offer, ...]:
    """Return the offers of a name: of a platform or model those that are sold, a single offer in any case."""
    try:
        offers = catalog.named(name)
    except UnknownName as error:
        raise FieldErrors({"on": catalog.refusal(error, on)}) from None
    return tuple(offer for offer in offers if offer.status_on(on) in ("open", "closing")) or offers
