"""A chart as a picture, 1600 × 900 (lower for few bars), on a light card that reads on light and on dark."""

from __future__ import annotations

import io
import math
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from bot.render.chart import BarChart, Chart, Line, LineChart, Mark
from bot.render.money import money, quantity

WIDTH, HEIGHT = 1600, 900
PAD = 64
TITLE_SIZE, SUBTITLE_SIZE, LABEL_SIZE, TICK_SIZE = 42, 27, 25, 23
SHARP = 2
"""Shapes are drawn so many times larger and scaled down, which smooths their edges."""
INK, MUTED, GRID, EDGE, CARD = "#1d2430", "#56606e", "#e3e7ec", "#cfd5dd", "#ffffff"
# Blue, orange and their neighbours, apart in lightness too: for eyes that tell no red from green, and for grey print.
COLORS = {"One-off": "#17426f", "Retraining": "#5d93c9", "Hosting + storage": "#f0a63c", "Inference": "#a3d3cb"}
LINE_COLORS = ("#c9691b", "#1c5796")
TYPED = {"–": "-", "—": "-", "−": "-", "×": "x", "→": "->", "≥": ">="}
DRAWN = frozenset("…“”’·")

Box = tuple[float, float, float, float]
Point = tuple[float, float]


def chart_png(chart: Chart) -> bytes:
    """The picture. The same bytes for the same chart; blocking, about a tenth of a second."""
    page = _Page()
    top = _heading(page, chart.title, chart.subtitle)
    if isinstance(chart, BarChart):
        _draw_bars(page, chart, top)
    else:
        _draw_lines(page, chart, top)
    return page.png()


def typed(text: str) -> str:
    """Text in the letters that the built-in font has."""
    text = "".join(TYPED.get(letter, letter) for letter in text)
    kept = (letter if letter in DRAWN else unicodedata.normalize("NFKD", letter) for letter in text)
    return "".join(
        letter if " " <= letter <= "~" or letter in DRAWN else "?"
        for letter in "".join(kept)
        if not unicodedata.combining(letter)
    )


class _Page:
    """A card to draw on. Shapes come first, texts are set on top of all shapes when the picture is made."""

    def __init__(self) -> None:
        from PIL import Image, ImageDraw, ImageFont

        self._load_font = ImageFont.load_default
        self._draw_on = ImageDraw.Draw
        self._image = Image.new("RGB", (WIDTH * SHARP, HEIGHT * SHARP), CARD)
        self._shapes = ImageDraw.Draw(self._image)
        self._fonts: dict[int, Any] = {}
        self._texts: list[tuple[Point, str, int, str, str, int]] = []
        self.height = HEIGHT

    def _font(self, size: int) -> Any:
        if size not in self._fonts:
            self._fonts[size] = self._load_font(size)
        return self._fonts[size]

    def length(self, text: str, size: int) -> float:
        return float(self._font(size).getlength(typed(text)))

    def fit(self, text: str, size: int, room: float) -> str:
        """The text, or as much of it as fits, with an ellipsis."""
        if self.length(text, size) <= room:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            fits = self.length(text[:middle].rstrip() + "…", size) <= room
            low, high = (middle, high) if fits else (low, middle - 1)
        return text[:low].rstrip() + "…"

    def text(self, at: Point, text: str, size: int, color: str = INK, anchor: str = "ls", bold: int = 0) -> None:
        self._texts.append((at, typed(text), size, color, anchor, bold))

    def box(self, box: Box, color: str, outline: str | None = None, radius: float = 0) -> None:
        scaled = [round(side * SHARP) for side in box]
        scaled[2], scaled[3] = max(scaled[0], scaled[2] - 1), max(scaled[1], scaled[3] - 1)
        self._shapes.rounded_rectangle(scaled, radius * SHARP, fill=color, outline=outline, width=SHARP)

    def line(self, points: Sequence[Point], color: str, width: float) -> None:
        scaled = [(x * SHARP, y * SHARP) for x, y in points]
        self._shapes.line(scaled, fill=color, width=round(width * SHARP), joint="curve")

    def dot(self, at: Point, radius: float, color: str) -> None:
        x, y = at
        sides: list[Any] = [(x - radius) * SHARP, (y - radius) * SHARP, (x + radius) * SHARP, (y + radius) * SHARP]
        self._shapes.ellipse(sides, fill=color)

    def png(self) -> bytes:
        image = self._image.reduce(SHARP).crop((0, 0, WIDTH, self.height))
        draw = self._draw_on(image)
        draw.rectangle((0, 0, WIDTH - 1, self.height - 1), outline=EDGE, width=2)
        for at, text, size, color, anchor, bold in self._texts:
            draw.text(at, text, fill=color, font=self._font(size), anchor=anchor, stroke_width=bold / 2)
        made = io.BytesIO()
        image.save(made, "PNG", compress_level=6)
        return made.getvalue()


def _heading(page: _Page, title: str, subtitle: str) -> float:
    """Title and at most two lines below it; how far down they reach."""
    page.text((PAD, PAD + 34), page.fit(title, TITLE_SIZE, WIDTH - 2 * PAD), TITLE_SIZE, bold=1)
    y, room = PAD + 34.0, WIDTH - 2 * PAD
    words = subtitle.split()
    for last in (False, True):
        if words:
            count = len(words)
            while not last and count > 1 and page.length(" ".join(words[:count]), SUBTITLE_SIZE) > room:
                count -= 1
            y += 46 if not last else 36
            page.text((PAD, y), page.fit(" ".join(words[:count]), SUBTITLE_SIZE, room), SUBTITLE_SIZE, MUTED)
            words = words[count:]
    return y


def _legend(page: _Page, y: float, entries: Sequence[tuple[str, str]]) -> float:
    """Colour and name side by side; the baseline of what comes next."""
    room = (WIDTH - 2 * PAD) / len(entries) - 70
    x = float(PAD)
    for name, color in entries:
        shown = page.fit(name, LABEL_SIZE, room)
        page.box((x, y - 20, x + 24, y + 4), color, radius=5)
        page.text((x + 36, y), shown, LABEL_SIZE)
        x += 36 + page.length(shown, LABEL_SIZE) + 40
    return y


def ticks(top: float, most: int = 6) -> list[float]:
    """Round figures from zero up to the first that is no less than `top`."""
    if top <= 0:
        return [0.0, 1.0]
    rough = top / (most - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(size * power for size in (1, 2, 2.5, 5, 10) if size * power >= rough * 0.999999)
    return [step * at for at in range(math.ceil(top / step - 1e-9) + 1)]


def tick_text(usd: float, step: float) -> str:
    """`$2,500`, `$0.002`, `$4.5B`: as many digits as tell one tick from the next."""
    if not usd:
        return "$0"
    for power, unit in ((1e15, " quadrillion"), (1e12, "T"), (1e9, "B"), (1e6, "M")):
        if step >= power or (step >= power / 10 and usd >= power):
            return f"${usd / power:,.6g}{unit}"
    places = 0 if step >= 1 and step == int(step) else max(0, 1 - math.floor(math.log10(step)))
    return f"${usd:,.{min(places, 12)}f}"


def _draw_bars(page: _Page, chart: BarChart, top: float) -> None:
    """A row for each offer: its name, its parts end to end, its total."""
    colors = [COLORS.get(name, MUTED) for name in chart.series]
    top = _legend(page, top + 50, list(zip(chart.series, colors, strict=True))) + 34
    floor = HEIGHT - PAD - 28.0
    pitch = min(96.0, (floor - top) / len(chart.bars))
    size = 24 if pitch >= 34 else 22
    names = [page.fit(bar.name, size, 440) for bar in chart.bars]
    totals = [f"{bar.total} to {bar.ends}" if bar.ends else bar.total for bar in chart.bars]
    left = PAD + max(page.length(name, size) for name in names) + 20
    right = WIDTH - PAD - max(page.length(total, size) for total in totals) - 14
    sums = [float(sum(bar.parts)) for bar in chart.bars]
    marks = ticks(max(sums), max(3, min(7, int((right - left) / 130))))
    scale = (right - left) / max(*sums, marks[1] / 1000)
    floor = top + pitch * len(chart.bars)
    page.height = min(HEIGHT, round(floor) + 28 + PAD)
    for tick in marks:
        x = left + tick * scale
        if x <= right + 1:
            page.line([(x, top), (x, floor + 6)], GRID if tick else EDGE, 2)
            page.text((x, floor + 34), tick_text(tick, marks[1]), TICK_SIZE, MUTED, "ms")
    for at, (bar, name, total) in enumerate(zip(chart.bars, names, totals, strict=True)):
        middle = top + pitch * (at + 0.5)
        thick = min(54.0, pitch * 0.66)
        page.text((left - 16, middle), name, size, anchor="rm")
        end = _stack(page, [float(part) * scale for part in bar.parts], colors, (left, middle - thick / 2), thick)
        page.box((end + 8, middle - 14, end + 16 + page.length(total, size), middle + 14), CARD)
        page.text((end + 12, middle), total, size, anchor="lm")


def _stack(page: _Page, lengths: Sequence[float], colors: Sequence[str], at: Point, thick: float) -> float:
    """Parts end to end, parted by a gap where they are long enough; where the last one ends."""
    x, y = at
    for length, color in zip(lengths, colors, strict=True):
        if length:
            gap = 1.5 if length > 5 else 0.0
            page.box((x, y, max(x + length - gap, x + 1), y + thick), color)
            x += length
    return max(x, at[0] + 2)


def _draw_lines(page: _Page, chart: LineChart, top: float) -> None:
    """Axes, the lines with their last figures, and the pay-back."""
    top = (
        _legend(page, top + 50, [(line.name, color) for line, color in zip(chart.lines, LINE_COLORS, strict=True)]) + 44
    )
    floor = HEIGHT - PAD - 66.0
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
        page.line(points, color, 5)
        page.dot(points[-1], 6, color)
    _end_figures(page, chart.lines, ends, [points[-1] for points in drawn])
    if chart.mark:
        _pay_back(page, chart.mark, place(chart.mark.month, chart.mark.usd), drawn, (left, top, right, floor))


def _month_labels(page: _Page, chart: LineChart, places: Sequence[Point]) -> None:
    """Below the axis, as many as there is room for, and what they count."""
    free = -math.inf
    for month, (x, y) in zip(chart.months, places, strict=True):
        label = quantity(month) if month % 1 in (0, Decimal("0.5"), Decimal("0.25")) else f"{month:.2f}"
        half = page.length(label, TICK_SIZE) / 2
        if x - half >= free + 16 and (month == chart.months[-1] or x + half + 16 <= places[-1][0] - half):
            page.line([(x, y), (x, y + 7)], EDGE, 2)
            page.text((x, y + 34), label, TICK_SIZE, MUTED, "ms")
            free = x + half
    page.text(((places[0][0] + places[-1][0]) / 2, HEIGHT - PAD + 8), chart.x_label, TICK_SIZE, MUTED, "ms")


def _end_figures(page: _Page, lines: Sequence[Line], ends: Sequence[str], places: Sequence[Point]) -> None:
    """What each line comes to, beside its end; moved apart where they would touch."""
    order = sorted(range(len(lines)), key=lambda at: places[at][1])
    y = [places[at][1] for at in order]
    if len(y) == 2 and y[1] - y[0] < 32:
        middle = (y[0] + y[1]) / 2
        y = [middle - 16, middle + 16]
    for at, height in zip(order, y, strict=True):
        page.text((places[at][0] + 16, height), ends[at], LABEL_SIZE, LINE_COLORS[at], "lm", bold=1)


def _pay_back(page: _Page, mark: Mark, at: Point, drawn: Sequence[Sequence[Point]], plot: Box) -> None:
    """The dot, and what it says in the first place beside it that no line runs through."""
    x, y = at
    text = mark.text[:1].upper() + mark.text[1:]
    wide, high = page.length(text, LABEL_SIZE) + 28, 46.0
    clear = min((_height_at(points, x + step) for points in drawn for step in range(0, int(wide) + 40, 8)), default=y)
    corners = [
        (x + 22, y + 16),
        (x - wide - 22, y - high - 16),
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
    page.text((box[0] + 14, (box[1] + box[3]) / 2), text, LABEL_SIZE, anchor="lm")
    for radius, color in ((13, CARD), (11, INK), (5, CARD)):
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
