"""Actual against estimate by month, as a chart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from bot.render.charts.model import MonthBar, MonthlyChart
from bot.render.parts.money import money, signed
from bot.render.parts.short import short_month
from bot.render.parts.tables import offer_name
from calculator import Estimate, Variance

MAX_MONTHS = 20


def monthly_chart(estimate: Estimate, variances: Sequence[Variance]) -> MonthlyChart | None:
    """Return the latest 20 months that have an estimate and an actual, or None if no month has both."""
    bars = month_bars(variances)[-MAX_MONTHS:]
    if not bars:
        return None
    actual_usd = sum((bar.actual_usd for bar in bars), Decimal(0))
    estimate_usd = sum((bar.estimate_usd for bar in bars), Decimal(0))
    months = "; ".join(
        f"{bar.month} estimate {money(bar.estimate_usd)}, actual {money(bar.actual_usd)}"
        f"{', stands out' if bar.is_anomaly else ''}"
        for bar in bars
    )
    return MonthlyChart(
        title=f"Actual against estimate: {offer_name(estimate)}, USD",
        short_title="Actual against estimate, USD",
        subtitle=f"Actual {money(actual_usd)}, estimate {money(estimate_usd)}: {signed(actual_usd - estimate_usd)}.",
        alt=f"Bar chart by month for {offer_name(estimate)}: {months}.",
        bars=bars,
        alternatives={offer_name(estimate): estimate.offer.id},
    )


def month_bars(variances: Sequence[Variance]) -> tuple[MonthBar, ...]:
    """Return each month's amount for everything together if there is one, else the sum of its parts."""
    months: dict[date, list[Variance]] = {}
    for variance in variances:
        if variance.estimate_usd is not None:
            months.setdefault(variance.actual.month, []).append(variance)
    bars = []
    for month, rows in sorted(months.items()):
        summed = [row for row in rows if row.actual.part == "all"] or rows
        bars.append(
            MonthBar(
                short_month(month),
                sum((row.estimate_usd or Decimal(0) for row in summed), Decimal(0)),
                sum((row.actual.usd for row in summed), Decimal(0)),
                any(row.anomaly for row in rows),
            )
        )
    return tuple(bars)
