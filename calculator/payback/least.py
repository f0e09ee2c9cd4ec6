"""Search for the smallest number that pays."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal

MOST_CALLS = 10**15


def least_that_pays(pays: Callable[[int], bool], above: Decimal) -> int | None:
    """Return the smallest whole number over `above` that pays, where more pays if less does; None if none does."""
    low, high = math.floor(above), math.floor(above) + 1
    while not pays(high):
        low, high = high, high * 2
        if high > MOST_CALLS:
            return None
    return least_between(pays, low, high)


def least_between(pays: Callable[[int], bool], low: int, high: int) -> int:
    """Return the smallest whole number that pays, where `low` does not and `high` does."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if pays(middle) else (middle, high)
    return high
