"""Which price holds when: a dated price history cut to the horizon."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from calculator.costs.horizon import months_between
from calculator.numeric import ZERO, larger, smaller
from pricing import Price


class PricePeriod(NamedTuple):
    """`price` holds from `start` to `end`, in months after the estimate's date. None: nothing is recorded for then."""

    price: Price | None
    start: Decimal
    end: Decimal


def price_on(history: tuple[Price, ...], day: date) -> Price | None:
    """The price in force on `day`; None where none is recorded yet."""
    found = None
    for price in history:
        if price.since is None or price.since <= day:
            found = price
    return found


def periods(history: tuple[Price, ...], as_of: date, months: Decimal) -> list[PricePeriod]:
    """The horizon of `months` from `as_of`, cut where the price changes. Nothing where there is no history."""
    if len(history) == 1:
        price = history[0]
        if price.since is None or price.since <= as_of:
            return [PricePeriod(price, ZERO, months)]
    if not history:
        return []
    found = []
    current, start = price_on(history, as_of), ZERO
    for price in history:
        if price.since is not None and price.since > as_of:
            change = months_between(as_of, price.since)
            if not larger(ZERO, months - change):
                break
            end = smaller(change, months)
            found.append(PricePeriod(current, start, end))
            current, start = price, end
    found.append(PricePeriod(current, start, months))
    return found
