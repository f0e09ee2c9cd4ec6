"""One offer, priced for one resolved scenario: its line items and its place in the ranking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from calculator.costs.capacity import capacity_of
from calculator.costs.horizon import day_after_months, months_between
from calculator.costs.hosting import hosting_lines, is_dedicated, storage_lines
from calculator.costs.inference import inference_lines, offer_call_prices
from calculator.costs.rented_gpus import RentedGpuOffer
from calculator.costs.training import epochs_of, sells_method, training_lines
from calculator.numeric import ONE, ZERO, highest, smaller
from calculator.question.customers import customer_of
from calculator.question.resolved import PointRates, ResolvedScenario
from calculator.result import Estimate, LineItem, RankGroup, sum_amounts
from pricing import Offer, Price, PriceKind, price_of, question_source

YOUR_RATES = "your-rates"
"""Id of the offer that `rates=` describes."""


class EstimateContext(NamedTuple):
    """Values that all estimates of one resolved scenario share."""

    plan: ResolvedScenario
    as_of: date
    end: date
    """The first day after the horizon."""
    default_epochs: Decimal
    """Epochs on a platform that publishes no rule."""
    preparation: LineItem | None


def estimate_context(plan: ResolvedScenario, as_of: date, default_epochs: Decimal) -> EstimateContext:
    """Return the values that all estimates of a resolved scenario share."""
    end = day_after_months(as_of, highest(plan.months))
    return EstimateContext(plan, as_of, end, default_epochs, _preparation(plan, as_of))


def estimate_offer(context: EstimateContext, offer: Offer) -> Estimate:
    """Price one offer over the horizon, or to its end if that comes earlier."""
    plan, as_of, end, default_epochs, preparation = context
    status = offer.status_on(as_of)
    is_sold = status not in ("closed", "not offered")
    unfit = isinstance(offer, RentedGpuOffer) and offer.unfit
    if not is_sold or unfit or not sells_method(plan, offer):
        return Estimate(offer, status, RankGroup.APART, months=ZERO, epochs=None, lines=())
    life = offer.lifecycle
    months = plan.months
    if life and life.inference_ends and life.inference_ends <= end:
        months = smaller(months, months_between(as_of, life.inference_ends))
    epochs = epochs_of(plan, offer, default_epochs)
    dedicated = is_dedicated(plan, offer)
    lines = training_lines(plan, offer, as_of, months, epochs)
    if preparation:
        lines.append(preparation)
    lines += storage_lines(plan, offer, as_of, months)
    if plan.calls_per_month and not offer.serves_calls:
        lines.append(_unserved_calls(plan, months))
        return Estimate(offer, status, _standing(context, offer, lines), months, epochs, tuple(lines))
    lines += hosting_lines(plan, offer, as_of, months, dedicated=dedicated)
    if plan.calls_per_month and not dedicated:
        lines += inference_lines(plan, plan.tuned, offer_call_prices(offer), as_of, months)
    capacity = capacity_of(plan, offer, _month_of_hosting(lines))
    return Estimate(offer, status, _standing(context, offer, lines), months, epochs, tuple(lines), capacity)


def estimate_until(context: EstimateContext, estimate: Estimate, months: Decimal) -> Estimate:
    """Return an option as if the horizon ended after some months, with the epochs that it was priced with.

    Args:
        context: The context that the option was priced in.
        estimate: The option.
        months: Months after the date of the estimate.
    """
    plan = context.plan._replace(months=months, epochs=estimate.epochs)
    end = day_after_months(context.as_of, highest(months))
    return estimate_offer(context._replace(plan=plan, end=end), estimate.offer)


def _month_of_hosting(lines: Sequence[LineItem]) -> Decimal | None:
    """Return the hosting of the first month, US dollars; None if unknown."""
    hosting = [line.monthly_usd for line in lines if line.component == "hosting" and line.monthly_quantity is not None]
    total = sum_amounts(hosting)
    return total.usd if total.whole else None


def _preparation(plan: ResolvedScenario, on: date) -> LineItem | None:
    if not plan.preparation_usd:
        return None
    return LineItem(
        component="preparation",
        label="Data preparation",
        quantity=ONE,
        unit="once",
        unit_price_usd=plan.preparation_usd,
        recurrence="once",
        monthly_quantity=None,
        price=price_of(plan.preparation_usd, "job", question_source("Your own figure", on), yours=True),
        formula_text="{} USD as you gave it",
        formula_values=(plan.preparation_usd,),
    )


def _unserved_calls(plan: ResolvedScenario, months: Decimal) -> LineItem:
    """Return the line of the calls where the platform doesn't sell them: without a price, never at another one."""
    return LineItem(
        component="inference",
        label="Calls (not sold here)",
        quantity=None,
        unit="call",
        unit_price_usd=None,
        recurrence="monthly",
        monthly_quantity=None,
        price=None,
        formula_text="{} calls a month for {} months, which this platform doesn't serve",
        formula_values=(plan.calls_per_month, months),
    )


def _standing(context: EstimateContext, offer: Offer, lines: Sequence[LineItem]) -> RankGroup:
    if not offer.trains_for(customer_of(context.plan.customer, offer.platform), context.as_of):
        return RankGroup.APART
    for line in lines:
        if line.amount_usd is None:
            return RankGroup.INCOMPLETE
    if offer.deployment_hours and context.plan.calls_per_month:
        return RankGroup.ENDS
    life = offer.lifecycle
    if life is None:
        return RankGroup.LASTS
    ends = (life.inference_ends and life.inference_ends <= context.end) or (
        life.training_ends and life.training_ends <= context.end
    )
    return RankGroup.ENDS if ends else RankGroup.LASTS


def rates_offer(rates: PointRates, on: date) -> Offer:
    """Return the customer's own rates as an offer like any other."""
    source = question_source("Your own rates", on)

    def price(usd: Decimal) -> tuple[Price, ...]:
        return (price_of(usd, "1M tokens", source, yours=True),)

    prices: dict[PriceKind, tuple[Price, ...]] = {
        "training": price(rates.training),
        "input": price(rates.input),
        "output": price(rates.output),
    }
    if rates.cached_input is not None:
        prices["cached_input"] = price(rates.cached_input)
    return Offer(  # there is nothing to check, and the prices may be draws
        id=YOUR_RATES,
        platform=YOUR_RATES,
        platform_title="Your rate",
        title="Your rate",
        model=YOUR_RATES,
        prices=prices,
    )
