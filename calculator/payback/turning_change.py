"""The one change of the question that would make an offer pay back."""

from __future__ import annotations

import math
from decimal import Decimal

from calculator.comparison import Comparison, computed_once
from calculator.numeric import ONE, ZERO
from calculator.payback.break_even import PaybackCase, break_even, payback_case
from calculator.payback.least import least_that_pays
from calculator.payback.months import ceil_number, pay_back
from calculator.result import Estimate

LONGEST_RETRAINING = 60


@computed_once
def turning_change(comparison: Comparison, estimate: Estimate) -> str | None:
    """Return the one change that would make an offer pay back, as a sentence.

    The numbers are searched for, which takes longer than the break-even itself.

    Args:
        comparison: The answer that the estimate belongs to.
        estimate: An estimate of the comparison.

    Returns:
        The sentence; None for an offer that pays back, without a break-even, or if no single change is enough.
    """
    payback, offer_case = break_even(comparison, estimate), payback_case(comparison, estimate)
    if payback is None or offer_case is None:
        return None
    match payback.cause:
        case None | "dearer" | "cheaper":
            return None
        case "cached":
            return "It would pay if the prompt of today weren't read from cache."
        case "answers":
            return _shorter_answers(offer_case)
        case "retraining":
            return _rarer_training(offer_case) or _more_calls(offer_case)
        case "ends" | "shrinking" | "hosting" | "slow":
            return _more_calls(offer_case)


def _more_calls(case: PaybackCase) -> str | None:
    terms = case.terms
    even = not (terms.growth or terms.later)  # then no calls that leave hosting and storage unpaid can pay back
    above = max(terms.calls, case.idle_at(ONE) / terms.saving) if even else terms.calls
    calls = least_that_pays(lambda calls: pay_back(case.terms_at(Decimal(calls)), case.days) is not None, above)
    return f"It pays back from {calls:,} calls a month." if calls else None


def _rarer_training(case: PaybackCase) -> str | None:
    for months in range(math.floor(case.terms.retrain_months or ZERO) + 1, LONGEST_RETRAINING + 1):
        if pay_back(case.terms._replace(retrain_months=Decimal(months)), case.days):
            return f"It pays back with a retraining every {months} months or less often."
    return None


def _shorter_answers(case: PaybackCase) -> str:
    plan, saving = case.plan, case.terms.saving
    loss_per_token = saving - case.saving(plan._replace(call_output_tokens=plan.call_output_tokens + 1))
    longest = ceil_number(plan.call_output_tokens + saving / loss_per_token)
    return f"It saves with answers of less than {longest:,} tokens."
