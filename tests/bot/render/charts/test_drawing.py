"""Drawn charts: every text inside the image and none on another, for any data."""

from __future__ import annotations

import logging
import struct
from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from bot.render.charts.build import chart_of
from bot.render.charts.drawing import LINE_COLORS, PART_COLORS, TORNADO_COLORS, draw_figure, draw_png, tick_text
from bot.render.charts.fonts import drawable_text
from bot.render.charts.model import (
    Bar,
    BarChart,
    Chart,
    ChartMarker,
    CostLine,
    LineChart,
    MonthBar,
    MonthlyChart,
    TornadoChart,
)
from calculator import INPUT_LABELS
from pricing import Catalog
from tests.bot.render.charts.cases import BARS, LINES, compare, tornado_of

NAMES = [label.short for label in INPUT_LABELS.values()]
TORNADOS = {
    "one bar": tornado_of("53.55", ("Calls", "10k", "90k", "12.5", "98.1")),
    "twelve bars": tornado_of(
        "5355",
        *(
            (name, "100.5k", "900.5k", str(555 + 400 * row), str(10755 - 450 * row))
            for row, name in enumerate(NAMES[:12])
        ),
    ),
    "the widest names": tornado_of(
        "5355", *((name, "1", "2", "1355", "9755") for name in sorted(NAMES, key=len, reverse=True)[:12])
    ),
    "huge": tornado_of(
        "4.2e15", ("Calls", "1M", "90B", "1.1e11", "9.3e16"), ("Examples", "1k", "9M", "4.1999e15", "4.2001e15")
    ),
    "tiny": tornado_of(
        "0.00042", ("Calls", "1", "9", "0.0000113", "0.00093"), ("Epochs", "1", "6", "0.00041", "0.00045")
    ),
    "all on the left": tornado_of("980", ("Calls", "10k", "90k", "120", "980"), ("Epochs", "1", "9", "300", "980")),
    "all on the right": tornado_of("120", ("Calls", "10k", "90k", "120", "980"), ("Epochs", "1", "9", "120", "300")),
    "both ends on one side": tornado_of("120", ("Months to retraining", "1", "9", "130", "180")),
    "hardly moves": tornado_of("1e9", ("Calls", "1", "2", "999999999.99", "1000000000.01")),
    "far larger than its swing": tornado_of("1e20", ("Calls", "1", "2", "1e20", "100000000000000000001")),
}


def texts(figure: Figure) -> Iterator[Text]:
    figure.draw_without_rendering()  # places the texts, without the pixels
    yield from figure.texts
    for legend in figure.legends:
        yield from legend.get_texts()
    for axes in figure.axes:
        yield from axes.texts
        yield axes.xaxis.label
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in axis.get_major_ticks():
                if low - 1e-9 * abs(low) <= tick.get_loc() <= high + 1e-9 * abs(high):
                    yield tick.label1


def check_texts(chart: Chart) -> None:
    figure = draw_figure(chart)
    boxes = {}
    for text in texts(figure):
        if text.get_text():
            # The extent of the letters, without an annotation's background.
            boxes[id(text)] = (text.get_text(), Text.get_window_extent(text))
    for content, box in boxes.values():
        assert box.x0 >= 0, content
        assert box.y0 >= 0, content
        assert box.x1 <= 1600, content
        assert box.y1 <= figure.bbox.height, content
    for (content, box), (other_content, other_box) in combinations(boxes.values(), 2):
        across = min(box.x1, other_box.x1) - max(box.x0, other_box.x0)
        down = min(box.y1, other_box.y1) - max(box.y0, other_box.y0)
        # Extents include the descent, so lines of text may share a pixel or two.
        assert across <= 0 or down <= 4, f"{content!r} lies on {other_content!r}"


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.mark.parametrize("chart", TORNADOS.values(), ids=TORNADOS)
def test_texts_of_tornados_do_not_overlap(chart: Chart) -> None:
    check_texts(chart)


@pytest.mark.parametrize("line", [*LINES.values(), *BARS.values()], ids=[*LINES, *BARS])
def test_texts_of_bars_and_lines_do_not_overlap(line: str, catalog: Catalog) -> None:
    chart = chart_of(compare(line, catalog))
    assert chart is not None
    check_texts(chart)


usd = st.decimals(0, 10**18, places=2) | st.decimals("0", "0.001", places=9) | st.just(Decimal(0))
change = st.decimals(-(10**9), 10**9, places=2)
foreign = st.sampled_from(["Поддержка", "客服模型", "Η υποστήριξη", "دعم", "고객 지원", "$1 for $2", "_"])
name = st.text(max_size=90) | foreign


@st.composite
def bar_charts(draw: st.DrawFn) -> BarChart:
    series = tuple(PART_COLORS)[: draw(st.integers(1, 4))]
    rows = draw(
        st.lists(st.tuples(name, st.lists(usd, min_size=len(series), max_size=len(series))), min_size=1, max_size=20)
    )
    bars = tuple(
        Bar(offer, tuple(costs), f"${sum(costs):,.2f}", draw(st.sampled_from([None, "2027-01-14"])))
        for offer, costs in rows
    )
    return BarChart(draw(name), draw(name), "", series, bars, {offer: "openai/gpt-4.1" for offer, _ in rows})


@st.composite
def line_charts(draw: st.DrawFn) -> LineChart:
    months = tuple(map(Decimal, range(draw(st.integers(2, 20)))))
    lines = []
    for _ in LINE_COLORS:
        values = tuple(draw(st.lists(usd, min_size=len(months), max_size=len(months))))
        lines.append(CostLine(draw(name), values, tuple(zip(months, values, strict=True))))
    marker = draw(
        st.none() | st.builds(ChartMarker, st.decimals(0, len(months) - 1, places=2), usd, st.just("pays back"))
    )
    return LineChart(draw(name), "", draw(name), "", "Months", months, tuple(lines), marker)


@st.composite
def monthly_charts(draw: st.DrawFn) -> MonthlyChart:
    rows = draw(st.lists(st.tuples(change | usd, change | usd, st.booleans()), min_size=1, max_size=20))
    bars = tuple(MonthBar(f"2026-{month:02}", *row) for month, row in enumerate(rows))
    return MonthlyChart(draw(name), "", draw(name), "", bars)


@st.composite
def tornado_charts(draw: st.DrawFn) -> TornadoChart:
    rows = draw(st.lists(st.tuples(st.sampled_from(NAMES), usd, usd), min_size=1, max_size=12))
    return tornado_of(str(draw(usd)), *((label, "1", "90k", str(low), str(high)) for label, low, high in rows))


@settings(max_examples=20)
@example(BarChart("客服", "", "", ("One-off",), (Bar("客服", (Decimal(1),), "$1.00", None),)))
@given(bar_charts() | line_charts() | monthly_charts() | tornado_charts())
def test_any_chart_is_drawn_without_warnings(chart: Chart) -> None:
    """Warnings are errors here, a glyph that no font has among them."""
    width, height = size(draw_png(chart))
    assert width == 1600
    assert 250 <= height <= 2200


@settings(max_examples=10)
@given(bar_charts() | tornado_charts() | monthly_charts())
def test_texts_of_any_rows_do_not_overlap(chart: Chart) -> None:
    check_texts(chart)


def test_image_depends_on_the_data_alone(catalog: Catalog) -> None:
    lines = (LINES["retrained"], LINES["growing"], BARS["two"])
    images = [draw_png(chart) for line in lines if (chart := chart_of(compare(line, catalog)))]
    repeats = [draw_png(chart) for line in lines if (chart := chart_of(compare(line, catalog)))]
    assert images == repeats
    assert len(set(images)) == 3


def test_drawing_logs_nothing(caplog: pytest.LogCaptureFixture, catalog: Catalog) -> None:
    chart = chart_of(compare(LINES["a hostile name"], catalog))
    assert chart is not None
    with caplog.at_level(logging.WARNING):
        draw_png(chart)
    assert caplog.records == []


@pytest.mark.parametrize("text", ["Поддержка", "Η υποστήριξη", "Tiếng Việt – “é” × …", "دعم"])
def test_text_with_glyphs_is_kept(text: str) -> None:
    assert drawable_text(text, {}) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tuned: 客服模型 (Azure)", "Tuned: azure/support"),
        ("GPT beside 客服模型 (Azure)", "GPT beside azure/support"),
        ("Tuned: 客服🙂!", "Tuned: !"),
    ],
)
def test_name_without_glyphs_becomes_its_alternative(text: str, expected: str) -> None:
    alternatives = {"客服模型 (Azure)": "azure/support", "GPT": "openai/gpt"}
    assert drawable_text(text, alternatives, lambda letter: ord(letter) < 0x500) == expected


@pytest.mark.parametrize(
    ("bar", "left", "right"),
    [
        (("Calls", "1k", "9k", "40", "180"), TORNADO_COLORS[0], TORNADO_COLORS[1]),
        (("Cached share", "10%", "90%", "140", "62"), TORNADO_COLORS[1], TORNADO_COLORS[0]),
        (("Examples", "1k", "9k", "100", "180"), None, TORNADO_COLORS[1]),
        (("Epochs", "1", "3", "60", "100"), TORNADO_COLORS[0], None),
    ],
    ids=["rises", "falls", "likely is the low end", "likely is the high end"],
)
def test_each_end_is_on_its_side_of_the_likely_total(
    bar: tuple[str, str, str, str, str], left: str | None, right: str | None
) -> None:
    (axes,) = draw_figure(tornado_of("100", bar)).axes
    sides: dict[str, tuple[float, ...]] = {"left": (), "right": ()}
    for patch in axes.patches:
        assert isinstance(patch, Rectangle)
        start, end = sorted((patch.get_x(), patch.get_x() + patch.get_width()))
        assert start == 100 or end == 100
        if start < 100:
            sides["left"] = to_rgb(patch.get_facecolor())
        if end > 100:
            sides["right"] = to_rgb(patch.get_facecolor())
    assert sides == {"left": to_rgb(left) if left else (), "right": to_rgb(right) if right else ()}


def test_ends_of_a_tornado_differ_in_lightness() -> None:
    """WCAG contrast of at least 3 to 1, so that grey print and colour-blind readers tell them apart."""

    def luminance(color: str) -> float:
        linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in to_rgb(color)]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = map(luminance, TORNADO_COLORS)
    assert (high + 0.05) / (low + 0.05) > 3


@pytest.mark.parametrize(
    ("amount", "step", "text"),
    [
        (0, 5, "$0"),
        (2500, 500, "$2,500"),
        (0.002, 0.001, "$0.0020"),
        (4.5e9, 5e8, "$4.5B"),
        (-200, 100, "−$200"),
        (1e15, 1e15, "$1 quadrillion"),
    ],
)
def test_tick_text(amount: float, step: float, text: str) -> None:
    assert tick_text(amount, step) == text
