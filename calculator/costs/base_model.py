"""The baseline: the same calls sent to a base model with today's prompt."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache

from calculator.costs.horizon import months_between
from calculator.costs.inference import MINUTES_A_DAY, CallPrices, caching_of, inference_lines, unpriced_calls
from calculator.errors import FieldErrors
from calculator.numeric import ZERO, larger, smaller
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
        raise FieldErrors({"base": catalog.base_refusal(error, on)}) from None


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
    """Return the cost of the calls without tuning, over the whole horizon.

    Once the base model has ended, the calls go to the model that replaces it, with the same tokens; the baseline of a
    base model that ended before has the name of its successor. Where none with a price is known, the cost is unknown.
    """
    lines = _prompting_lines(plan, base, on) if plan.calls_per_month else []
    if plan.states_calls and not plan.calls_per_month:
        lines.append(_no_calls(plan))
    today = base.model_on(on) or base
    return BaseEstimate(today.model, today.provider, plan.months, tuple(lines))


def priced_months(base: BasePrice, on: date) -> Decimal | None:
    """Return the months until the base model and those that replace it have ended; None if the last of them stays."""
    return months_between(on, base.last_end) if base.last_end else None


def cached_from(base: BasePrice) -> int:
    """Return the calls a day from which a prompt stays cached at the base model and those that replace it."""
    rule = base_call_prices(base).caching
    own = -(-MINUTES_A_DAY // rule.lifetime_minutes) if rule and rule.automatic and rule.lifetime_minutes else 0
    return max(own, cached_from(base.successor)) if base.successor else own


def _prompting_lines(plan: ResolvedScenario, base: BasePrice, on: date) -> list[LineItem]:
    lines: list[LineItem] = []
    model: BasePrice | None = base
    start, months = ZERO, plan.months
    while model:
        ends = months_between(on, model.ends) if model.ends else None
        end = months if ends is None else smaller(months, ends)
        prices = base_call_prices(model)._replace(start=start)
        if larger(ZERO, end - start):
            priced = inference_lines(plan, plan.prompted, prices, on, end)
            is_named = model is base or not start
            lines += priced if is_named else [line._replace(label=f"{line.label}, {model.model}") for line in priced]
        if ends is None or not larger(ZERO, months - ends):
            return lines
        start, model = end, model.successor
    return [*lines, unpriced_calls(plan, f"Calls after the end of {base.model}, no price known", start, months)]


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
