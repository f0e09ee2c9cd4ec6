"""The calls a day from which an option pays: it costs less than prompting there, and not with one call a day less."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculator import Comparison, Threshold, estimate, horizon_total, read_scenario, threshold
from calculator.payback.periods import equal_periods
from pricing import Catalog
from tests.calculator.questions import TODAY

# A prompt of 1,500 tokens tuned down to 100, on Azure and today alike $0.40 and $1.60: a call saves
# 1,400 × $0.40 ÷ 1M = $0.00056. Azure's hosting: 720 hours × $1.70 = $1,224.00 a month.
SUPPORT = {
    "on": "azure/gpt-4.1-mini@global",
    "examples": "10k",
    "example": "400/200",
    "epochs": "3",
    "call": "300/150",
    "base": "gpt-4.1-mini",
    "base_rates": "0.40/1.60",
    "prompt": "1500->100",
    "cached": "0%",
    "months": "6",
    "days": "30",
}


def compared(catalog: Catalog, **fields: str) -> Comparison:
    return estimate(read_scenario(SUPPORT | fields), catalog, TODAY)


def limit(comparison: Comparison) -> Threshold | None:
    return threshold(comparison, comparison.estimates[0])


def saving_usd(comparison: Comparison) -> Decimal:
    """Prompting − the first option over the horizon."""
    prompting = equal_periods(comparison).prompting(comparison.plan.months).usd
    tuned = horizon_total(comparison, comparison.estimates[0]).usd
    assert prompting is not None
    assert tuned is not None
    return prompting - tuned


def test_threshold_by_hand(catalog: Catalog) -> None:
    """Training 18M × $5 = $90.00, hosting 6 × $1,224.00 = $7,344.00: $7,434.00 ÷ ($0.00056 × 30 × 6) = 73,750."""
    assert limit(compared(catalog, calls="20k/day")) == Threshold(73_751, None, None)
    assert saving_usd(compared(catalog, calls="73750/day")) == 0
    assert saving_usd(compared(catalog, calls="73751/day")) > 0


@pytest.mark.parametrize("calls", ["1/day", "73750/day", "73751/day", "10M/day", "2M/month", "5/week"])
def test_threshold_is_the_same_from_every_volume(catalog: Catalog, calls: str) -> None:
    threshold = limit(compared(catalog, calls=calls))
    assert threshold is not None
    assert threshold.calls_per_day == 73_751


def test_calls_that_save_nothing_have_no_threshold(catalog: Catalog) -> None:
    """With the prompt as it is, a tuned call costs what one costs today, and hosting comes on top."""
    threshold = limit(compared(catalog, calls="20k/day", prompt="1500->1500"))
    assert threshold is not None
    assert (threshold.calls_per_day, threshold.cause) == (None, "dearer")


@pytest.mark.parametrize("fields", [{"calls": ""}, {"base": "", "base_rates": "", "calls": "20k/day"}])
def test_without_calls_or_baseline_there_is_no_threshold(catalog: Catalog, fields: dict[str, str]) -> None:
    assert limit(compared(catalog, **fields, **({"call": ""} if fields["calls"] == "" else {}))) is None


@given(
    offer=st.sampled_from(
        [
            "azure/gpt-4.1-mini@global",
            "google/gemini-3.1-flash-lite",
            "together/gemma-3-12b",
            "fireworks/qwen3-8b",
            "aws-bedrock/nova-2-lite",
            "your-rates",
            "runpod/l4",
        ]
    ),
    calls=st.integers(1, 5_000_000),
    call=st.tuples(st.integers(0, 3_000), st.integers(1, 2_000)),
    prompt=st.tuples(st.integers(1, 6_000), st.integers(0, 3_000)),
    growth=st.integers(-10, 10),
    months=st.integers(1, 24),
    prep=st.integers(0, 20_000),
    retrain=st.integers(0, 6),
)
def test_one_call_at_the_threshold_decides(
    catalog: Catalog,
    offer: str,
    calls: int,
    call: tuple[int, int],
    prompt: tuple[int, int],
    growth: int,
    months: int,
    prep: int,
    retrain: int,
) -> None:
    """The question asked anew with as many calls saves money, and with one call a day less it doesn't."""
    fields = {
        "on": offer,
        "rates": "3/0.2/0.8",
        "base": "gpt-4o",
        "call": f"{call[0]}/{call[1]}",
        "prompt": f"{prompt[0]}->{prompt[1]}",
        "growth": f"{growth}%",
        "months": f"{months}",
        "prep": f"{prep}",
        **({"retrain": f"{retrain}"} if retrain else {}),
    }
    if offer != "your-rates":
        del fields["rates"]
    if offer == "runpod/l4":
        fields["model"] = "llama-3.1-8b"
    comparison = compared(catalog, calls=f"{calls}/day", **fields)
    if comparison.set_aside:
        return
    threshold = limit(comparison)
    assert threshold is not None
    if threshold.calls_per_day is None:
        assert saving_usd(comparison) <= 0
        return
    assert saving_usd(compared(catalog, calls=f"{threshold.calls_per_day}/day", **fields)) > 0
    if threshold.calls_per_day > 1:
        assert saving_usd(compared(catalog, calls=f"{threshold.calls_per_day - 1}/day", **fields)) <= 0
    assert (saving_usd(comparison) > 0) <= (threshold.calls_per_day <= calls)
