"""The cost model over an invented offer: scaling a price scales its lines, and graduated tiers fill up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculator import Comparison, Estimate, estimate, read_scenario
from pricing import Catalog, Offer, Price, PriceKind, Source, Unit, load_catalog

TODAY = date(2026, 11, 21)

PER: dict[PriceKind, Unit] = {
    "training": "1M tokens",
    "input": "1M tokens",
    "cached_input": "1M tokens",
    "output": "1M tokens",
    "batch_input": "1M tokens",
    "batch_cached_input": "1M tokens",
    "batch_output": "1M tokens",
    "call": "call",
    "hosting": "hour",
    "model_storage": "model-month",
    "data_storage": "GB-month",
}

EVERYTHING = {
    "on": "acme/one",
    "examples": "10k",
    "example": "250/150",
    "epochs": "3",
    "calls": "50k/day",
    "call": "100/70",
    "cached": "40%",
    "batch": "25%",
    "growth": "3%",
    "retrain": "5",
    "data_gb": "2.5",
}


def made_up(catalog: Catalog, usd: dict[PriceKind, Decimal]) -> Catalog:
    """One offer with these prices; the source of each is called after its kind."""

    def price(kind: PriceKind) -> Price:
        source = Source(title=kind, url="https://acme.test/prices", checked="2026-11")
        return Price(usd=usd[kind], per=PER[kind], source=source, confidence="high")

    offer = Offer(
        id="acme/one",
        platform="acme",
        platform_title="Acme",
        title="One",
        model="one",
        prices={kind: (price(kind),) for kind in usd},
    )
    return Catalog([offer], catalog.assumptions, catalog.base_models, catalog.gpus, "made up")


def only(comparison: Comparison) -> Estimate:
    (result,) = comparison.estimates
    return result


def amounts(entry: Estimate) -> list[tuple[str, Decimal]]:
    return [(line.source.title, line.amount_usd) for line in entry.lines if line.source and line.amount_usd is not None]


prices = st.fixed_dictionaries({kind: st.decimals("0.01", 1, places=2) for kind in PER})


@settings(max_examples=30)
@given(prices, st.sampled_from(sorted(PER)), st.integers(0, 9))
def test_scaling_a_price_scales_its_lines_and_no_other(
    catalog: Catalog, usd: dict[PriceKind, Decimal], kind: PriceKind, factor: int
) -> None:
    scenario = read_scenario(EVERYTHING)
    before = amounts(only(estimate(scenario, made_up(catalog, usd), TODAY)))
    after = amounts(only(estimate(scenario, made_up(catalog, {**usd, kind: usd[kind] * factor}), TODAY)))
    assert {name for name, _ in before} == set(PER)
    assert len(before) == len(after)
    for (name, was), (name_after, now) in zip(before, after, strict=True):
        assert name == name_after
        assert now == pytest.approx(was * factor if name == kind else was, rel=Decimal("1e-20"))


@settings(max_examples=30)
@given(st.lists(st.decimals("0.02", 50, places=2), min_size=4, max_size=4))
def test_halving_your_rates_halves_every_line(catalog: Catalog, rates: list[Decimal]) -> None:
    fields = EVERYTHING | {"on": "your-rates", "data_gb": "0"}
    whole = only(estimate(read_scenario(fields | {"rates": "/".join(map(str, rates))}), catalog, TODAY))
    halves = "/".join(str(rate / 2) for rate in rates)
    half = only(estimate(read_scenario(fields | {"rates": halves}), catalog, TODAY))
    assert [line.label for line in half.lines] == [line.label for line in whole.lines]
    assert len(whole.lines) == 5
    for full, other in zip(whole.lines, half.lines, strict=True):
        assert full.amount_usd is not None
        assert other.amount_usd is not None
        assert full.amount_usd > 0
        assert full.amount_usd == pytest.approx(2 * other.amount_usd, rel=Decimal("1e-20"))


def test_unpriced_item_has_no_line(catalog: Catalog) -> None:
    """Storage and hosting that no source names are left out; training that no source names is unknown."""
    result = only(
        estimate(read_scenario(EVERYTHING), made_up(catalog, {"input": Decimal(1), "output": Decimal(2)}), TODAY)
    )
    assert {line.component for line in result.lines} == {"training", "inference"}
    assert {line.component for line in result.lines if line.amount_usd is None} == {"training"}
    assert not result.complete


def test_calls_billed_one_by_one(catalog: Catalog) -> None:
    """1.5M calls a month at $0.002 are $3,000; the tokens of the call have no price and no line."""
    usd: dict[PriceKind, Decimal] = {"training": Decimal(10), "call": Decimal("0.002")}
    keys = ("on", "examples", "example", "epochs", "calls", "call")
    fields = {key: EVERYTHING[key] for key in keys} | {"days": "30"}
    result = only(estimate(read_scenario(fields), made_up(catalog, usd), TODAY))
    assert result.monthly_usd == 3000
    assert result.total_usd == 120 + 12 * 3000
    assert [line.label for line in result.lines] == ["Training", "Calls"]


TIERS = """
platform: acme
title: Acme
sources:
  page: {title: Acme prices, url: "https://acme.test/prices", checked: 2026-11}
offers:
  tiered:
    title: Tiered
    model: tiered
    LIFE
    prices:
      training: {usd: 10, per: 1M tokens, source: page, confidence: high}
      input:
        per: 1M tokens
        source: page
        confidence: high
        tiers: [{usd: 1, up_to: 100000000}, {usd: 0.5, up_to: 500000000}, {usd: 0.25}]
      output: {usd: 2, per: 1M tokens, source: page, confidence: high}
"""


def tiered(folder: Path, life: str = "", **fields: str) -> Estimate:
    """Input at $1 up to 100M tokens a month, $0.50 up to 500M, $0.25 beyond. Training 1M tokens: $10."""
    (folder / "acme.yml").write_text(TIERS.replace("LIFE", life))
    least = {"on": "acme/tiered", "examples": "1000", "example": "1000", "epochs": "1"}
    return only(estimate(read_scenario({**least, **fields}), load_catalog(folder), TODAY))


def by_price(entry: Estimate) -> dict[Decimal | None, Decimal | None]:
    """Millions of input tokens by the price they pay."""
    return {line.unit_price_usd: line.quantity for line in entry.lines if line.label.startswith("Input tokens")}


@pytest.mark.parametrize(
    ("calls", "monthly_usd"),
    [
        ("50k/month", 50),  # 50M × 1
        ("100k/month", 100),  # 100M × 1, just full
        ("101k/month", Decimal("100.5")),  # 100M × 1 + 1M × 0.50
        ("500k/month", 300),  # 100M × 1 + 400M × 0.50
        ("700k/month", 350),  # 100M × 1 + 400M × 0.50 + 200M × 0.25
    ],
)
def test_tokens_fill_the_tiers_from_the_bottom(tmp_path: Path, calls: str, monthly_usd: Decimal) -> None:
    result = tiered(tmp_path, calls=calls, call="1000/0")
    assert result.monthly_usd == monthly_usd
    assert result.first_month_usd == 10 + monthly_usd
    assert result.total_usd == 10 + 12 * monthly_usd


def test_tiers_restart_every_month_of_growing_traffic(tmp_path: Path) -> None:
    """Doubling from 50M: 50, 100, 200 and 400M tokens a month.

    The first tier takes 50 + 100 + 100 + 100 = 350M at $1, the second 0 + 0 + 100 + 300 = 400M at $0.50:
    350 + 200 = $550.
    """
    result = tiered(tmp_path, calls="50k/month", call="1000/0", growth="100%", months="4")
    assert by_price(result) == {Decimal(1): Decimal(350), Decimal("0.5"): Decimal(400)}
    assert result.monthly_usd == 50
    assert result.total_usd == 10 + 550


def test_part_of_a_month_fills_its_part_of_the_tiers(tmp_path: Path) -> None:
    """The model ends after 73 days, 73 × 12 / 365 = 2.4 months of $350: $840, on 240M, 960M and 480M tokens."""
    ends = "lifecycle: {source: page, inference_ends: 2027-02-02}"
    result = tiered(tmp_path, ends, calls="700k/month", call="1000/0")
    assert result.months == Decimal("2.4")
    assert by_price(result) == {Decimal(1): 240, Decimal("0.5"): 960, Decimal("0.25"): 480}
    assert result.total_usd == 10 + 840


def test_output_beside_tiers_keeps_its_flat_price(tmp_path: Path) -> None:
    """200k calls of 1,000/500: input 100M × 1 + 100M × 0.50 = $150, output 100M × 2 = $200."""
    result = tiered(tmp_path, calls="200k/month", call="1000/500")
    assert result.monthly_usd == 350
    assert [line.label for line in result.lines][-1] == "Output tokens"
