"""Examples -> billable tokens -> training lines: runs, minimum charge, cap, retraining."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from calculator.horizon import day_after_months
from calculator.inference import MILLION
from calculator.periods import price_on
from calculator.plan import ZERO, Plan
from calculator.result import LineItem, Recurrence
from pricing import EpochRule, Method, Offer, Price


def billed_tokens_per_example(plan: Plan, offer: Offer) -> Decimal:
    """Tokens of an example that are billed: longer ones are truncated at the platform's limit."""
    limit = offer.training.max_tokens_per_example if offer.training else None
    return min(plan.example_tokens, Decimal(limit)) if limit else plan.example_tokens


def epochs_of(plan: Plan, offer: Offer, default_epochs: Decimal) -> Decimal:
    """The epochs asked for, or what the platform's own rule makes of `auto`."""
    if plan.epochs is not None:
        return plan.epochs
    rule: EpochRule | None = offer.training.auto_epochs if offer.training else None
    return Decimal(rule.epochs(int(plan.examples))) if rule else default_epochs


def method_of(plan: Plan, offer: Offer) -> Method | None:
    """The training method that is bought: what was asked for, else the first the platform lists; None where it offers
    no choice.
    """
    methods = offer.methods
    return None if not methods else plan.method or methods[0]


def training_lines(plan: Plan, offer: Offer, as_of: date, months: Decimal, epochs: Decimal) -> list[LineItem]:
    """The first training with all its runs, then a run at every retraining that horizon and platform allow."""
    method = method_of(plan, offer)
    lines = _job_lines(plan, offer, as_of, method, epochs, plan.runs, "once")
    if plan.retrain_months:
        for day, count in _retraining_days(plan, offer, as_of, months, method):
            lines += _job_lines(plan, offer, day, method, epochs, Decimal(count), "retraining")
    return lines


def _retraining_days(
    plan: Plan, offer: Offer, as_of: date, months: Decimal, method: Method | None
) -> list[tuple[date, int]]:
    """Retrainings inside the horizon, those at one price together: (first day, how many)."""
    groups: list[tuple[date, int]] = []
    prices: list[Price | None] = []
    for day in retraining_days(plan, offer, as_of, months):
        price = price_on(offer.history("training", method), day)
        if prices and prices[-1] is price:
            groups[-1] = (groups[-1][0], groups[-1][1] + 1)
        else:
            groups.append((day, 1))
            prices.append(price)
    return groups


def retraining_days(plan: Plan, offer: Offer, as_of: date, months: Decimal) -> list[date]:
    """Every N months, strictly inside the horizon, and no later than the platform trains."""
    days = []
    at = plan.retrain_months
    while plan.retrain_months and at is not None and at < months:
        day = day_after_months(as_of, at)
        if offer.trains_for("existing", day):
            days.append(day)
        at += plan.retrain_months
    return days


def _job_lines(
    plan: Plan, offer: Offer, day: date, method: Method | None, epochs: Decimal, jobs: Decimal, recurrence: Recurrence
) -> list[LineItem]:
    """`jobs` equal training jobs at the prices of `day`: the job itself, what is missing to the minimum, what the cap
    takes off.
    """
    price = price_on(offer.history("training", method), day)
    label = "Training" if recurrence == "once" else "Retraining"
    if price and price.per == "hour":
        per_job = plan.training_hours
        text, values = "{} hours", (plan.training_hours or ZERO,)
        if per_job is None:
            text, values = "hours are not known: give hours=", ()  # type: ignore[assignment]
        unit = "hour"
    else:
        tokens = billed_tokens_per_example(plan, offer)
        per_job = plan.examples * tokens * epochs / MILLION
        text = "{} examples × {} tokens × {} epochs ÷ 1M"
        values = (plan.examples, tokens, epochs)  # type: ignore[assignment]
        unit = "1M tokens"
    if jobs != 1 and per_job is not None:
        text, values = f"{{}} runs × {text}", (jobs, *values)  # type: ignore[assignment]
    quantity = None if per_job is None else per_job * jobs
    usd = price.usd if price else None
    lines = [LineItem("training", label, quantity, unit, usd, recurrence, None, price, text, values)]
    minimum, cap = price_on(offer.history("minimum"), day), price_on(offer.history("cap"), day)
    if per_job is None or price is None or price.usd is None or not (minimum or cap):
        return lines
    job_usd = per_job * price.usd
    if minimum and minimum.usd is not None and job_usd < minimum.usd:
        what, why = f"{label}: up to the minimum charge", "minimum {} − computed {}"
        lines.append(_adjustment(what, minimum, minimum.usd - job_usd, jobs, recurrence, why, job_usd))
    if cap and cap.usd is not None and job_usd > cap.usd:
        what, why = f"{label}: paused at the job cap", "cap {} − computed {}"
        lines.append(_adjustment(what, cap, cap.usd - job_usd, jobs, recurrence, why, job_usd))
    return lines


def _adjustment(
    label: str, price: Price, usd: Decimal, jobs: Decimal, recurrence: Recurrence, text: str, computed_usd: Decimal
) -> LineItem:
    return LineItem(
        component="training",
        label=label,
        quantity=jobs,
        unit="job",
        unit_price_usd=usd,
        recurrence=recurrence,
        monthly_quantity=None,
        price=price,
        formula_text=f"{text} USD a job",
        formula_values=(price.usd or ZERO, computed_usd),
    )
