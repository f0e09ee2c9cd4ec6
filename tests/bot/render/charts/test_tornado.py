"""The tornado: its figures, Slack's block of it, and its picture."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from PIL import Image, ImageColor

from bot.render.charts.block import chart_block, input_names
from bot.render.charts.png import chart_png, drawn
from bot.render.charts.png_tornado import HIGH_COLOR, LOW_COLOR, brief
from bot.render.charts.tornado import Tornado, TornadoBar, tornado
from calculator import INPUT_LABELS
from playground.message_rules import check_message
from pricing import Catalog
from tests.bot.render.charts.test_charts import SAVES, compare


def figure(likely: str, *bars: tuple[str, str, str, str, str]) -> Tornado:
    made = (TornadoBar(name, low, high, Decimal(at_low), Decimal(at_high)) for name, low, high, at_low, at_high in bars)
    return Tornado("What moves the total", "Short", "Each bar changes one input.", "Alt.", Decimal(likely), tuple(made))


def row(bar: TornadoBar) -> tuple[str, str, str, Decimal, Decimal]:
    return bar.name, bar.low, bar.high, bar.at_low_usd, bar.at_high_usd


def test_figures_that_can_be_checked_on_paper(catalog: Catalog) -> None:
    """Training costs $40 an epoch: $120 for the likely 3. 10k calls a month cost $10.20: $122.40 in 12 months.

    Likely 120 + 122.40. 5k and 15k calls: 120 + 61.20 and 120 + 183.60. 2 and 4 epochs: 80 + 122.40, 160 + 122.40.
    """
    comparison = compare(f"{SAVES} months=12 calls=5k..15k/month epochs=2..4", catalog)
    assert comparison.best is not None
    chart = tornado(comparison, comparison.best)
    assert chart is not None
    assert chart.likely_usd == Decimal("242.40")
    assert [row(bar) for bar in chart.bars] == [
        ("Calls", "5k", "15k", Decimal("181.20"), Decimal("303.60")),
        ("Epochs", "2", "4", Decimal("202.40"), Decimal("282.40")),
    ]
    for said in ("$242.40", "calls 5k to 15k: $181.20 to $303.60", "epochs 2 to 4: $202.40 to $282.40"):
        assert said in chart.alt
    block = chart_block(chart)
    check_message({"text": chart.alt, "blocks": [block]})
    assert block["title"] == "What moves the total of $242.40, USD"
    assert block["chart"]["axis_config"] == {
        "categories": ["Calls 5k–15k", "Epochs 2–4"],
        "y_label": "USD more or less than likely",
    }
    assert {one["name"]: [point["value"] for point in one["data"]] for one in block["chart"]["series"]} == {
        "At its low end": [-61.2, -40.0],
        "At its high end": [61.2, 40.0],
    }


def test_what_moves_nothing_has_no_tornado(catalog: Catalog) -> None:
    free = compare("on=your-rates rates=0/0/0 examples=1k..2k example=1", catalog)
    assert free.estimates[0].total_usd == 0
    assert tornado(free, free.estimates[0]) is None


def test_every_input_has_a_name_that_slack_takes_whole() -> None:
    bars = [TornadoBar(label.short, "100,000", "900,000", Decimal(1), Decimal(2)) for label in INPUT_LABELS.values()]
    assert input_names(bars) == [label.short for label in INPUT_LABELS.values()]
    assert input_names([TornadoBar("Share from cache", "5%", "9%", Decimal(1), Decimal(2))] * 2) == [
        "Share from cache",
        "Share from cache 2",
    ]


@pytest.mark.parametrize(
    ("bar", "left", "right"),
    [
        (("Calls", "1k", "9k", "40", "180"), LOW_COLOR, HIGH_COLOR),
        (("Cached share", "10%", "90%", "140", "62"), HIGH_COLOR, LOW_COLOR),
        (("Examples", "1k", "9k", "100", "180"), None, HIGH_COLOR),
        (("Epochs", "1", "3", "60", "100"), LOW_COLOR, None),
        (("Calls", "1k", "9k", "99.9999", "500"), LOW_COLOR, HIGH_COLOR),
    ],
    ids=["rises", "falls", "likely is the low end", "likely is the high end", "tiny on one side"],
)
def test_each_end_is_drawn_on_its_side_of_the_likely_total(
    bar: tuple[str, str, str, str, str], left: str | None, right: str | None
) -> None:
    chart = figure("100", bar)
    texts = {text.text: text for text in drawn(chart).texts}
    x, y = round(texts["Likely $100.00"].at[0]), round(texts[bar[0]].at[1])
    with Image.open(io.BytesIO(chart_png(chart))) as image:
        colors = [image.convert("RGB").getpixel((x + side * 4, y)) for side in (-1, 1)]
    bars = {ImageColor.getrgb(color) for color in (LOW_COLOR, HIGH_COLOR)}
    for found, wanted in zip(colors, (left, right), strict=True):
        assert found == ImageColor.getrgb(wanted) if wanted else found not in bars
    low, high = sorted(((bar[1], Decimal(bar[3])), (bar[2], Decimal(bar[4]))), key=lambda end: end[1])
    assert texts[low[0]].at[0] < x < texts[high[0]].at[0]


def test_the_ends_differ_in_lightness() -> None:
    """At least 3 to 1, so that grey print and any eye tells them apart."""

    def luminance(color: str) -> float:
        shares = [part / 255 for part in ImageColor.getrgb(color)]
        linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    assert (luminance(HIGH_COLOR) + 0.05) / (luminance(LOW_COLOR) + 0.05) > 3


def test_a_likely_total_far_larger_than_its_swing_can_be_drawn() -> None:
    whole = Decimal(10) ** 20
    assert chart_png(figure(str(whole), ("Calls", "1", "2", str(whole), str(whole + 1)))).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("usd", "said"),
    [("0.000042", "$0.0000420"), ("99.5", "$99.50"), ("12345.6", "$12,346"), ("1234567", "$1.235M"), ("4e12", "$4T")],
)
def test_sums_where_there_is_little_room(usd: str, said: str) -> None:
    assert brief(Decimal(usd), cents=Decimal(usd) < 1000) == said
