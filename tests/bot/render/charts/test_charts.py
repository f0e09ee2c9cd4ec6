"""Charts: the figures are the calculator's, the block is within Slack's limits."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.render.charts.block import chart_block, distinct_names
from bot.render.charts.break_even import break_even_chart
from bot.render.charts.build import chart_of, comparison_chart
from bot.render.charts.model import BarChart, LineChart
from bot.render.parts.tables import has_other_period
from calculator import average_month, break_even, horizon_total
from playground import check_message
from pricing import Catalog
from tests.bot.render.charts.cases import BARS, LINES, OWN, SAVES, compare
from tests.conftest import LINE


def lines_of(line: str, catalog: Catalog) -> LineChart:
    chart = chart_of(compare(line, catalog))
    assert isinstance(chart, LineChart)
    return chart


def bars_of(line: str, catalog: Catalog) -> BarChart:
    chart = comparison_chart(compare(line, catalog))
    assert isinstance(chart, BarChart)
    return chart


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_slack_accepts_the_block(line: str, catalog: Catalog) -> None:
    chart = lines_of(line, catalog)
    assert len(chart.alt) <= 1_000
    block = chart_block(chart)
    check_message({"text": chart.alt, "blocks": [block]})
    assert len(block["chart"]["axis_config"]["categories"]) == len(chart.months)


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_last_points_are_the_totals_of_the_same_months(line: str, catalog: Catalog) -> None:
    chart, comparison = lines_of(line, catalog), compare(line, catalog)
    best, base = comparison.best, comparison.base
    assert best is not None
    assert base is not None
    end = chart.months[-1]
    assert chart.months[0] == 0
    assert list(chart.months) == sorted(set(chart.months))
    assert [cost.values[0] for cost in chart.lines] == [0, best.one_off_usd]
    for cost in chart.lines:
        curve = dict(cost.curve)
        assert cost.curve[-1] == (end, cost.values[-1])
        assert curve.items() >= {
            (month, usd) for month, usd in zip(chart.months, cost.values, strict=True) if month in curve
        }
    if end > comparison.plan.months:
        if end > 60:
            return  # longer than a question can be
        comparison = compare(f"{line} months={end}", catalog)
        best, base = comparison.best, comparison.base
        assert best is not None
        assert base is not None
    assert best.months == end
    assert chart.lines[1].values[-1] == best.total_usd
    if end == base.months:
        total = base.total_usd
        assert total is not None
        assert abs(chart.lines[0].values[-1] - total) <= total / 10**20
    elif (payback := break_even(comparison, best)) and payback.net_usd is not None:
        net = chart.lines[0].values[-1] - chart.lines[1].values[-1]
        assert abs(net - payback.net_usd) < Decimal("1e-15")


def test_break_even_chart_of_a_worked_example(catalog: Catalog) -> None:
    """Training 10k × 400 × 3 = 12M tokens at $10: $120. 10k calls: prompting 21M × $3 + 0.7M × $6 = $67.20 a month,
    tuned 2M × $3 + $4.20 = $10.20. A month saves $57.00: 120 / 57 = 2.105 months, at 67.2 × 2.105 = $141.47.
    """
    chart = lines_of(f"{SAVES} months=12", catalog)
    prompting, tuned = chart.lines
    assert prompting.values == tuple(month * Decimal("67.20") for month in range(13))
    assert tuned.values == tuple(120 + month * Decimal("10.20") for month in range(13))
    assert chart.marker is not None
    assert round(chart.marker.month, 3) == Decimal("2.105")
    assert round(chart.marker.usd, 2) == Decimal("141.47")
    assert chart.marker.text == "pays back after 21,053 calls, 25 Jan 2027"
    for figure in ("$0.00", "$806.40", "$120.00", "$242.40", "21,053 calls", "25 Jan 2027"):
        assert figure in chart.alt


def test_retraining_is_charged_in_its_month(catalog: Catalog) -> None:
    """$120 at the start and one more after months 5 and 10."""
    tuned = lines_of(f"{SAVES} retrain=5", catalog).lines[1].values
    assert [tuned[month + 1] - tuned[month] - Decimal("10.20") for month in range(12)] == [
        120 if month in (5, 10) else 0 for month in range(12)
    ]


def test_horizon_extends_to_a_late_break_even(catalog: Catalog) -> None:
    late, early, never = (lines_of(LINES[name], catalog) for name in ("beyond the horizon", "pays back", "never"))
    assert late.marker
    assert 12 < late.marker.month < late.months[-1]
    assert early.marker
    assert early.months[-1] == 12
    assert never.marker is None
    assert "never pays back" in never.short_title
    assert "never" in never.alt
    ends = lines_of(LINES["the model ends"], catalog)
    assert ends.months[-1] < 11


def test_bars_add_up_to_the_totals(catalog: Catalog) -> None:
    for line in BARS.values():
        comparison, chart = compare(line, catalog), bars_of(line, catalog)
        assert len(chart.alt) <= 1_000
        per_month = has_other_period(comparison, comparison.usable)
        for bar, offer in zip(chart.bars, comparison.usable, strict=False):
            total = average_month(comparison, offer) if per_month else horizon_total(comparison, offer)
            assert sum(bar.parts) == pytest.approx(total.usd, rel=Decimal("1e-20"))
        left_out = sum(bar.name not in chart.alt for bar in chart.bars)
        assert (f"and {left_out} more" in chart.alt) == (left_out > 0)


def test_twenty_cheapest_offers_have_distinct_names(catalog: Catalog) -> None:
    chart = bars_of(BARS["training only"], catalog)
    names = [bar.name for bar in chart.bars]
    assert len(names) == len(set(names)) == 20
    assert "20 cheapest of" in chart.subtitle
    assert any(bar.end_date for bar in bars_of(BARS["azure ends early"], catalog).bars)


def test_long_names_stay_distinct() -> None:
    names = distinct_names(["A name that is longer than that 1", "A name that is longer than that 2", "Short", "Short"])
    assert len(set(names)) == 4
    assert max(map(len, names)) == 20


def test_break_even_chart_needs_base_model_and_calls(catalog: Catalog) -> None:
    assert break_even_chart(compare(LINE, catalog)) is None
    no_calls = compare(f"{OWN} calls=1/month".replace("calls=1/month", ""), catalog)
    assert break_even_chart(no_calls) is None
    assert isinstance(chart_of(no_calls), BarChart)
