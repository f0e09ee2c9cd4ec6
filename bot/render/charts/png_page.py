"""The card that charts are drawn on: shapes, texts, a heading, a legend, and the figures of an axis."""

from __future__ import annotations

import io
import math
import unicodedata
from collections.abc import Sequence
from typing import Any, NamedTuple

WIDTH, HEIGHT = 1600, 900
PAD = 56
TITLE_SIZES, SUBTITLE_SIZE, LABEL_SIZE, TICK_SIZE = (50, 44, 38), 32, 32, 29
"""Large: Slack shows the picture at about a third of its size."""
AXIS = 44
"""Room below a plot for the figures of its axis."""
SHARP = 2
"""Shapes are drawn so many times larger and scaled down, which smooths their edges."""
INK, MUTED, GRID, EDGE, CARD = "#1d2430", "#56606e", "#e3e7ec", "#cfd5dd", "#ffffff"
UNITS = ((1e15, " quadrillion"), (1e12, "T"), (1e9, "B"), (1e6, "M"))
TYPED = {"–": "-", "—": "-", "−": "-", "×": "x", "→": "->", "≥": ">="}
DRAWN = frozenset("…“”’·")

Box = tuple[float, float, float, float]
Point = tuple[float, float]


class Text(NamedTuple):
    """A line of text; `anchor` is Pillow's: which point of the text lies at `at`."""

    at: Point
    text: str
    size: int
    color: str
    anchor: str
    bold: int


def typed(text: str) -> str:
    """Text in the letters that the built-in font has."""
    text = "".join(TYPED.get(letter, letter) for letter in text)
    kept = (letter if letter in DRAWN else unicodedata.normalize("NFKD", letter) for letter in text)
    return "".join(
        letter if " " <= letter <= "~" or letter in DRAWN else "?"
        for letter in "".join(kept)
        if not unicodedata.combining(letter)
    )


class PngCanvas:
    """A card to draw on. Shapes come first, texts are set on top of all shapes when the picture is made."""

    def __init__(self) -> None:
        from PIL import Image, ImageDraw, ImageFont

        self._load_font = ImageFont.load_default
        self._draw_on = ImageDraw.Draw
        self._image = Image.new("RGB", (WIDTH * SHARP, HEIGHT * SHARP), CARD)
        self._shapes = ImageDraw.Draw(self._image)
        self._fonts: dict[int, Any] = {}
        self.texts: list[Text] = []
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
        self.texts.append(Text(at, typed(text), size, color, anchor, bold))

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
        for at, text, size, color, anchor, bold in self.texts:
            draw.text(at, text, fill=color, font=self._font(size), anchor=anchor, stroke_width=bold / 2)
        made = io.BytesIO()
        image.save(made, "PNG", compress_level=6)
        return made.getvalue()


def heading(page: PngCanvas, title: str, subtitle: str) -> float:
    """Title and at most two lines below it; how far down they reach."""
    room, y = WIDTH - 2 * PAD, PAD + 36.0
    size = next((size for size in TITLE_SIZES if page.length(title, size) <= room), TITLE_SIZES[-1])
    page.text((PAD, y), page.fit(title, size, room), size, bold=1)
    words = subtitle.split()
    for last in (False, True):
        if words:
            count = len(words)
            while not last and count > 1 and page.length(" ".join(words[:count]), SUBTITLE_SIZE) > room:
                count -= 1
            y += 52 if not last else 42
            page.text((PAD, y), page.fit(" ".join(words[:count]), SUBTITLE_SIZE, room), SUBTITLE_SIZE, MUTED)
            words = words[count:]
    return y


def legend(page: PngCanvas, y: float, entries: Sequence[tuple[str, str]]) -> float:
    """Colour and name side by side; the baseline of what comes next."""
    room = (WIDTH - 2 * PAD) / len(entries) - 78
    x = float(PAD)
    for name, color in entries:
        shown = page.fit(name, LABEL_SIZE, room)
        page.box((x, y - 25, x + 30, y + 5), color, radius=6)
        page.text((x + 42, y), shown, LABEL_SIZE)
        x += 42 + page.length(shown, LABEL_SIZE) + 36
    return y


def round_step(span: float, most: int) -> float:
    """The smallest of 1, 2, 2.5, 5, 10, … that goes into `span` fewer than `most` times."""
    rough = span / (most - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    return next(size * power for size in (1, 2, 2.5, 5, 10) if size * power >= rough * 0.999999)


def ticks(top: float, most: int = 6) -> list[float]:
    """Round figures from zero up to the first that is no less than `top`."""
    if top <= 0:
        return [0.0, 1.0]
    step = round_step(top, most)
    return [step * at for at in range(math.ceil(top / step - 1e-9) + 1)]


def tick_text(usd: float, step: float) -> str:
    """`$2,500`, `$0.002`, `$4.5B`: as many digits as tell one tick from the next."""
    if not usd:
        return "$0"
    for power, unit in UNITS:
        if step >= power or (step >= power / 10 and usd >= power):
            return f"${usd / power:,.6g}{unit}"
    places = 0 if step >= 1 and step == int(step) else max(0, 1 - math.floor(math.log10(step)))
    return f"${usd:,.{min(places, 12)}f}"
