"""Costs of keeping the tuned model, called or idle: hosting, provisioned capacity, rented GPUs, storage."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from calculator.costs.horizon import month_parts
from calculator.costs.price_history import PricePeriod, periods
from calculator.costs.rented_gpus import RentedGpuOffer, serves, serving_gpu_hours, serving_gpus
from calculator.numeric import ONE, ZERO
from calculator.question.resolved import ResolvedScenario
from calculator.result import Component, LineItem
from pricing import Offer, PriceKind


def is_dedicated(plan: ResolvedScenario, offer: Offer) -> bool:
    """Return True for dedicated capacity: the scenario asks for it, or the platform sells nothing else."""
    return (
        plan.serving == "dedicated"
        or isinstance(offer, RentedGpuOffer)
        or (not offer.sells_calls and bool(offer.history("provisioned") or offer.sells_endpoint))
    )


def hosting_lines(
    plan: ResolvedScenario, offer: Offer, as_of: date, months: Decimal, *, dedicated: bool
) -> list[LineItem]:
    """Return the line items of deployment hours, which are billed while idle too.

    Args:
        plan: The scenario.
        offer: The offer with its hosting prices.
        as_of: Date of the estimate.
        months: Horizon in months.
        dedicated: Bill dedicated capacity (provisioned units, an endpoint) instead of the hosting fee.
    """
    if isinstance(offer, RentedGpuOffer):
        return _serving(plan, offer, as_of, months) if serves(plan) else []
    if not dedicated:
        return _hours(plan, offer, "hosting", "Hosting", as_of, months)
    if offer.history("provisioned"):
        return _hours(plan, offer, "provisioned", "Provisioned throughput", as_of, months)
    if offer.sells_endpoint:
        return _hours(plan, offer, "hosting", "Dedicated endpoint", as_of, months)
    unknown = PricePeriod(None, ZERO, months)
    return [_monthly("hosting", "Dedicated capacity, no price recorded", "month", ONE, unknown, "{} months", (months,))]


def _hours(
    plan: ResolvedScenario, offer: Offer, kind: PriceKind, label: str, as_of: date, months: Decimal
) -> list[LineItem]:
    lines = []
    for period in periods(offer.history(kind), as_of, months):
        price, hours = period.price, plan.hosted_hours_per_month
        text = "{} hours a day × {} days × {} months"
        values: tuple[Decimal, ...] = (plan.hosted_hours_per_day, plan.days_per_month, period.end - period.start)
        if price and price.units_per_deployment != 1:
            units = Decimal(price.units_per_deployment)
            hours, text, values = hours * units, f"{{}} × {text}", (units, *values)
        lines.append(_monthly("hosting", label, price.per if price else "hour", hours, period, text, values))
    return lines


def _serving(plan: ResolvedScenario, offer: RentedGpuOffer, as_of: date, months: Decimal) -> list[LineItem]:
    """Return the line items of rented GPUs: as many as the calls of each month need."""
    label, deployment = "GPUs that serve", offer.deployment
    if deployment is None:
        return [LineItem("hosting", label, None, "deployment", None, "monthly", ONE, None, "none that fits", ())]
    lines = []
    for period in periods(offer.history("hosting"), as_of, months):
        first_gpu_hours = serving_gpu_hours(plan, deployment, plan.calls_per_month)
        quantity = first_gpu_hours * (period.end - period.start)
        gpus = serving_gpus(plan, deployment, plan.calls_per_month)
        text = "{} × {} hours a day × {} days × {} months"
        values: tuple[Decimal, ...] = (gpus, plan.hosted_hours_per_day, plan.days_per_month, period.end - period.start)
        if plan.growth_per_month:
            quantity = sum(
                (
                    part * serving_gpu_hours(plan, deployment, calls_in_month(plan, month))
                    for month, part in month_parts(period.start, period.end)
                ),
                ZERO,
            )
            text += ", as many more as the growing calls need"
        if plan.models_sharing != ONE:
            text, values = f"{text} ÷ {{}} models", (*values, plan.models_sharing)
        price = period.price
        usd = price.usd if price else None
        monthly = None if period.start else first_gpu_hours
        lines.append(LineItem("hosting", label, quantity, "GPU-hour", usd, "monthly", monthly, price, text, values))
    return lines


def calls_in_month(plan: ResolvedScenario, month: int) -> Decimal:
    """Return the calls of a month: calls × (1 + growth)^month, with month 0 the first."""
    return plan.calls_per_month * (ONE + plan.growth_per_month) ** month


def storage_lines(plan: ResolvedScenario, offer: Offer, as_of: date, months: Decimal) -> list[LineItem]:
    """Return the monthly line items of one stored model and of stored data (GB)."""
    lines = []
    for period in periods(offer.history("model_storage"), as_of, months):
        if period.price:
            length = period.end - period.start
            text = "1 model × {} months"
            lines.append(_monthly("storage", "Model storage", "model-month", ONE, period, text, (length,)))
    if plan.data_gb:
        for period in periods(offer.history("data_storage"), as_of, months):
            if period.price:
                text, values = "{} GB × {} months", (plan.data_gb, period.end - period.start)
                lines.append(_monthly("storage", "Data storage", "GB-month", plan.data_gb, period, text, values))
    return lines


def _monthly(
    component: Component,
    label: str,
    unit: str,
    per_month: Decimal,
    period: PricePeriod,
    formula_text: str,
    formula_values: tuple[Decimal, ...],
) -> LineItem:
    price, length = period.price, period.end - period.start
    monthly = None if period.start else per_month
    usd = price.usd if price else None
    # By position, as in the other places that make most lines: by name it takes twice as long.
    return LineItem(
        component, label, per_month * length, unit, usd, "monthly", monthly, price, formula_text, formula_values
    )
