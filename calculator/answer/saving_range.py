"""The saving of tuning at the ends of a question's ranges, and the ranges that decide whether it pays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from calculator.comparison import Comparison, CostSpan, computed_once
from calculator.costs.base_model import estimate_base
from calculator.numeric import ZERO
from calculator.payback.periods import EqualPeriods
from calculator.question.resolved import ResolvedScenario, ranged_inputs, resolve_at, resolve_corner
from calculator.result import Estimate


class SavingRange(NamedTuple):
    """The least and the most that tuning saves over the ranges of a question, US dollars; negative if it costs more."""

    low_usd: Decimal
    """Over the horizon."""
    high_usd: Decimal
    low_month_usd: Decimal
    """In a full month before growth, without the one-off cost."""
    high_month_usd: Decimal
    sure_low_usd: Decimal
    """The least and the most against the baseline or its cheaper successor from today on, whichever saves less."""
    sure_high_usd: Decimal
    turns_on: tuple[str, ...]
    """The inputs, such as `calls`, that decide alone whether tuning pays, with the others at their likely values."""

    @property
    def turns(self) -> bool:
        """True if tuning pays at some values of the ranges, and doesn't at others."""
        return self.sure_low_usd <= 0 < self.sure_high_usd


@computed_once
def saving_range(comparison: Comparison, estimate: Estimate) -> SavingRange | None:
    """Return an option's saving at the ends of each range, and at the cheap and the expensive corner of all of them.

    Args:
        comparison: The answer that the estimate belongs to.
        estimate: An estimate of the comparison.

    Returns:
        None for a question without ranges, if a saving is unknown, or for the nearest offer of the catalogue.
    """
    if not comparison.scenario.ranged or estimate is comparison.nearest:
        return None
    sure: dict[str, list[Decimal]] = {}
    savings: list[Decimal] = []
    months: list[Decimal] = []
    for name, plan in _plans(comparison):
        priced = comparison.context.estimate(plan, estimate.offer.id)
        periods = EqualPeriods(comparison.context, plan)
        saving, sure_saving = periods.saving(priced), periods.sure_saving(priced)
        base, tuned = _prompting_month(comparison, plan), priced.monthly
        if saving is None or sure_saving is None or base is None or tuned.usd is None or not tuned.whole:
            return None
        sure.setdefault(name, []).append(sure_saving)
        savings.append(saving)
        months.append(base - tuned.usd)
    every = [saving for ends in sure.values() for saving in ends]
    likely = sure.pop("")[0]
    turning = [name for name, ends in sure.items() if min(*ends, likely) <= 0 < max(*ends, likely)]
    return SavingRange(min(savings), max(savings), min(months), max(months), min(every), max(every), tuple(turning))


def prompting_span(comparison: Comparison, day: date | None = None) -> CostSpan | None:
    """Return a month of prompting from its lowest to its highest cost over the ranges of a question.

    Args:
        comparison: The answer to the question.
        day: Price the model that answers on this day; None: the base model.

    Returns:
        None for a question without ranges or base model, or if a price is unknown.
    """
    if not comparison.scenario.ranged:
        return None
    months = [_prompting_month(comparison, plan, day) for _, plan in _plans(comparison)]
    known = [month for month in months if month is not None]
    return CostSpan(min(known), max(known), whole=True) if len(known) == len(months) else None


def _plans(comparison: Comparison) -> Iterator[tuple[str, ResolvedScenario]]:
    """Yield the scenario at its likely values and both corners, and at either end of one range, with its input."""
    scenario = comparison.scenario
    for corner in ("likely", "low", "high"):
        yield "", resolve_corner(scenario, corner)
    for name, amount in ranged_inputs(scenario).items():
        for end in (amount.low, amount.high):
            yield name, resolve_at(scenario, name, end)


def _prompting_month(comparison: Comparison, plan: ResolvedScenario, day: date | None = None) -> Decimal | None:
    base, on = comparison.context.base_price(plan), comparison.as_of
    if base and day:
        base = base.model_on(day)
    if base is None:
        return None
    priced = estimate_base(plan, base, on)
    return priced.monthly_usd if priced.lines else ZERO
