"""Offers and resolved scenarios with round numbers, for tests of single cost functions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from calculator import read_scenario
from calculator.question.resolved import ResolvedScenario, resolve_corner
from pricing import Offer, Price, PriceKind, Unit, price_of, question_source

START = date(2026, 1, 1)
SOURCE = question_source("A test", START)


def price(usd: str, per: Unit = "1M tokens") -> tuple[Price, ...]:
    return (price_of(Decimal(usd), per, SOURCE),)


def offer(prices: dict[PriceKind, tuple[Price, ...]], **fields: Any) -> Offer:
    return Offer(id="a/b", platform="a", platform_title="A", title="B", model="b", prices=prices, **fields)


def plan(**fields: str) -> ResolvedScenario:
    """Return 1,000 examples of 400 tokens with 100 calls a month of 60/40 tokens, and the given fields."""
    question = {"examples": "1000", "example": "400", "calls": "100/month", "call": "60/40", "days": "30", **fields}
    return resolve_corner(read_scenario(question), "likely")
