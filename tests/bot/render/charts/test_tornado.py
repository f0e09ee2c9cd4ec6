"""The tornado: its figures and Slack's block of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bot.render.charts.block import chart_block, input_names
from bot.render.charts.model import TornadoBar
from bot.render.charts.tornado import tornado_chart
from bot.render.parts.money import brief
from calculator import INPUT_LABELS, estimate, read_scenario
from playground import check_message
from pricing import Catalog
from tests.bot.render.charts.cases import SAVES, compare


def row(bar: TornadoBar) -> tuple[str, str, str, Decimal, Decimal]:
    return bar.name, bar.low, bar.high, bar.at_low_usd, bar.at_high_usd


def test_tornado_of_a_worked_example(catalog: Catalog) -> None:
    """Training costs $40 an epoch: $120 for the likely 3. 10k calls a month cost $10.20: $122.40 in 12 months.

    Likely 120 + 122.40. 5k and 15k calls: 120 + 61.20 and 120 + 183.60. 2 and 4 epochs: 80 + 122.40, 160 + 122.40.
    """
    comparison = compare(f"{SAVES} months=12 calls=5k..15k/month epochs=2..4", catalog)
    assert comparison.best is not None
    chart = tornado_chart(comparison, comparison.best)
    assert chart is not None
    assert chart.likely_usd == Decimal("242.40")
    assert [row(bar) for bar in chart.bars] == [
        ("Calls", "5k", "15k", Decimal("181.20"), Decimal("303.60")),
        ("Epochs", "2", "4", Decimal("202.40"), Decimal("282.40")),
    ]
    for text in ("$242.40", "calls 5k to 15k: $181.20 to $303.60", "epochs 2 to 4: $202.40 to $282.40"):
        assert text in chart.alt
    block = chart_block(chart)
    check_message({"text": chart.alt, "blocks": [block]})
    assert block["title"] == "What moves the total of $242.40, USD"
    assert block["chart"]["axis_config"] == {
        "categories": ["Calls 5k–15k", "Epochs 2–4"],
        "y_label": "USD more or less than likely",
    }
    assert {series["name"]: [point["value"] for point in series["data"]] for series in block["chart"]["series"]} == {
        "At its low end": [-61.2, -40.0],
        "At its high end": [61.2, 40.0],
    }


def test_free_offer_has_no_tornado(catalog: Catalog) -> None:
    free = compare("on=your-rates rates=0/0/0 examples=1k..2k example=1", catalog)
    assert free.estimates[0].total_usd == 0
    assert tornado_chart(free, free.estimates[0]) is None


def test_input_names_fit_slacks_limit() -> None:
    bars = [TornadoBar(label.short, "100,000", "900,000", Decimal(1), Decimal(2)) for label in INPUT_LABELS.values()]
    assert input_names(bars) == [label.short for label in INPUT_LABELS.values()]
    assert input_names([TornadoBar("Share from cache", "5%", "9%", Decimal(1), Decimal(2))] * 2) == [
        "Share from cache",
        "Share from cache 2",
    ]


@pytest.mark.parametrize(
    ("usd", "text"),
    [("0.000042", "$0.0000420"), ("99.5", "$99.50"), ("12345.6", "$12,346"), ("1234567", "$1.235M"), ("4e12", "$4T")],
)
def test_brief_amounts(usd: str, text: str) -> None:
    assert brief(Decimal(usd), cents=Decimal(usd) < 1000) == text


def test_bars_and_likely_total_cover_the_same_months(catalog: Catalog) -> None:
    """The tuned model ends on 14 Oct 2027. With prompting to the horizon, the likely total is between a bar's ends."""
    fields = {"on": "azure/gpt-4.1-mini@global", "examples": "10k", "example": "600", "calls": "20k/day"}
    fields |= {"call": "300/150", "prompt": "1500->100", "base": "gpt-6-luna"}
    comparison = estimate(read_scenario(fields), catalog, date(2026, 11, 29))
    chart = tornado_chart(comparison, comparison.estimates[0])
    assert chart is not None
    for bar in chart.bars:
        assert min(bar.at_low_usd, bar.at_high_usd) <= chart.likely_usd <= max(bar.at_low_usd, bar.at_high_usd)
