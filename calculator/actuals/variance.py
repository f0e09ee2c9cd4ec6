"""Variances: actual amounts against an estimate, by month and part, with causes and anomalies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from calculator.actuals.attribution import Effect, Usage, effects_of
from calculator.actuals.month_share import PARTS, MonthInterval, Part, PricedOffer
from calculator.comparison import Comparison
from calculator.numeric import ONE, ZERO
from calculator.question.resolved import ResolvedScenario
from calculator.result import Estimate
from calculator.uncertainty.sample import sample

Billed = Literal[Part, "all"]
"""One part of a bill, or all together if the bill is not split."""


class Actual(NamedTuple):
    """A paid amount: US dollars for one part in the month that begins on `month`, up to the day before `through`."""

    month: date
    part: Billed
    usd: Decimal
    through: date
    usage: Usage = Usage()


class Variance(NamedTuple):
    """An actual amount against the estimate of the same days."""

    actual: Actual
    estimate_usd: Decimal | None
    """US dollars; None if a price is unknown, or the days lie outside the estimate."""
    inside: bool
    """True if the estimate covers any of these days."""
    effects: tuple[Effect, ...]
    """Causes, which add up to the difference exactly; empty without a difference, or if it is unknown."""
    anomaly: str | None
    """Why the amount is unusual, in words; None if it isn't."""

    @property
    def difference_usd(self) -> Decimal | None:
        """Actual − estimate, US dollars; None if the estimate is unknown."""
        return None if self.estimate_usd is None else self.actual.usd - self.estimate_usd


def actual_variances(comparison: Comparison, estimate: Estimate, actuals: Sequence[Actual]) -> tuple[Variance, ...]:
    """Compare every actual amount with the same days of an estimate.

    Args:
        comparison: The answer that the estimate belongs to.
        estimate: An estimate of the comparison.
        actuals: The paid amounts.

    Returns:
        One variance per amount, in the order of months and parts.
    """
    priced = priced_as(comparison, estimate, comparison.plan)
    samples = sample(comparison)
    drawn = priced_as(comparison, estimate, samples.plan) if samples else None
    return tuple(_variance(comparison, priced, drawn, actual) for actual in sorted(actuals, key=_place))


def priced_as(comparison: Comparison, estimate: Estimate, plan: ResolvedScenario) -> PricedOffer:
    """Return the offer of an estimate with a resolved scenario: the likely one, or the one of draws."""
    default_epochs = estimate.epochs or comparison.assumptions["default_epochs"].value or ONE
    return PricedOffer(plan, estimate.offer, comparison.as_of, estimate.months, default_epochs)


def share_of(shares: Mapping[Part, Decimal | None], part: Billed) -> Decimal | None:
    """Return one part's share or the sum of all, US dollars; None if a summand is unknown."""
    if part != "all":
        return shares[part]
    amounts = [usd for usd in shares.values() if usd is not None]
    return sum(amounts, ZERO) if len(amounts) == len(shares) else None


def _place(actual: Actual) -> tuple[date, int]:
    return actual.month, len(PARTS) if actual.part == "all" else PARTS.index(actual.part)


def _variance(comparison: Comparison, priced: PricedOffer, drawn: PricedOffer | None, actual: Actual) -> Variance:
    stretch = priced.stretch(actual.month, actual.through)
    if stretch is None:
        return Variance(actual, None, False, (), None)
    usd = share_of(priced.share(stretch), actual.part)
    if usd is None:
        return Variance(actual, None, True, (), None)
    band = _band(drawn, stretch, actual.part) if drawn else None
    anomaly = _outside(actual.usd, band) if band else _far(comparison, actual.usd, usd)
    return Variance(actual, usd, True, effects_of(priced, stretch, actual.part, actual.usd, actual.usage, usd), anomaly)


class PercentileBand(NamedTuple):
    """The 10th and 90th percentile of a share, US dollars."""

    p10: Decimal
    p90: Decimal


def _band(drawn: PricedOffer, stretch: MonthInterval, part: Billed) -> PercentileBand | None:
    """Return the percentiles of a part's share; None if the ranges don't affect it."""
    from calculator.uncertainty.sampling import percentiles  # NumPy, where it is needed

    usd = share_of(drawn.share(stretch), part)
    if usd is None:
        return None
    low, high = percentiles(usd, (0.1, 0.9))
    return PercentileBand(low, high) if low != high else None


def _outside(usd: Decimal, band: PercentileBand) -> str | None:
    """Return the anomaly of an amount outside the percentiles of a ranged estimate, or None."""
    if band.p10 <= usd <= band.p90:
        return None
    return f"{'above' if usd > band.p90 else 'below'} the range of 8 in 10 cases of the estimate"


def _far(comparison: Comparison, usd: Decimal, estimate_usd: Decimal) -> str | None:
    """Return the anomaly of an amount that is off by more than a share and more than a sum, or None.

    Both limits are assumptions of the catalogue with a source.
    """
    share, least = (comparison.assumptions[name].value or ZERO for name in ("anomaly_share", "anomaly_usd"))
    off = abs(usd - estimate_usd)
    if off <= least or off <= share * estimate_usd:
        return None
    return f"off by more than {share * 100:.0f}% and ${least:,.0f}"
