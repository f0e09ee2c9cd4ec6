"""The inputs that a spreadsheet's formulas use, and the values that their cells accept."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from calculator import FormulaInput, Formulas, LineItem, formula_of, key_of

MAX_VALUE = 10**12


def bounds(formula_input: FormulaInput) -> dict[str, Any]:
    """Return XlsxWriter's data validation of an input's cell."""
    key = key_of(formula_input.key)
    is_part = formula_input.key != key.name  # the lower bound of tokens holds for input and output together
    low = 0 if is_part else key.low
    high = MAX_VALUE if key.high is None else key.high
    if formula_input.top is not None:  # the formulas hold for fewer months
        high = int(formula_input.top)
    return {
        "validate": "integer" if key.whole else "decimal",
        "criteria": "between",
        "minimum": _plain(low),
        "maximum": _plain(high),
        "error_title": "Out of bounds",
        "error_message": f"{'A whole number' if key.whole else 'A number'} between {low} and {high}.",
    }


def _plain(bound: int | Decimal) -> int | float:
    return float(bound) if isinstance(bound, Decimal) else bound


def used_inputs(formulas: Formulas) -> set[str]:
    """Return the names of the inputs that the formulas use."""
    texts = [
        formula_of(number) or ""
        for line in _all_lines(formulas)
        for number in (line.quantity, line.unit_price_usd, line.monthly_quantity)
        if number is not None
    ]
    texts += [formula_of(estimate.months) or "" for estimate in formulas.estimates.values()]
    return set(re.findall(r"[a-z_]+", " ".join(texts)))


def _all_lines(formulas: Formulas) -> list[LineItem]:
    base = formulas.base.lines if formulas.base else ()
    return [line for estimate in formulas.estimates.values() for line in estimate.lines] + list(base)
