"""The inputs of a spreadsheet: which there are, what each means, and what may be typed for it."""

from __future__ import annotations

import re
from typing import Any

from calculator import MOST_MONTHS, WHOLE_KEYS, FormulaInput, Formulas, LineItem, formula_of

MEANINGS = {
    "examples": "training examples",
    "example.input": "tokens of one example, input (or the sum)",
    "example.output": "tokens of one example, output",
    "epochs": "passes over the examples",
    "runs": "training runs, experiments included",
    "calls": "calls in production, in the period that was asked",
    "call.input": "tokens of one call, input",
    "call.output": "tokens of one call, output",
    "prompt.before": "prompt tokens before tuning",
    "prompt.after": "prompt tokens after tuning",
    "cached": "share of the prompt read from cache",
    "batch": "share of calls sent as batch",
    "days": "days a month",
    "months": "months to look ahead",
    "growth": "growth of calls a month",
    "retrain": "months between two retrainings",
    "prep": "data preparation, USD once",
    "data_gb": "stored data, GB",
    "hosted": "hours a day a deployment is up",
    "hours": "training hours of one run",
    "gpu_rate": "your price of a GPU-hour, USD",
    "idle": "rented hours of a run without training",
    "queue": "hours a run waits for GPUs, not billed",
    "rates.training": "your price, USD per 1M training tokens",
    "rates.input": "your price, USD per 1M input tokens",
    "rates.cached_input": "your price, USD per 1M cached input tokens",
    "rates.output": "your price, USD per 1M output tokens",
    "base_rates.input": "price of the prompted model, USD per 1M input tokens",
    "base_rates.cached_input": "price of the prompted model, USD per 1M cached input tokens",
    "base_rates.output": "price of the prompted model, USD per 1M output tokens",
}
BOUNDS = {
    "months": (1, MOST_MONTHS),  # less where the formulas hold for fewer
    "retrain": (1, MOST_MONTHS),
    "days": (1, 31),
    "hosted": (0, 24),
    "growth": (-0.5, 1),
}
SHARES = frozenset({"cached", "batch"})
MOST = 10**12


def bounds(one: FormulaInput) -> dict[str, Any]:
    """XlsxWriter's data validation of an input."""
    low, high = (0, 1) if one.key in SHARES else BOUNDS.get(one.key, (0, MOST))
    high = high if one.top is None else int(one.top)
    return {
        "validate": "integer" if one.key in WHOLE_KEYS else "decimal",
        "criteria": "between",
        "minimum": low,
        "maximum": high,
        "error_title": "Out of bounds",
        "error_message": f"{'A whole number' if one.key in WHOLE_KEYS else 'A number'} between {low} and {high}.",
    }


def used_inputs(formulas: Formulas) -> set[str]:
    """The inputs that some formula takes."""
    texts = [
        formula_of(number) or ""
        for line in _all_lines(formulas)
        for number in (line.quantity, line.unit_price_usd, line.monthly_quantity)
        if number is not None
    ]
    return set(re.findall(r"[a-z_]+", " ".join(texts)))


def _all_lines(formulas: Formulas) -> list[LineItem]:
    base = formulas.base.lines if formulas.base else ()
    return [line for one in formulas.estimates.values() for line in one.lines] + list(base)
