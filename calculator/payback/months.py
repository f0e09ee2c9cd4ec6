"""Money spent at the start, money saved by every call: after how many calls is it back. Plain arithmetic, no prices."""

from __future__ import annotations

import itertools
import math
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from calculator.numeric import ONE, ZERO
from calculator.question.resolved import DAYS_PER_YEAR, MONTHS_PER_YEAR

# Beyond this a pay-back is no plan any more, and the search for it ends.
LONGEST_MONTHS = Decimal(240)


class SavingStep(NamedTuple):
    """From `month` on (counted from the day that is asked about) a call saves `saving`, and keeping costs `idle`."""

    month: Decimal
    saving: Decimal
    idle: Decimal


class PaybackTerms(NamedTuple):
    """The question in numbers; money in US dollars."""

    one_off: Decimal
    saving: Decimal
    """Per call."""
    calls: Decimal
    """In the first month; 0 where not given."""
    idle: Decimal
    """Hosting and storage a month."""
    retraining: Decimal
    """One retraining run."""
    retrain_months: Decimal | None
    training_days: int | None
    """Days in which the platform still trains; None without an end."""
    growth: Decimal
    later: tuple[SavingStep, ...]
    """What calls save and keeping costs once a price that is known already has changed."""


class PayBack(NamedTuple):
    """`months` is None where no calls a month are given."""

    months: Decimal | None
    calls: int


def pay_back(terms: PaybackTerms, days: int | None) -> PayBack | None:
    """When what was saved first reaches what was spent; None where that does not come within `days`.

    Without calls a month there are no months, and only a plan without monthly cost has an answer.
    """
    if terms.saving <= 0 and not terms.later:
        return None
    if not terms.calls:
        only_once = terms.saving > 0 and not (terms.idle or terms.retrain_months)
        return PayBack(None, round_up_ratio(terms.one_off, terms.saving)) if only_once else None
    rate = terms.saving * terms.calls - terms.idle
    if terms.later:
        return _by_month(terms, days)
    if terms.retrain_months and not terms.growth and days is None and terms.training_days is None:
        return _by_cycle(terms, rate, terms.retrain_months)
    if terms.growth or terms.retrain_months:
        return _by_month(terms, days)
    if rate <= 0:
        return None
    calls = round_up_ratio(terms.one_off * terms.calls, rate)
    in_time = days is None or calls <= Fraction(terms.calls) * days * int(MONTHS_PER_YEAR) / int(DAYS_PER_YEAR)
    return PayBack(terms.one_off / rate, calls) if in_time else None


def _by_cycle(terms: PaybackTerms, rate: Decimal, cycle_months: Decimal) -> PayBack | None:
    """Even months with a retraining at the start of every cycle but the first: each cycle gains the same."""
    cycle = Fraction(rate) * Fraction(cycle_months)
    gain = cycle - Fraction(terms.retraining)
    missing = Fraction(terms.one_off) - cycle
    if rate <= 0 or (missing > 0 and gain <= 0):
        return None
    cycles = max(0, math.ceil(missing / gain)) if missing > 0 else 0
    months = cycles * Fraction(cycle_months) + (Fraction(terms.one_off) - cycles * gain) / Fraction(rate)
    calls = math.ceil(months * Fraction(terms.calls))
    return PayBack(Decimal(months.numerator) / Decimal(months.denominator), calls)


def _by_month(terms: PaybackTerms, days: int | None) -> PayBack | None:
    """The same where months differ: calls grow or shrink, and a retraining falls due at the start of every Nth."""
    limit = LONGEST_MONTHS if days is None else min(LONGEST_MONTHS, days * MONTHS_PER_YEAR / DAYS_PER_YEAR)
    balance, before, calls = -terms.one_off, ZERO, terms.calls
    saving, idle, steps = terms.saving, terms.idle, {step.month: step for step in terms.later if step.month < limit}
    cuts = sorted({*map(Decimal, range(math.ceil(limit))), *steps, limit})
    for start, end in itertools.pairwise(cuts):
        if start in steps:
            saving, idle = steps[start].saving, steps[start].idle
        if start and start % 1 == 0:
            calls *= ONE + terms.growth
            if terms.retrain_months and start % terms.retrain_months == 0 and _trains_in(terms, start):
                balance -= terms.retraining
        rate = saving * calls - idle
        if balance >= 0:
            return PayBack(start, round_up(before))
        if rate * (end - start) >= -balance:
            part = -balance / rate
            return PayBack(start + part, round_up(before + calls * part))
        balance += rate * (end - start)
        before += calls * (end - start)
    if days is None and terms.growth >= 0 and not (terms.idle or terms.retrain_months or terms.later):
        return PayBack(None, round_up_ratio(terms.one_off, terms.saving))  # it comes, later than anybody plans
    return None


def _trains_in(terms: PaybackTerms, month: Decimal) -> bool:
    """Whether the platform still trains on the day that begins a month."""
    return terms.training_days is None or int(month * DAYS_PER_YEAR / MONTHS_PER_YEAR) <= terms.training_days


def round_up_ratio(numerator: Decimal, denominator: Decimal) -> int:
    """Exact: a count of calls must not be one off because a division was cut."""
    return math.ceil(Fraction(numerator) / Fraction(denominator))


def round_up(value: Decimal) -> int:
    """Up to the next whole number, dust of long divisions apart."""
    return math.ceil(value.quantize(Decimal("1e-9")))
