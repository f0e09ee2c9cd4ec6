"""Build the charts of a comparison: its offers side by side, and the choice of a chart by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from bot.render.charts.break_even import break_even_chart
from bot.render.charts.model import Bar, BarChart, Chart, ChartName
from bot.render.charts.tornado import tornado_chart
from bot.render.parts.money import money
from bot.render.parts.short import short_day
from bot.render.parts.tables import has_other_period, horizon, offer_name, period_figure
from calculator import Comparison, Estimate, LineItem, equal_periods, sum_amounts

MAX_BARS = 20
MAX_ALT_LENGTH = 1_000

PROMPTING_PART = "Prompting after its end"
PARTS: tuple[tuple[str, Callable[[LineItem], bool]], ...] = (
    ("One-off", lambda line: line.recurrence == "once"),
    ("Retraining", lambda line: line.recurrence == "retraining"),
    ("Hosting + storage", lambda line: line.component in ("hosting", "storage")),
    ("Inference", lambda line: line.component == "inference"),
)


def chart_of(comparison: Comparison, name: ChartName | None = None) -> Chart | None:
    """Return a chart of a comparison, or None if its data is missing.

    Args:
        comparison: The priced offers.
        name: The chart to build. By default the break-even if there is a base model, else the offers side by side.
    """
    best = comparison.best
    if name == "drivers":
        return tornado_chart(comparison, best) if best else None
    if name == "offers":
        return comparison_chart(comparison)
    return break_even_chart(comparison) or (None if name else comparison_chart(comparison))


def comparison_chart(comparison: Comparison) -> BarChart | None:
    """Return the cost of each usable option over the same period by part, or None if no option is usable."""
    complete = comparison.usable
    estimates = complete[:MAX_BARS]
    if not estimates:
        return None
    per_month = has_other_period(comparison, complete)
    names = (*(name for name, _ in PARTS), PROMPTING_PART)
    sums = [_parts_usd(comparison, estimate, per_month=per_month) for estimate in estimates]
    used_parts = [index for index in range(len(names)) if any(row[index] for row in sums)] or [0]
    bars = tuple(
        Bar(
            name=offer_name(estimate),
            parts=tuple(row[index] for index in used_parts),
            total=period_figure(comparison, estimate, per_month=per_month),
            end_date=_end_date(comparison, estimate),
        )
        for estimate, row in zip(estimates, sums, strict=True)
    )
    series = tuple(names[index] for index in used_parts)
    count = f"the {len(bars)} cheapest of {len(complete)} offers" if len(complete) > len(bars) else ""
    likely = "bars show the likely case" if comparison.scenario.ranged else ""
    subtitle = "; ".join(filter(None, [count, likely]))
    period = "an average month" if per_month else horizon(comparison)
    return BarChart(
        title=f"Cost over {period}, USD",
        subtitle=subtitle[:1].upper() + subtitle[1:],
        alt=_alt(f"Bar chart: cost over {period}{f', {count}' if count else ''}.", series, bars),
        series=series,
        bars=bars,
        alternatives={offer_name(estimate): estimate.offer.id for estimate in estimates},
    )


def _parts_usd(comparison: Comparison, estimate: Estimate, *, per_month: bool) -> list[Decimal]:
    """Return the cost of each part and of prompting after the model's end, over the horizon or an average month."""
    parts = [_part_usd(estimate, belongs) for _, belongs in PARTS]
    if per_month:
        return [*(usd / estimate.months for usd in parts), Decimal(0)]
    return [*parts, equal_periods(comparison).rest(estimate) or Decimal(0)]


def _part_usd(estimate: Estimate, belongs: Callable[[LineItem], bool]) -> Decimal:
    return sum_amounts(line.amount_usd for line in estimate.lines if belongs(line)).usd or Decimal(0)


def _end_date(comparison: Comparison, estimate: Estimate) -> str | None:
    lifecycle = estimate.offer.lifecycle
    end = estimate.months < comparison.plan.months and lifecycle and lifecycle.inference_ends
    return short_day(end, comparison.as_of) if end else None


def _alt(intro: str, series: Sequence[str], bars: Sequence[Bar]) -> str:
    """Return every total and the parts of the cheapest offer; counts the offers that do not fit."""
    parts = ", ".join(f"{name.lower()} {money(usd)}" for name, usd in zip(series, bars[0].parts, strict=True) if usd)
    items = [f"{bar.name} {bar.total}{f' (to {bar.end_date})' if bar.end_date else ''}" for bar in bars]
    items[0] += f" ({parts})" if len(series) > 1 else ""
    for count in range(len(items), 0, -1):
        omitted = f"; and {len(items) - count} more" if count < len(items) else ""
        text = f"{intro} {'; '.join(items[:count])}{omitted}."
        if len(text) <= MAX_ALT_LENGTH:
            return text
    return intro
