"""Costs over equal periods: the horizon with prompting after a model's end, or an average month."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property

from calculator.comparison import Comparison, CostSpan, computed_once
from calculator.costs.base_model import estimate_base, priced_months
from calculator.costs.horizon import day_after_months
from calculator.numeric import ZERO, larger, smaller
from calculator.offer_estimate import estimate_until
from calculator.pricing_context import PricingContext
from calculator.question.resolved import ResolvedScenario, resolve_corner
from calculator.result import Estimate, Total
from pricing import BasePrice


class EqualPeriods:
    """Costs of one resolved scenario that can be compared, whenever a model ends."""

    def __init__(self, context: PricingContext, plan: ResolvedScenario, base: BasePrice | None = None) -> None:
        """Keep what is priced: the scenario and its baseline, or another base model in its place."""
        self._context, self._plan, self._as_of = context, plan, context.as_of
        self._base = (base or context.base_price(plan)) if plan.calls_per_month else None
        self._prompting: dict[Decimal, Total] = {}

    @property
    def has_baseline(self) -> bool:
        """True if the months after a model's end can be priced: the baseline has calls and known prices."""
        return self._base is not None and self.prompting(self._plan.months).whole

    def prompting(self, months: Decimal) -> Total:
        """Return the cost of prompting the base model over the first months, US dollars."""
        if months not in self._prompting:
            self._prompting[months] = self._priced(months)
        return self._prompting[months]

    def _priced(self, months: Decimal) -> Total:
        if self._base is None:
            return Total(None, whole=False)
        priced = estimate_base(self._plan._replace(months=months), self._base, self._as_of)
        return priced.total if priced.lines else Total(ZERO, whole=True)  # calls of no tokens

    @property
    def priced_months(self) -> Decimal | None:
        """Months until the baseline ends, with no price known after it; None if it is priced over the horizon."""
        months = priced_months(self._base, self._as_of) if self._base else None
        return months if months is not None and larger(ZERO, self._plan.months - months) else None

    def compared(self, estimate: Estimate) -> tuple[Total, Total]:
        """Return the cost of prompting and that of an option over the months that both are priced for.

        Afterwards both sides pay the same, known or not: prompting again.

        Args:
            estimate: The option.
        """
        until = self.priced_months
        if until is None or not larger(ZERO, estimate.months - until):
            return self.prompting(estimate.months), estimate.total
        plan = self._context.plan_for(self._plan, estimate.offer)
        context = self._context.estimate_context(plan)
        return self.prompting(until), estimate_until(context, estimate, until).total

    def saving(self, estimate: Estimate) -> Decimal | None:
        """Return prompting − the option over the months that both are priced for, US dollars; None if unknown."""
        prompting, tuned = self.compared(estimate)
        if prompting.usd is None or tuned.usd is None or not (prompting.whole and tuned.whole):
            return None
        return prompting.usd - tuned.usd

    def least_saving(self, estimate: Estimate) -> Decimal:
        """Return the saving from which tuning makes a practical difference over the compared months, US dollars.

        Args:
            estimate: The option.
        """
        until, assumptions = self.priced_months, self._context.assumptions
        months = estimate.months if until is None else smaller(estimate.months, until)
        prompting = self.prompting(months).usd or ZERO
        share, usd = (assumptions[name].value or ZERO for name in ("least_saving_share", "least_saving_per_month"))
        return larger(share * prompting, usd * months)

    @cached_property
    def cheaper_successor(self) -> EqualPeriods | None:
        """Costs beside the base model's successor from today on, where it costs less a month than the base model.

        None if the base model doesn't end within the horizon, or has ended, or if a price isn't known.
        """
        base, plan, on = self._base, self._plan, self._as_of
        if base is None or base.ends is None or not on < base.ends < day_after_months(on, plan.months):
            return None
        successor = base.model_on(base.ends)
        if successor is None:
            return None
        month, today = (estimate_base(plan, model, on).monthly_usd for model in (successor, base))
        is_cheaper = month is not None and today is not None and month < today
        return EqualPeriods(self._context, plan, successor) if is_cheaper else None

    def sure_saving(self, estimate: Estimate) -> Decimal | None:
        """Return the saving against the baseline, or against a cheaper successor from today on if that is less.

        US dollars; None if the saving against the baseline is unknown.
        """
        saving, successor = self.saving(estimate), self.cheaper_successor
        beside = successor.saving(estimate) if successor else None
        return saving if saving is None or beside is None else smaller(saving, beside)

    def saves_enough(self, estimate: Estimate) -> bool:
        """Return whether an option saves enough against the baseline to make a practical difference."""
        saving = self.saving(estimate)
        return saving is not None and saving > self.least_saving(estimate)

    def successor_suffices(self, estimate: Estimate) -> bool:
        """Return whether switching to a cheaper successor today leaves an option too little to save."""
        successor = self.cheaper_successor
        return successor is not None and not successor.saves_enough(estimate)

    def pays(self, estimate: Estimate) -> bool:
        """Return whether an option saves enough, against the baseline and against its cheaper successor."""
        return self.saves_enough(estimate) and not self.successor_suffices(estimate)

    def rest(self, estimate: Estimate) -> Decimal | None:
        """Return the cost of prompting from the end of the option's model to the end of the horizon, US dollars."""
        if estimate.months == self._plan.months:
            return ZERO
        end, start = self.prompting(self._plan.months), self.prompting(estimate.months)
        return end.usd - start.usd if end.usd is not None and start.usd is not None and end.whole else None

    def total(self, estimate: Estimate) -> Total:
        """Return the cost of an option over the whole horizon, with prompting after the end of its model.

        Args:
            estimate: The option.

        Returns:
            US dollars; unknown for an option that ends earlier if there is no baseline.
        """
        rest = self.rest(estimate)
        if not rest:
            return estimate.total if rest is not None else Total(None, whole=False)
        own = estimate.total
        return Total(None if own.usd is None else own.usd + rest, own.whole)

    def month(self, estimate: Estimate) -> Total:
        """Return the average month of an option, one-off cost included: its total ÷ the months priced, US dollars."""
        own = estimate.total
        return own._replace(usd=own.usd / estimate.months) if own.usd is not None and estimate.months else own

    def comparable(self, estimate: Estimate) -> Total:
        """Return the cost by which options are compared: over the horizon, or an average month without a baseline."""
        return self.total(estimate) if self.has_baseline else self.month(estimate)


@computed_once
def equal_periods(comparison: Comparison) -> EqualPeriods:
    """Return the comparable costs of a comparison at its likely values.

    Args:
        comparison: The answer to the question.
    """
    return EqualPeriods(comparison.context, comparison.plan)


@computed_once
def _corner_periods(comparison: Comparison) -> tuple[EqualPeriods, EqualPeriods]:
    low, high = (resolve_corner(comparison.scenario, side) for side in ("low", "high"))
    return EqualPeriods(comparison.context, low), EqualPeriods(comparison.context, high)


def horizon_total(comparison: Comparison, estimate: Estimate) -> Total:
    """Return the cost of an option over the whole horizon, with prompting after the end of its model.

    Args:
        comparison: The answer that the estimate belongs to.
        estimate: An estimate of the comparison.

    Returns:
        US dollars; unknown for a model that ends earlier if there is no baseline.
    """
    return equal_periods(comparison).total(estimate)


def average_month(comparison: Comparison, estimate: Estimate) -> Total:
    """Return the average month of an option, one-off cost included, US dollars.

    Args:
        comparison: The answer that the estimate belongs to.
        estimate: An estimate of the comparison.
    """
    return equal_periods(comparison).month(estimate)


def comparable_span(comparison: Comparison, estimate: Estimate, *, per_month: bool) -> CostSpan | None:
    """Return a comparable cost from the cheap to the expensive corner.

    Args:
        comparison: The answer that the estimate belongs to.
        estimate: An estimate of the comparison.
        per_month: The average month instead of the horizon.

    Returns:
        US dollars; None for a scenario without ranges.
    """
    low, high = comparison.low.get(estimate.offer.id), comparison.high.get(estimate.offer.id)
    if low is None or high is None:
        return None
    at_low, at_high = _corner_periods(comparison)
    corners = ((at_low, low), (equal_periods(comparison), estimate), (at_high, high))
    totals = [periods.month(corner) if per_month else periods.total(corner) for periods, corner in corners]
    ends = [total.usd for total in totals if total.usd is not None]
    whole = all(total.whole for total in totals)
    return CostSpan(min(ends), max(ends), whole) if ends else CostSpan(None, None, whole)
