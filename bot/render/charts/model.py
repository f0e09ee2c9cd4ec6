"""The data of a chart: title, series and alt text. Nothing is computed or drawn here.

The process that draws a PNG imports this module, so it imports nothing heavy itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

ChartName = Literal["break-even", "offers", "drivers"]
TORNADO_SIDES = ("At its low end", "At its high end")
MONTHLY_SIDES = ("Estimate", "Actual")


@dataclass(frozen=True)
class Bar:
    """One offer of a bar chart."""

    name: str
    parts: tuple[Decimal, ...]
    """USD, one for each name in `BarChart.series`."""
    total: str
    """The sum of the parts as text, with its range where the question has ranges."""
    end_date: str | None
    """`2027-01-14` if the model ends inside the horizon, so that the bar covers less time than the others."""


@dataclass(frozen=True)
class BarChart:
    """Stacked horizontal bars, cheapest first."""

    title: str
    subtitle: str
    alt: str
    series: tuple[str, ...]
    bars: tuple[Bar, ...]
    alternatives: dict[str, str] = field(default_factory=dict)
    """Names of offers and what to draw instead when the installed fonts lack one of their letters."""


@dataclass(frozen=True)
class CostLine:
    """A cumulative cost in USD."""

    name: str
    values: tuple[Decimal, ...]
    """One for each month of the chart."""
    curve: tuple[tuple[Decimal, Decimal], ...]
    """(month, USD) at finer steps, for drawing."""


@dataclass(frozen=True)
class ChartMarker:
    """A highlighted point of a line chart."""

    month: Decimal
    usd: Decimal
    text: str


@dataclass(frozen=True)
class LineChart:
    """Cumulative costs over months."""

    title: str
    short_title: str
    subtitle: str
    alt: str
    x_label: str
    months: tuple[Decimal, ...]
    lines: tuple[CostLine, ...]
    marker: ChartMarker | None
    alternatives: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TornadoBar:
    """One input, its low and high end as the user wrote them, and the total at each end."""

    name: str
    low: str
    high: str
    at_low_usd: Decimal
    at_high_usd: Decimal


@dataclass(frozen=True)
class TornadoChart:
    """Bars around the likely total, widest first."""

    title: str
    short_title: str
    subtitle: str
    alt: str
    likely_usd: Decimal
    bars: tuple[TornadoBar, ...]
    alternatives: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class MonthBar:
    """One month. Estimate and actual cover the same parts and the same days."""

    month: str
    estimate_usd: Decimal
    actual_usd: Decimal
    is_anomaly: bool


@dataclass(frozen=True)
class MonthlyChart:
    """An estimate and an actual for each month, oldest first."""

    title: str
    short_title: str
    subtitle: str
    alt: str
    bars: tuple[MonthBar, ...]
    alternatives: dict[str, str] = field(default_factory=dict)


ThreadChart = LineChart | TornadoChart | MonthlyChart
"""The charts that are posted in a thread."""
Chart = BarChart | ThreadChart
