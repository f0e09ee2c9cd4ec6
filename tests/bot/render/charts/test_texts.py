"""The texts of a picture: all of them on the card, none on another."""

from __future__ import annotations

from itertools import combinations

import pytest
from PIL import Image, ImageDraw, ImageFont

from bot.render.charts.model import Chart, chart_of
from bot.render.charts.png import drawn
from bot.render.charts.png_page import PAD, WIDTH, PngCanvas
from calculator import INPUT_LABELS
from pricing import Catalog
from tests.bot.render.charts.test_charts import BARS, LINES, compare
from tests.bot.render.charts.test_tornado import figure

NAMES = [label.short for label in INPUT_LABELS.values()]
TORNADOS = {
    "one bar": figure("53.55", ("Calls", "10k", "90k", "12.5", "98.1")),
    "twelve bars": figure(
        "5355",
        *((name, "100.5k", "900.5k", str(555 + 400 * at), str(10755 - 450 * at)) for at, name in enumerate(NAMES[:12])),
    ),
    "the widest names": figure(
        "5355", *((name, "1", "2", "1355", "9755") for name in sorted(NAMES, key=len, reverse=True)[:12])
    ),
    "huge": figure(
        "4.2e15", ("Calls", "1M", "90B", "1.1e11", "9.3e16"), ("Examples", "1k", "9M", "4.1999e15", "4.2001e15")
    ),
    "tiny": figure("0.00042", ("Calls", "1", "9", "0.0000113", "0.00093"), ("Epochs", "1", "6", "0.00041", "0.00045")),
    "all on the left": figure("980", ("Calls", "10k", "90k", "120", "980"), ("Epochs", "1", "9", "300", "980")),
    "all on the right": figure("120", ("Calls", "10k", "90k", "120", "980"), ("Epochs", "1", "9", "120", "300")),
    "both ends on one side": figure("120", ("Retraining, months", "1", "9", "130", "180")),
    "hardly moves": figure("1e9", ("Calls", "1", "2", "999999999.99", "1000000000.01")),
}


def boxes(page: PngCanvas) -> dict[str, tuple[float, float, float, float]]:
    """Where Pillow sets each text, by the text and its place."""
    draw = ImageDraw.Draw(Image.new("RGB", (1, 1)))
    return {
        f"{text.text} at {text.at}": draw.textbbox(
            text.at, text.text, ImageFont.load_default(text.size), text.anchor, stroke_width=text.bold / 2
        )
        for text in page.texts
        if text.text
    }


def check(chart: Chart) -> None:
    page = drawn(chart)
    placed = boxes(page)
    for text, (left, top, right, bottom) in placed.items():
        assert left >= PAD - 30, text
        assert right <= WIDTH - PAD + 30, text
        assert top > 0, text
        assert bottom < page.height, text
    for (one, first), (other, second) in combinations(placed.items(), 2):
        apart = first[2] <= second[0] or second[2] <= first[0] or first[3] <= second[1] or second[3] <= first[1]
        assert apart, f"{one} lies on {other}"


@pytest.mark.parametrize("chart", TORNADOS.values(), ids=TORNADOS)
def test_texts_of_a_tornado(chart: Chart) -> None:
    check(chart)
    assert drawn(chart).height <= 900


@pytest.mark.parametrize("line", [*LINES.values(), *BARS.values()], ids=[*LINES, *BARS])
def test_texts_of_bars_and_lines(line: str, catalog: Catalog) -> None:
    chart = chart_of(compare(line, catalog))
    assert chart is not None
    check(chart)
