"""Charts: the figures are the calculator's, the block is within Slack's limits, the picture is a picture."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageFont

from bot.cli.main import main
from bot.render.charts.block import chart_block, distinct
from bot.render.charts.model import BarChart, LineChart, break_even_chart, chart_of, comparison_chart
from bot.render.charts.png import chart_png
from bot.render.charts.png_page import DRAWN, tick_text, ticks, typed
from calculator import Comparison, break_even, estimate, read_scenario
from playground.message_rules import check_message
from pricing import Catalog
from tests.conftest import LINE

TODAY = date(2026, 11, 21)
ALL = f"on=all {LINE.partition(' ')[2]}"
PROMPT = "prompt=2000->100 call=100/70"
OWN = f"on=your-rates rates=10/3/6 base_rates=3/6 {PROMPT} examples=10k example=250/150 epochs=3"
SAVES = f"{OWN} calls=10k/month"
ENDS = f"on=openai/gpt-4.1-mini customer=existing base=gpt-4o {PROMPT} examples=10k example=250/150"

LINES = {
    "pays back": SAVES,
    "horizon that is not a step": f"{SAVES} months=25",
    "longest": f"{SAVES} months=60",
    "one month": f"{SAVES} months=1",
    "beyond the horizon": f"{OWN} calls=1k/month prep=400",
    "far beyond the horizon": f"{OWN} calls=1/month prep=400",
    "growing": f"{SAVES} growth=7%",
    "shrinking": f"{SAVES} growth=-20%",
    "retrained": f"{SAVES} retrain=5 runs=3 prep=40",
    "retrained every month": f"{SAVES} retrain=1 months=60 growth=5%",
    "never": f"{OWN} base_rates=0.1/0.1 calls=10k/month",
    "the model ends": f"{ENDS} calls=20/month",
    "it pays back and ends": f"{ENDS} calls=50k/day",
    "hosted": f"on=azure base=gpt-4o {PROMPT} examples=10k example=250/150 calls=50k/day",
    "ranges": f"{SAVES} examples=10k..50k",
    "dear": f"{OWN} rates=1000/900/900 base_rates=900/900 calls=1B/day examples=1B",
    "cheap": f"{OWN} rates=0.001/0.0001/0.0001 base_rates=0.001/0.001 calls=1/month examples=1",
    "a long name": f"{SAVES} base={'Very-long-name-' * 6}",
    "a hostile name": f"{SAVES} base=<!channel>&<@U1>你好…é",
}
BARS = {
    "all": ALL,
    "two": f"{LINE} prep=500 retrain=3",
    "azure ends early": f"{ALL} on=azure",
    "ranges": f"{LINE} calls=10k..50k/day",
    "tiny": "on=all examples=1 example=1 calls=1/month call=1/1",
    "nothing to pay": "on=your-rates rates=0/0/0 examples=1 example=1",
    "training only": "on=all examples=10k example=250/150",
}


def compare(line: str, catalog: Catalog) -> Comparison:
    return estimate(read_scenario(dict(word.split("=", 1) for word in line.split())), catalog, TODAY)


def lines_of(line: str, catalog: Catalog) -> LineChart:
    chart = chart_of(compare(line, catalog))
    assert isinstance(chart, LineChart)
    return chart


def bars_of(line: str, catalog: Catalog) -> BarChart:
    chart = comparison_chart(compare(line, catalog))
    assert isinstance(chart, BarChart)
    return chart


@pytest.mark.parametrize("line", [*LINES.values(), *BARS.values()], ids=[*LINES, *BARS])
def test_slack_accepts_the_block_and_the_picture_can_be_drawn(line: str, catalog: Catalog) -> None:
    chart = chart_of(compare(line, catalog))
    assert chart is not None
    assert len(chart.alt) <= 1_000
    block = chart_block(chart)
    check_message({"text": chart.alt, "blocks": [block]})
    assert len(block["chart"]["axis_config"]["categories"]) == len(
        chart.bars if isinstance(chart, BarChart) else chart.months
    )
    with Image.open(io.BytesIO(chart_png(chart))) as image:
        assert image.format == "PNG"
        assert image.width == 1600
        assert image.height == 900 or (isinstance(chart, BarChart) and len(chart.bars) < 8 and image.height < 900)


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_the_last_points_are_the_totals_of_the_same_months(line: str, catalog: Catalog) -> None:
    chart, comparison = lines_of(line, catalog), compare(line, catalog)
    best = comparison.best
    assert best is not None
    assert comparison.base is not None
    end = chart.months[-1]
    assert chart.months[0] == 0
    assert list(chart.months) == sorted(set(chart.months))
    assert [one.values[0] for one in chart.lines] == [0, best.one_off_usd]
    for one in chart.lines:
        assert one.curve[-1] == (end, one.values[-1])
        assert dict(one.curve).items() >= {
            (month, usd) for month, usd in zip(chart.months, one.values, strict=True) if month in dict(one.curve)
        }
    if end > comparison.plan.months:
        if end > 60:
            return  # longer than a question can be
        comparison = compare(f"{line} months={end}", catalog)
        assert comparison.best is not None
        assert comparison.base is not None
        best = comparison.best
    assert best.months == end
    assert chart.lines[1].values[-1] == best.total_usd
    if end == comparison.base.months:
        total = comparison.base.total_usd
        assert total is not None
        assert abs(chart.lines[0].values[-1] - total) <= total / 10**20
    elif (payback := break_even(comparison, best)) and payback.net_usd is not None:
        net = chart.lines[0].values[-1] - chart.lines[1].values[-1]
        assert abs(net - payback.net_usd) < Decimal("1e-15")


def test_figures_that_can_be_checked_on_paper(catalog: Catalog) -> None:
    """Training 10k × 400 × 3 = 12M tokens at $10: $120. 10k calls: prompting 21M × $3 + 0.7M × $6 = $67.20 a month,
    tuned 2M × $3 + $4.20 = $10.20. A month saves $57.00: 120 / 57 = 2.105 months, at 67.2 × 2.105 = $141.47.
    """
    chart = lines_of(f"{SAVES} months=12", catalog)
    prompting, tuned = chart.lines
    assert prompting.values == tuple(month * Decimal("67.20") for month in range(13))
    assert tuned.values == tuple(120 + month * Decimal("10.20") for month in range(13))
    assert chart.mark is not None
    assert round(chart.mark.month, 3) == Decimal("2.105")
    assert round(chart.mark.usd, 2) == Decimal("141.47")
    assert chart.mark.text == "pays back after 21,053 calls, 2027-01-25"
    for figure in ("$0.00", "$806.40", "$120.00", "$242.40", "21,053 calls", "2027-01-25"):
        assert figure in chart.alt


def test_a_retraining_comes_with_its_month(catalog: Catalog) -> None:
    """$120 at the start and one more after months 5 and 10."""
    tuned = lines_of(f"{SAVES} retrain=5", catalog).lines[1].values
    assert [tuned[month + 1] - tuned[month] - Decimal("10.20") for month in range(12)] == [
        120 if month in (5, 10) else 0 for month in range(12)
    ]


def test_the_pay_back_is_in_the_picture_wherever_it_lies(catalog: Catalog) -> None:
    late, early, never = (lines_of(LINES[name], catalog) for name in ("beyond the horizon", "pays back", "never"))
    assert late.mark
    assert 12 < late.mark.month < late.months[-1]
    assert early.mark
    assert early.months[-1] == 12
    assert never.mark is None
    assert "Never" in never.short_title
    assert "never" in never.alt
    ends = lines_of(LINES["the model ends"], catalog)
    assert ends.months[-1] < 2


def test_bars_add_up_to_the_totals(catalog: Catalog) -> None:
    for line in BARS.values():
        comparison, chart = compare(line, catalog), bars_of(line, catalog)
        for bar, one in zip(chart.bars, comparison.estimates, strict=False):
            assert sum(bar.parts) == one.total_usd
        left_out = sum(bar.name not in chart.alt for bar in chart.bars)
        assert (f"and {left_out} more" in chart.alt) == (left_out > 0)


def test_the_best_twenty_with_names_that_differ(catalog: Catalog) -> None:
    chart = bars_of(BARS["training only"], catalog)
    names = chart_block(chart)["chart"]["axis_config"]["categories"]
    assert len(names) == len(set(names)) == 20
    assert "20 cheapest of" in chart.subtitle
    early = chart_block(bars_of(BARS["azure ends early"], catalog))
    assert "* ends earlier" in early["title"]
    assert any(name.endswith(" *") for name in early["chart"]["axis_config"]["categories"])


def test_long_names_stay_apart() -> None:
    names = distinct(["A name that is longer than that 1", "A name that is longer than that 2", "Short", "Short"])
    assert len(set(names)) == 4
    assert max(map(len, names)) == 20


def test_nothing_to_draw(catalog: Catalog) -> None:
    assert break_even_chart(compare(LINE, catalog)) is None
    no_calls = compare(f"{OWN} calls=1/month".replace("calls=1/month", ""), catalog)
    assert break_even_chart(no_calls) is None
    assert isinstance(chart_of(no_calls), BarChart)


def test_the_same_picture_twice(catalog: Catalog) -> None:
    for line in (LINES["retrained"], BARS["all"]):
        assert chart_png(chart_of(compare(line, catalog))) == chart_png(chart_of(compare(line, catalog)))  # type: ignore[arg-type]


def test_the_font_has_every_letter_that_is_drawn() -> None:
    font: Any = ImageFont.load_default(25)
    unknown = bytes(font.getmask("\uffff"))
    assert all(bytes(font.getmask(letter)) != unknown for letter in [*map(chr, range(33, 127)), *DRAWN])
    assert typed("é – “ü” 3 × 你…") == "e - “u” 3 x ?…"


@pytest.mark.parametrize("top", [0, 1e-9, 0.03, 1, 7, 99.99, 1000, 12_345, 1e9, 3.3e17])
def test_axis_figures_are_round_and_differ(top: float) -> None:
    marks = ticks(top)
    assert marks[-1] >= top
    assert 2 <= len(marks) <= 7
    texts = [tick_text(mark, marks[1]) for mark in marks]
    assert len(set(texts)) == len(texts)
    assert texts[0] == "$0"


def test_nothing_is_drawn_before_it_is_asked_for() -> None:
    code = "import sys, bot.services, bot.cli.main, bot.render.charts.png; print('PIL' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "False"


def test_the_command_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for line in (SAVES, ALL):
        path = tmp_path / "out.png"
        assert main(["--as-of", "2026-11-21", "--chart", str(path), line]) == 0
        assert path.read_bytes().startswith(b"\x89PNG")
        path.unlink()
    for name, line, said in (
        ("out.jpg", SAVES, "charts are PNG files"),
        ("none/out.png", SAVES, "No such file"),
        ("out.png", "models llama", "a question that has a price"),
    ):
        capsys.readouterr()
        assert main(["--chart", str(tmp_path / name), line]) == 2
        assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
