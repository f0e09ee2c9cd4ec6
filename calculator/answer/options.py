"""The options of an answer: each against the baseline, with its group, its reason and its pay-back day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from calculator.comparison import Comparison, computed_once
from calculator.payback.break_even import break_even
from calculator.payback.periods import average_month, equal_periods, horizon_total
from calculator.result import Estimate, OptionClass, OptionGroup, SetAside, Total


class Option(NamedTuple):
    """An offer priced for the question, against the baseline."""

    estimate: Estimate
    option_class: OptionClass
    set_aside: SetAside | None
    """Why it is never recommended; None for a usable option."""
    monthly_vs_baseline_usd: Decimal | None
    """Its month − a month of prompting, US dollars: negative if it saves.

    None without a baseline, if unknown, or if it is set aside: an option that can't be bought saves nothing.
    """
    saving_usd: Decimal | None
    """Prompting − the option over the horizon, or until the earlier end of the two, US dollars; None if unknown."""
    pays_back: date | None
    """The day on which the savings have paid for the training; None if it never does, or if that is unknown."""
    pays_back_reason: str | None
    """Why there is no day, or that it lies beyond the horizon."""
    horizon_total: Total
    """Cost over the whole horizon, with prompting after the model's end; unknown if it ends and nothing is prompted."""
    average_month: Total
    """Cost of an average month until its end, one-off cost included."""

    @property
    def group(self) -> OptionGroup:
        """Its model against the baseline's; without a baseline, its class."""
        return self.option_class.group

    @property
    def usable(self) -> bool:
        """True if it may be recommended."""
        return self.set_aside is None


@computed_once
def options(comparison: Comparison) -> tuple[Option, ...]:
    """Return every offer of a question as an option: usable ones first, the cheapest of equal periods first.

    Args:
        comparison: The answer to the question.
    """
    return tuple(option(comparison, estimate) for estimate in comparison.estimates)


@computed_once
def option(comparison: Comparison, estimate: Estimate) -> Option:
    """Return one offer of a question as an option.

    Args:
        comparison: The answer that the estimate belongs to.
        estimate: An estimate of the comparison, or its nearest usable one.
    """
    offer_id = estimate.offer.id
    # The nearest usable option may be more GPUs of an offer that is set aside.
    apart = None if estimate is comparison.nearest else comparison.set_aside.get(offer_id)
    day, reason = (None, "it is set aside") if apart else _pays_back(comparison, estimate)
    return Option(
        estimate=estimate,
        option_class=comparison.classes[offer_id],
        set_aside=apart,
        monthly_vs_baseline_usd=None if apart else _against_baseline(comparison, estimate),
        saving_usd=equal_periods(comparison).saving(estimate) if comparison.base and not apart else None,
        pays_back=day,
        pays_back_reason=reason,
        horizon_total=horizon_total(comparison, estimate),
        average_month=average_month(comparison, estimate),
    )


def _against_baseline(comparison: Comparison, estimate: Estimate) -> Decimal | None:
    prompting, month = _prompting_month(comparison), estimate.monthly
    return month.usd - prompting if prompting is not None and month.usd is not None and month.whole else None


@computed_once
def _prompting_month(comparison: Comparison) -> Decimal | None:
    """Return a month of prompting the base model, US dollars; None without one, or if a price is unknown."""
    base = comparison.base
    return base.monthly_usd if base else None


def _pays_back(comparison: Comparison, estimate: Estimate) -> tuple[date | None, str | None]:
    if comparison.base is None:
        return None, "no base model is given"
    if not comparison.plan.calls_per_month:
        return None, "no calls to save on" if comparison.plan.states_calls else "no calls are given"
    payback = break_even(comparison, estimate)
    if payback is None:
        return None, "a price is unknown"
    if undone := undone_payback(comparison, estimate):
        return None, f"it {undone}"
    return payback.day, payback.reason


@computed_once
def undone_payback(comparison: Comparison, estimate: Estimate) -> str | None:
    """Return why an option that would be paid back within the horizon is still dearer over the whole of it.

    Args:
        comparison: The answer that the estimate belongs to.
        estimate: An estimate of the comparison.

    Returns:
        The sentence without its subject: prompting, or the base model's successor from today on, costs less. None for
        another option, or if a price is unknown.
    """
    payback, periods = break_even(comparison, estimate), equal_periods(comparison)
    saving, sure_saving = periods.saving(estimate), periods.sure_saving(estimate)
    if payback is None or payback.months is None or saving is None or sure_saving is None:
        return None
    if payback.months > comparison.plan.months or sure_saving >= 0:
        return None
    dearer = "costs more over the horizon" if saving < 0 else "using the base model's successor today costs less"
    return f"would be paid back on {payback.day}, but {dearer}"
