"""Line items of calls in production, for a tuned model and for the base model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from calculator.costs.horizon import month_parts, traffic_months
from calculator.costs.price_history import PricePeriod, periods
from calculator.numeric import ONE, ZERO, highest, larger, round_down, smaller
from calculator.question.resolved import CallSide, ResolvedScenario
from calculator.result import LineItem
from pricing import CachingRule, Offer, Price, PriceKind, caching_rule

MILLION = Decimal(1_000_000)
MINUTES_A_DAY = 24 * 60
History = Callable[[PriceKind], tuple[Price, ...]]


class CallPrices(NamedTuple):
    """What calls of a model cost."""

    history: History
    """Price history by kind."""
    caching: CachingRule | None
    """The seller's prompt caching; None if nothing is recorded."""
    thinks: bool = True
    """False for a model that is known never to think before it answers."""
    start: Decimal = ZERO
    """Months after the estimate's date from which the model answers the calls."""

    @property
    def least_cached(self) -> int:
        """Tokens that a prompt must have to be cached."""
        return (self.caching.min_tokens or 0) if self.caching else 0


LABELS: dict[PriceKind, str] = {
    "input": "Input tokens",
    "cached_input": "Cached input tokens",
    "output": "Output tokens",
    "batch_input": "Batch input tokens",
    "batch_cached_input": "Batch cached input tokens",
    "batch_output": "Batch output tokens",
}
THINKING: dict[PriceKind, str] = {"output": "Thinking tokens", "batch_output": "Batch thinking tokens"}


@cache
def caching_of(seller: str, model: str) -> CachingRule | None:
    """Return the prompt caching of a model at a seller; None if nothing is recorded."""
    return caching_rule(seller, model)


def offer_call_prices(offer: Offer) -> CallPrices:
    """Return what calls of an offer's tuned model cost."""
    return CallPrices(offer.history, caching_of(offer.platform, offer.model))


class TokenLoad(NamedTuple):
    """Tokens of one price kind: `share` of the calls use `tokens_per_call` of them each."""

    kind: PriceKind
    tokens_per_call: Decimal
    share: Decimal
    label: str


def cached_tokens(plan: ResolvedScenario, prompt_tokens: Decimal | None, prices: CallPrices) -> Decimal:
    """Return the tokens of a call that are read from the cache.

    A share in the question applies to the prompt, or to the call's input if there is no prompt. Without one, the
    seller's automatic caching applies to the fixed prompt, if calls that are spread evenly over the day come before the
    seller drops the prompt. A prompt below the seller's minimum is never cached.

    Args:
        plan: The scenario.
        prompt_tokens: Tokens of the fixed prompt; None if the scenario has no prompt.
        prices: The prices of calls, with the seller's caching.
    """
    rule = prices.caching
    if plan.cached_share is not None:
        return _cacheable_tokens(plan, prompt_tokens, prices) * plan.cached_share
    if prompt_tokens is None or rule is None or not rule.automatic:
        return ZERO
    if not (stays := stays_cached(plan, rule)):
        return ZERO
    if not rule.step_tokens:
        return _cacheable_tokens(plan, prompt_tokens, prices) * stays
    step, least = Decimal(rule.step_tokens), Decimal(prices.least_cached)
    steps = round_down(larger(ZERO, prompt_tokens - least) / step)
    return (least + steps * step) * _reaches(prompt_tokens, prices.least_cached) * stays


def stays_cached(plan: ResolvedScenario, rule: CachingRule) -> Decimal:
    """Return 1 if evenly spread calls come before the seller drops a prompt from its cache, else 0, in every sample.

    Args:
        plan: The scenario; without a number of calls, they are taken to be frequent.
        rule: The seller's caching.
    """
    calls = plan.calls_per_month if plan.caching_calls_per_month is None else plan.caching_calls_per_month
    if rule.lifetime_minutes is None or not calls:
        return ONE
    return smaller(ONE, round_down(calls * rule.lifetime_minutes / (plan.days_per_month * MINUTES_A_DAY)))


def caching_note(plan: ResolvedScenario, prompt_tokens: Decimal | None, prices: CallPrices, seller: str) -> str | None:
    """Return how much of the prompt is read from the cache, and by which rule; None without a prompt.

    Args:
        plan: The scenario at its likely values.
        prompt_tokens: Tokens of the fixed prompt.
        prices: The prices of calls.
        seller: The name of the platform or provider.
    """
    if not prompt_tokens or plan.cached_share is not None:
        return None
    rule, tokens = prices.caching, cached_tokens(plan, prompt_tokens, prices)
    if rule is None:
        return f"no automatic prompt caching is recorded for {seller}: the whole prompt pays the input price"
    if not rule.automatic:
        return f"{seller} caches a prompt only on request: the whole prompt pays the input price ({rule.source.title})"
    if not tokens and not stays_cached(plan, rule):
        return (
            f"{seller} drops a prompt that no call has read for {rule.lifetime_minutes} minutes, and these calls, "
            f"spread over the day, are further apart: the whole prompt pays the input price ({rule.source.title})"
        )
    if not tokens:
        least = f"{prices.least_cached:,} tokens"
        return f"{seller} caches prompts from {least} on: this one is too short ({rule.source.title})"
    if not prices.history("cached_input"):
        return (
            f"{seller} caches prompts by itself, at a price that isn't recorded: the whole prompt pays the input price"
        )
    return f"{seller} caches {tokens:,.0f} of the {prompt_tokens:,.0f} prompt tokens by itself ({rule.source.title})"


def _reaches(tokens: Decimal, least: int) -> Decimal:
    """Return 1 for a prompt of at least `least` tokens and 0 for a shorter one, without comparing samples."""
    return smaller(ONE, round_down(tokens / least)) if least else ONE


def written_tokens(plan: ResolvedScenario, prompt_tokens: Decimal | None, prices: CallPrices) -> Decimal:
    """Return the tokens of a call that are written to the cache: the share of the prompt that isn't read from it."""
    if not plan.cached_share or prices.caching is None:
        return ZERO
    return _cacheable_tokens(plan, prompt_tokens, prices) * (ONE - plan.cached_share)


def _cacheable_tokens(plan: ResolvedScenario, prompt_tokens: Decimal | None, prices: CallPrices) -> Decimal:
    """Return the tokens of the prompt, or of the call's input without one; zero below the seller's minimum."""
    tokens = plan.call_input_tokens if prompt_tokens is None else prompt_tokens
    return tokens * _reaches(tokens, prices.least_cached)


def token_loads(plan: ResolvedScenario, side: CallSide, prices: CallPrices) -> list[TokenLoad]:
    """Return the tokens of a call by price kind.

    Without a cached price, cached tokens pay the input price; without a batch price, batch calls pay the ordinary
    price. Where writing to the cache costs more than input, the difference is a load of its own.

    Args:
        plan: The scenario.
        side: The prompt and the thinking tokens of each call.
        prices: The prices of calls.
    """
    prompt_tokens, thinking = side.prompt_tokens, side.thinking_tokens if prices.thinks else ZERO
    history, rule = prices.history, prices.caching
    input_tokens = (prompt_tokens or ZERO) + plan.call_input_tokens
    cached = cached_tokens(plan, prompt_tokens, prices)
    surcharge = rule.write - ONE if rule and rule.write else ZERO
    batch = plan.batch_share if plan.batch_share and history("batch_input") and history("batch_output") else ZERO
    loads = []
    sides: tuple[tuple[PriceKind, PriceKind, PriceKind, Decimal], ...] = (
        ("input", "cached_input", "output", ONE - batch),
        ("batch_input", "batch_cached_input", "batch_output", batch),
    )
    for input_kind, cached_kind, output_kind, share in sides:
        if share:
            cached_here = cached if cached and history(cached_kind) else ZERO
            written = written_tokens(plan, prompt_tokens, prices) * surcharge if cached_here else ZERO
            for kind, tokens, label in (
                (input_kind, input_tokens - cached_here, LABELS[input_kind]),
                (cached_kind, cached_here, LABELS[cached_kind]),
                (input_kind, written, "Cache writes, surcharge"),
                (output_kind, plan.call_output_tokens, LABELS[output_kind]),
                (output_kind, thinking, THINKING[output_kind]),
            ):
                if tokens and history(kind):
                    loads.append(TokenLoad(kind, tokens, share, label))
    return loads


def inference_lines(
    plan: ResolvedScenario, side: CallSide, prices: CallPrices, as_of: date, months: Decimal
) -> list[LineItem]:
    """Return the line items of calls: tokens by kind (in millions) and fees per call.

    Args:
        plan: The scenario.
        side: The prompt and the thinking tokens of each call.
        prices: The prices of calls.
        as_of: Date of the estimate.
        months: The end of the priced months, which begin at `prices.start`.
    """
    if not plan.calls_per_month:
        return []
    lines: list[LineItem] = []
    history, start = prices.history, prices.start
    call_input = (side.prompt_tokens or ZERO) + plan.call_input_tokens
    if not (history("call") or (history("input") and history("output"))):
        lines.append(unpriced_calls(plan, "Calls, no complete price recorded", start, months))
    for load in token_loads(plan, side, prices):
        for period in periods(history(load.kind), as_of, months, start):
            if period.price and period.price.tiers:
                lines += _tier_lines(plan, load, period)
            else:
                lines.append(_token_line(plan, load, period, call_input))
    lines += [_call_line(plan, period) for period in periods(history("call"), as_of, months, start)]
    return lines


def unpriced_calls(plan: ResolvedScenario, label: str, start: Decimal, end: Decimal) -> LineItem:
    """Return an unknown line for calls without a complete price, so that they don't count as free.

    Args:
        plan: The scenario.
        label: What isn't known.
        start: The beginning of these calls in months after the estimate's date.
        end: Their end in months.
    """
    worth = traffic_months(start, end, plan.growth_per_month)
    part = PricePeriod(None, start, end).first_month
    return LineItem(
        component="inference",
        label=label,
        quantity=plan.calls_per_month * worth,
        unit="call",
        unit_price_usd=None,
        recurrence="monthly",
        monthly_quantity=None if start else plan.calls_per_month,
        price=None,
        formula_text="{} calls a month × {} months",
        formula_values=(plan.calls_per_month, worth),
        first_month_quantity=None if part is None else plan.calls_per_month * part,
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
    part = period.first_month
    first = None if part is None else month * part
    return LineItem(
        "inference", load.label, month * worth, "1M tokens", usd, "monthly", monthly, price, text, values, first
    )


def _tier_lines(plan: ResolvedScenario, load: TokenLoad, period: PricePeriod) -> Iterator[LineItem]:
    """Yield the line items of a graduated price: each month's tokens fill the tiers from the bottom."""
    price = period.price
    assert price is not None  # noqa: S101 - the caller checked
    month_tokens = plan.calls_per_month * load.tokens_per_call * load.share
    bottom, first_part = ZERO, period.first_month
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
                label=f"{load.label}, {edge} a month",
                quantity=tokens / MILLION,
                unit="1M tokens",
                unit_price_usd=tier.usd,
                recurrence="monthly",
                monthly_quantity=None if period.start else within(month_tokens) / MILLION,
                price=price,
                formula_text="part of {} tokens a month inside this tier, over {} months ÷ 1M",
                formula_values=(month_tokens, period.end - period.start),
                first_month_quantity=None if first_part is None else within(month_tokens) / MILLION * first_part,
            )
        bottom = top or bottom


def _millions(tokens: Decimal) -> str:
    return f"{(tokens / MILLION).normalize():,f}M"


def _call_line(plan: ResolvedScenario, period: PricePeriod) -> LineItem:
    worth = traffic_months(period.start, period.end, plan.growth_per_month)
    part = period.first_month
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
        first_month_quantity=None if part is None else plan.calls_per_month * part,
    )
