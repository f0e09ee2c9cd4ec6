"""Budgets: how an amount is read, and how an estimate is compared with it."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from bot.render.money import money
from bot.render.tables import horizon, offer_name
from calculator import Comparison, Figure, RankGroup, UserError, parse_number

MONTH = "/month"


class BudgetLimit(NamedTuple):
    """US dollars for a whole estimate, or for each of its full months."""

    usd: Decimal
    monthly: bool

    @property
    def text(self) -> str:
        return f"{money(self.usd)}{' a month' if self.monthly else ''}"


def read_limit(text: str) -> BudgetLimit:
    """Return the limit of a text such as `5000`, `$5k` or `500/month`. Raises UserError."""
    amount, slash, period = text.strip().removeprefix("$").partition("/")
    try:
        if slash and period.strip().lower() not in ("month", "mo"):
            raise ValueError(f"“{period.strip()[:20]}” isn't a budget period.")
        usd = parse_number(amount)
        if not usd:
            raise ValueError("A budget can't be zero; leave the field empty to have no budget.")
    except ValueError as error:
        raise UserError(
            f"{error} Write US dollars for the whole estimate, such as 5000, or for a month, such as 500/month."
        ) from None
    return BudgetLimit(usd, bool(slash))


def limit_text(limit: BudgetLimit) -> str:
    """Return a text that `read_limit` reads as this limit."""
    return f"{limit.usd:f}{MONTH if limit.monthly else ''}"


class BudgetExcess(NamedTuple):
    """An estimate above a limit, with its figure in words and in US dollars; of a range, the upper end."""

    limit: BudgetLimit
    usd: Decimal
    estimated: str

    @property
    def sentence(self) -> str:
        over = money(self.usd - self.limit.usd)
        return f"Above the budget of {self.limit.text} by {over}: {self.estimated}."


class BudgetUndecided(NamedTuple):
    """An estimate with too many unknown prices to compare it with a limit."""

    limit: BudgetLimit
    estimated: str

    @property
    def sentence(self) -> str:
        return f"It isn't known whether this is within the budget of {self.limit.text}: {self.estimated}."


def held_against(comparison: Comparison, limit: BudgetLimit) -> BudgetExcess | BudgetUndecided | None:
    """Return how the answer's offer exceeds a limit; None if it does not, or if nothing can be bought. An offer with an
    unknown price exceeds the limit if its known part does.
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
        known = f"its known part is {money(usd)} {period}" if usd else "no part of it is known"
        return BudgetUndecided(limit, f"{name} has an unpublished price, and {known}")
    return None
