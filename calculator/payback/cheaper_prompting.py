"""The day from which prompting is as cheap as the tuned model, call by call."""

from __future__ import annotations

from datetime import date
from itertools import takewhile

from calculator.comparison import Comparison
from calculator.payback.break_even import payback_case, payback_day
from calculator.result import Estimate


def dearer_from(comparison: Comparison, estimate: Estimate) -> date | None:
    """Return the day from which a call of the tuned model costs no less than prompting, although it costs less today.

    Args:
        comparison: The answer that the estimate belongs to.
        estimate: An estimate of the comparison.

    Returns:
        The day from which prompting gets that cheap, such as by the successor of the base model, and stays so; None if
        it never does, or if the costs of a call aren't known.
    """
    case = payback_case(comparison, estimate)
    if case is None or case.terms.saving <= 0:
        return None
    months = [step.month for step in takewhile(lambda step: step.saving <= 0, reversed(case.terms.later))]
    return payback_day(case.as_of, months[-1]) if months else None
