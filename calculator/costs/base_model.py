"""The baseline: the same calls sent to a base model with today's prompt."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache

from calculator.costs.inference import CallPrices, caching_of, inference_lines
from calculator.errors import FieldErrors
from calculator.numeric import ZERO
from calculator.question.resolved import PointRates, ResolvedScenario
from calculator.result import BaseEstimate, LineItem
from pricing import BasePrice, Catalog, Price, PriceKind, UnknownName, price_of, question_source

YOUR_BASE = "your base model"
_FIELDS: dict[PriceKind, str] = {
    "input": "input_usd",
    "cached_input": "cached_input_usd",
    "output": "output_usd",
    "batch_input": "batch_input_usd",
    "batch_cached_input": "batch_cached_input_usd",
    "batch_output": "batch_output_usd",
}
"""Field of the base model's prices by price kind."""


def given_base_price(name: str | None, rates: PointRates, on: date) -> BasePrice:
    """Return the customer's own prices of the base model."""
    return BasePrice(
        model=name or YOUR_BASE,
        provider="your rates",
        input_usd=rates.input,
        cached_input_usd=rates.cached_input,
        output_usd=rates.output,
        batch_input_usd=None,
        batch_cached_input_usd=None,
        batch_output_usd=None,
        source=question_source("Your own rates", on),
        max_call_input_tokens=None,
    )


def listed_base_price(name: str, catalog: Catalog, on: date) -> BasePrice:
    """Return the catalogue's prices of a base model. Raises FieldErrors for an unknown name."""
    try:
        return catalog.base_models.price(name, on)
    except UnknownName as error:
        raise FieldErrors({"base": str(error)}) from None


@lru_cache(maxsize=16)
def base_call_prices(base: BasePrice) -> CallPrices:
    """Return the base model's prices of calls, with its seller's prompt caching."""
    longest = base.max_call_input_tokens
    prices: dict[PriceKind, tuple[Price, ...]] = {}
    for kind, field in _FIELDS.items():
        usd: Decimal | None = getattr(base, field)
        if usd is None:
            continue
        history = [price_of(usd, "1M tokens", base.source, max_call_input_tokens=longest)]
        for since, later in base.later:
            changed: Decimal | None = getattr(later, field)
            if changed != history[-1].usd:
                limit = later.max_call_input_tokens
                history.append(price_of(changed, "1M tokens", later.source, max_call_input_tokens=limit, since=since))
        prices[kind] = tuple(history)
    return CallPrices(lambda kind: prices.get(kind, ()), caching_of(base.provider, base.model), base.thinks)


def estimate_base(plan: ResolvedScenario, base: BasePrice, on: date) -> BaseEstimate:
    """Return the cost of the calls without tuning, over the whole horizon."""
    lines = inference_lines(plan, plan.prompted, base_call_prices(base), on, plan.months)
    if plan.states_calls and not plan.calls_per_month:
        lines.append(_no_calls(plan))
    return BaseEstimate(base.model, base.provider, plan.months, tuple(lines))


def _no_calls(plan: ResolvedScenario) -> LineItem:
    """Return the line of a question with zero calls, which cost nothing; without calls nothing is known."""
    return LineItem(
        component="inference",
        label="Calls",
        quantity=ZERO,
        unit="call",
        unit_price_usd=ZERO,
        recurrence="monthly",
        monthly_quantity=ZERO,
        price=None,
        formula_text="{} calls a month × {} months",
        formula_values=(plan.calls_per_month, plan.months),
        first_month_quantity=ZERO,
    )
