"""Costs of keeping the tuned model, called or idle: hosting, provisioned capacity, rented GPUs, storage."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from calculator.costs.capacity import ServingReplica, deployment_of, models_sharing, unit_hours, units_needed
from calculator.costs.horizon import month_parts
from calculator.costs.price_history import PricePeriod, periods
from calculator.costs.rented_gpus import RentedGpuOffer
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
    """Return the line items of deployment hours, which are billed while idle too; none if nothing is deployed.

    Args:
        plan: The scenario.
        offer: The offer with its hosting prices, and its deployment.
        as_of: Date of the estimate.
        months: Horizon in months.
        dedicated: Bill dedicated capacity (provisioned units, an endpoint) instead of the hosting fee.
    """
    if not plan.deployed:
        return []
    if isinstance(offer, RentedGpuOffer):
        return _lines(plan, offer, "hosting", "GPUs that serve", as_of, months)
    if not dedicated:
        return _lines(plan, offer, "hosting", "Hosting", as_of, months)
    if offer.history("provisioned"):
        return _lines(plan, offer, "provisioned", "Provisioned throughput", as_of, months)
    if offer.sells_endpoint:
        return _lines(plan, offer, "hosting", "Dedicated endpoint", as_of, months)
    unknown = PricePeriod(None, ZERO, months)
    return [_monthly("hosting", "Dedicated capacity, no price recorded", "month", ONE, unknown, "{} months", (months,))]


def _lines(
    plan: ResolvedScenario, offer: Offer, kind: PriceKind, label: str, as_of: date, months: Decimal
) -> list[LineItem]:
    """Return the line items of the replicas that carry the calls of each month, by the price in force."""
    replica = deployment_of(offer) if plan.calls_per_month or isinstance(offer, RentedGpuOffer) else None
    if replica is None and isinstance(offer, RentedGpuOffer):
        return [LineItem("hosting", label, None, "deployment", None, "monthly", ONE, None, "none that fits", ())]
    lines = []
    for period in periods(offer.history(kind), as_of, months):
        price, length = period.price, period.end - period.start
        unit = price.per if price else "hour"
        if replica is None or unit == "hour":
            lines.append(_one_deployment(plan, label, period))
            continue
        first = unit_hours(plan, replica, plan.calls_per_month)
        text, values = _replica_formula(plan, replica, length)
        quantity = first * length
        if plan.growth_per_month:
            parts = month_parts(period.start, period.end)
            quantity = sum(
                (part * unit_hours(plan, replica, calls_in_month(plan, month)) for month, part in parts), ZERO
            )
        usd = price.usd if price else None
        monthly = None if period.start else first
        part = period.first_month
        in_first = None if part is None else first * part
        lines.append(LineItem("hosting", label, quantity, unit, usd, "monthly", monthly, price, text, values, in_first))
    return lines


def _replica_formula(
    plan: ResolvedScenario, replica: ServingReplica, length: Decimal
) -> tuple[str, tuple[Decimal, ...]]:
    units = units_needed(plan, replica, plan.calls_per_month)
    text = "{} × {} hours a day × {} days × {} months"
    values: tuple[Decimal, ...] = (units, plan.hosted_hours_per_day, plan.days_per_month, length)
    if plan.growth_per_month:
        text += ", as many more as the growing calls need"
    sharing = models_sharing(plan, replica)
    return (f"{text} ÷ {{}} models", (*values, sharing)) if sharing != ONE else (text, values)


def _one_deployment(plan: ResolvedScenario, label: str, period: PricePeriod) -> LineItem:
    """Return the line of one deployment, or of as many as the scenario asks for, whatever its load."""
    price, hours = period.price, plan.hosted_hours_per_month
    text = "{} hours a day × {} days × {} months"
    values: tuple[Decimal, ...] = (plan.hosted_hours_per_day, plan.days_per_month, period.end - period.start)
    units = Decimal(price.units_per_deployment if price else 1) * plan.least_replicas
    if units != ONE:
        hours, text, values = hours * units, f"{{}} × {text}", (units, *values)
    return _monthly("hosting", label, price.per if price else "hour", hours, period, text, values)


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
    price, length, part = period.price, period.end - period.start, period.first_month
    first = None if part is None else per_month * part
    monthly = None if period.start else per_month
    usd = price.usd if price else None
    # By position, as in the other places that make most lines: by name it takes twice as long.
    return LineItem(
        component, label, per_month * length, unit, usd, "monthly", monthly, price, formula_text, formula_values, first
    )
