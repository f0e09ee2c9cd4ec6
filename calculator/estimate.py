"""A scenario over the catalogue -> a comparison. Pure: the date and the catalogue are arguments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from calculator.breakeven import break_even
from calculator.errors import FieldErrors
from calculator.horizon import day_after_months, months_between
from calculator.inference import History, inference_lines, token_loads
from calculator.keeping import hosting_lines, is_dedicated, storage_lines
from calculator.plan import ONE, ZERO, Plan, PointRates, plan_at
from calculator.prompting import base_history, base_price, estimate_base
from calculator.quantities import Corner
from calculator.result import Comparison, Estimate, LineItem, Standing
from calculator.risks import not_for_sale, warnings
from calculator.scenario import Scenario
from calculator.training import epochs_of, method_of, training_lines
from pricing import BasePrice, Catalog, Offer, Price, PriceKind, Source, UnknownName

YOUR_RATES = "your-rates"


def estimate(scenario: Scenario, catalog: Catalog, on: date) -> Comparison:
    """Every offer the scenario names, priced as of `on`, best first. Raises FieldErrors for a name nobody knows."""
    offers = offers_of(scenario, catalog, on)
    plan = plan_at(scenario, "likely")
    base = base_price(scenario.base, plan.base_rates, catalog, on)
    corners: dict[Corner, dict[str, Estimate]] = {"low": {}, "high": {}}
    if scenario.ranged:
        for corner, found in corners.items():
            found.update(
                (one.offer.id, one) for one in _estimates(plan_at(scenario, corner), offers, catalog, on, base)
            )
    return Comparison(
        as_of=on,
        catalog_version=catalog.version,
        scenario=scenario,
        plan=plan,
        estimates=tuple(sorted(_estimates(plan, offers, catalog, on, base), key=_rank)),
        base=estimate_base(plan, base, on) if base else None,
        low=corners["low"],
        high=corners["high"],
    )


def _estimates(
    plan: Plan, offers: tuple[Offer, ...], catalog: Catalog, on: date, base: BasePrice | None
) -> list[Estimate]:
    frame = frame_of(plan, catalog, on, base)
    own = (_own_offer(plan.rates, on),) if plan.rates else ()
    return [estimate_offer(frame, offer) for offer in (*offers, *own)]


def offers_of(scenario: Scenario, catalog: Catalog, on: date) -> tuple[Offer, ...]:
    """The offers that `on=` names; `all` is every one that can still be trained. Raises FieldErrors."""
    chosen: dict[str, Offer] = {}
    for name in scenario.on:
        if name.lower() in ("all", "*"):
            found = catalog.trainable(on)
        elif name.lower() == YOUR_RATES:
            if not scenario.rates:
                raise FieldErrors(
                    {"rates": "on=your-rates needs your prices: rates=training/input/output, such as rates=10/3/6."}
                )
            found = ()
        else:
            found = _named(name, catalog, on)
        chosen.update((offer.id, offer) for offer in found)
    return tuple(chosen.values())


def _named(name: str, catalog: Catalog, on: date) -> tuple[Offer, ...]:
    """The offers of a name. Of several (a platform, a model) those that are sold; a single one in any case."""
    try:
        found = catalog.named(name)
    except UnknownName as error:
        raise FieldErrors({"on": str(error)}) from None
    return tuple(offer for offer in found if offer.status_on(on) in ("open", "closing")) or found


class Frame(NamedTuple):
    """What all estimates of one plan share."""

    plan: Plan
    as_of: date
    end: date
    """The first day after the horizon."""
    default_epochs: Decimal
    base: History | None
    preparation: LineItem | None


def frame_of(plan: Plan, catalog: Catalog, on: date, base: BasePrice | None) -> Frame:
    end = day_after_months(on, plan.months)
    default_epochs = catalog.assumptions["default_epochs"].value or ONE
    return Frame(plan, on, end, default_epochs, base_history(base) if base else None, _preparation(plan, on))


def estimate_offer(frame: Frame, offer: Offer) -> Estimate:
    """One offer, priced to its end where that comes before the horizon's."""
    plan, as_of, end, default_epochs, base, preparation = frame
    status = offer.status_on(as_of)
    if status in ("closed", "not offered"):
        return Estimate(
            offer, status, Standing.APART, ZERO, None, (), lambda: [not_for_sale(offer, status)], tuple, _none
        )
    life = offer.lifecycle
    months = plan.months
    if life and life.inference_ends and life.inference_ends < end:
        months = months_between(as_of, life.inference_ends)
    epochs = epochs_of(plan, offer, default_epochs)
    dedicated = is_dedicated(plan, offer)
    lines = training_lines(plan, offer, as_of, months, epochs)
    if preparation:
        lines.append(preparation)
    lines += storage_lines(plan, offer, as_of, months)
    lines += hosting_lines(plan, offer, as_of, months, dedicated=dedicated)
    if plan.calls_per_month and not dedicated:
        lines += inference_lines(plan, plan.prompt_after_tokens, offer.history, as_of, months)
    return Estimate(
        offer=offer,
        status=status,
        standing=_standing(frame, offer, lines),
        months=months,
        epochs=epochs,
        lines=tuple(lines),
        find_warnings=lambda: warnings(plan, offer, as_of, months, end, epochs, lines),
        find_assumptions=lambda: _assumptions(plan, offer, epochs, default_epochs),
        find_break_even=lambda made: break_even(plan, made, base, as_of) if base else None,
    )


def _none(_: Estimate) -> None:
    """What is not sold pays nothing back."""


def _preparation(plan: Plan, on: date) -> LineItem | None:
    if not plan.preparation_usd:
        return None
    source = Source(title="Your own figure", url=None, checked=on.isoformat(), kind="given in the question")
    return LineItem(
        component="preparation",
        label="Data preparation",
        quantity=ONE,
        unit="once",
        unit_price_usd=plan.preparation_usd,
        recurrence="once",
        monthly_quantity=None,
        price=Price(usd=plan.preparation_usd, per="job", source=source, confidence="high", yours=True),
        formula_text="{} USD as you gave it",
        formula_values=(plan.preparation_usd,),
    )


def _standing(frame: Frame, offer: Offer, lines: Sequence[LineItem]) -> Standing:
    if not offer.trains_for(frame.plan.customer, frame.as_of):
        return Standing.APART
    for line in lines:
        if line.quantity is None or line.unit_price_usd is None:
            return Standing.INCOMPLETE
    if offer.deployment_hours and frame.plan.calls_per_month:
        return Standing.ENDS
    life = offer.lifecycle
    if life is None:
        return Standing.LASTS
    ends = (life.inference_ends and life.inference_ends <= frame.end) or (
        life.training_ends and life.training_ends <= frame.end
    )
    return Standing.ENDS if ends else Standing.LASTS


def _rank(one: Estimate) -> tuple[int, bool, Decimal, str]:
    total = one.total.usd
    return (one.standing, total is None, total or ZERO, one.offer.id)


def _assumptions(plan: Plan, offer: Offer, epochs: Decimal, default_epochs: Decimal) -> Iterator[str]:
    """What was taken for granted where the question or the platform leaves it open."""
    if plan.epochs is None:
        if offer.training and offer.training.auto_epochs:
            yield f"epochs=auto is {epochs} here, by {offer.platform_title}'s rule ({offer.training.source.title})"
        else:
            yield f"epochs=auto is {default_epochs} here: {offer.platform_title} publishes no rule"
    method = method_of(plan, offer)
    if method and plan.method is None:
        yield f"priced for method {method}"
    if plan.calls_per_month and not is_dedicated(plan, offer):
        kinds = {load.kind for load in token_loads(plan, plan.prompt_after_tokens, offer.history)}
        if plan.cached_share and "cached_input" not in kinds and "batch_cached_input" not in kinds:
            yield "no cached price: cached tokens pay the input price"
        if plan.batch_share and "batch_output" not in kinds and "batch_input" not in kinds:
            yield "no batch price: batch calls pay the ordinary price"


def _own_offer(rates: PointRates, on: date) -> Offer:
    """`rates=` as an offer like any other."""
    source = Source(title="Your own rates", url=None, checked=on.isoformat(), kind="given in the question")

    def price(usd: Decimal) -> tuple[Price, ...]:
        return (Price(usd=usd, per="1M tokens", source=source, confidence="high", yours=True),)

    prices: dict[PriceKind, tuple[Price, ...]] = {
        "training": price(rates.training),
        "input": price(rates.input),
        "output": price(rates.output),
    }
    if rates.cached_input is not None:
        prices["cached_input"] = price(rates.cached_input)
    return Offer(
        id=YOUR_RATES,
        platform=YOUR_RATES,
        platform_title="Your rates",
        title="Your rates",
        model=YOUR_RATES,
        prices=prices,
    )
