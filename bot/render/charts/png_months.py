"""Actual against estimate as a picture: a row a month with two bars."""

from __future__ import annotations

from bot.render.charts.png_page import (
    AXIS,
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
    PngCanvas,
    legend,
    tick_text,
    ticks,
)
from bot.render.money import money
from bot.render.months import SIDES, Months

# Light for what was expected, dark for what was paid: apart in lightness, in any colour vision.
ESTIMATE_COLOR, ACTUAL_COLOR = "#a3c4e4", "#17426f"
MOST_PITCH, SHORTEST = 110.0, 2.0
STANDS_OUT = " (stands out)"


def draw_months(page: PngCanvas, chart: Months, top: float) -> None:
    """Two bars for each month from zero (a credit runs to the left of it), each with its sum."""
    top = legend(page, top + 60, list(zip(SIDES, (ESTIMATE_COLOR, ACTUAL_COLOR), strict=True))) + 26
    floor: float = HEIGHT - PAD - AXIS
    pitch = min(MOST_PITCH, (floor - top) / len(chart.bars))
    floor = top + pitch * len(chart.bars)
    page.height = min(HEIGHT, round(floor) + AXIS + PAD)
    size = max(16, min(LABEL_SIZE, int(pitch * 0.38)))
    sides = [
        (
            (float(bar.estimate_usd), money(bar.estimate_usd), ESTIMATE_COLOR),
            (float(bar.actual_usd), money(bar.actual_usd) + (STANDS_OUT if bar.stands_out else ""), ACTUAL_COLOR),
        )
        for bar in chart.bars
    ]
    left = PAD + max(page.length(bar.month, size + 4) for bar in chart.bars) + 20
    right = WIDTH - PAD - max(page.length(text, size) for row in sides for _, text, _ in row) - 14
    values = [usd for row in sides for usd, _, _ in row]
    low, high = min(0.0, *values), max(0.0, *values)
    marks = ticks(high - low, max(3, min(7, int((right - left) / 180))))
    scale = (right - left) / max(high - low, marks[1] / 1000)
    zero = left - low * scale
    for tick in marks:
        x = zero + tick * scale
        if x <= right + 1:
            page.line([(x, top), (x, floor + 6)], GRID if tick else EDGE, 2)
            page.text((x, floor + AXIS - 4), tick_text(tick, marks[1]), TICK_SIZE, MUTED, "ms")
    thick = min(40.0, pitch * 0.4)
    for at, (bar, row) in enumerate(zip(chart.bars, sides, strict=True)):
        middle = top + pitch * (at + 0.5)
        page.text((left - 16, middle), bar.month, size + 4, anchor="rm")
        for y, (usd, text, color) in zip((middle - thick, middle), row, strict=True):
            end = zero + usd * scale
            page.box((min(zero, end), y, max(zero, end, min(zero, end) + SHORTEST), y + thick - 2), color)
            x = max(zero, end) + 12
            page.box((x - 4, y + 2, x + 4 + page.length(text, size), y + thick - 4), CARD)
            page.text((x, y + thick / 2 - 1), text, size, INK, "lm", bold=int(bar.stands_out and color == ACTUAL_COLOR))
