"""The share of an estimate in an interval, by part: the difference of two estimates of shorter horizons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple, get_args

from calculator.costs.horizon import day_after_months, months_between
from calculator.numeric import ZERO
from calculator.offer_estimate import EstimateContext, estimate_offer
from calculator.question.resolved import ResolvedScenario
from calculator.result import sum_amounts
from pricing import Offer

Part = Literal["training", "inference", "hosting", "storage"]
PARTS: tuple[Part, ...] = get_args(Part)
"""The parts that a platform bills. Preparation is the customer's own figure and on no bill."""


class MonthInterval(NamedTuple):
    """An interval in months after the estimate's date."""

    start: Decimal
    end: Decimal


class PricedOffer(NamedTuple):
    """An offer as an estimate priced it, over `months` from `as_of`."""

    plan: ResolvedScenario
    offer: Offer
    as_of: date
    months: Decimal
    default_epochs: Decimal

    def stretch(self, month: date, through: date) -> MonthInterval | None:
        """Return the part of the horizon inside a calendar month.

        Args:
            month: First day of the month.
            through: Day after the last one that counts.

        Returns:
            None if the month and the horizon don't overlap.
        """
        end_day = min(month_after(month), through)
        start = months_between(self.as_of, month)
        end = min(self.months, months_between(self.as_of, end_day))
        return MonthInterval(start, end) if start < end else None

    def share(self, stretch: MonthInterval) -> dict[Part, Decimal | None]:
        """Return the US dollars of each part in an interval; None if a price is unknown.

        One-off costs fall on the first day.
        """
        earlier, later = self._until(stretch.start), self._until(stretch.end)
        return {part: _less(later[part], earlier[part]) for part in PARTS}

    def _until(self, end: Decimal) -> Mapping[Part, Decimal | None]:
        """Return the cost of the first `end` months, as if the horizon ended there."""
        if not end:
            return dict.fromkeys(PARTS, ZERO)
        plan, last_day = self.plan._replace(months=end), day_after_months(self.as_of, end)
        context = EstimateContext(plan, self.as_of, last_day, self.default_epochs, preparation=None)
        lines = estimate_offer(context, self.offer).lines
        amounts: dict[Part, Decimal | None] = {}
        for part in PARTS:
            total = sum_amounts(line.amount_usd for line in lines if line.component == part)
            amounts[part] = total.usd or ZERO if total.whole else None
        return amounts


def month_after(month: date) -> date:
    """Return the first day of the next calendar month.

    Args:
        month: Any day of a month.
    """
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _less(later: Decimal | None, earlier: Decimal | None) -> Decimal | None:
    return None if later is None or earlier is None else later - earlier
