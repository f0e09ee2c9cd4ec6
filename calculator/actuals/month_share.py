"""What an estimate says for a stretch of days, by part: the difference of two estimates of shorter horizons."""

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
"""What a platform bills. Preparation is people's own figure and stands on no bill."""


class MonthInterval(NamedTuple):
    """From `start` to `end`, in months after the estimate's date."""

    start: Decimal
    end: Decimal


class PricedOffer(NamedTuple):
    """An offer as an estimate priced it; `months` is what the estimate looks ahead."""

    plan: ResolvedScenario
    offer: Offer
    as_of: date
    months: Decimal
    default_epochs: Decimal

    def stretch(self, month: date, through: date) -> MonthInterval | None:
        """The part of the horizon that lies in the month beginning on `month`, up to the day before `through`; None
        where they do not meet.
        """
        end_day = min(month_after(month), through)
        start = months_between(self.as_of, month)
        end = min(self.months, months_between(self.as_of, end_day))
        return MonthInterval(start, end) if start < end else None

    def share(self, stretch: MonthInterval) -> dict[Part, Decimal | None]:
        """US dollars of each part that fall into a stretch; None where a price is not known. One-off costs fall on the
        first day.
        """
        earlier, later = self._until(stretch.start), self._until(stretch.end)
        return {part: _less(later[part], earlier[part]) for part in PARTS}

    def _until(self, end: Decimal) -> Mapping[Part, Decimal | None]:
        """What the first `end` months cost: the offer's own estimate, as if the horizon ended there."""
        if not end:
            return dict.fromkeys(PARTS, ZERO)
        plan, last_day = self.plan._replace(months=end), day_after_months(self.as_of, end)
        frame = EstimateContext(plan, self.as_of, last_day, self.default_epochs, preparation=None)
        lines = estimate_offer(frame, self.offer).lines
        amounts: dict[Part, Decimal | None] = {}
        for part in PARTS:
            total = sum_amounts(line.amount_usd for line in lines if line.component == part)
            amounts[part] = total.usd or ZERO if total.whole else None
        return amounts


def month_after(month: date) -> date:
    """The first day of the month after the one that `month` lies in."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _less(later: Decimal | None, earlier: Decimal | None) -> Decimal | None:
    return None if later is None or earlier is None else later - earlier
