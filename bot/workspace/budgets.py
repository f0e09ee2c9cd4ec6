"""Budgets: what an amount means, and whether an estimate is above it."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from bot.render.money import money
from bot.render.tables import horizon, offer_name
from calculator import Comparison, Figure, RankGroup, UserError
from calculator.question.quantities import parse_number

MONTH = "/month"


class BudgetLimit(NamedTuple):
    """US dollars, for all of an estimate or for each full month of it."""

    usd: Decimal
    monthly: bool

    @property
    def text(self) -> str:
        return f"{money(self.usd)}{' a month' if self.monthly else ''}"


def read_limit(text: str) -> BudgetLimit:
    """`5000`, `$5k`, `500/month`. Raises UserError."""
    amount, slash, period = text.strip().removeprefix("$").partition("/")
    try:
        if slash and period.strip().lower() not in ("month", "mo"):
            raise ValueError(f"“{period.strip()[:20]}” is no period of a budget.")
        usd = parse_number(amount)
        if not usd:
            raise ValueError("A budget of nothing cannot be kept; leave it empty to have none.")
    except ValueError as error:
        raise UserError(f"{error} Write US dollars for all of an estimate, such as 5000, or 500/month.") from None
    return BudgetLimit(usd, bool(slash))


def limit_text(limit: BudgetLimit) -> str:
    """The way back."""
    return f"{limit.usd:f}{MONTH if limit.monthly else ''}"


class BudgetExcess(NamedTuple):
    """An estimate above a limit: its figure (the dear end, where it is ranged) in words and in US dollars."""

    limit: BudgetLimit
    usd: Decimal
    estimated: str

    @property
    def sentence(self) -> str:
        over = money(self.usd - self.limit.usd)
        return f"Above the budget of {self.limit.text} by {over}: {self.estimated}."


class BudgetUndecided(NamedTuple):
    """An estimate of which too little is known to hold it against a limit."""

    limit: BudgetLimit
    estimated: str

    @property
    def sentence(self) -> str:
        return f"Whether it is within the budget of {self.limit.text} is not known: {self.estimated}."


def held_against(comparison: Comparison, limit: BudgetLimit) -> BudgetExcess | BudgetUndecided | None:
    """The answer's offer held against a limit; None where it is within, or nothing can be bought. An offer with an
    unknown price is above the limit where what is known of it is.
    """
    shown = next(iter(comparison.estimates), None)
    if shown is None or shown.standing == RankGroup.APART:
        return None
    figure: Figure = "monthly" if limit.monthly else "total"
    total, span = getattr(shown, figure), comparison.span(shown, figure)
    usd, whole = (span.high, span.whole) if span else (total.usd, total.whole)
    name, period = offer_name(shown), "a month" if limit.monthly else f"over {horizon(comparison)}"
    if usd is not None and usd > limit.usd:
        up_to = "at least " if not whole else "up to " if span and span.low != span.high else ""
        return BudgetExcess(limit, usd, f"{name} is {up_to}{money(usd)} {period}")
    if not whole:
        known = f"what is known is {money(usd)} {period}" if usd else "nothing is known"
        return BudgetUndecided(limit, f"{name} has a price that nobody has published, and {known}")
    return None
