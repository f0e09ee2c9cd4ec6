"""A line chart as a picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from bot.render.charts.model import ChartMarker, CostLine, LineChart
from bot.render.charts.png_page import (
    CARD,
    EDGE,
    GRID,
    HEIGHT,
    INK,
    LABEL_SIZE,
    MUTED,
    PAD,
    TICK_SIZE,
    WIDTH,
    Box,
    PngCanvas,
    Point,
    legend,
    tick_text,
    ticks,
)
from bot.render.money import money, quantity

LINE_COLORS = ("#c9691b", "#1c5796")


def draw_lines(page: PngCanvas, chart: LineChart, top: float) -> None:
    """Axes, the lines with their last figures, and the pay-back."""
    top = (
        legend(page, top + 60, [(line.name, color) for line, color in zip(chart.lines, LINE_COLORS, strict=True)]) + 44
    )
    floor = HEIGHT - PAD - 74.0
    marks = ticks(max(float(usd) for line in chart.lines for _, usd in line.curve))
    labels = [tick_text(tick, marks[1]) for tick in marks]
    left = PAD + max(page.length(label, TICK_SIZE) for label in labels) + 18
    ends = [money(line.values[-1]) for line in chart.lines]
    right = WIDTH - PAD - max(page.length(end, LABEL_SIZE) for end in ends) - 20
    last = float(chart.months[-1])

    def place(month: Decimal, usd: Decimal) -> Point:
        return left + (right - left) * float(month) / last, floor - (floor - top) * float(usd) / marks[-1]

    for tick, label in zip(marks, labels, strict=True):
        y = floor - (floor - top) * tick / marks[-1]
        page.line([(left, y), (right, y)], GRID if tick else EDGE, 2)
        page.text((left - 16, y), label, TICK_SIZE, MUTED, "rm")
    _month_labels(page, chart, [place(month, Decimal(0)) for month in chart.months])
    drawn = [[place(*point) for point in line.curve] for line in chart.lines]
    for points, color in zip(drawn, LINE_COLORS, strict=True):
        page.line(points, color, 7)
        page.dot(points[-1], 9, color)
    _end_figures(page, chart.lines, ends, [points[-1] for points in drawn])
    if chart.mark:
        _pay_back(page, chart.mark, place(chart.mark.month, chart.mark.usd), drawn, (left, top, right, floor))


def _month_labels(page: PngCanvas, chart: LineChart, places: Sequence[Point]) -> None:
    """Below the axis, as many as there is room for, and what they count."""
    free = -math.inf
    for month, (x, y) in zip(chart.months, places, strict=True):
        label = quantity(month) if month % 1 in (0, Decimal("0.5"), Decimal("0.25")) else f"{month:.2f}"
        half = page.length(label, TICK_SIZE) / 2
        if x - half >= free + 16 and (month == chart.months[-1] or x + half + 16 <= places[-1][0] - half):
            page.line([(x, y), (x, y + 7)], EDGE, 2)
            page.text((x, y + 38), label, TICK_SIZE, MUTED, "ms")
            free = x + half
    page.text(((places[0][0] + places[-1][0]) / 2, HEIGHT - PAD + 10), chart.x_label, TICK_SIZE, MUTED, "ms")


def _end_figures(page: PngCanvas, lines: Sequence[CostLine], ends: Sequence[str], places: Sequence[Point]) -> None:
    """What each line comes to, beside its end; moved apart where they would touch."""
    order = sorted(range(len(lines)), key=lambda at: places[at][1])
    y = [places[at][1] for at in order]
    if len(y) == 2 and y[1] - y[0] < 38:
        middle = (y[0] + y[1]) / 2
        y = [middle - 19, middle + 19]
    for at, height in zip(order, y, strict=True):
        page.text((places[at][0] + 16, height), ends[at], LABEL_SIZE, LINE_COLORS[at], "lm", bold=1)


def _pay_back(page: PngCanvas, mark: ChartMarker, at: Point, drawn: Sequence[Sequence[Point]], plot: Box) -> None:
    """The dot, and what it says in the first place beside it that no line runs through."""
    x, y = at
    text = mark.text[:1].upper() + mark.text[1:]
    wide, high = page.length(text, LABEL_SIZE) + 32, 48.0
    clear = min((_height_at(points, x + step) for points in drawn for step in range(0, int(wide) + 40, 8)), default=y)
    corners = [
        (x + 24, y + 13),
        (x - wide - 24, y - high - 13),
        (x + 8, min(y - 60, clear - 24) - high),
        (x - wide / 2, y + 40),
        (x - wide / 2, y - high - 40),
    ]
    boxes = [(left, top, left + wide, top + high) for left, top in corners]
    box = next((box for box in boxes if _inside(box, plot) and not _crossed(box, drawn)), None)
    if box is None:
        left = min(max(plot[0] + 8, x - wide / 2), plot[2] - wide)
        box = (left, plot[1] + 4, left + wide, plot[1] + 4 + high)
    near = (min(max(x, box[0] + 10), box[2] - 10), box[3] if box[3] < y else box[1])
    page.line([at, near], MUTED, 2)
    page.box(box, CARD, EDGE, radius=10)
    page.text((box[0] + 16, (box[1] + box[3]) / 2), text, LABEL_SIZE, anchor="lm")
    for radius, color in ((17, CARD), (14, INK), (6, CARD)):
        page.dot(at, radius, color)


def _inside(box: Box, plot: Box) -> bool:
    return box[0] >= plot[0] + 4 and box[1] >= plot[1] - 30 and box[2] <= plot[2] + 4 and box[3] <= plot[3] - 6


def _crossed(box: Box, drawn: Sequence[Sequence[Point]]) -> bool:
    steps = [box[0] + (box[2] - box[0]) * part / 40 for part in range(41)]
    return any(box[1] - 8 <= _height_at(points, x) <= box[3] + 8 for points in drawn for x in steps)


def _height_at(points: Sequence[Point], x: float) -> float:
    """Where a line runs at `x`."""
    for (x0, y0), (x1, y1) in pairwise(points):
        if x <= x1:
            return y0 if x1 == x0 else y0 + (y1 - y0) * (max(x, x0) - x0) / (x1 - x0)
    return points[-1][1]
