"""Budgets: reading an amount, and comparing an estimate with it."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from bot.render.parts.money import money
from bot.render.parts.tables import horizon_text, offer_name
from calculator import Comparison, Figure, RankGroup, UserError, parse_number

MONTH = "/month"


class BudgetLimit(NamedTuple):
    """An amount in US dollars, for a whole estimate or for each of its full months."""

    usd: Decimal
    monthly: bool

    @property
    def text(self) -> str:
        """Return `$5,000` or `$500 a month`."""
        return f"{money(self.usd)}{' a month' if self.monthly else ''}"


def read_limit(text: str) -> BudgetLimit:
    """Return the limit in a text such as `5000`, `$5k` or `500/month`.

    Raises:
        UserError: The text isn't a positive amount with a valid period.
    """
    amount, slash, period = text.strip().removeprefix("$").partition("/")
    try:
        if slash and period.strip().lower() not in ("month", "mo"):
            raise ValueError(f"“{period.strip()[:20]}” isn't a budget period.")
        usd = parse_number(amount)
        if not usd:
            raise ValueError("A budget can't be zero; leave the field empty for no budget.")
    except ValueError as error:
        raise UserError(
            f"{error} Enter US dollars for the whole estimate, such as 5000, or for a month, such as 500/month."
        ) from None
    return BudgetLimit(usd, bool(slash))


def limit_text(budget_limit: BudgetLimit) -> str:
    """Return the text that `read_limit` reads as this limit."""
    return f"{budget_limit.usd:f}{MONTH if budget_limit.monthly else ''}"


class BudgetExcess(NamedTuple):
    """An estimate above its budget."""

    limit: BudgetLimit
    usd: Decimal
    """The estimated cost; of a range, the upper end."""
    estimated: str
    """The cost in words."""

    @property
    def sentence(self) -> str:
        excess = money(self.usd - self.limit.usd)
        return f"Above the budget of {self.limit.text} by {excess}: {self.estimated}."


class BudgetUndecided(NamedTuple):
    """An estimate with too many unknown prices to compare it with its budget."""

    limit: BudgetLimit
    estimated: str
    """The known cost in words."""

    @property
    def sentence(self) -> str:
        return f"It isn't known whether this is within the budget of {self.limit.text}: {self.estimated}."


def check_budget(comparison: Comparison, budget_limit: BudgetLimit) -> BudgetExcess | BudgetUndecided | None:
    """Compare the best offer of an estimate with a budget.

    Args:
        comparison: The priced offers.
        budget_limit: The limit of the budget.

    Returns:
        The excess (for an offer with an unknown price, if its known part exceeds the limit), or that the comparison is
        undecided; None if the offer is within the budget, or if no offer can be bought.
    """
    featured = comparison.featured
    if featured is None or featured.standing == RankGroup.APART:
        return None
    figure: Figure = "monthly" if budget_limit.monthly else "total"
    total, span = getattr(featured, figure), comparison.span(featured, figure)
    usd, whole = (span.high, span.whole) if span else (total.usd, total.whole)
    name, period = offer_name(featured), "a month" if budget_limit.monthly else horizon_text(comparison, featured)
    if usd is not None and usd > budget_limit.usd:
        up_to = "at least " if not whole else "up to " if span and span.low != span.high else ""
        return BudgetExcess(budget_limit, usd, f"{name} is {up_to}{money(usd)} {period}")
    if not whole:
        known_cost = f"its known part is {money(usd)} {period}" if usd else "no part of its cost is known"
        return BudgetUndecided(budget_limit, f"{name} has an unpublished price, and {known_cost}")
    return None
