"""The verdict: tune or not, with which option, the figure that decides it, and what to do next."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple

from calculator.answer.base_change import base_change
from calculator.answer.options import Option, option
from calculator.answer.recommendation import LIKE_GROUPS
from calculator.answer.saving_range import SavingRange, saving_range
from calculator.answer.threshold import Threshold, threshold
from calculator.answer.usability import SHORTEST_MONTHS
from calculator.comparison import Comparison, computed_once
from calculator.numeric import ZERO, smaller
from calculator.payback.periods import equal_periods

VerdictAnswer = Literal["yes", "no", "different_model", "not_enough"]
VerdictReason = Literal[
    "pays_back",
    "too_few_calls",
    "never_pays",
    "no_difference",
    "other_model_pays",
    "successor_cheaper",
    "range_decides",
    "no_calls",
    "no_base",
    "base_unknown",
    "base_ends",
    "none_usable",
]
"""pays_back: like with like costs less over the horizon. too_few_calls: it would at more calls, or there are none.
never_pays: at no number of calls. no_difference: it saves too little to matter. other_model_pays: only a smaller or
unknown model does. successor_cheaper: it would pay, but switching to the successor of a base model that ends costs no
more. range_decides: it pays at some values of the question's ranges only. no_calls, no_base: the question
doesn't say. base_unknown: a price of the baseline is unknown. base_ends: the base model has ended, or ends within
three months and no price is known of what replaces it. none_usable: every option is set aside.
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
    """Prompting − the option over the horizon, or until the earlier end of the two, US dollars; None if unknown."""
    ranges: SavingRange | None = None
    """The saving of the option that the verdict is about, over the question's ranges; None without ranges."""


@computed_once
def verdict(comparison: Comparison) -> Verdict:
    """Return the verdict of a comparison.

    Args:
        comparison: The answer to the question.

    Returns:
        yes: the same model, or one of its class, costs less than prompting over the horizon. different_model: only
        another model does, if it passes an evaluation. no: nothing usable does, or by too little to matter. not_enough:
        the base model, its price or the calls are missing, or a range that the question gives decides.
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
    if _base_is_gone(comparison):
        return Verdict("not_enough", "base_ends", chosen, like, None, None, None)
    if chosen.saving_usd is None:
        return Verdict("not_enough", "base_unknown", chosen, like, None, None, None)
    return _by_saving(comparison, chosen, like, chosen.saving_usd)


def _by_saving(comparison: Comparison, chosen: Option, like: Option | None, saving: Decimal) -> Verdict:
    """Return the verdict of a question with a baseline and calls."""
    pays, is_like = equal_periods(comparison).pays(chosen.estimate), chosen.group in LIKE_GROUPS
    about = chosen if pays and is_like else like or chosen
    judged = chosen if pays else about
    ranges = saving_range(comparison, judged.estimate)
    if ranges and ranges.turns:
        limit = threshold(comparison, judged.estimate)
        return Verdict("not_enough", "range_decides", judged, like, limit, judged, judged.saving_usd, ranges)
    limit = threshold(comparison, about.estimate)
    if pays and is_like:
        return Verdict("yes", "pays_back", chosen, like, limit, chosen, saving, ranges)
    if pays:
        return Verdict("different_model", "other_model_pays", chosen, like, limit, about, saving, ranges)
    reason: VerdictReason = "too_few_calls" if limit and limit.calls_per_day is not None else "never_pays"
    if (about.saving_usd or ZERO) > 0:
        is_replaced = equal_periods(comparison).successor_suffices(about.estimate)
        reason = "successor_cheaper" if is_replaced else "no_difference"
    return Verdict("no", reason, chosen, like, limit, about, saving, ranges)


def _base_is_gone(comparison: Comparison) -> bool:
    """Return whether the base model has ended, or the known prices of prompting end too soon to compare an option."""
    change, months = base_change(comparison), equal_periods(comparison).priced_months
    if change and change.ends and change.ends <= comparison.as_of:
        return True
    return months is not None and months < smaller(SHORTEST_MONTHS, comparison.plan.months)


def _like(comparison: Comparison) -> Option | None:
    """Return the cheapest usable option of the same model, else of the same class."""
    for group in LIKE_GROUPS:
        for estimate in comparison.usable:
            if comparison.classes[estimate.offer.id].group == group:
                return option(comparison, estimate)
    return None
