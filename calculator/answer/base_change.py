"""The end of the base model and its changes of price within the horizon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from calculator.comparison import Comparison, computed_once
from calculator.costs.base_model import estimate_base
from calculator.costs.horizon import day_after_months
from calculator.payback.periods import equal_periods
from calculator.question.resolved import ResolvedScenario
from pricing import BasePrice


class SuccessorStep(NamedTuple):
    """A model that answers the calls after the end of the base model."""

    model: str
    starts: date
    """Its first day."""
    monthly_usd: Decimal
    """A full month of the same calls, before growth, US dollars."""


class BaseChange(NamedTuple):
    """The changes of the base model within the horizon."""

    model: str
    ends: date | None
    """The first day on which it doesn't answer, which may have passed; None if it answers over the horizon."""
    price_changes: date | None
    """The first day of another price; None if the price stays."""
    successor: str | None
    """The model that its seller suggests instead; None if it answers over the horizon, or none is named."""
    priced_until: date | None = None
    """The day from which no price of prompting is known; None if it is known over the horizon."""
    steps: tuple[SuccessorStep, ...] = ()
    """The models that answer one after another until the end of the horizon, as far as their prices are known."""

    @property
    def successor_monthly_usd(self) -> Decimal | None:
        """A full month of the same calls at the successor, before growth, US dollars; None if its price isn't known."""
        return self.steps[0].monthly_usd if self.steps else None


@computed_once
def base_change(comparison: Comparison) -> BaseChange | None:
    """Return the end of the base model and the next change of its price, if they fall within the horizon.

    Args:
        comparison: The answer to the question.

    Returns:
        None if there is no base model, or nothing of it changes.
    """
    plan, on = comparison.plan, comparison.as_of
    base = comparison.context.base_price(plan)
    if base is None:
        return None
    end = day_after_months(on, plan.months)
    today = (base.input_usd, base.cached_input_usd, base.output_usd)
    changes = next(
        (
            since
            for since, later in base.later
            if since < end and (later.input_usd, later.cached_input_usd, later.output_usd) != today
        ),
        None,
    )
    if base.ends is None or base.ends >= end:
        return BaseChange(base.model, None, changes, None) if changes else None
    successor = base.model_on(max(base.ends, on))
    if successor is None:
        return BaseChange(base.model, base.ends, changes, base.replaced_by, priced_until=base.ends)
    until = base.last_end if equal_periods(comparison).priced_months is not None else None
    return BaseChange(base.model, base.ends, changes, successor.model, until, tuple(_steps(plan, base, on, end)))


def _steps(plan: ResolvedScenario, base: BasePrice, on: date, end: date) -> Iterator[SuccessorStep]:
    """Yield the models that answer after the base model's end, each with its first day before `end`."""
    starts = base.ends and max(base.ends, on)
    while starts and starts < end:
        model = base.model_on(starts)
        month = estimate_base(plan, model, on).monthly_usd if model else None
        if model is None or month is None:
            return
        yield SuccessorStep(model.model, starts, month)
        starts = model.ends
