"""The work that a question leaves out: staff time, labelling and evaluation, if it prices no preparation."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from calculator.comparison import Comparison, computed_once
from calculator.payback.break_even import break_even, payback_case, payback_day
from calculator.payback.months import pay_back
from calculator.result import Estimate

USD_PER_EXAMPLE = Decimal(1)
"""A round figure to show how much the answer depends on the work, not a market price."""


class UnpricedWork(NamedTuple):
    """The pay-back of an offer if each example cost $1 of work."""

    usd: Decimal
    """The work in all, US dollars."""
    calls: int | None
    """Calls after which the saving equals the cost; None if it never does."""
    day: date | None
    """The day of it; None also without calls a month, or beyond 20 years."""
    net_usd: Decimal | None
    """Prompting − tuning over the priced months, US dollars; None without calls a month, or if a price is unknown."""


@computed_once
def unpriced_work(comparison: Comparison, estimate: Estimate) -> UnpricedWork | None:
    """Return what $1 of work an example would do to the pay-back of an offer.

    Args:
        comparison: The answer that the estimate belongs to.
        estimate: An estimate of the comparison.

    Returns:
        The pay-back at the likely values; None if the question prices the work (`prep=`), if the offer doesn't pay
        back, or without a base model.
    """
    case, payback = payback_case(comparison, estimate), break_even(comparison, estimate)
    if comparison.plan.preparation_usd or case is None or payback is None or payback.calls is None:
        return None
    usd = USD_PER_EXAMPLE * case.plan.examples
    later = pay_back(case.terms._replace(one_off=case.terms.one_off + usd), case.days)
    return UnpricedWork(
        usd=usd,
        calls=later.calls if later else None,
        day=payback_day(case.as_of, later.months) if later and later.months is not None else None,
        net_usd=None if payback.net_usd is None else payback.net_usd - usd,
    )
