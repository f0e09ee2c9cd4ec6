"""Ranges as percentiles: figures worked out by hand, and the same question giving the same answer."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from calculator import Comparison, Percentiles, estimate, read_scenario, sample
from calculator.result import Figure
from calculator.uncertainty.ranges import SampledEstimates
from calculator.uncertainty.sampling import COUNT
from pricing import Catalog, load_catalog
from tests.calculator.questions import TODAY

OWN = "your-rates"
# One example of one token for nothing: what costs is what a test adds.
NOTHING = {"on": OWN, "rates": "0/1/2", "examples": "1", "example": "1", "epochs": "1", "months": "1", "days": "30"}
# A call saves 2,000 × $0.15 − 100 × $0.30 = 270 millionths of a dollar.
SAVING = {"rates": "0/0.30/1.20", "base_rates": "0.15/0.60", "prompt": "2000->100", "call": "0/0"}

# Training 1M tokens is $10, at least $4 and at most $8 a job. The calls have a price up to 4,000 tokens.
ACME = """
platform: acme
title: Acme
sources:
  page: {title: Acme prices, url: "https://acme.test/prices", checked: 2026-11}
offers:
  bounded:
    title: Bounded
    model: bounded
    prices:
      training: {usd: 10, per: 1M tokens, source: page, confidence: high}
      minimum: {usd: 4, per: job, source: page, confidence: high}
      cap: {usd: 8, per: job, source: page, confidence: high}
  ending:
    title: Ending
    model: ending
    lifecycle: {source: page, inference_ends: 2027-02-02}
    prices:
      training: {usd: 10, per: 1M tokens, source: page, confidence: high}
      input: {usd: 1, per: 1M tokens, source: page, confidence: high}
      output: {usd: 2, per: 1M tokens, source: page, confidence: high}
  short:
    title: Short calls
    model: short
    prices:
      training: {usd: 10, per: 1M tokens, source: page, confidence: high}
      input: {usd: 1, per: 1M tokens, source: page, confidence: high, max_call_input_tokens: 4000}
      output: {usd: 2, per: 1M tokens, source: page, confidence: high}
  double:
    title: Twice the price
    model: double
    prices:
      training: {usd: 20, per: 1M tokens, source: page, confidence: high}
      input: {usd: 2, per: 1M tokens, source: page, confidence: high}
      output: {usd: 4, per: 1M tokens, source: page, confidence: high}
  single:
    title: Once the price
    model: single
    prices:
      training: {usd: 10, per: 1M tokens, source: page, confidence: high}
      input: {usd: 1, per: 1M tokens, source: page, confidence: high}
      output: {usd: 2, per: 1M tokens, source: page, confidence: high}
"""


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    folder = tmp_path_factory.mktemp("acme")
    (folder / "acme.yml").write_text(ACME)
    return load_catalog(folder)


def comparison_of(catalog: Catalog, on_day: date = TODAY, /, **fields: str) -> Comparison:
    return estimate(read_scenario(NOTHING | fields), catalog, on_day)


def ranges(catalog: Catalog, on_day: date = TODAY, /, **fields: str) -> SampledEstimates:
    samples = sample(comparison_of(catalog, on_day, **fields))
    assert samples is not None
    return samples


def percentiles(samples: SampledEstimates, offer_id: str = OWN, figure: Figure = "total") -> Percentiles:
    answer = samples.percentiles(offer_id, figure)
    assert answer is not None
    return answer


def usd_in_draws(samples: SampledEstimates, offer_id: str = OWN) -> Any:
    usd: Any = samples.estimates[offer_id].total.usd
    assert usd.values.shape == (COUNT,)
    return usd.values


def near(*usd: float, within: float) -> Any:
    return pytest.approx(usd, abs=within)


def floats(samples: Percentiles) -> tuple[float, ...]:
    return tuple(map(float, samples))


def test_range_has_percentiles(catalog: Catalog) -> None:
    """500 tokens × $25 ÷ 1M = $0.0125 an example: 1,900, 5,500 and 9,100 examples. A slice is 9,001 ÷ 2,000 = 4.5
    examples wide, 6 cents.
    """
    samples = ranges(catalog, rates="25/1/1", examples="1000..10000", example="500")
    assert floats(percentiles(samples)) == near(23.75, 68.75, 113.75, within=0.06)
    assert percentiles(samples, figure="one_off") == percentiles(samples, figure="first_month") == percentiles(samples)
    assert set(percentiles(samples, figure="monthly")) == {0}, "nothing is paid by the month"


def test_range_with_a_likely_value(catalog: Catalog) -> None:
    """A triangle from 100 over 200 to 500: a quarter lies below its peak. Below it F(x) = (x − 100)² ÷ (400 × 100),
    above it 1 − F(x) = (500 − x)² ÷ (400 × 300):
    P10 = 100 + √4,000 = 163.25, P50 = 500 − √60,000 = 255.05, P90 = 500 − √12,000 = 390.46.
    """
    samples = ranges(catalog, prep="100..200..500")
    assert floats(percentiles(samples)) == near(163.25, 255.05, 390.46, within=0.2)
    assert ((usd_in_draws(samples) < 200).sum(), usd_in_draws(samples).min() > 100) == (COUNT // 4, True)


@pytest.mark.parametrize(
    ("prep", "p10", "p50", "p90"),
    [
        # Peak at the low end: 1 − F(x) = (500 − x)² ÷ 400². 500 − 400√0.9, 500 − 400√0.5, 500 − 400√0.1
        ("100..100..500", 120.53, 217.16, 373.51),
        # Peak at the high end: F(x) = (x − 100)² ÷ 400². 100 + 400√0.1, 100 + 400√0.5, 100 + 400√0.9
        ("100..500..500", 226.49, 382.84, 479.47),
    ],
)
def test_likely_value_at_an_end(catalog: Catalog, prep: str, p10: float, p50: float, p90: float) -> None:
    assert floats(percentiles(ranges(catalog, prep=prep))) == near(p10, p50, p90, within=0.3)


def test_whole_numbers_come_equally_often(catalog: Catalog) -> None:
    """1,000 × 1,000 tokens at $1 are $1 an epoch; 2, 3 and 4 come in a third of the 2,000 draws each."""
    samples = ranges(catalog, rates="1/1/1", examples="1000", example="1000", epochs="2..4")
    values, counts = np.unique(usd_in_draws(samples), return_counts=True)
    assert values.tolist() == [2, 3, 4]
    assert all(666 <= count <= 667 for count in counts)
    assert percentiles(samples) == (2, 3, 4)


def test_whole_numbers_with_a_likely_value_stay_whole(catalog: Catalog) -> None:
    samples = ranges(catalog, rates="1/1/1", examples="1000", example="1000", epochs="1..3..6")
    assert set(usd_in_draws(samples)) == {1, 2, 3, 4, 5, 6}
    assert floats(percentiles(samples))[1] == 3


def test_two_ranges_multiply(catalog: Catalog) -> None:
    """0..1M calls × 0..1,000 tokens at $1 per 1M: $1,000 × u × v, and u × v lies below z in z − z ln z of the cases,
    which is 0.1 at z = 0.0204, 0.5 at 0.1867 and 0.9 at 0.5873. Two shuffles of 2,000 draws come within 2%.
    """
    samples = ranges(catalog, calls="0..1M/month", call="0..1000/0")
    assert floats(percentiles(samples)) == near(20.4, 186.7, 587.3, within=15)
    assert usd_in_draws(samples).mean() == pytest.approx(250, abs=5)  # a half of a half, were they independent


def test_range_of_calls_may_start_at_zero(catalog: Catalog) -> None:
    """A call a day is 30 × 1,000 tokens at $1, 3 cents a month: 5k, 25k and 45k of 0..50k."""
    samples = ranges(catalog, calls="0..50k/day", call="1000/0")
    assert floats(percentiles(samples)) == near(150, 750, 1350, within=0.8)
    assert floats(percentiles(samples, figure="monthly")) == near(150, 750, 1350, within=0.8)
    assert percentiles(samples, figure="one_off") == (0, 0, 0)


@pytest.mark.parametrize(("prep", "share"), [("40.5", "0.6"), ("13.5", "1"), ("81", "0"), ("67.5", "0.2")])
def test_share_that_pays_back(catalog: Catalog, prep: str, share: str) -> None:
    """$40.50 ÷ 0.00027 = 150,000 calls, which (300 − 150) ÷ (300 − 50) = 60% of the range reach. $13.50 are 50,000,
    which all do, $81 are 300,000, which none does, $67.50 are 250,000: 20%.
    """
    samples = ranges(catalog, **SAVING, prep=prep, calls="50k..300k/month")
    assert samples.pays_back_share(OWN) == Decimal(share)


def test_break_even_counts_until_the_model_ends(catalog: Catalog) -> None:
    """54 days are 648 ÷ 365 months. 365,000 calls a month are 648,000 until then, × 0.00027 = $174.96, half of a range
    to 730,000. A year of calls would pay from 58,000 a month on.
    """
    ending = {"on": "openai/gpt-4o-mini", "customer": "existing", "months": "12", "prep": "174.96"}
    samples = ranges(catalog, **SAVING | ending, calls="0..730k/month")
    assert samples.pays_back_share("openai/gpt-4o-mini") == Decimal("0.5")


def test_share_needs_a_base_and_calls(catalog: Catalog) -> None:
    assert ranges(catalog, prep="1..2", calls="1k/month", call="1/1").pays_back_share(OWN) is None
    assert ranges(catalog, base_rates="1/1", prep="1..2").pays_back_share(OWN) is None


def test_figures_without_a_range_are_constant(catalog: Catalog) -> None:
    """A range of the base model's prices leaves the tuned total alone: $5. Prompting costs 1M tokens × 1..11: more
    than $5 from 5 on, 60% of the range.
    """
    samples = ranges(catalog, rates="0/0/0", base_rates="1..11/1", prep="5", calls="1k/month", call="1000/0")
    assert percentiles(samples) == (5, 5, 5)
    assert samples.pays_back_share(OWN) == Decimal("0.6")


def test_unchanged_prompt_is_drawn_once(catalog: Catalog) -> None:
    """With equal calls and prices and $1 on top, tuning costs $1 more in every case."""
    same = {"rates": "0/1/1", "base_rates": "1/1", "call": "0/0", "calls": "100k/month", "prep": "1"}
    samples = ranges(catalog, **same, prompt="1000..3000")
    assert samples.pays_back_share(OWN) == 0


def test_tie_counts_as_paid_back(catalog: Catalog) -> None:
    """3,000 × $0.10 before, 1,000 × $0.30 after: no more than prompting, in every case."""
    tie = {"rates": "0/0.3/0.3", "base_rates": "0.1/0.3", "prompt": "3000->1000", "call": "0/100"}
    assert comparison_of(catalog, **tie, calls="150k/month").estimates[0].total_usd == 15 * 3 + Decimal("4.5")
    assert ranges(catalog, **tie, calls="100k..200k/month").pays_back_share(OWN) == 1
    free = {"rates": "0/0/0", "base_rates": "0/0", "call": "1/1"}
    assert ranges(catalog, **free, calls="100k..200k/month").pays_back_share(OWN) == 1


def test_range_that_crosses_a_minimum_and_a_cap(acme: Catalog) -> None:
    """A cent an example, for 100 to 1,000: $1.90, $5.50 and $9.10, but no less than $4 and no more than $8."""
    samples = ranges(acme, on="acme/bounded", examples="100..1000", example="1000")
    assert floats(percentiles(samples, "acme/bounded")) == near(4, 5.5, 8, within=0.01)
    usd = usd_in_draws(samples, "acme/bounded")
    assert (usd.min(), usd.max()) == (pytest.approx(4), pytest.approx(8))
    assert (usd < 4.001).mean() == pytest.approx(301 / 901, abs=0.001)  # 100 to 400 examples
    assert (usd > 7.999).mean() == pytest.approx(201 / 901, abs=0.001)  # 800 to 1,000


def test_months_that_cross_the_end_of_a_model(acme: Catalog) -> None:
    """73 days are 2.4 months. $50 a month: 1, 2 or 2.4 of them, in a third of the cases each."""
    samples = ranges(acme, on="acme/ending", months="1..3", calls="50k/month", call="1000/0")
    assert floats(percentiles(samples, "acme/ending")) == near(50, 100, 120, within=0.001)
    assert floats(percentiles(samples, "acme/ending", "monthly")) == near(50, 50, 50, within=0.001)


def test_model_that_ends_on_the_last_day_of_the_horizon(catalog: Catalog) -> None:
    """gpt-4o-mini answers for 30 more days, 30 × 12 ÷ 365 = 0.9863 months, however long the horizon is said to be:
    3,000 calls a day are 90,000 × 0.9863 × 1,000 tokens × $0.30 = $26.63.
    """
    on_day, ending = date(2026, 12, 15), {"on": "openai/gpt-4o-mini", "customer": "existing", "rates": ""}
    calls = {"calls": "3k/day", "call": "1000/0"}
    usd = pytest.approx(27 * 30 * 12 / 365, abs=0.0001)
    assert usd_in_draws(ranges(catalog, on_day, **ending, **calls, months="1..2"), ending["on"]).min() == usd
    for months in ("1", "2"):
        (only_estimate,) = comparison_of(catalog, on_day, **ending, **calls, months=months).estimates
        assert only_estimate.total_usd is not None
        assert float(only_estimate.total_usd) == usd


def test_ends_that_are_equal_are_no_range(catalog: Catalog) -> None:
    samples = comparison_of(catalog, prep="7..7", epochs="3..3..3", calls="1k..1k/month", call="1/1")
    assert sample(samples) is None
    assert samples.estimates[0].one_off_usd == 7


def test_range_of_two_ends_that_nearly_meet(catalog: Catalog) -> None:
    p10, p50, p90 = percentiles(ranges(catalog, prep="7..7.000001"))
    assert 7 <= p10 <= p50 <= p90 <= Decimal("7.000001")


def test_price_unknown_in_some_draw_leaves_no_percentiles(acme: Catalog) -> None:
    """Calls of 1,000 to 5,000 tokens, priced up to 4,000. The one-off cost is known; up to 4,000 everything is."""
    fields = {"on": "acme/short", "prep": "1", "base_rates": "9/9", "calls": "1k/month"}
    samples = ranges(acme, **fields, call="1000..5000/0")
    for figure in ("total", "monthly", "first_month"):
        assert samples.percentiles("acme/short", figure) is None
    assert floats(percentiles(samples, "acme/short", "one_off")) == near(1, 1, 1, within=0.0001)
    assert samples.pays_back_share("acme/short") is None
    known = ranges(acme, **fields, call="1000..4000/0")
    assert floats(percentiles(known, "acme/short")) == near(2.3, 3.5, 4.7, within=0.002)
    assert known.pays_back_share("acme/short") == 1  # $9 to $36


def test_offer_without_a_price_has_no_percentiles(catalog: Catalog) -> None:
    """The price of training nova-lite is unknown; anthropic/claude is not sold."""
    samples = ranges(
        catalog, on="aws-bedrock/nova-lite,anthropic/claude", examples="1k..2k", prep="5", base_rates="1/1"
    )
    for offer_id in ("aws-bedrock/nova-lite", "anthropic/claude"):
        assert samples.percentiles(offer_id, "total") is None
        assert samples.pays_back_share(offer_id) is None


def test_offers_are_compared_on_the_same_draws(acme: Catalog) -> None:
    """One has twice the prices of the other: in every draw, and not only on average."""
    fields = {"examples": "1k..9k", "example": "100..500", "calls": "0..50k/day", "call": "1..900/1..900"}
    samples = ranges(acme, **fields, on="acme/single,acme/double", growth="-5%..20%", months="2..9", retrain="1..6")
    assert usd_in_draws(samples, "acme/double") == pytest.approx(2 * usd_in_draws(samples, "acme/single"), rel=1e-12)
