"""Draw a chart with matplotlib: a light card, 1,600 pixels wide, that reads on a light and on a dark background.

Import this module only to draw: it loads matplotlib. Sizes are pixels. Texts are large because Slack shows an image at
about a quarter of this width.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from bot.render.charts.fonts import families
from bot.render.charts.model import (
    MONTHLY_SIDES,
    TORNADO_SIDES,
    BarChart,
    Chart,
    LineChart,
    MonthlyChart,
    TornadoChart,
)
from bot.render.charts.text_fit import DPI, fit_text, text_width, widest, wrap_text
from bot.render.parts.money import MAGNITUDES, brief, money

WIDTH, PAD = 1600, 56
TITLE, TEXT, TICK = 46, 34, 30
LINE_SPACING = 1.35
GAP = 14
"""The gap between a label and its mark."""
MAX_NAME_WIDTH = 560
LINES_HEIGHT = 500
INK, MUTED, GRID, EDGE, CARD = "#1d2430", "#56606e", "#e3e7ec", "#cfd5dd", "#ffffff"
# Each chart's colours differ in lightness too, for colour-blind readers and for grey print.
PART_COLORS = {"One-off": "#17426f", "Retraining": "#5d93c9", "Hosting + storage": "#f0a63c", "Inference": "#a3d3cb"}
LINE_COLORS = ("#c9691b", "#1c5796")
TORNADO_COLORS = ("#1c5796", "#f0a63c")
MONTHLY_COLORS = ("#a3c4e4", "#17426f")
CENTS_BELOW_USD = 1_000
MIN_SPAN = 1e-9
"""The least width of an axis as a share of its values: a finer one has no distinct ticks."""


def draw_png(chart: Chart) -> bytes:
    """Return the chart as a PNG."""
    buffer = io.BytesIO()
    draw_figure(chart).savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def draw_figure(chart: Chart) -> Figure:
    """Return the chart as a figure on an Agg canvas."""
    # A dollar sign doesn't start a formula.
    with mpl.rc_context({"font.family": families(), "text.color": INK, "text.parse_math": False}):
        if isinstance(chart, BarChart):
            return _draw_offers(chart)
        if isinstance(chart, LineChart):
            return _draw_lines(chart)
        if isinstance(chart, MonthlyChart):
            return _draw_months(chart)
        return _draw_tornado(chart)


def tick_text(usd: float, step: float) -> str:
    """Return `$2,500`, `$0.002`, `$4.5B`: as many digits as tell one tick from the next."""
    sign, usd = "−" if usd < 0 else "", abs(usd)
    if usd < step / 1000:
        return "$0"
    for power, suffix in MAGNITUDES:
        if step >= power or (step >= power / 10 and usd >= power):
            return f"{sign}${usd / power:,.6g}{suffix}"
    places = 0 if step >= 1 and step == int(step) else max(0, 1 - math.floor(math.log10(step)))
    return f"{sign}${usd:,.{min(places, 12)}f}"


def _usd_ticks(
    low: float, high: float, room: float, size: Callable[[list[str]], float]
) -> tuple[list[float], list[str]]:
    """Return as many round amounts, with their texts, as fit into the room in pixels."""
    for count in range(6, 0, -1):
        ticks = [float(tick) for tick in MaxNLocator(count, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)]
        step = ticks[1] - ticks[0]
        ticks = [tick for tick in ticks if low - step / 1000 <= tick <= high + step / 1000]
        texts = [tick_text(tick, step) for tick in ticks]
        if len(set(texts)) == len(texts) and (size(texts) + TICK) * (high - low) <= room * step:
            return ticks, texts
    return ticks[:1], texts[:1]


class _Card:
    """A figure with a chart's title, subtitle and legend, and a plot below them."""

    def __init__(
        self,
        chart: Chart,
        legend: Mapping[str, str],
        plot_height: float,
        *,
        left_room: float,
        right_room: float,
        above: float = 0,
        below: float = 1.6 * TICK,
        columns: int = 4,
    ) -> None:
        """Draw everything around the plot.

        Args:
            chart: Gives title and subtitle.
            legend: Colours by name.
            plot_height: Height of the plot alone.
            left_room, right_room, above, below: Room for the labels around the plot.
            columns: Of the legend.
        """
        room = WIDTH - 2 * PAD
        rows = [(fit_text(chart.title, room, TITLE, chart.alternatives, "bold"), TITLE, INK, "bold")]
        rows += [(line, TEXT, MUTED, "normal") for line in wrap_text(chart.subtitle, room, TEXT, chart.alternatives)]
        legend_height = math.ceil(len(legend) / columns) * TEXT * LINE_SPACING
        header = PAD + sum(row[1] * LINE_SPACING for row in rows) + legend_height + GAP + TICK + above
        height = math.ceil(header + plot_height + below + PAD / 2)
        self.figure = Figure((WIDTH / DPI, height / DPI), DPI, facecolor=CARD, edgecolor=EDGE, linewidth=2)
        FigureCanvasAgg(self.figure)
        y = PAD * 0.75
        for text, size, color, weight in rows:
            self.figure.text(PAD / WIDTH, 1 - y / height, text, size=size, color=color, weight=weight, va="top")
            y += size * LINE_SPACING
        self.figure.legend(
            [Patch(color=color) for color in legend.values()],
            [fit_text(name, room - 2 * TEXT, TEXT, chart.alternatives) for name in legend],
            loc="upper left",
            bbox_to_anchor=(PAD / WIDTH, 1 - (y + GAP) / height),
            ncols=columns,
            frameon=False,
            fontsize=TEXT,
            borderpad=0,
            borderaxespad=0,
            labelspacing=LINE_SPACING - 1,
            handlelength=1,
        )
        self.plot_width = room - left_room - right_room
        bottom = (below + PAD / 2) / height
        box = ((PAD + left_room) / WIDTH, bottom, self.plot_width / WIDTH, plot_height / height)
        self.axes = self.figure.add_axes(box)
        self.axes.spines[["top", "right"]].set_visible(False)
        self.axes.spines[["left", "bottom"]].set_color(EDGE)
        self.axes.set_axisbelow(True)
        self.axes.tick_params("both", labelsize=TICK, labelcolor=MUTED, color=EDGE, length=8, pad=8)

    def name_rows(self, names: Sequence[str]) -> None:
        """Label the rows of a horizontal bar chart, the first row on top."""
        self.axes.set_yticks(range(len(names)), names)
        self.axes.set_ylim(len(names) - 0.5, -0.5)
        self.axes.tick_params("y", length=0, pad=GAP, labelsize=TEXT, labelcolor=INK)

    def usd_ticks(self, low: float, high: float) -> None:
        """Set round ticks between two amounts of the x axis, with grid lines."""
        start, end = self.axes.get_xlim()
        room = self.plot_width * (high - low) / (end - start)
        self.axes.set_xticks(*_usd_ticks(low, high, room, lambda texts: widest(texts, TICK)))
        self.axes.grid(axis="x", color=GRID, linewidth=2)

    def label(self, text: str, point: tuple[float, float], offset: tuple[float, float], **style: Any) -> None:
        """Write to the right of a point, or to its left if the horizontal offset is negative."""
        background = {"facecolor": CARD, "edgecolor": "none", "pad": 2}
        align = "left" if offset[0] > 0 else "right"
        self.axes.annotate(
            text, point, offset, textcoords="offset points", ha=align, va="center", bbox=background, **style
        )

    def label_above(self, text: str, x: float) -> None:
        """Write above the plot at a position of the x axis, with a line down through the plot."""
        low, high = self.axes.get_xlim()
        self.axes.axvline(x, color=INK, linewidth=2, linestyle=(0, (4, 3)), zorder=3)
        pixel = (x - low) / (high - low) * self.plot_width
        half = text_width(text, TEXT, "bold") / 2
        shift = max(half - pixel, 0) or min(self.plot_width - half - pixel, 0)
        transform = self.axes.get_xaxis_transform()
        self.axes.annotate(
            text,
            (x, 1),
            (shift, GAP),
            xycoords=transform,
            textcoords="offset points",
            ha="center",
            size=TEXT,
            weight="bold",
        )


def _draw_offers(chart: BarChart) -> Figure:
    """Draw a row for each offer: its name, its parts end to end, its total."""
    legend = {name: PART_COLORS.get(name, MUTED) for name in chart.series}
    names = [fit_text(bar.name, MAX_NAME_WIDTH, TEXT, chart.alternatives) for bar in chart.bars]
    totals = [f"{bar.total} to {bar.end_date}" if bar.end_date else bar.total for bar in chart.bars]
    left_room, right_room = widest(names, TEXT) + GAP, widest(totals, TEXT) + GAP
    card = _Card(chart, legend, 58 * len(names), left_room=left_room, right_room=right_room)
    card.name_rows(names)
    ends = [0.0] * len(names)
    for index, color in enumerate(legend.values()):
        lengths = [float(bar.parts[index]) for bar in chart.bars]
        card.axes.barh(range(len(names)), lengths, left=ends, height=0.66, color=color)
        ends = [end + length for end, length in zip(ends, lengths, strict=True)]
    for row, (total, end) in enumerate(zip(totals, ends, strict=True)):
        card.label(total, (end, row), (GAP, 0), size=TEXT)
    highest = max(ends) or 1.0
    card.axes.set_xlim(0, highest)
    card.usd_ticks(0, highest)
    return card.figure


def _draw_lines(chart: LineChart) -> Figure:
    """Draw the cumulative costs with their last amounts, and the break-even."""
    highest = max(float(usd) for line in chart.lines for _, usd in line.curve) or 1.0
    totals = [money(line.values[-1]) for line in chart.lines]
    right_room = widest(totals, TEXT, "bold") + 2 * GAP
    legend = {line.name: color for line, color in zip(chart.lines, LINE_COLORS, strict=True)}
    ticks, tick_texts = _usd_ticks(0, highest, LINES_HEIGHT, lambda _: TICK)
    left_room = widest(tick_texts, TICK) + GAP
    card = _Card(
        chart,
        legend,
        LINES_HEIGHT,
        left_room=left_room,
        right_room=right_room,
        above=1.5 * TEXT,
        below=4 * TICK,
        columns=1,
    )
    axes, last_month = card.axes, float(chart.months[-1])
    axes.set_xlim(0, last_month)
    axes.set_ylim(0, highest * 1.03)
    axes.set_yticks(ticks, tick_texts)
    axes.grid(axis="y", color=GRID, linewidth=2)
    for line, color in zip(chart.lines, LINE_COLORS, strict=True):
        axes.plot([float(month) for month, _ in line.curve], [float(usd) for _, usd in line.curve], color=color, lw=6)
        months, values = list(map(float, chart.months)), list(map(float, line.values))
        axes.plot(months, values, "o", color=color, markersize=13, clip_on=False)
    ends = [float(line.values[-1]) for line in chart.lines]
    distance = abs(ends[0] - ends[1]) / (highest * 1.03) * LINES_HEIGHT
    shift = max(0.0, (TEXT * LINE_SPACING - distance) / 2)  # amounts closer than a line of text are moved apart
    for index, (total, color) in enumerate(zip(totals, LINE_COLORS, strict=True)):
        is_upper = (ends[index], -index) == max((end, -position) for position, end in enumerate(ends))
        offset = (1.5 * GAP, shift if is_upper else -shift)
        card.label(total, (last_month, ends[index]), offset, color=color, size=TEXT, weight="bold")
    if chart.marker:
        month, usd = float(chart.marker.month), float(chart.marker.usd)
        axes.plot(month, usd, "o", color=CARD, markeredgecolor=INK, markeredgewidth=6, markersize=22, zorder=4)
        card.label_above(chart.marker.text[:1].upper() + chart.marker.text[1:], month)
    axes.xaxis.set_major_locator(MaxNLocator(12, steps=[1, 2, 2.5, 3, 4, 5, 6, 10]))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_xlabel(chart.x_label, size=TICK, color=MUTED, labelpad=GAP)
    return card.figure


def _draw_months(chart: MonthlyChart) -> Figure:
    """Draw two bars for each month; a credit runs to the left of zero."""
    months = [bar.month for bar in chart.bars]
    values = [(float(bar.estimate_usd), float(bar.actual_usd)) for bar in chart.bars]
    labels = [
        (money(bar.estimate_usd), money(bar.actual_usd) + (" (stands out)" if bar.is_anomaly else ""))
        for bar in chart.bars
    ]
    left_room, right_room = (
        widest(months, TEXT) + GAP,
        widest((text for row in labels for text in row), TICK, "bold") + GAP,
    )
    card = _Card(
        chart,
        dict(zip(MONTHLY_SIDES, MONTHLY_COLORS, strict=True)),
        88 * len(months),
        left_room=left_room,
        right_room=right_room,
    )
    card.name_rows(months)
    low, high = min(0.0, *map(min, values)), max(0.0, *map(max, values))
    high = high if high > low else 1.0
    card.axes.set_xlim(low, high)
    for side, color in enumerate(MONTHLY_COLORS):
        positions = [row + 0.42 * side - 0.21 for row in range(len(months))]
        card.axes.barh(positions, [pair[side] for pair in values], height=0.4, color=color)
        for bar, pair, texts, y in zip(chart.bars, values, labels, positions, strict=True):
            weight = "bold" if side and bar.is_anomaly else "normal"
            card.label(texts[side], (max(0.0, pair[side]), y), (GAP, 0), size=TICK, weight=weight)
    card.usd_ticks(low, high)
    return card.figure


def _draw_tornado(chart: TornadoChart) -> Figure:
    """Draw a row for each input: its name and range, and the total at each end."""
    names = [
        "\n".join(fit_text(text, MAX_NAME_WIDTH, TEXT, {}) for text in (bar.name, f"{bar.low} – {bar.high}"))
        for bar in chart.bars
    ]
    likely = float(chart.likely_usd)
    rows = [sorted(zip((bar.at_low_usd, bar.at_high_usd), TORNADO_COLORS, strict=True)) for bar in chart.bars]
    low = min(likely, *(float(ends[0][0]) for ends in rows))
    high = max(likely, *(float(ends[1][0]) for ends in rows), low + (abs(low) or 1.0) * MIN_SPAN)
    labels = [[brief(usd, cents=high < CENTS_BELOW_USD) for usd, _ in ends] for ends in rows]
    left_room = widest((line for name in names for line in name.split("\n")), TEXT) + GAP
    legend = dict(zip(TORNADO_SIDES, TORNADO_COLORS, strict=True))
    card = _Card(chart, legend, 96 * len(names), left_room=left_room, right_room=0, above=1.5 * TEXT)
    card.name_rows(names)
    label_width = widest((text for row in labels for text in row), TEXT) + 2 * GAP
    margin = (high - low) * label_width / (card.plot_width - 2 * label_width)
    card.axes.set_xlim(low - margin, high + margin)
    for row, (ends, texts) in enumerate(zip(rows, labels, strict=True)):
        # If both ends lie on one side of the likely total, the shorter bar covers a part of the longer one.
        for usd, color in sorted(ends, key=lambda end: -abs(end[0] - chart.likely_usd)):
            card.axes.barh(row, float(usd) - likely, left=likely, height=0.62, color=color)
        card.label(texts[0], (min(likely, float(ends[0][0])), row), (-GAP, 0), size=TEXT)
        card.label(texts[1], (max(likely, float(ends[1][0])), row), (GAP, 0), size=TEXT)
    card.usd_ticks(low, high)
    card.label_above(f"Likely {brief(chart.likely_usd, cents=high < CENTS_BELOW_USD)}", likely)
    return card.figure
