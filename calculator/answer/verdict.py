"""The verdict: tune or not, with which option, the figure that decides it, and what to do next."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple

from calculator.answer.options import Option, option
from calculator.answer.periods import equal_periods
from calculator.answer.recommendation import LIKE_GROUPS
from calculator.answer.threshold import Threshold, threshold
from calculator.comparison import Comparison, computed_once

VerdictAnswer = Literal["yes", "no", "different_model", "not_enough"]
VerdictReason = Literal[
    "pays_back", "too_few_calls", "never_pays", "other_model_pays", "no_calls", "no_base", "base_unknown", "none_usable"
]
"""pays_back: like with like costs less over the horizon. too_few_calls: it would at more calls, or there are none.
never_pays: at no number of calls. other_model_pays: only a smaller or unknown model does. no_calls, no_base: the
question doesn't say. base_unknown: a price of the baseline is unknown. none_usable: every option is set aside.
"""


class Verdict(NamedTuple):
    """The answer to “should we fine-tune?”."""

    answer: VerdictAnswer
    reason: VerdictReason
    option: Option | None
    """The option that the verdict is about; None if no option is usable."""
    like: Option | None
    """The cheapest usable option of the same model, else of the same class: what doesn't pay where another does."""
    threshold: Threshold | None
    """None without a baseline or calls."""
    threshold_option: Option | None
    """The option that the threshold is of."""
    saving_usd: Decimal | None
    """Prompting − the option over the horizon, US dollars; None if unknown."""


@computed_once
def verdict(comparison: Comparison) -> Verdict:
    """Return the verdict of a comparison.

    Args:
        comparison: The answer to the question.

    Returns:
        yes: the same model, or one of its class, costs less than prompting over the horizon. different_model: only
        another model does, if it passes an evaluation. no: nothing usable does. not_enough: the base model, its price
        or the calls are missing.
    """
    best, base = comparison.best, comparison.base
    if best is None:
        return Verdict("no", "none_usable", None, None, None, None, None)
    chosen = option(comparison, best)
    if base is None:
        return Verdict("not_enough", "no_base", chosen, None, None, None, None)
    like = _like(comparison)
    if not comparison.plan.calls_per_month:
        if comparison.plan.states_calls:  # calls=0/day: nothing to save on
            return Verdict("no", "too_few_calls", chosen, like, None, None, None)
        return Verdict("not_enough", "no_calls", chosen, like, None, None, None)
    saving = _saving(comparison, chosen)
    if saving is None:
        return Verdict("not_enough", "base_unknown", chosen, like, None, None, None)
    about = like or chosen
    limit = threshold(comparison, about.estimate)
    if saving > 0:
        if chosen.group in LIKE_GROUPS:
            return Verdict("yes", "pays_back", chosen, like, threshold(comparison, best), chosen, saving)
        return Verdict("different_model", "other_model_pays", chosen, like, limit, about, saving)
    reason: VerdictReason = "too_few_calls" if limit and limit.calls_per_day is not None else "never_pays"
    return Verdict("no", reason, chosen, like, limit, about, saving)


def _like(comparison: Comparison) -> Option | None:
    """Return the cheapest usable option of the same model, else of the same class."""
    for group in LIKE_GROUPS:
        for estimate in comparison.usable:
            if comparison.classes[estimate.offer.id].group == group:
                return option(comparison, estimate)
    return None


def _saving(comparison: Comparison, chosen: Option) -> Decimal | None:
    periods = equal_periods(comparison)
    prompting, tuned = periods.prompting(comparison.plan.months), chosen.horizon_total
    if not prompting.whole or prompting.usd is None or tuned.usd is None:
        return None
    return prompting.usd - tuned.usd
