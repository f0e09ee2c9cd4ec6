"""Time: months between dates, and the traffic of an interval when calls grow."""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from calculator.numeric import ONE, ZERO, highest, larger, smaller
from calculator.question.resolved import DAYS_PER_YEAR, MONTHS_PER_YEAR


def months_between(start: date, end: date) -> Decimal:
    """Return the months of 365/12 days from `start` to `end`; never negative."""
    return max(ZERO, Decimal((end - start).days) * MONTHS_PER_YEAR / DAYS_PER_YEAR)


def day_after_months(start: date, months: Decimal) -> date:
    """Return the last day within `months` of `start`."""
    return start + timedelta(days=int(months * DAYS_PER_YEAR / MONTHS_PER_YEAR))


def traffic_months(start: Decimal, end: Decimal, growth: Decimal) -> Decimal:
    """Return the traffic of an interval as a multiple of the first month's traffic.

    Month k (from 0) carries (1 + growth)^k times the first month's traffic, spread evenly over the month.

    Args:
        start: Start of the interval in months after the estimate's date.
        end: End of the interval in months.
        growth: Growth of calls per month, such as 0.05.
    """
    return _growing_months(start, end, growth) if growth else end - start


@lru_cache(maxsize=256)
def _growing_months(start: Decimal, end: Decimal, growth: Decimal) -> Decimal:
    return sum((part * (ONE + growth) ** month for month, part in month_parts(start, end)), ZERO)


def month_parts(start: Decimal, end: Decimal) -> list[tuple[int, Decimal]]:
    """Return the months that `start`..`end` touches, each with the share of the month inside the interval."""
    parts = []
    for month in range(math.ceil(highest(end))):
        part = smaller(end, Decimal(month + 1)) - larger(start, Decimal(month))
        if inside := larger(ZERO, part):
            parts.append((month, inside))
    return parts
