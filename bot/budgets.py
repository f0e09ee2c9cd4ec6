"""Budgets: what an amount means, and whether an estimate is above it."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from bot.render.money import money
from bot.render.tables import horizon, offer_name
from calculator import Comparison, Figure, UserError
from calculator.quantities import parse_number

MONTH = "/month"


class Limit(NamedTuple):
    """US dollars, for all of an estimate or for each full month of it."""

    usd: Decimal
    monthly: bool

    @property
    def text(self) -> str:
        return f"{money(self.usd)}{' a month' if self.monthly else ''}"


def read_limit(text: str) -> Limit:
    """`5000`, `$5k`, `500/month`. Raises UserError."""
    amount, slash, period = text.strip().removeprefix("$").partition("/")
    try:
        if slash and period.strip().lower() not in ("month", "mo"):
            raise ValueError("A budget is for all of an estimate, such as 5000, or for a month, such as 500/month.")
        usd = parse_number(amount)
    except ValueError as error:
        raise UserError(str(error)) from None
    if not usd:
        raise UserError("A budget of nothing cannot be kept. Leave it empty to have none.")
    return Limit(usd, bool(slash))


def limit_text(limit: Limit) -> str:
    """The way back."""
    return f"{limit.usd:f}{MONTH if limit.monthly else ''}"


class Excess(NamedTuple):
    """An estimate above a limit: its figure (the dear end, where it is ranged) in words and in US dollars."""

    limit: Limit
    usd: Decimal
    estimated: str

    @property
    def sentence(self) -> str:
        over = money(self.usd - self.limit.usd)
        return f"Above the budget of {self.limit.text} by {over}: {self.estimated}."


def excess_of(comparison: Comparison, limit: Limit) -> Excess | None:
    """By how much the answer's offer is above a limit; None where it is not, or nothing can be bought."""
    best = comparison.best
    if best is None:
        return None
    figure: Figure = "monthly" if limit.monthly else "total"
    span = comparison.span(best, figure)
    usd = span.high if span else getattr(best, figure).usd
    if usd is None or usd <= limit.usd:
        return None
    span_text = "a month" if limit.monthly else f"over {horizon(comparison)}"
    up_to = "up to " if span and span.low != span.high else ""
    return Excess(limit, usd, f"{offer_name(best)} is {up_to}{money(usd)} {span_text}")
