"""When tuning pays back against prompting a base model, or why it never does."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from calculator.comparison import Comparison, computed_once
from calculator.costs.base_model import base_call_prices
from calculator.costs.capacity import deployment_of, units_needed
from calculator.costs.horizon import months_between
from calculator.costs.hosting import calls_in_month, hosting_lines, is_dedicated, storage_lines
from calculator.costs.inference import LABELS, CallPrices, inference_lines, offer_call_prices
from calculator.costs.rented_gpus import RentedGpuOffer
from calculator.numeric import ONE, ZERO
from calculator.payback.months import LONGEST_MONTHS, PayBack, PaybackTerms, SavingStep, ceil_number, pay_back
from calculator.payback.periods import equal_periods
from calculator.question.resolved import DAYS_PER_YEAR, MONTHS_PER_YEAR, CallSide, ResolvedScenario
from calculator.result import BreakEven, BreakEvenCause, Estimate, Total, sum_amounts
from pricing import BasePrice, Price, PriceKind, price_on

REASONS: dict[BreakEvenCause, str] = {
    "cached": "never: the base prompt is read from cache, which leaves too little to save",
    "answers": "never: the answers cost more than the prompt saves",
    "dearer": "never: a call of the tuned model costs at least as much as one of the base model",
    "retraining": "never: the retrainings cost more than the calls save",
    "shrinking": "never: the calls shrink before they have saved what it costs",
    "hosting": "never: hosting and storage cost more than the calls save",
    "slow": "never: not within 20 years",
    "cheaper": "never: once prompting gets cheaper, a call of the tuned model costs at least as much",
}
NO_CALLS = "depends on the calls: none are given"
NO_SAVING: dict[BreakEvenCause, str] = {
    "cached": "no saving: the base prompt is read from cache, which leaves too little to save",
    "answers": "no saving: the answers cost more than the prompt saves",
    "dearer": "no saving: a call of the tuned model costs at least as much as one of the base model",
}
"""Without calls nothing is “never”, but a call may save nothing."""


class PaybackCase(NamedTuple):
    """One offer against the base model: the terms of its payback, and what they follow from."""

    plan: ResolvedScenario
    estimate: Estimate
    base: BasePrice
    as_of: date
    base_call_usd: Decimal
    terms: PaybackTerms

    @property
    def end(self) -> date | None:
        """The earlier day of the two below; None if none is announced."""
        return min(filter(None, (self.model_end, self.base_end)), default=None)

    @property
    def model_end(self) -> date | None:
        """The day on which the tuned model stops answering; None if none is announced."""
        life = self.estimate.offer.lifecycle
        return life.inference_ends if life else None

    @property
    def base_end(self) -> date | None:
        """The day on which the base model and those that replace it have ended; None if none is announced."""
        return self.base.last_end

    @property
    def days(self) -> int | None:
        """Days until the end; None without one."""
        return (self.end - self.as_of).days if self.end else None

    def terms_at(self, calls: Decimal) -> PaybackTerms:
        """Return the terms at another number of calls a month, which may need more deployments."""
        if deployment_of(self.estimate.offer) is None:
            return self.terms._replace(calls=calls)
        plan = self.plan._replace(calls_per_month=calls)
        return _terms(plan, self.estimate, self.base, (self.base_call_usd, self.terms.saving), self.as_of)

    def idle_at(self, calls: Decimal) -> Decimal:
        """Return a month of hosting and storage at another number of calls a month, US dollars."""
        if deployment_of(self.estimate.offer) is None:
            return self.terms.idle
        return _idle_cost(self.plan._replace(calls_per_month=calls), self.estimate, self.as_of).usd or ZERO

    def saving(self, plan: ResolvedScenario) -> Decimal:
        """Return what a call of a changed scenario costs less than with the base model, US dollars."""
        base_usd = _prompted_call(plan, self.base, self.as_of)
        return (base_usd or ZERO) - (_tuned_call(plan, self.estimate, self.as_of) or ZERO)


@computed_once
def break_even(comparison: Comparison, estimate: Estimate) -> BreakEven | None:
    """Return when an offer pays back against prompting the base model, or why it never does.

    Args:
        comparison: The answer that the estimate belongs to.
        estimate: An estimate of the comparison.

    Returns:
        The break-even at the likely values; None without a base model, or if a price or the number of calls that
        matters is unknown.
    """
    case = payback_case(comparison, estimate)
    if case is None:
        return None
    plan, terms = case.plan, case.terms
    payback = pay_back(terms, case.days)
    cause = None if payback else _cause(case)
    months = payback.months if payback else None
    return BreakEven(
        calls=payback.calls if payback else None,
        day=None if months is None else payback_day(case.as_of, months),
        months=months,
        saving_per_call_usd=terms.saving,
        monthly_saving_usd=terms.saving * terms.calls - terms.idle if terms.calls else None,
        net_usd=equal_periods(comparison).saving(estimate) if terms.calls else None,
        covering_calls_per_month=_covering_calls(case) if terms.idle and terms.saving > 0 else None,
        cause=cause,
        reason=_reason(case, cause) if cause else _beyond_horizon(plan, terms, payback),
    )


@computed_once
def payback_case(comparison: Comparison, estimate: Estimate) -> PaybackCase | None:
    """Return the terms on which an offer pays back; None where they cannot be known."""
    base = comparison.context.base_price(comparison.plan)
    if base is None or not estimate.complete:
        return None
    plan, as_of = comparison.context.plan_for(comparison.plan, estimate.offer), comparison.as_of
    tuned_usd, base_usd = _tuned_call(plan, estimate, as_of), _base_call_usd(comparison)
    if tuned_usd is None or base_usd is None or not (tuned_usd or base_usd):
        return None
    terms = _terms(plan, estimate, base, (base_usd, base_usd - tuned_usd), as_of)
    if not terms.calls and (terms.retrain_months or isinstance(estimate.offer, RentedGpuOffer)):
        return None  # how many calls fall between two retrainings, or on rented GPUs, is not known
    return PaybackCase(plan, estimate, base, as_of, base_usd, terms)


@computed_once
def _base_call_usd(comparison: Comparison) -> Decimal | None:
    base = comparison.context.base_price(comparison.plan)
    return _prompted_call(comparison.plan, base, comparison.as_of) if base else None


def _prompted_call(plan: ResolvedScenario, base: BasePrice, day: date) -> Decimal | None:
    """Return the cost of a call of today's prompt on a day, by the model that answers then; None if unknown."""
    model = base.model_on(day)
    return call_usd(plan, plan.prompted, base_call_prices(model), day) if model else None


def _cause(case: PaybackCase) -> BreakEvenCause:
    """Return why an offer never pays back: the first change that would make it pay, without the end of the model."""
    plan, terms = case.plan, case.terms
    if terms.saving <= 0:
        if plan.cached_share != ZERO and case.saving(plan._replace(cached_share=ZERO)) > 0:
            return "cached"
        return "answers" if case.saving(plan._replace(call_output_tokens=ZERO)) > 0 else "dearer"
    if pay_back(terms, None):
        return "ends"
    if terms.later and terms.later[-1].saving <= 0:
        return "cheaper"
    if terms.retrain_months and pay_back(terms._replace(retrain_months=None), None):
        return "retraining"
    if terms.growth < 0 and pay_back(terms._replace(growth=ZERO), None):
        return "shrinking"
    if terms.growth > 0 and not terms.retrain_months and deployment_of(case.estimate.offer) is None:
        return "slow"  # growing calls pay for everything one day, but the search ends before it
    if not terms.idle:
        return "shrinking" if terms.growth < 0 else "retraining" if terms.retrain_months else "slow"
    return "hosting"


def _reason(case: PaybackCase, cause: BreakEvenCause) -> str:
    if not case.terms.calls:
        return NO_SAVING.get(cause, NO_CALLS)
    if cause != "ends":
        return REASONS[cause]
    if case.end != case.model_end:
        return f"not before {case.base.model} or what replaces it ends on {case.end}; no price is known after that"
    unlimited = pay_back(case.terms, None)
    calls = f" ({unlimited.calls:,} calls)" if unlimited else ""
    return f"never: the model ends on {case.end} before it pays back{calls}"


def _beyond_horizon(plan: ResolvedScenario, terms: PaybackTerms, payback: PayBack | None) -> str | None:
    months = payback.months if payback else None
    late = months > plan.months if months is not None else bool(terms.calls)
    return f"beyond the horizon of {plan.months.normalize():f} months" if late else None


def _covering_calls(case: PaybackCase) -> int | None:
    """Return the calls a month whose savings cover hosting and storage; None if more calls need more deployments."""
    least = case.idle_at(ONE)
    calls = ceil_number(least / case.terms.saving)
    # Where calls do not pay for what carries the first of them, they do not pay for twice that either.
    return calls if case.idle_at(Decimal(calls)) == least else None


def call_usd(plan: ResolvedScenario, side: CallSide, prices: CallPrices, as_of: date) -> Decimal | None:
    """Return the cost of one call at the prices of `as_of`, a graduated price at the average of the plan's month.

    US dollars; None if a price is unknown.
    """
    graduated = any(price.tiers for kind in ("input", "output") for price in prices.history(kind))
    calls = plan.calls_per_month or ONE if graduated else ONE
    rate = plan.calls_per_month if plan.caching_calls_per_month is None else plan.caching_calls_per_month
    month = plan._replace(calls_per_month=calls, growth_per_month=ZERO, caching_calls_per_month=rate)
    lines = inference_lines(month, side, _prices_on(prices, as_of), as_of, ONE)
    total = sum_amounts(line.amount_usd for line in lines)
    if not lines:
        return ZERO  # a call of no tokens
    return total.usd / calls if total.usd is not None and total.whole else None


def _prices_on(prices: CallPrices, day: date) -> CallPrices:
    """Return the prices of one day, so that a later price doesn't count in a call of today."""

    def history(kind: PriceKind) -> tuple[Price, ...]:
        recorded = prices.history(kind)
        price = price_on(recorded, day)
        return recorded if price is None else (price,)

    return prices._replace(history=history)


def _tuned_call(plan: ResolvedScenario, estimate: Estimate, as_of: date) -> Decimal | None:
    """Return the cost of a call of the tuned model: zero where capacity is paid by the hour, None without a price."""
    offer = estimate.offer
    if is_dedicated(plan, offer):
        return ZERO
    return call_usd(plan, plan.tuned, offer_call_prices(offer), as_of) if offer.sells_calls else None


def _terms(
    plan: ResolvedScenario, estimate: Estimate, base: BasePrice, today: tuple[Decimal, Decimal], as_of: date
) -> PaybackTerms:
    """Return the terms of a payback. `today` holds the base model's cost of a call and what tuning saves per call."""
    base_usd, saving = today
    life = estimate.offer.lifecycle
    once = (line for line in estimate.lines if line.component == "training" and line.recurrence == "once")
    return PaybackTerms(
        one_off=estimate.one_off_usd or ZERO,
        saving=saving,
        calls=plan.calls_per_month,
        idle=_idle_cost(plan, estimate, as_of).usd or ZERO,
        retraining=(sum_amounts(line.amount_usd for line in once).usd or ZERO) / plan.runs,
        retrain_months=plan.retrain_months,
        training_days=(life.training_ends - as_of).days if life and life.training_ends else None,
        growth=plan.growth_per_month,
        later=tuple(_steps(plan, estimate, base, base_usd, as_of)),
    )


def _steps(
    plan: ResolvedScenario, estimate: Estimate, base: BasePrice, base_usd: Decimal, as_of: date
) -> Iterator[SavingStep]:
    """Yield a step for each day on which a price changes, and each month that needs more GPUs."""
    offer_days = _changes(estimate.offer.prices.values(), as_of)
    base_days = _base_changes(base, as_of)
    days = {months_between(as_of, day): day for day in offer_days | base_days}
    replica = deployment_of(estimate.offer)
    life = estimate.offer.lifecycle
    end = months_between(as_of, life.inference_ends) if life and life.inference_ends else LONGEST_MONTHS
    growing = range(1, math.ceil(min(end, LONGEST_MONTHS))) if plan.growth_per_month and replica else ()
    idle = _idle_cost(plan, estimate, as_of)
    units = units_needed(plan, replica, plan.calls_per_month) if replica else None
    for month in sorted({*days, *map(Decimal, growing)}):
        later = plan._replace(calls_per_month=calls_in_month(plan, int(month)), growth_per_month=ZERO)
        if replica:
            needed = units_needed(later, replica, later.calls_per_month)
            if month not in days and needed == units:
                continue
            units = needed
        day = days.get(month) or payback_day(as_of, month)
        if day is None:
            return
        before = idle.usd
        if plan.growth_per_month or day in offer_days:
            idle = _idle_cost(later, estimate, day)
        if month not in days and idle.usd == before:
            continue  # more GPUs, at a price for a deployment of any size
        tuned_usd = _tuned_call(plan, estimate, day)
        prompted_usd = _prompted_call(plan, base, day) if base_days else base_usd
        if tuned_usd is not None and prompted_usd is not None and idle.whole:
            yield SavingStep(month, prompted_usd - tuned_usd, idle.usd or ZERO)


def _changes(histories: Iterable[tuple[Price, ...]], as_of: date) -> set[date]:
    """Return the days after `as_of` on which a price changes."""
    return {price.since for history in histories for price in history if price.since and price.since > as_of}


@lru_cache(maxsize=16)
def _base_changes(base: BasePrice, as_of: date) -> frozenset[date]:
    """Return the days after `as_of` on which prompting costs something else: another price, or another model."""
    days: set[date] = set()
    model: BasePrice | None = base
    begins = as_of
    while model:
        own = _changes(map(base_call_prices(model).history, LABELS), as_of)
        days |= {day for day in own if day > begins and (model.ends is None or day < model.ends)}
        if model.ends and model.successor and model.ends > as_of:
            days.add(model.ends)
        begins, model = max(begins, model.ends or begins), model.successor
    return frozenset(days)


def _idle_cost(plan: ResolvedScenario, estimate: Estimate, day: date) -> Total:
    """Return a month of hosting and storage at the prices of a day, called or not."""
    offer, dedicated = estimate.offer, is_dedicated(plan, estimate.offer)
    lines = hosting_lines(plan, offer, day, ONE, dedicated=dedicated) + storage_lines(plan, offer, day, ONE)
    return sum_amounts(line.monthly_usd for line in lines if line.monthly_quantity is not None)


def payback_day(as_of: date, months: Decimal) -> date | None:
    """Return the day after a number of months; None beyond the end of the calendar."""
    days = ceil_number(months * DAYS_PER_YEAR / MONTHS_PER_YEAR)
    return as_of + timedelta(days=days) if days <= (date.max - as_of).days else None
