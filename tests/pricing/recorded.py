"""Prices of the shipped catalogue on the day of the tests."""

from __future__ import annotations

from datetime import date
from typing import Any

from pricing import Offer, Price

TODAY = date(2026, 11, 21)


def price_on(offer: Offer, kind: Any, day: date = TODAY, method: Any = None) -> Price | None:
    """Return the price in force on a day, on standard terms."""
    in_force = [price for price in offer.history(kind, method) if price.since is None or price.since <= day]
    return in_force[-1] if in_force else None
