"""When tuning pays back against prompting a base model, or why it never does."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from calculator.costs.horizon import months_between
from calculator.costs.hosting import calls_in_month, hosting_lines, is_dedicated, storage_lines
from calculator.costs.inference import History, inference_lines
from calculator.costs.rented_gpus import RentedGpuOffer
from calculator.numeric import ONE, ZERO
from calculator.payback.months import LONGEST_MONTHS, PaybackTerms, SavingStep, pay_back, round_up
from calculator.question.resolved import DAYS_PER_YEAR, MONTHS_PER_YEAR, ResolvedScenario
from calculator.result import BreakEven, BreakEvenCause, Estimate, Total, sum_amounts

LONGEST_RETRAINING = 60
MOST_CALLS = 10**15
CallUsd = Callable[[ResolvedScenario], Decimal | None]
At = Callable[[Decimal], PaybackTerms]


def break_even(plan: ResolvedScenario, estimate: Estimate, base: History, as_of: date) -> BreakEven | None:
    """One tuned offer against the base model whose prices are `base`. None where a price is unknown."""
    if not estimate.complete:
        return None

    def tuned(one: ResolvedScenario) -> Decimal | None:
        return _tuned_call(one, estimate, as_of)

    def prompted(one: ResolvedScenario) -> Decimal | None:
        return call_usd(one, one.prompt_before_tokens, base, as_of)

    tuned_usd, base_usd = tuned(plan), prompted(plan)
    if tuned_usd is None or base_usd is None or not (tuned_usd or base_usd):
        return None
    terms = _terms(plan, estimate, base_usd, base_usd - tuned_usd, as_of)
    if not terms.calls and (terms.retrain_months or isinstance(estimate.offer, RentedGpuOffer)):
        return None  # how many calls fall between two retrainings, or on GPUs of one's own, is not known
    life = estimate.offer.lifecycle
    end = life.inference_ends if life else None
    days = (end - as_of).days if end else None
    found = pay_back(terms, days)
    months = found.months if found else None

    def at(calls: Decimal) -> PaybackTerms:
        """The terms with so many calls a month, which may need more GPUs."""
        if not isinstance(estimate.offer, RentedGpuOffer):
            return terms._replace(calls=calls)
        return _terms(plan._replace(calls_per_month=calls), estimate, base_usd, terms.saving, as_of)

    never = None if found else _never(plan, terms, end, days, tuned, prompted, at)
    return BreakEven(
        calls=found.calls if found else None,
        day=None if months is None else _day(as_of, months),
        months=months,
        saving_per_call_usd=terms.saving,
        monthly_saving_usd=terms.saving * terms.calls - terms.idle if terms.calls else None,
        net_usd=_net(plan, estimate, base, as_of) if terms.calls else None,
        covering_calls_per_month=_covering(terms, at) if terms.idle and terms.saving > 0 else None,
        cause=never.cause if never else None,
        reason=never.reason if never else _beyond(plan, terms, months),
        find_turn=never.turn if never else _no_turn,
    )


def _covering(terms: PaybackTerms, at: Callable[[Decimal], PaybackTerms]) -> int | None:
    """Calls a month that save what hosting and storage cost, which may be more for more calls."""
    least = at(ONE).idle
    calls = round_up(least / terms.saving)
    # Where calls do not pay for what carries the first of them, they do not pay for twice that either.
    return calls if at(Decimal(calls)).idle == least else None


def _no_turn() -> None:
    """What pays back needs no change."""


def _beyond(plan: ResolvedScenario, terms: PaybackTerms, months: Decimal | None) -> str | None:
    late = months > plan.months if months is not None else bool(terms.calls)
    return f"beyond the horizon of {plan.months.normalize():f} months" if late else None


def call_usd(plan: ResolvedScenario, prompt_tokens: Decimal | None, history: History, as_of: date) -> Decimal | None:
    """What one call costs on the prices of `as_of`; a graduated price at the average of the plan's month."""
    graduated = any(price.tiers for kind in ("input", "output") for price in history(kind))
    calls = plan.calls_per_month or ONE if graduated else ONE
    one = plan._replace(calls_per_month=calls, growth_per_month=ZERO)
    lines = inference_lines(one, prompt_tokens, history, as_of, ONE)
    total = sum_amounts(line.amount_usd for line in lines)
    if not lines:
        return ZERO  # a call of no tokens
    return total.usd / calls if total.usd is not None and total.whole else None


def _tuned_call(plan: ResolvedScenario, estimate: Estimate, as_of: date) -> Decimal | None:
    """What a call of the tuned model costs; nothing where capacity is paid by the hour, None where no price is."""
    offer = estimate.offer
    if is_dedicated(plan, offer):
        return ZERO
    return call_usd(plan, plan.prompt_after_tokens, offer.history, as_of) if offer.sells_calls else None


def _terms(plan: ResolvedScenario, estimate: Estimate, base_usd: Decimal, saving: Decimal, as_of: date) -> PaybackTerms:
    life = estimate.offer.lifecycle
    once = (line for line in estimate.lines if line.component == "training" and line.recurrence == "once")
    return PaybackTerms(
        one_off=estimate.one_off_usd or ZERO,
        saving=saving,
        calls=plan.calls_per_month,
        idle=_kept(plan, estimate, as_of).usd or ZERO,
        retraining=(sum_amounts(line.amount_usd for line in once).usd or ZERO) / plan.runs,
        retrain_months=plan.retrain_months,
        training_days=(life.training_ends - as_of).days if life and life.training_ends else None,
        growth=plan.growth_per_month,
        later=tuple(_steps(plan, estimate, base_usd, as_of)),
    )


def _steps(plan: ResolvedScenario, estimate: Estimate, base_usd: Decimal, as_of: date) -> Iterator[SavingStep]:
    """One for each day on which a price of the offer changes to another that is known, and for each month in which
    growing calls need more GPUs.
    """
    prices = estimate.offer.prices.values()
    since = {price.since for history in prices for price in history if price.since and price.since > as_of}
    days = {months_between(as_of, day): day for day in since}
    growing = (
        range(1, int(LONGEST_MONTHS)) if plan.growth_per_month and isinstance(estimate.offer, RentedGpuOffer) else ()
    )
    before = _kept(plan, estimate, as_of).usd
    for month in sorted({*days, *map(Decimal, growing)}):
        day = days.get(month) or _day(as_of, month)
        if day is None:
            return
        then = plan._replace(calls_per_month=calls_in_month(plan, int(month)), growth_per_month=ZERO)
        idle = _kept(then, estimate, day)
        if month not in days and idle.usd == before:
            continue  # a month in which the same GPUs carry the calls
        before = idle.usd
        tuned_usd = _tuned_call(plan, estimate, day)
        if tuned_usd is not None and idle.whole:
            yield SavingStep(month, base_usd - tuned_usd, idle.usd or ZERO)


def _kept(plan: ResolvedScenario, estimate: Estimate, day: date) -> Total:
    """What a month of keeping costs at the prices of a day, called or not."""
    offer, dedicated = estimate.offer, is_dedicated(plan, estimate.offer)
    kept = hosting_lines(plan, offer, day, ONE, dedicated=dedicated) + storage_lines(plan, offer, day, ONE)
    return sum_amounts(line.monthly_usd for line in kept if line.monthly_quantity is not None)


def _net(plan: ResolvedScenario, estimate: Estimate, base: History, as_of: date) -> Decimal | None:
    """Prompting minus tuning over the months that the tuned model is priced for."""
    prompting = sum_amounts(
        line.amount_usd for line in inference_lines(plan, plan.prompt_before_tokens, base, as_of, estimate.months)
    )
    if not prompting.whole or estimate.total_usd is None:
        return None
    return (prompting.usd or ZERO) - estimate.total_usd  # no lines are calls of no tokens, which cost nothing


class NoPayback(NamedTuple):
    """Why it never pays back, and what finds the one change that would turn it."""

    cause: BreakEvenCause
    reason: str
    turn: Callable[[], str | None]


def _never(
    plan: ResolvedScenario,
    terms: PaybackTerms,
    end: date | None,
    days: int | None,
    tuned: CallUsd,
    base: CallUsd,
    at: At,
) -> NoPayback:
    if terms.saving <= 0:
        return _no_saving(plan, terms, tuned, base)

    def more_calls() -> str | None:
        even = not (terms.growth or terms.later)  # then nothing below what is kept can pay
        above = max(terms.calls, at(ONE).idle / terms.saving) if even else terms.calls
        needed = first_that_pays(lambda calls: pay_back(at(Decimal(calls)), days) is not None, above)
        return f"It pays back from {needed:,} calls a month." if needed else None

    def rarer_training() -> str | None:
        for months in range(math.floor(terms.retrain_months or ZERO) + 1, LONGEST_RETRAINING + 1):
            if pay_back(terms._replace(retrain_months=Decimal(months)), days):
                return f"It pays back with a retraining every {months} months or less often."
        return more_calls()

    unlimited = pay_back(terms, None)
    if unlimited:
        reason = f"never: the model ends on {end} before it pays back ({unlimited.calls:,} calls)"
        return NoPayback("ends", reason, more_calls)
    if terms.retrain_months and pay_back(terms._replace(retrain_months=None), None):
        return NoPayback("retraining", "never: the retrainings cost more than the calls save", rarer_training)
    if terms.growth < 0 and pay_back(terms._replace(growth=ZERO), None):
        return NoPayback("shrinking", "never: the calls shrink before they have saved what it costs", more_calls)
    return NoPayback("hosting", "never: hosting and storage cost more than the calls save", more_calls)


def first_that_pays(pays: Callable[[int], bool], above: Decimal) -> int | None:
    """The smallest whole number over `above` that pays; more always pays where less does. None beyond any number."""
    low, high = math.floor(above), math.floor(above) + 1
    while not pays(high):
        low, high = high, high * 2
        if high > MOST_CALLS:
            return None
    return least_between(pays, low, high)


def least_between(pays: Callable[[int], bool], low: int, high: int) -> int:
    """The smallest whole number that pays, where `low` does not and `high` does."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if pays(middle) else (middle, high)
    return high


def _no_saving(plan: ResolvedScenario, terms: PaybackTerms, tuned: CallUsd, base: CallUsd) -> NoPayback:
    """A call costs as much as today, or more: by its answer, by the cache, or by all of it."""

    def saving(one: ResolvedScenario) -> Decimal:
        return (base(one) or ZERO) - (tuned(one) or ZERO)

    if plan.cached_share and saving(plan._replace(cached_share=ZERO)) > 0:
        return NoPayback(
            "cached",
            "never: the base prompt is read from cache, which leaves too little to save",
            lambda: "It would pay if the prompt of today were not read from cache.",
        )
    if saving(plan._replace(call_output_tokens=ZERO)) > 0:
        loss_per_token = terms.saving - saving(plan._replace(call_output_tokens=plan.call_output_tokens + 1))
        longest = round_up(plan.call_output_tokens + terms.saving / loss_per_token)
        turn = f"It saves with answers of less than {longest:,} tokens."
        return NoPayback("answers", "never: the answers cost more than the prompt saves", lambda: turn)
    return NoPayback("dearer", "never: a call of the tuned model costs no less than one of the base model", _no_turn)


def _day(as_of: date, months: Decimal) -> date | None:
    """The day on which it has paid back; None beyond the end of the calendar."""
    days = round_up(months * DAYS_PER_YEAR / MONTHS_PER_YEAR)
    return as_of + timedelta(days=days) if days <= (date.max - as_of).days else None
