"""A scenario with every number fixed: what the pure functions of the cost model take."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from calculator.quantities import Amount, Corner, Rates
from calculator.scenario import Scenario, Serving
from pricing import Customer, Method

MONTHS_PER_YEAR = Decimal(12)
DAYS_PER_YEAR = Decimal(365)
ZERO = Decimal(0)
ONE = Decimal(1)

# More of these makes an estimate cheaper, so the cheap corner of a ranged scenario takes their high end.
CHEAPER_WHEN_HIGHER = frozenset({"cached", "batch", "retrain"})


class PointRates(NamedTuple):
    """One's own prices, US dollars per 1M tokens."""

    training: Decimal
    """Zero for a base model, which is not trained."""
    input: Decimal
    cached_input: Decimal | None
    output: Decimal


class Plan(NamedTuple):
    """One point of a scenario. Tokens are counts, shares are 0 to 1, money is US dollars."""

    examples: Decimal
    example_tokens: Decimal
    epochs: Decimal | None
    """None: each platform's own rule."""
    runs: Decimal
    calls_per_month: Decimal
    call_input_tokens: Decimal
    call_output_tokens: Decimal
    prompt_before_tokens: Decimal | None
    prompt_after_tokens: Decimal | None
    cached_share: Decimal
    batch_share: Decimal
    days_per_month: Decimal
    months: Decimal
    growth_per_month: Decimal
    retrain_months: Decimal | None
    preparation_usd: Decimal
    data_gb: Decimal
    hosted_hours_per_day: Decimal
    hosted_hours_per_month: Decimal
    serving: Serving
    customer: Customer
    method: Method | None
    training_hours: Decimal | None
    rates: PointRates | None
    base_rates: PointRates | None


def plan_at(scenario: Scenario, corner: Corner) -> Plan:
    """The scenario at its cheap (`low`), likely or dear (`high`) corner."""
    opposite: Corner = "high" if corner == "low" else "low" if corner == "high" else "likely"

    def at(key: str) -> Decimal:
        amount: Amount = getattr(scenario, key)
        return amount.at(opposite if key in CHEAPER_WHEN_HIGHER else corner)

    days = at("days")
    return Plan(
        examples=at("examples"),
        example_tokens=scenario.example.total(corner),
        epochs=None if scenario.epochs == "auto" else scenario.epochs.at(corner),
        runs=at("runs"),
        calls_per_month=_calls_per_month(scenario, corner, days),
        call_input_tokens=scenario.call.input.at(corner) if scenario.call else ZERO,
        call_output_tokens=scenario.call.output.at(corner) if scenario.call and scenario.call.output else ZERO,
        prompt_before_tokens=scenario.prompt.before.at(corner) if scenario.prompt else None,
        prompt_after_tokens=scenario.prompt.after.at(corner) if scenario.prompt else None,
        cached_share=at("cached"),
        batch_share=at("batch"),
        days_per_month=days,
        months=at("months"),
        growth_per_month=at("growth"),
        retrain_months=at("retrain") if scenario.retrain else None,
        preparation_usd=at("prep"),
        data_gb=at("data_gb"),
        hosted_hours_per_day=at("hosted"),
        hosted_hours_per_month=at("hosted") * days,
        serving=scenario.serving,
        customer=scenario.customer,
        method=scenario.method,
        training_hours=scenario.hours.at(corner) if scenario.hours else None,
        rates=_point_rates(scenario.rates, corner) if scenario.rates else None,
        base_rates=_point_rates(scenario.base_rates, corner) if scenario.base_rates else None,
    )


def _calls_per_month(scenario: Scenario, corner: Corner, days_per_month: Decimal) -> Decimal:
    if scenario.calls is None:
        return ZERO
    count = scenario.calls.calls.at(corner)
    match scenario.calls.period:
        case "hour":
            return count * 24 * days_per_month
        case "day":
            return count * days_per_month
        case "week":
            return count * days_per_month / 7
        case "month":
            return count
        case "year":
            return count / MONTHS_PER_YEAR


def _point_rates(rates: Rates, corner: Corner) -> PointRates:
    return PointRates(
        training=rates.training.at(corner) if rates.training else ZERO,
        input=rates.input.at(corner),
        cached_input=rates.cached_input.at(corner) if rates.cached_input else None,
        output=rates.output.at(corner),
    )
