"""What a chart shows: its title, its series, and an alt text that says the same. Nothing is drawn here."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from bot.render.charts.tornado import Tornado, tornado
from bot.render.escaping import clip
from bot.render.money import money, quantity
from bot.render.months import Months
from bot.render.sentences import break_even_sentences
from bot.render.tables import figure, horizon, offer_name
from calculator import BreakEven, Comparison, Estimate, LineItem, RankGroup, break_even
from calculator.costs.horizon import day_after_months, months_between, traffic_months
from calculator.numeric import ONE, ZERO
from calculator.offer_estimate import EstimateContext, estimate_offer
from calculator.result import sum_amounts

MOST_BARS = 20
MOST_POINTS = 20
MOST_ALT = 1_000
MOST_NAME = 80
LONGEST_MONTHS = 240
FINEST = 60
"""Into how many pieces a drawn line is cut at most; kinks come on top."""
STEPS = (Decimal("0.25"), Decimal("0.5"), ONE, Decimal(2), Decimal(3), Decimal(4), Decimal(6), Decimal(12), Decimal(24))
INSTANT = Decimal("1e-6")


@dataclass(frozen=True)
class Bar:
    """One offer. `total` is the sum of its parts as people read it, with its span where there is one."""

    name: str
    short: str
    """Without the platform, for a place that has no room for it."""
    platform: str
    parts: tuple[Decimal, ...]
    """One for each name in `BarChart.series`."""
    total: str
    ends: str | None
    """`2027-01-14` where the model ends inside the horizon, so that the bar covers less time than the others."""


@dataclass(frozen=True)
class BarChart:
    """Stacked bars, best first."""

    title: str
    subtitle: str
    alt: str
    series: tuple[str, ...]
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class CostLine:
    """A cumulative cost: `values` at the chart's months, and `curve`, the same finer, for drawing."""

    name: str
    values: tuple[Decimal, ...]
    curve: tuple[tuple[Decimal, Decimal], ...]


@dataclass(frozen=True)
class ChartMarker:
    """A point that is pointed out."""

    month: Decimal
    usd: Decimal
    text: str


@dataclass(frozen=True)
class LineChart:
    """Lines over months."""

    title: str
    short_title: str
    subtitle: str
    alt: str
    x_label: str
    months: tuple[Decimal, ...]
    lines: tuple[CostLine, ...]
    mark: ChartMarker | None


Chart = BarChart | LineChart | Tornado | Months

PARTS: tuple[tuple[str, Callable[[LineItem], bool]], ...] = (
    ("One-off", lambda line: line.recurrence == "once"),
    ("Retraining", lambda line: line.recurrence == "retraining"),
    ("Hosting + storage", lambda line: line.component in ("hosting", "storage")),
    ("Inference", lambda line: line.component == "inference"),
)


ChartName = Literal["break-even", "offers", "drivers"]


def chart_of(comparison: Comparison, name: ChartName | None = None) -> Chart | None:
    """One of the charts; without a name the break-even where there is a base model, else the offers side by side. None
    where it cannot be drawn.
    """
    best = comparison.best
    if name == "drivers":
        return tornado(comparison, best) if best else None
    if name == "offers":
        return comparison_chart(comparison)
    return break_even_chart(comparison) or (None if name else comparison_chart(comparison))


def comparison_chart(comparison: Comparison) -> BarChart | None:
    """What each offer costs over the horizon, by part; None where no offer is known whole and for sale."""
    whole = [one for one in comparison.estimates if one.complete and one.standing <= RankGroup.ENDS]
    shown = whole[:MOST_BARS]
    if not shown:
        return None
    sums = [[_part(one, of) for _, of in PARTS] for one in shown]
    kept = [at for at in range(len(PARTS)) if any(parts[at] for parts in sums)] or [0]
    bars = tuple(
        Bar(
            name=offer_name(one),
            short=one.offer.title,
            platform=one.offer.platform_title,
            parts=tuple(parts[at] for at in kept),
            total=figure(comparison, one, "total"),
            ends=_end(comparison, one),
        )
        for one, parts in zip(shown, sums, strict=True)
    )
    series = tuple(PARTS[at][0] for at in kept)
    count = f"the {len(bars)} cheapest of {len(whole)} offers" if len(whole) > len(bars) else ""
    likely = "; bars show the likely case" if comparison.scenario.ranged else ""
    return BarChart(
        title=f"Cost over {horizon(comparison)}, USD",
        subtitle=count[:1].upper() + count[1:] + (likely if count else likely.removeprefix("; ").capitalize()),
        alt=_bars_alt(f"Bar chart: cost over {horizon(comparison)}{f', {count}' if count else ''}.", series, bars),
        series=series,
        bars=bars,
    )


def _part(estimate: Estimate, of: Callable[[LineItem], bool]) -> Decimal:
    return sum_amounts(line.amount_usd for line in estimate.lines if of(line)).usd or ZERO


def _end(comparison: Comparison, estimate: Estimate) -> str | None:
    life = estimate.offer.lifecycle
    cut = estimate.months < comparison.plan.months and life and life.inference_ends
    return cut.isoformat() if cut else None


def _bars_alt(start: str, series: Sequence[str], bars: Sequence[Bar]) -> str:
    """Every total, and the parts of the first; what does not fit is counted."""
    parts = ", ".join(f"{name.lower()} {money(usd)}" for name, usd in zip(series, bars[0].parts, strict=True) if usd)
    said = [f"{bar.name} {bar.total}{f' (to {bar.ends})' if bar.ends else ''}" for bar in bars]
    said[0] += f" ({parts})" if len(series) > 1 else ""
    for count in range(len(said), 0, -1):
        rest = f"; and {len(said) - count} more" if count < len(said) else ""
        text = f"{start} {'; '.join(said[:count])}{rest}."
        if len(text) <= MOST_ALT:
            return text
    return start


def break_even_chart(comparison: Comparison, estimate: Estimate | None = None) -> LineChart | None:
    """What prompting the base model and tuning (the best offer, or another) have cost after each month.

    None where there is no base model, no calls a month, or an unknown price.
    """
    base, tuned = comparison.base, estimate or comparison.best
    if base is None or tuned is None or not base.complete or not tuned.complete or not tuned.months:
        return None
    base_month = base.monthly_usd or ZERO
    growth = comparison.plan.growth_per_month

    def prompted(month: Decimal) -> Decimal:
        return base_month * traffic_months(ZERO, month, growth)

    def paid(month: Decimal) -> Decimal:
        return _cost_until(comparison, tuned, month)

    found, end = break_even(comparison, tuned), _last_month(comparison, tuned)
    months, finer = _months(end), _finer(comparison, end, found)
    lines = tuple(
        CostLine(name, tuple(cost(month) for month in months), tuple((month, cost(month)) for month in finer))
        for name, cost in (
            (f"Prompting: {clip(base.model, MOST_NAME)}", prompted),
            (f"Tuned: {offer_name(tuned)}", paid),
        )
    )
    said = next(iter(break_even_sentences(comparison, tuned)), "")
    after = "1 month" if end == 1 else f"{quantity(end)} months"
    ends = " ".join(
        f"{line.name}, {money(line.values[0])} at the start, {money(line.values[-1])} after {after}." for line in lines
    )
    return LineChart(
        title="Cumulative cost: prompting or tuning, USD",
        short_title=_short_verdict(found),
        subtitle=said,
        alt=f"Line chart: cumulative cost over {after}. {ends} {said}".rstrip(),
        x_label=f"Months from {comparison.as_of}",
        months=months,
        lines=lines,
        mark=_mark(found, end, prompted, paid, max(line.values[-1] for line in lines)),
    )


def _cost_until(comparison: Comparison, tuned: Estimate, month: Decimal) -> Decimal:
    """The offer's own estimate, as if the horizon ended here: training first, then what the months bring."""
    if month == tuned.months and tuned.total_usd is not None:
        return tuned.total_usd
    if not month:
        return tuned.one_off_usd or ZERO
    plan = comparison.plan._replace(months=month, epochs=tuned.epochs)
    frame = EstimateContext(
        plan=plan,
        as_of=comparison.as_of,
        end=day_after_months(comparison.as_of, month),
        default_epochs=tuned.epochs or ONE,
        preparation=next((line for line in tuned.lines if line.component == "preparation"), None),
    )
    return estimate_offer(frame, tuned.offer).total_usd or ZERO


def _last_month(comparison: Comparison, tuned: Estimate) -> Decimal:
    """The end of what is priced, or a little past a later pay-back; never past the model's end."""
    payback = break_even(comparison, tuned)
    back = payback.months if payback else None
    if back is None or back <= comparison.plan.months or back > LONGEST_MONTHS or tuned.months < comparison.plan.months:
        return tuned.months
    past = Decimal(math.ceil(back * Decimal("1.15")))
    life = tuned.offer.lifecycle
    if life and life.inference_ends:
        past = min(past, max(tuned.months, months_between(comparison.as_of, life.inference_ends)))
    return past


def _months(end: Decimal) -> tuple[Decimal, ...]:
    """From 0 to the end in even steps, at most 20 points."""
    step = next((step for step in STEPS if end / step <= MOST_POINTS - 2), STEPS[-1])
    return (*(step * at for at in range(math.ceil(end / step))), end)


def _finer(comparison: Comparison, end: Decimal, found: BreakEven | None) -> list[Decimal]:
    """Where a line is drawn through: its kinks lie at whole months and retrainings, which are jumps."""
    step = max(1, math.ceil(end / FINEST))
    points = {*(Decimal(month) for month in range(0, math.ceil(end), step)), end}
    every = comparison.plan.retrain_months
    if every and end / every <= FINEST:
        jumps = [every * count for count in range(1, math.ceil(end / every))]
        points |= {*jumps, *(jump + INSTANT for jump in jumps if jump + INSTANT < end)}
    if found and found.months is not None and found.months < end:
        points.add(found.months)
    return sorted(points)


Cost = Callable[[Decimal], Decimal]


def _mark(found: BreakEven | None, end: Decimal, prompted: Cost, paid: Cost, top: Decimal) -> ChartMarker | None:
    """The pay-back, where the lines meet there: a price that changes on a date can move them apart."""
    if found is None or found.calls is None or found.months is None or found.months > end:
        return None
    usd = prompted(found.months)
    if min(abs(usd - paid(found.months + jump)) for jump in (ZERO, INSTANT)) > top / 100:
        return None
    calls = f"{found.calls:,} call{'' if found.calls == 1 else 's'}"
    return ChartMarker(found.months, usd, f"pays back after {calls}{f', {found.day}' if found.day else ''}")


def _short_verdict(found: BreakEven | None) -> str:
    if found is None:
        return "Cumulative cost, USD"
    if found.calls is None:
        return "Never pays back: cumulative cost, USD"
    full = f"Pays back after {found.calls:,} calls{f', {found.day}' if found.day else ''}"
    return full if len(full) <= 50 or not found.day else f"Pays back on {found.day}"
