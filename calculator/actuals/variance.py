"""Actual amounts against an estimate, by month and part: the difference, what explains it, whether it stands out."""

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
"""One part, or everything together where the parts are not known."""


class Actual(NamedTuple):
    """What was paid for one part in the month that begins on `month`, US dollars, up to the day before `through`."""

    month: date
    part: Billed
    usd: Decimal
    through: date
    usage: Usage = Usage()


class Variance(NamedTuple):
    """One actual amount, held against what the estimate says for the same days."""

    actual: Actual
    estimate_usd: Decimal | None
    """None where a price is not known, or the days lie outside the estimate."""
    inside: bool
    """Whether the estimate covers any of these days."""
    effects: tuple[Effect, ...]
    """Add up to the difference exactly; empty where there is none, or none can be said."""
    anomaly: str | None
    """Why it stands out, in words; None where it does not."""

    @property
    def difference_usd(self) -> Decimal | None:
        return None if self.estimate_usd is None else self.actual.usd - self.estimate_usd


def actual_variances(comparison: Comparison, estimate: Estimate, actuals: Sequence[Actual]) -> tuple[Variance, ...]:
    """Every actual amount against the month's share of an estimate, in the order of months and parts."""
    priced = priced_as(comparison, estimate, comparison.plan)
    samples = sample(comparison)
    drawn = priced_as(comparison, estimate, samples.plan) if samples else None
    return tuple(_held(comparison, priced, drawn, actual) for actual in sorted(actuals, key=_place))


def priced_as(comparison: Comparison, estimate: Estimate, plan: ResolvedScenario) -> PricedOffer:
    """The offer of an estimate with a plan: the likely one, or one of draws."""
    default_epochs = estimate.epochs or comparison.assumptions["default_epochs"].value or ONE
    return PricedOffer(plan, estimate.offer, comparison.as_of, estimate.months, default_epochs)


def share_of(shares: Mapping[Part, Decimal | None], part: Billed) -> Decimal | None:
    """One part's share, or the sum of all; None where something of it is unknown."""
    if part != "all":
        return shares[part]
    amounts = [usd for usd in shares.values() if usd is not None]
    return sum(amounts, ZERO) if len(amounts) == len(shares) else None


def _place(actual: Actual) -> tuple[date, int]:
    return actual.month, len(PARTS) if actual.part == "all" else PARTS.index(actual.part)


def _held(comparison: Comparison, priced: PricedOffer, drawn: PricedOffer | None, actual: Actual) -> Variance:
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
    """What a share stays above in 90 of 100 cases, and below in 90 of 100, US dollars."""

    p10: Decimal
    p90: Decimal


def _band(drawn: PricedOffer, stretch: MonthInterval, part: Billed) -> PercentileBand | None:
    """None where the ranges do not reach this part."""
    from calculator.uncertainty.sampling import percentiles  # NumPy, where it is needed

    usd = share_of(drawn.share(stretch), part)
    if usd is None:
        return None
    low, high = percentiles(usd, (0.1, 0.9))
    return PercentileBand(low, high) if low != high else None


def _outside(usd: Decimal, band: PercentileBand) -> str | None:
    """In a ranged estimate: outside what 8 of 10 cases lie in."""
    if band.p10 <= usd <= band.p90:
        return None
    return f"{'above' if usd > band.p90 else 'below'} what 8 of 10 cases of the estimate's ranges lie in"


def _far(comparison: Comparison, usd: Decimal, estimate_usd: Decimal) -> str | None:
    """Without ranges: off by more than a share and by more than a sum, both of them assumptions with a source."""
    share, least = (comparison.assumptions[name].value or ZERO for name in ("anomaly_share", "anomaly_usd"))
    off = abs(usd - estimate_usd)
    if off <= least or off <= share * estimate_usd:
        return None
    return f"off by more than {share * 100:.0f}% and ${least:,.0f}"
