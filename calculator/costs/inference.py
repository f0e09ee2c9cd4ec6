"""Line items of calls in production, for a tuned model and for the base model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from calculator.costs.horizon import month_parts, traffic_months
from calculator.costs.price_history import PricePeriod, periods
from calculator.numeric import ONE, ZERO, highest, larger, smaller
from calculator.question.resolved import ResolvedScenario
from calculator.result import LineItem
from pricing import Price, PriceKind

MILLION = Decimal(1_000_000)
History = Callable[[PriceKind], tuple[Price, ...]]

LABELS: dict[PriceKind, str] = {
    "input": "Input tokens",
    "cached_input": "Cached input tokens",
    "output": "Output tokens",
    "batch_input": "Batch input tokens",
    "batch_cached_input": "Batch cached input tokens",
    "batch_output": "Batch output tokens",
}


class TokenLoad(NamedTuple):
    """Tokens of one price kind: `share` of the calls use `tokens_per_call` of them each."""

    kind: PriceKind
    tokens_per_call: Decimal
    share: Decimal


def token_loads(plan: ResolvedScenario, prompt_tokens: Decimal | None, history: History) -> list[TokenLoad]:
    """Return the tokens of a call by price kind.

    The cached share applies to the prompt, or to the call's input if there is no prompt. Without a cached price, cached
    tokens pay the input price; without a batch price, batch calls pay the ordinary price.

    Args:
        plan: The scenario.
        prompt_tokens: Tokens of the prompt sent with each call; None if the scenario has no prompt.
        history: Price history by kind.
    """
    input_tokens = (prompt_tokens or ZERO) + plan.call_input_tokens
    cached = (plan.call_input_tokens if prompt_tokens is None else prompt_tokens) * plan.cached_share
    batch = plan.batch_share if plan.batch_share and history("batch_input") and history("batch_output") else ZERO
    loads = []
    sides: tuple[tuple[PriceKind, PriceKind, PriceKind, Decimal], ...] = (
        ("input", "cached_input", "output", ONE - batch),
        ("batch_input", "batch_cached_input", "batch_output", batch),
    )
    for input_kind, cached_kind, output_kind, share in sides:
        if share:
            cached_here = cached if cached and history(cached_kind) else ZERO
            for kind, tokens in (
                (input_kind, input_tokens - cached_here),
                (cached_kind, cached_here),
                (output_kind, plan.call_output_tokens),
            ):
                if tokens and history(kind):
                    loads.append(TokenLoad(kind, tokens, share))
    return loads


def inference_lines(
    plan: ResolvedScenario, prompt_tokens: Decimal | None, history: History, as_of: date, months: Decimal
) -> list[LineItem]:
    """Return the line items of calls: tokens by kind (in millions) and fees per call.

    Args:
        plan: The scenario.
        prompt_tokens: Tokens of the prompt sent with each call; None if the scenario has no prompt.
        history: Price history by kind.
        as_of: Date of the estimate.
        months: Months to price.
    """
    if not plan.calls_per_month:
        return []
    lines: list[LineItem] = []
    call_input = (prompt_tokens or ZERO) + plan.call_input_tokens
    if not (history("call") or (history("input") and history("output"))):
        lines.append(_unpriced_calls(plan, months))
    for load in token_loads(plan, prompt_tokens, history):
        for period in periods(history(load.kind), as_of, months):
            if period.price and period.price.tiers:
                lines += _tier_lines(plan, load, period)
            else:
                lines.append(_token_line(plan, load, period, call_input))
    lines += [_call_line(plan, period) for period in periods(history("call"), as_of, months)]
    return lines


def _unpriced_calls(plan: ResolvedScenario, months: Decimal) -> LineItem:
    """Return an unknown line for calls without a complete price, so that they don't count as free."""
    worth = traffic_months(ZERO, months, plan.growth_per_month)
    return LineItem(
        component="inference",
        label="Calls, no complete price recorded",
        quantity=plan.calls_per_month * worth,
        unit="call",
        unit_price_usd=None,
        recurrence="monthly",
        monthly_quantity=plan.calls_per_month,
        price=None,
        formula_text="{} calls a month × {} months",
        formula_values=(plan.calls_per_month, worth),
    )


def _token_line(plan: ResolvedScenario, load: TokenLoad, period: PricePeriod, call_input: Decimal) -> LineItem:
    month = plan.calls_per_month * load.tokens_per_call * load.share / MILLION
    worth = traffic_months(period.start, period.end, plan.growth_per_month)
    price = period.price
    too_long = (
        price is not None
        and price.max_call_input_tokens is not None
        and highest(call_input) > price.max_call_input_tokens
    )
    if load.share == ONE:
        text = "{} calls a month × {} tokens × {} months ÷ 1M"
        values: tuple[Decimal, ...] = (plan.calls_per_month, load.tokens_per_call, worth)
    else:
        text = "{} calls a month × {} of them × {} tokens × {} months ÷ 1M"
        values = (plan.calls_per_month, load.share, load.tokens_per_call, worth)
    usd = None if price is None or too_long else price.usd
    monthly = None if period.start else month
    label = LABELS[load.kind]
    return LineItem("inference", label, month * worth, "1M tokens", usd, "monthly", monthly, price, text, values)


def _tier_lines(plan: ResolvedScenario, load: TokenLoad, period: PricePeriod) -> Iterator[LineItem]:
    """Yield the line items of a graduated price: each month's tokens fill the tiers from the bottom."""
    price = period.price
    assert price is not None  # noqa: S101 - the caller checked
    month_tokens = plan.calls_per_month * load.tokens_per_call * load.share
    bottom = ZERO
    for tier in price.tiers:
        top = Decimal(tier.up_to) if tier.up_to else None

        def within(tokens: Decimal, bottom: Decimal = bottom, top: Decimal | None = top) -> Decimal:
            return larger(ZERO, (tokens if top is None else smaller(tokens, top)) - bottom)

        tokens = sum(
            (
                part * within(month_tokens * (ONE + plan.growth_per_month) ** month)
                for month, part in month_parts(period.start, period.end)
            ),
            ZERO,
        )
        if tokens:
            edge = f"over {_millions(bottom)}" if top is None else f"{_millions(bottom)} to {_millions(top)}"
            yield LineItem(
                component="inference",
                label=f"{LABELS[load.kind]}, {edge} a month",
                quantity=tokens / MILLION,
                unit="1M tokens",
                unit_price_usd=tier.usd,
                recurrence="monthly",
                monthly_quantity=None if period.start else within(month_tokens) / MILLION,
                price=price,
                formula_text="part of {} tokens a month inside this tier, over {} months ÷ 1M",
                formula_values=(month_tokens, period.end - period.start),
            )
        bottom = top or bottom


def _millions(tokens: Decimal) -> str:
    return f"{(tokens / MILLION).normalize():,f}M"


def _call_line(plan: ResolvedScenario, period: PricePeriod) -> LineItem:
    worth = traffic_months(period.start, period.end, plan.growth_per_month)
    return LineItem(
        component="inference",
        label="Calls",
        quantity=plan.calls_per_month * worth,
        unit="call",
        unit_price_usd=period.price.usd if period.price else None,
        recurrence="monthly",
        monthly_quantity=None if period.start else plan.calls_per_month,
        price=period.price,
        formula_text="{} calls a month × {} months",
        formula_values=(plan.calls_per_month, worth),
    )
