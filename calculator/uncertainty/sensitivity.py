"""Which inputs move a total most: the cost model run at either end of one range, the others at their likely value."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, NamedTuple

from msgspec.structs import replace

from calculator.comparison import Comparison, computed_once
from calculator.numeric import ONE
from calculator.payback.periods import EqualPeriods, equal_periods
from calculator.question.keys import KEYS
from calculator.question.quantities import Amount
from calculator.question.resolved import ranged_inputs, resolve_at
from calculator.question.scenario import Scenario
from calculator.result import Estimate


class Driver(NamedTuple):
    """A ranged input, and an offer's total at either end of it."""

    name: str
    """Such as `epochs` or `call.input`."""
    amount: Amount
    at_low_usd: Decimal
    at_high_usd: Decimal

    @property
    def swing_usd(self) -> Decimal:
        """How far the two totals are apart, US dollars."""
        return abs(self.at_high_usd - self.at_low_usd)


@computed_once
def sensitivity(comparison: Comparison, estimate: Estimate) -> tuple[Driver, ...]:
    """Return what each ranged input does to the total of an offer, the others at their likely value.

    The total is over the horizon, with prompting after the end of the model; without a baseline it ends with the model.

    Args:
        comparison: The answer that the estimate belongs to. If its question has no ranges, every uncertain number is
            taken to be off by `comparison.spread`.
        estimate: An estimate of the comparison.

    Returns:
        The inputs that move the total, the widest first; none if a total is unknown.
    """
    scenario, context = comparison.scenario, comparison.context
    if not scenario.ranged:
        scenario = with_default_spread(scenario, comparison.spread)
    filled = equal_periods(comparison).has_baseline

    def total(name: str, end: Decimal) -> Decimal | None:
        plan = resolve_at(scenario, name, end)
        priced = context.estimate(plan, estimate.offer.id)
        total = EqualPeriods(context, plan).total(priced) if filled else priced.total
        return total.usd if total.whole else None

    drivers = []
    for name, amount in ranged_inputs(scenario).items():
        at_low, at_high = total(name, amount.low), total(name, amount.high)
        if at_low is not None and at_high is not None and at_low != at_high:
            drivers.append(Driver(name, amount, at_low, at_high))
    return tuple(sorted(drivers, key=lambda driver: driver.swing_usd, reverse=True))


def with_default_spread(scenario: Scenario, share: Decimal) -> Scenario:
    """Return the scenario with a range around every uncertain number that has none.

    Args:
        scenario: The question.
        share: How far the ends of a range are from the likely value, as a share of it (0 to 1).
    """
    changed = {}
    for key in (key.name for key in KEYS.values() if key.uncertain):
        value = getattr(scenario, key)
        spread = _spread(key, value, share)
        if spread != value:
            changed[key] = spread
    return replace(scenario, **changed)


def _spread(key: str, value: Any, share: Decimal) -> Any:
    if isinstance(value, Amount):
        return value if value.is_range or not value.likely else _around(key, value.likely, share)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(_spread(key, part, share) for part in value))
    return value


def _around(key: str, likely: Decimal, share: Decimal) -> Amount:
    low, high = sorted((likely * (ONE - share), likely * (ONE + share)))
    if KEYS[key].whole:  # outwards, so that 3 epochs become 2 to 4
        low = max(ONE, low.to_integral_value(ROUND_FLOOR))
        high = high.to_integral_value(ROUND_CEILING)
    elif KEYS[key].is_share:
        high = min(ONE, high)
    return Amount(low, likely, high, peaked=True)
