"""Cumulative cost month by month: prompting the base model, and tuning with one offer."""

from __future__ import annotations

from decimal import Decimal

from calculator.comparison import Comparison
from calculator.numeric import ZERO
from calculator.offer_estimate import estimate_until
from calculator.payback.periods import equal_periods
from calculator.result import Estimate


def cumulative_prompting_usd(comparison: Comparison, months: Decimal) -> Decimal:
    """Return the cost of prompting over the first months, by the base model and by what replaces it.

    Args:
        comparison: The answer that the base model belongs to.
        months: Months after the date of the estimate.

    Returns:
        US dollars; an unknown price counts as zero.
    """
    return (equal_periods(comparison).prompting(months).usd if months else None) or ZERO


def cumulative_tuning_usd(comparison: Comparison, estimate: Estimate, months: Decimal) -> Decimal:
    """Price an offer as if the horizon ended after `months`: training first, then the months.

    Args:
        comparison: The answer that the estimate belongs to.
        estimate: An estimate of the comparison.
        months: Months after the date of the estimate; 0 for the one-off cost alone.

    Returns:
        US dollars; an unknown price counts as zero.
    """
    if months == estimate.months and estimate.total_usd is not None:
        return estimate.total_usd
    if not months:
        return estimate.one_off_usd or ZERO
    context = comparison.context.estimate_context(comparison.context.plan_for(comparison.plan, estimate.offer))
    return estimate_until(context, estimate, months).total_usd or ZERO
