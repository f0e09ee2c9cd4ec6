"""Dated price histories, cut to the horizon."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from calculator.costs.horizon import months_between
from calculator.numeric import ONE, ZERO, larger, smaller
from pricing import Price, price_on


class PricePeriod(NamedTuple):
    """A price from `start` to `end`, in months after the estimate's date; None if no price is recorded."""

    price: Price | None
    start: Decimal
    end: Decimal

    @property
    def first_month(self) -> Decimal | None:
        """The share of the first month that the period covers; None if it begins after it."""
        part = larger(ZERO, smaller(self.end, ONE) - self.start)
        return part or None


def periods(history: tuple[Price, ...], as_of: date, months: Decimal, begin: Decimal = ZERO) -> list[PricePeriod]:
    """Return the months from `begin` to `months` after `as_of`, cut where the price changes; none without a history."""
    every = _from_today(history, as_of, months)
    if not begin:
        return every
    later = (period for period in every if larger(ZERO, period.end - begin))
    return [period._replace(start=larger(begin, period.start)) for period in later]


def _from_today(history: tuple[Price, ...], as_of: date, months: Decimal) -> list[PricePeriod]:
    if len(history) == 1:
        price = history[0]
        if price.since is None or price.since <= as_of:
            return [PricePeriod(price, ZERO, months)]
    if not history:
        return []
    intervals = []
    current, start = price_on(history, as_of), ZERO
    for price in history:
        if price.since is not None and price.since > as_of:
            change = months_between(as_of, price.since)
            if not larger(ZERO, months - change):
                break
            end = smaller(change, months)
            intervals.append(PricePeriod(current, start, end))
            current, start = price, end
    intervals.append(PricePeriod(current, start, months))
    return intervals
