"""The break-even chart: the cumulative cost of prompting the base model and of fine-tuning."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal

from bot.render.charts.model import ChartMarker, CostLine, LineChart
from bot.render.parts.money import money, quantity
from bot.render.parts.short import full_day
from bot.render.parts.tables import offer_name
from bot.render.sentences.payback import break_even_sentences
from calculator import (
    BreakEven,
    Comparison,
    Estimate,
    break_even,
    cumulative_prompting_usd,
    cumulative_tuning_usd,
    months_between,
    undone_payback,
)

MAX_POINTS = 20
MAX_MONTHS = 240
MAX_CURVE_STEPS = 60
"""Even steps of a drawn line; its kinks come on top."""
MONTH_STEPS = (*map(Decimal, ("0.25", "0.5", "1", "2", "3", "4", "6", "12", "24")),)
INSTANT = Decimal("1e-6")

Cost = Callable[[Decimal], Decimal]


def break_even_chart(comparison: Comparison) -> LineChart | None:
    """Return the cumulative cost of prompting the base model and of the best offer.

    Args:
        comparison: The priced offers.

    Returns:
        None if there is no base model, no number of calls, or an unknown price.
    """
    base, tuned = comparison.base, comparison.best
    if base is None or tuned is None or not base.complete or not tuned.complete or not tuned.months:
        return None

    def prompting_usd(month: Decimal) -> Decimal:
        return cumulative_prompting_usd(comparison, month)

    def tuning_usd(month: Decimal) -> Decimal:
        return cumulative_tuning_usd(comparison, tuned, month)

    payback, end = break_even(comparison, tuned), _last_month(comparison, tuned)
    months, curve_months = _months(end), _curve_months(comparison, end, payback)
    lines = tuple(
        CostLine(name, tuple(cost(month) for month in months), tuple((month, cost(month)) for month in curve_months))
        for name, cost in (
            ("Prompting today", prompting_usd),
            ("Tuned", tuning_usd),
        )
    )
    summary = next(iter(break_even_sentences(comparison, tuned)), "")
    duration = "1 month" if end == 1 else f"{quantity(end)} months"
    ends = " ".join(
        f"{line.name}, {money(line.values[0])} at the start, {money(line.values[-1])} after {duration}."
        for line in lines
    )
    return LineChart(
        title="Cumulative cost: prompting or tuning, USD",
        short_title=_short_title(payback, dearer=undone_payback(comparison, tuned) is not None),
        subtitle=summary,
        alt=f"Line chart: cumulative cost of {offer_name(tuned)} and of prompting {base.model} over {duration}. "
        f"{ends} {summary}".rstrip(),
        x_label=f"Months from {full_day(comparison.as_of)}",
        months=months,
        lines=lines,
        marker=_marker(payback, end, prompting_usd, tuning_usd, max(line.values[-1] for line in lines)),
        alternatives={
            base.model: "the base model",
            offer_name(tuned): tuned.offer.id,
        },
    )


def _last_month(comparison: Comparison, tuned: Estimate) -> Decimal:
    """Return the end of the horizon, or a little past a later break-even, but never past the model's end."""
    payback = break_even(comparison, tuned)
    payback_months = payback.months if payback else None
    if (
        payback_months is None
        or payback_months <= comparison.plan.months
        or payback_months > MAX_MONTHS
        or tuned.months < comparison.plan.months
    ):
        return tuned.months
    end = Decimal(math.ceil(payback_months * Decimal("1.15")))
    lifecycle = tuned.offer.lifecycle
    if lifecycle and lifecycle.inference_ends:
        end = min(end, max(tuned.months, months_between(comparison.as_of, lifecycle.inference_ends)))
    return end


def _months(end: Decimal) -> tuple[Decimal, ...]:
    """Return at most 20 points from 0 to the end in even steps."""
    step = next((step for step in MONTH_STEPS if end / step <= MAX_POINTS - 2), MONTH_STEPS[-1])
    return (*(step * index for index in range(math.ceil(end / step))), end)


def _curve_months(comparison: Comparison, end: Decimal, payback: BreakEven | None) -> list[Decimal]:
    """Return the months to draw a line through: its kinks lie at whole months, its jumps at retrainings."""
    step = max(1, math.ceil(end / MAX_CURVE_STEPS))
    points = {*(Decimal(month) for month in range(0, math.ceil(end), step)), end}
    interval = comparison.plan.retrain_months
    if interval and end / interval <= MAX_CURVE_STEPS:
        jumps = [interval * count for count in range(1, math.ceil(end / interval))]
        points |= {*jumps, *(jump + INSTANT for jump in jumps if jump + INSTANT < end)}
    if payback and payback.months is not None and payback.months < end:
        points.add(payback.months)
    return sorted(points)


def _marker(
    payback: BreakEven | None, end: Decimal, prompting_usd: Cost, tuning_usd: Cost, highest_usd: Decimal
) -> ChartMarker | None:
    """Return the break-even point if the lines meet there: a price that changes on a date can move them apart."""
    if payback is None or payback.calls is None or payback.months is None or payback.months > end:
        return None
    usd = prompting_usd(payback.months)
    if min(abs(usd - tuning_usd(payback.months + jump)) for jump in (Decimal(0), INSTANT)) > highest_usd / 100:
        return None
    calls = f"{payback.calls:,} call{'' if payback.calls == 1 else 's'}"
    date = f", {full_day(payback.day)}" if payback.day else ""
    return ChartMarker(payback.months, usd, f"pays back after {calls}{date}")


def _short_title(payback: BreakEven | None, *, dearer: bool) -> str:
    if payback is None:
        return "Cumulative cost, USD"
    if payback.calls is None:
        return "Cumulative cost in USD: never pays back"
    if dearer:
        return "Cumulative cost in USD: tuning costs more"
    title = f"Pays back after {payback.calls:,} calls{f', {full_day(payback.day)}' if payback.day else ''}"
    return title if len(title) <= 50 or not payback.day else f"Pays back on {full_day(payback.day)}"
