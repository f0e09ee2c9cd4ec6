"""A bar chart as a picture."""

from __future__ import annotations

from collections.abc import Sequence

from bot.render.charts.model import BarChart
from bot.render.charts.png_page import (
    AXIS,
    CARD,
    EDGE,
    GRID,
    HEIGHT,
    LABEL_SIZE,
    MUTED,
    PAD,
    TICK_SIZE,
    WIDTH,
    PngCanvas,
    Point,
    legend,
    tick_text,
    ticks,
)

# Blue, orange and their neighbours, apart in lightness too: for eyes that tell no red from green, and for grey print.
COLORS = {"One-off": "#17426f", "Retraining": "#5d93c9", "Hosting + storage": "#f0a63c", "Inference": "#a3d3cb"}


def draw_bars(page: PngCanvas, chart: BarChart, top: float) -> None:
    """A row for each offer: its name, its parts end to end, its total."""
    colors = [COLORS.get(name, MUTED) for name in chart.series]
    top = legend(page, top + 60, list(zip(chart.series, colors, strict=True))) + 26
    floor: float = HEIGHT - PAD - AXIS
    pitch = min(96.0, (floor - top) / len(chart.bars))
    size = max(22, min(LABEL_SIZE, int(pitch * 0.8)))
    names = [page.fit(bar.name, size, 460) for bar in chart.bars]
    totals = [f"{bar.total} to {bar.ends}" if bar.ends else bar.total for bar in chart.bars]
    left = PAD + max(page.length(name, size) for name in names) + 20
    right = WIDTH - PAD - max(page.length(total, size) for total in totals) - 14
    sums = [float(sum(bar.parts)) for bar in chart.bars]
    marks = ticks(max(sums), max(3, min(7, int((right - left) / 180))))
    scale = (right - left) / max(*sums, marks[1] / 1000)
    floor = top + pitch * len(chart.bars)
    page.height = min(HEIGHT, round(floor) + AXIS + PAD)
    for tick in marks:
        x = left + tick * scale
        if x <= right + 1:
            page.line([(x, top), (x, floor + 6)], GRID if tick else EDGE, 2)
            page.text((x, floor + AXIS - 4), tick_text(tick, marks[1]), TICK_SIZE, MUTED, "ms")
    for at, (bar, name, total) in enumerate(zip(chart.bars, names, totals, strict=True)):
        middle = top + pitch * (at + 0.5)
        thick = min(54.0, pitch * 0.66)
        page.text((left - 16, middle), name, size, anchor="rm")
        end = _stack(page, [float(part) * scale for part in bar.parts], colors, (left, middle - thick / 2), thick)
        page.box((end + 8, middle - size / 2, end + 16 + page.length(total, size), middle + size / 2), CARD)
        page.text((end + 12, middle), total, size, anchor="lm")


def _stack(page: PngCanvas, lengths: Sequence[float], colors: Sequence[str], at: Point, thick: float) -> float:
    """Parts end to end, parted by a gap where they are long enough; where the last one ends."""
    x, y = at
    for length, color in zip(lengths, colors, strict=True):
        if length:
            gap = 1.5 if length > 5 else 0.0
            page.box((x, y, max(x + length - gap, x + 1), y + thick), color)
            x += length
    return max(x, at[0] + 2)
