"""Time: how many months are priced, and how much of a growing traffic falls into a stretch of them."""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from calculator.numeric import ONE, ZERO, highest, larger, smaller
from calculator.question.resolved import DAYS_PER_YEAR, MONTHS_PER_YEAR


def months_between(start: date, end: date) -> Decimal:
    """Months of 365/12 days from `start` to `end`; never negative."""
    return max(ZERO, Decimal((end - start).days) * MONTHS_PER_YEAR / DAYS_PER_YEAR)


def day_after_months(start: date, months: Decimal) -> date:
    """The last day that lies within `months` of `start`."""
    return start + timedelta(days=int(months * DAYS_PER_YEAR / MONTHS_PER_YEAR))


def traffic_months(start: Decimal, end: Decimal, growth: Decimal) -> Decimal:
    """How many first months' worth of traffic fall between two points in time (in months), growing by `growth` every
    month.

    Month k (from 0) carries (1 + growth)^k times the first month's traffic, evenly over the month.
    """
    return _growing_months(start, end, growth) if growth else end - start


@lru_cache(maxsize=256)
def _growing_months(start: Decimal, end: Decimal, growth: Decimal) -> Decimal:
    return sum((part * (ONE + growth) ** month for month, part in month_parts(start, end)), ZERO)


def month_parts(start: Decimal, end: Decimal) -> list[tuple[int, Decimal]]:
    """The months that `start`..`end` touches, each with the share of it that lies inside."""
    parts = []
    for month in range(math.ceil(highest(end))):
        part = smaller(end, Decimal(month + 1)) - larger(start, Decimal(month))
        if inside := larger(ZERO, part):
            parts.append((month, inside))
    return parts
