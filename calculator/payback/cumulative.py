"""Cumulative cost month by month: prompting the base model, and tuning with one offer."""

from __future__ import annotations

from decimal import Decimal

from calculator.comparison import Comparison
from calculator.costs.horizon import day_after_months, traffic_months
from calculator.numeric import ONE, ZERO
from calculator.offer_estimate import EstimateContext, estimate_offer
from calculator.result import BaseEstimate, Estimate


def cumulative_prompting_usd(comparison: Comparison, base: BaseEstimate, months: Decimal) -> Decimal:
    """Return the cost of prompting the base model over the first months.

    Args:
        comparison: The answer that the base model's estimate belongs to.
        base: The base model's estimate.
        months: Months after the date of the estimate.

    Returns:
        US dollars, at the prices of the estimate's date; an unknown price counts as zero.
    """
    return (base.monthly_usd or ZERO) * traffic_months(ZERO, months, comparison.plan.growth_per_month)


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
    context = EstimateContext(
        plan=comparison.plan._replace(months=months, epochs=estimate.epochs),
        as_of=comparison.as_of,
        end=day_after_months(comparison.as_of, months),
        default_epochs=estimate.epochs or ONE,
        preparation=next((line for line in estimate.lines if line.component == "preparation"), None),
    )
    return estimate_offer(context, estimate.offer).total_usd or ZERO
