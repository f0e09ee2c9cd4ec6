"""The month in which savings per call reach the money spent at the start. Plain arithmetic, no prices."""

from __future__ import annotations

import itertools
import math
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from calculator.numeric import ONE, ZERO
from calculator.question.resolved import DAYS_PER_YEAR, MONTHS_PER_YEAR

# The search for a payback ends here: no plan goes further.
LONGEST_MONTHS = Decimal(240)
_DUST = Fraction(1, 10**9)


class SavingStep(NamedTuple):
    """From `month` on (after the estimate's date) a call saves `saving`, and a month of hosting costs `idle`; USD."""

    month: Decimal
    saving: Decimal
    idle: Decimal


class PaybackTerms(NamedTuple):
    """Inputs of a payback; money in US dollars."""

    one_off: Decimal
    saving: Decimal
    """Per call."""
    calls: Decimal
    """Calls in the first month; 0 if the question has none."""
    idle: Decimal
    """Hosting and storage a month."""
    retraining: Decimal
    """One retraining run."""
    retrain_months: Decimal | None
    training_days: int | None
    """Days until the platform stops training; None without an end."""
    growth: Decimal
    later: tuple[SavingStep, ...]
    """Changes of the saving and of the idle cost on days that are known today."""


class PayBack(NamedTuple):
    """When the money is back; `months` is None without calls a month."""

    months: Decimal | None
    calls: int


def pay_back(terms: PaybackTerms, days: int | None) -> PayBack | None:
    """Return when the savings first reach the money spent; None if they don't within `days`.

    Without calls a month there are no months, and only terms without monthly cost have an answer.
    """
    if terms.saving <= 0 and not terms.later:
        return None
    if not terms.calls:
        only_once = terms.saving > 0 and not (terms.idle or terms.retrain_months)
        return PayBack(None, ceil_ratio(terms.one_off, terms.saving)) if only_once else None
    rate = Fraction(terms.saving) * Fraction(terms.calls) - Fraction(terms.idle)
    if terms.later:
        return _by_month(terms, days)
    if terms.retrain_months and not terms.growth and days is None and terms.training_days is None:
        return _by_cycle(terms, rate, terms.retrain_months)
    if terms.growth or terms.retrain_months:
        return _by_month(terms, days)
    if rate <= 0:
        return None
    months = Fraction(terms.one_off) / rate
    calls = _ceil(months * Fraction(terms.calls))
    in_time = days is None or calls <= Fraction(terms.calls) * days * int(MONTHS_PER_YEAR) / int(DAYS_PER_YEAR)
    return PayBack(_within_search(months), calls) if in_time else None


def _within_search(months: Fraction) -> Decimal | None:
    """Return months as a Decimal; None beyond the longest search, like a payback that is found month by month."""
    if months > int(LONGEST_MONTHS):
        return None
    return Decimal(months.numerator) / Decimal(months.denominator)


def _by_cycle(terms: PaybackTerms, rate: Fraction, cycle_months: Decimal) -> PayBack | None:
    """Pay back in equal months with a retraining at the start of every cycle but the first: cycles gain the same."""
    cycle = rate * Fraction(cycle_months)
    gain = cycle - Fraction(terms.retraining)
    missing = Fraction(terms.one_off) - cycle
    if rate <= 0 or (missing > 0 and gain <= 0):
        return None
    cycles = max(0, math.ceil(missing / gain)) if missing > 0 else 0
    months = cycles * Fraction(cycle_months) + (Fraction(terms.one_off) - cycles * gain) / rate
    return PayBack(_within_search(months), _ceil(months * Fraction(terms.calls)))


def _by_month(terms: PaybackTerms, days: int | None) -> PayBack | None:
    """Pay back month by month, with growing or shrinking calls, changing prices and retrainings."""
    limit = LONGEST_MONTHS if days is None else min(LONGEST_MONTHS, days * MONTHS_PER_YEAR / DAYS_PER_YEAR)
    balance, total_calls, calls = -terms.one_off, ZERO, terms.calls
    saving, idle, steps = terms.saving, terms.idle, {step.month: step for step in terms.later if step.month < limit}
    varies = terms.growth or terms.retrain_months  # otherwise all months between two steps are alike
    months = map(Decimal, range(math.ceil(limit))) if varies else (ZERO,)
    cuts = sorted({*months, *steps, limit})
    for start, end in itertools.pairwise(cuts):
        if start in steps:
            saving, idle = steps[start].saving, steps[start].idle
        if start and start % 1 == 0:
            calls *= ONE + terms.growth
            if terms.retrain_months and start % terms.retrain_months == 0 and _trains_in(terms, start):
                balance -= terms.retraining
        rate = saving * calls - idle
        if balance >= 0:
            return PayBack(start, ceil_number(total_calls))
        if rate * (end - start) >= -balance:
            part = -balance / rate
            return PayBack(start + part, ceil_number(total_calls + calls * part))
        balance += rate * (end - start)
        total_calls += calls * (end - start)
    if days is None and terms.growth >= 0 and not (terms.idle or terms.retrain_months or terms.later):
        return PayBack(None, ceil_ratio(terms.one_off, terms.saving))  # it pays back, but beyond the longest search
    return None


def _trains_in(terms: PaybackTerms, month: Decimal) -> bool:
    """Return whether the platform still trains on the first day of a month."""
    return terms.training_days is None or int(month * DAYS_PER_YEAR / MONTHS_PER_YEAR) <= terms.training_days


def ceil_ratio(numerator: Decimal, denominator: Decimal) -> int:
    """Return a ratio rounded up, exactly: a rounded division could be one call off."""
    return math.ceil(Fraction(numerator) / Fraction(denominator))


def _ceil(value: Fraction) -> int:
    """Return the next whole number, ignoring the rounding of calls a month that have no end (a week's × 365 / 84)."""
    whole = round(value)
    return whole if whole and abs(value - whole) <= _DUST else math.ceil(value)


def ceil_number(value: Decimal) -> int:
    """Return the next whole number, ignoring the rounding error of a long division."""
    return _ceil(Fraction(value))
