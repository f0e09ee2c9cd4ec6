"""What it costs to have the tuned model, called or not: hosting, provisioned capacity, storage."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from calculator.periods import Period, periods
from calculator.plan import ONE, ZERO, Plan
from calculator.result import Component, LineItem
from pricing import Offer, PriceKind


def is_dedicated(plan: Plan, offer: Offer) -> bool:
    """Whether the model runs on capacity of its own: asked for, or the only way the platform serves it."""
    return plan.serving == "dedicated" or (
        not offer.sells_calls and bool(offer.history("provisioned") or offer.sells_endpoint)
    )


def hosting_lines(plan: Plan, offer: Offer, as_of: date, months: Decimal, *, dedicated: bool) -> Iterator[LineItem]:
    """Deployment hours, which bill while idle too: the hourly fee of a deployment, or the units or GPUs of dedicated
    capacity.
    """
    if not dedicated:
        if offer.history("hosting"):
            yield from _hours(plan, offer, "hosting", "Hosting", as_of, months)
    elif offer.history("provisioned"):
        yield from _hours(plan, offer, "provisioned", "Provisioned throughput", as_of, months)
    elif offer.sells_endpoint:
        yield from _hours(plan, offer, "hosting", "Dedicated endpoint", as_of, months)
    else:
        yield _monthly(
            "hosting",
            "Dedicated capacity, no price recorded",
            "month",
            ONE,
            Period(None, ZERO, months),
            "{} months",
            (months,),
        )


def _hours(plan: Plan, offer: Offer, kind: PriceKind, label: str, as_of: date, months: Decimal) -> Iterator[LineItem]:
    for period in periods(offer.history(kind), as_of, months):
        price = period.price
        units = Decimal(price.units_per_deployment) if price else ONE
        hours = plan.hosted_hours_per_month
        text, values = (
            "{} hours a day × {} days × {} months",
            (plan.hosted_hours_per_day, plan.days_per_month, period.end - period.start),
        )
        if units != 1:
            text, values = f"{{}} × {text}", (units, *values)  # type: ignore[assignment]
        yield _monthly("hosting", label, price.per if price else "hour", hours * units, period, text, values)


def storage_lines(plan: Plan, offer: Offer, as_of: date, months: Decimal) -> Iterator[LineItem]:
    """One tuned model kept, and the data that is kept, by the month."""
    for period in periods(offer.history("model_storage"), as_of, months):
        if period.price:
            length = period.end - period.start
            yield _monthly("storage", "Model storage", "model-month", ONE, period, "1 model × {} months", (length,))
    if plan.data_gb:
        for period in periods(offer.history("data_storage"), as_of, months):
            if period.price:
                length = period.end - period.start
                yield _monthly(
                    "storage",
                    "Data storage",
                    "GB-month",
                    plan.data_gb,
                    period,
                    "{} GB × {} months",
                    (plan.data_gb, length),
                )


def _monthly(
    component: Component,
    label: str,
    unit: str,
    per_month: Decimal,
    period: Period,
    formula_text: str,
    formula_values: tuple[Decimal, ...],
) -> LineItem:
    price = period.price
    return LineItem(
        component=component,
        label=label,
        quantity=per_month * (period.end - period.start),
        unit=unit,
        unit_price_usd=price.usd if price else None,
        recurrence="monthly",
        monthly_quantity=None if period.start else per_month,
        source=price.source if price else None,
        price=price,
        formula_text=formula_text,
        formula_values=formula_values,
    )
