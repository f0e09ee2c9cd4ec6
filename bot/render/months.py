"""Actual against estimate by month, as a chart's data: what each month was estimated at and what was paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bot.render.money import money, signed
from bot.render.tables import offer_name
from calculator import Estimate, Variance

MOST_MONTHS = 20
SIDES = ("Estimate", "Actual")


@dataclass(frozen=True)
class MonthBar:
    """One month; both sides are of the same parts and the same days."""

    month: str
    estimate_usd: Decimal
    actual_usd: Decimal
    stands_out: bool


@dataclass(frozen=True)
class Months:
    """Two bars a month, the oldest first."""

    title: str
    short_title: str
    subtitle: str
    alt: str
    bars: tuple[MonthBar, ...]


def months_chart(estimate: Estimate, held: Sequence[Variance]) -> Months | None:
    """The newest months that have both sides; None where no month has."""
    bars = month_bars(held)[-MOST_MONTHS:]
    if not bars:
        return None
    paid, expected = sum(bar.actual_usd for bar in bars), sum(bar.estimate_usd for bar in bars)
    said = "; ".join(
        f"{bar.month} estimate {money(bar.estimate_usd)}, actual {money(bar.actual_usd)}"
        f"{', stands out' if bar.stands_out else ''}"
        for bar in bars
    )
    return Months(
        title=f"Actual against estimate: {offer_name(estimate)}, USD",
        short_title="Actual against estimate, USD",
        subtitle=f"Paid {money(Decimal(paid))} where {money(Decimal(expected))} was estimated: "
        f"{signed(Decimal(paid - expected))}.",
        alt=f"Bar chart by month for {offer_name(estimate)}: {said}.",
        bars=bars,
    )


def month_bars(held: Sequence[Variance]) -> tuple[MonthBar, ...]:
    """Each month's amount of everything together where there is one, else the sum of its parts."""
    months: dict[date, list[Variance]] = {}
    for one in held:
        if one.estimate_usd is not None:
            months.setdefault(one.actual.month, []).append(one)
    bars = []
    for month, found in sorted(months.items()):
        chosen = [one for one in found if one.actual.part == "all"] or found
        bars.append(
            MonthBar(
                f"{month:%Y-%m}",
                sum((one.estimate_usd or Decimal(0) for one in chosen), Decimal(0)),
                sum((one.actual.usd for one in chosen), Decimal(0)),
                any(one.anomaly for one in found),
            )
        )
    return tuple(bars)
