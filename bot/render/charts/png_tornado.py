"""A tornado as a picture: what each input does to the total between its ends."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import NamedTuple

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
    UNITS,
    WIDTH,
    PngCanvas,
    Point,
    legend,
    round_step,
    tick_text,
)
from bot.render.charts.tornado import SIDES, Tornado, TornadoBar
from bot.render.money import money

# Dark blue and light orange: apart in lightness too.
LOW_COLOR, HIGH_COLOR = "#1c5796", "#f0a63c"
MOST_PITCH, MOST_NAME, SHORTEST = 104.0, 440, 6
WITHOUT_CENTS = 1_000
LEAST_SPAN = 1e-9
"""Of the total: a finer axis would have no figures."""


class _End(NamedTuple):
    """One end of a bar: what was written for the input, and the total there."""

    written: str
    usd: float
    total: str
    color: str


def draw_tornado(page: PngCanvas, chart: Tornado, top: float) -> None:
    """A row for each input: its name, what was written for its ends, the total at each."""
    top = legend(page, top + 62, list(zip(SIDES, (LOW_COLOR, HIGH_COLOR), strict=True))) + 34
    likely_at = top + 26
    top = likely_at + 16
    pitch = min(MOST_PITCH, (HEIGHT - PAD - AXIS - top) / len(chart.bars))
    floor = top + pitch * len(chart.bars)
    page.height = min(HEIGHT, round(floor) + AXIS + PAD)
    size = max(26, min(LABEL_SIZE + 2, int(pitch * 0.72)))
    cents = max(chart.likely_usd, *(max(bar.at_low_usd, bar.at_high_usd) for bar in chart.bars)) < WITHOUT_CENTS
    thick = min(60.0, pitch * 0.68)
    rows = [_ends(bar, cents) for bar in chart.bars]
    names = [page.fit(bar.name, size, MOST_NAME) for bar in chart.bars]
    likely = float(chart.likely_usd)
    low = min(likely, *(end.usd for ends in rows for end in ends))
    high = max(likely, *(end.usd for ends in rows for end in ends))
    high = max(high, low + abs(low) * LEAST_SPAN)
    edge = PAD + max(page.length(name, size) for name in names) + 22
    left = edge + max(_label_length(page, first, size) for first, _ in rows)
    right = WIDTH - PAD - max(_label_length(page, last, size) for _, last in rows)

    def place(usd: float) -> float:
        return left + (right - left) * (usd - low) / (high - low)

    _axis(page, low, high, (place(low), place(high)), (top, floor))
    for at, (name, ends) in enumerate(zip(names, rows, strict=True)):
        middle = top + pitch * (at + 0.5)
        page.text((PAD, middle), name, size, anchor="lm")
        # Where both ends lie on one side of the likely total, the shorter bar is drawn over the longer one.
        for end in sorted(ends, key=lambda end: -abs(end.usd - likely)):
            x, length = place(likely), place(end.usd) - place(likely)
            if length:
                x_end = x + math.copysign(max(abs(length), SHORTEST), length)
                page.box((min(x, x_end), middle - thick / 2, max(x, x_end), middle + thick / 2), end.color)
        _label(page, ends[0], (min(place(ends[0].usd), place(likely)), middle), size, -1)
        _label(page, ends[1], (max(place(ends[1].usd), place(likely)), middle), size, 1)
    page.line([(place(likely), top - 4), (place(likely), floor + 6)], INK, 3)
    text = f"Likely {brief(chart.likely_usd, cents=cents)}"
    half = page.length(text, LABEL_SIZE) / 2
    page.text((min(place(likely), WIDTH - PAD - half), likely_at), text, LABEL_SIZE, INK, "ms", bold=1)


def brief(usd: Decimal, *, cents: bool = True) -> str:
    """`$99.50`, `$12,346`, `$1.235M`: a sum where there is little room."""
    value = float(usd)
    short = next((f"${value / power:,.4g}{unit}" for power, unit in UNITS if value >= power * 0.9999995), "")
    return short or (money(usd) if cents else f"${value:,.0f}")


def _ends(bar: TornadoBar, cents: bool) -> tuple[_End, _End]:
    """The end with the lower total first."""
    low = _End(bar.low, float(bar.at_low_usd), brief(bar.at_low_usd, cents=cents), LOW_COLOR)
    high = _End(bar.high, float(bar.at_high_usd), brief(bar.at_high_usd, cents=cents), HIGH_COLOR)
    return (low, high) if low.usd <= high.usd else (high, low)


def _axis(page: PngCanvas, low: float, high: float, across: Point, down: Point) -> None:
    """Lines at round sums, as many as have room for their figures."""
    for most in (7, 6, 5, 4, 3, 2):
        step = round_step(high - low, most)
        marks = [step * at for at in range(math.ceil(low / step), math.floor(high / step) + 1)]
        texts = [tick_text(mark, step) for mark in marks]
        scale = (across[1] - across[0]) / (high - low)
        if max((page.length(text, TICK_SIZE) for text in texts), default=0.0) + 24 <= step * scale:
            break
    for mark, text in zip(marks, texts, strict=True):
        x = across[0] + (mark - low) * scale
        page.line([(x, down[0]), (x, down[1] + 8)], GRID, 2)
        page.text((x, down[1] + AXIS - 4), text, TICK_SIZE, MUTED, "ms")
    page.line([(across[0], down[1]), (across[1], down[1])], EDGE, 2)


def _label_length(page: PngCanvas, end: _End, size: int) -> float:
    return 14 + page.length(end.written, size) + 16 + page.length(end.total, size - 2)


def _label(page: PngCanvas, end: _End, at: Point, size: int, side: int) -> None:
    """Beside the bar what was written, then the total; `side` is -1 on the left and 1 on the right."""
    x, y = at
    anchor, far = ("rm", x - _label_length(page, end, size)) if side < 0 else ("lm", x + _label_length(page, end, size))
    page.box((min(x + side * 6, far), y - 18, max(x + side * 6, far), y + 18), CARD)
    page.text((x + side * 14, y), end.written, size, INK, anchor, bold=1)
    x += side * (14 + page.length(end.written, size) + 16)
    page.text((x, y), end.total, size - 2, MUTED, anchor)
