"""When tuning pays back against prompting a base model, why it never does, and what would turn that."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from calculator import BreakEven, Comparison, Estimate, FieldErrors, break_even, estimate, read_scenario, turning_change
from pricing import Catalog
from tests.calculator.questions import TODAY

# A prompt of 2,000 tokens tuned down to 100, at twice the base model's price. A call saves 2,000 × $0.15 − 100 × $0.30,
# 270 millionths of a dollar, less 0.15 for each of the user's tokens and 0.60 for each of the answer's.
# `prep` replaces the cost of training.
TYPICAL = {
    "on": "your-rates",
    "rates": "0/0.30/1.20",
    "base_rates": "0.15/0.60",
    "prompt": "2000->100",
    "call": "0/0",
    "prep": "62",
    "days": "30",
    "cached": "0%",
    "examples": "1",
    "example": "1",
    "epochs": "1",
}
# Ends on 2027-01-14, 54 days or 648/365 months from TODAY. Its training costs $0.000003 beside `prep`.
ENDING = {"on": "openai/gpt-4o-mini", "customer": "existing", "rates": ""}
# $62 for every training run.
TRAINED = {"rates": "62/0.30/1.20", "examples": "1000", "example": "1000", "prep": "0"}
# The base model at the tuned one's price: 2,000 tokens × $0.40 = 800 millionths saved. Training 3M × $5 = $15,
# hosting 720 h × $1.70 = $1,224 a month, which 1,530,000 calls cover. Ends on 2027-10-14, in 327 days.
HOSTED = {
    "on": "azure/gpt-4.1-mini@global",
    "rates": "",
    "base_rates": "0.40/1.60",
    "prompt": "2100->100",
    "call": "100/70",
    "prep": "0",
    "examples": "1000",
    "example": "1000",
    "epochs": "3",
}


def compared(catalog: Catalog, **fields: str) -> Comparison:
    return estimate(read_scenario(TYPICAL | fields), catalog, TODAY)


def only(catalog: Catalog, **fields: str) -> Estimate:
    (result,) = compared(catalog, **fields).estimates
    return result


def payback(catalog: Catalog, **fields: str) -> BreakEven | None:
    comparison = compared(catalog, **fields)
    (estimate,) = comparison.estimates
    return break_even(comparison, estimate)


def result_of(catalog: Catalog, **fields: str) -> BreakEven:
    result = payback(catalog, **fields)
    assert result is not None
    return result


def turn(catalog: Catalog, **fields: str) -> str | None:
    """The change that would make the only offer pay back."""
    comparison = compared(catalog, **fields)
    (estimate,) = comparison.estimates
    return turning_change(comparison, estimate)


def number_in(text: str | None) -> int:
    assert text
    number = re.search(r"\d[\d,]*", text)
    assert number, text
    return int(number[0].replace(",", ""))


def test_shorter_prompt_pays_back(catalog: Catalog) -> None:
    """62 / 0.00027 = 229,629.6."""
    result = result_of(catalog)
    assert (result.saving_per_call_usd, result.calls) == (Decimal("0.000270"), 229_630)
    assert (result.months, result.day, result.monthly_saving_usd, result.net_usd) == (None, None, None, None)
    assert (result.cause, result.reason, turn(catalog)) == (None, None, None)


@pytest.mark.parametrize(
    ("call", "usd", "saving", "calls"),
    [
        ("50/5", "62.50", "0.0002595", 240_848),  # 270 − 7.5 − 3
        ("100/70", "62.50", "0.000213", 293_428),  # 270 − 15 − 42
        ("200/100", "7.50", "0.00018", 41_667),  # 270 − 30 − 60
        ("300/300", "62.50", "0.000045", 1_388_889),  # 270 − 45 − 180
        ("0/450", "62.50", "0", None),  # 270 − 270
        ("200/400", "7.50", "0", None),  # 270 − 30 − 240
    ],
)
def test_saving_counts_input_and_output_tokens(
    catalog: Catalog, call: str, usd: str, saving: str, calls: int | None
) -> None:
    result = result_of(catalog, call=call, prep=usd)
    assert (result.saving_per_call_usd, result.calls) == (Decimal(saving), calls)
    assert result.cause == ("answers" if calls is None else None)


@pytest.mark.parametrize(("usd", "calls"), [("62.50", 992_064), ("7.50", 119_048)])
def test_saving_against_a_cached_prompt(catalog: Catalog, usd: str, calls: int) -> None:
    """2,000 × $0.075 + 100 × $0.15 + 70 × $0.60 = 207 millionths, tuned 200 × $0.30 + 70 × $1.20 = 144: 63 saved."""
    result = result_of(catalog, base_rates="0.15/0.075/0.60", call="100/70", cached="100%", prep=usd)
    assert (result.saving_per_call_usd, result.calls) == (Decimal("0.000063"), calls)


@pytest.mark.parametrize(("usd", "calls"), [("62", None), ("7.50", 27_778)])
def test_break_even_needs_calls_before_the_model_ends(catalog: Catalog, usd: str, calls: int | None) -> None:
    """54 days leave 177,534 calls; 7.50 / 0.00027 = 27,777.8, while $62 need 229,630."""
    result = result_of(catalog, **ENDING, calls="100k/month", prep=usd)
    assert result.calls == calls
    assert result.cause == ("ends" if calls is None else None)


def test_last_call_before_the_end_counts(catalog: Catalog) -> None:
    """365,000 calls a month are 365,000 × 648 / 365 = 648,000 to the end, × 0.00027 = $174.96: to the cent."""
    result = result_of(catalog, **ENDING, calls="365k/month", prep="174.959997")
    assert (result.calls, result.day) == (648_000, date(2027, 1, 14))
    assert result.net_usd == pytest.approx(Decimal(0), abs=Decimal("1e-12"))


@pytest.mark.parametrize("calls", [1_529_999, 1_530_000, 1_530_001, 1_531_744])
def test_hosting_cost_prevents_the_break_even(catalog: Catalog, calls: int) -> None:
    """1,224 / 0.0008 = 1,530,000 calls cover the hosting. The $15 take 15 × 365 / (327 × 12) = $1.3953 a month beside
    it, 1,744.1 calls: at 1,530,000 and one above it would take for ever, and the model ends.
    """
    result = result_of(catalog, **HOSTED, calls=f"{calls}/month")
    assert (result.saving_per_call_usd, result.covering_calls_per_month) == (Decimal("0.0008"), 1_530_000)
    assert result.monthly_saving_usd == (calls - 1_530_000) * Decimal("0.0008")
    assert result.calls is None
    assert result.cause == ("hosting" if calls <= 1_530_000 else "ends")
    assert number_in(turn(catalog, **HOSTED, calls=f"{calls}/month")) == 1_531_745
    assert result_of(catalog, **HOSTED, calls="1531745/month").calls is not None


def test_hosting_pays_back_from_one_call_above_its_cost(catalog: Catalog) -> None:
    """A GPU at $8 is $5,760 a month; today's 2,000 × $2 + 100 × $8 = 4,800 millionths: 1,200,000 calls cover it."""
    gpu = {"on": "fireworks/llama-3.1-8b", "rates": "", "base_rates": "2/8", "call": "0/100"}
    result = result_of(catalog, **gpu, calls="1.2M/month")
    assert (result.calls, result.cause, result.covering_calls_per_month) == (None, "hosting", 1_200_000)
    assert number_in(turn(catalog, **gpu, calls="1.2M/month")) == 1_200_001
    above = result_of(catalog, **gpu, calls="1200001/month")
    assert above.calls is not None
    assert above.reason == "beyond the horizon of 12 months"


def test_hosting_uses_its_announced_price(catalog: Catalog) -> None:
    """The GPU is $7 an hour until 2026-08-31, $5,040 a month, then $8, $5,760. 1.1M calls save 1.1M × $0.0048 = $5,280:
    $240 in the first month and −$480 in each after it, which never pay back $1,000.
    """
    gpu = {"on": "fireworks/llama-3.1-8b", "rates": "", "base_rates": "2/8", "call": "0/100", "prep": "1000"}
    scenario = read_scenario(TYPICAL | gpu | {"calls": "1.1M/month"})
    comparison = estimate(scenario, catalog, date(2026, 8, 1))
    result = break_even(comparison, comparison.estimates[0])
    assert result is not None
    assert result.net_usd is not None
    assert result.net_usd < -1000
    assert (result.calls, result.cause) == (None, "hosting")


def test_shorter_answer_pays_back(catalog: Catalog) -> None:
    long = {"call": "0/600", "calls": "1M/month"}
    assert (result_of(catalog, **long).cause, number_in(turn(catalog, **long))) == ("answers", 450)
    assert result_of(catalog, call="0/450").calls is None
    assert result_of(catalog, call="0/449").saving_per_call_usd == Decimal("0.0000006")


def test_cached_prompt_is_the_cause(catalog: Catalog) -> None:
    cached = {"base_rates": "0.15/0.01/0.60", "calls": "100k/month"}
    result = result_of(catalog, **cached, cached="100%")
    assert (result.calls, result.cause) == (None, "cached")
    assert "cache" in f"{turn(catalog, **cached, cached='100%')}"
    assert result_of(catalog, **cached, cached="0%").calls == 229_630


@pytest.mark.parametrize("prep", ["5000", "0"])
def test_rarer_retraining_pays_back(catalog: Catalog, prep: str) -> None:
    """100,000 calls save $27 a month: two months less than a retraining's $62, three months more."""
    every = TRAINED | {"prep": prep, "calls": "100k/month"}
    result = result_of(catalog, **every, retrain="2")
    assert (result.calls, result.cause) == (None, "retraining")
    turned = number_in(turn(catalog, **every, retrain="2"))
    assert turned > 2
    assert result_of(catalog, **every, retrain=f"{turned}").calls is not None
    assert result_of(catalog, **every, retrain=f"{turned - 1}").calls is None


def test_costly_retraining_delays_the_break_even(catalog: Catalog) -> None:
    """Three months save $81 and a retraining takes $62. Of the first $5,062 the 263rd of them leaves 5,062 − 263 × 19 =
    $65, 65 / 27 = 2.41 months: 789 + 2.41 months of 100,000 calls.
    """
    result = result_of(catalog, **TRAINED | {"prep": "5000"}, retrain="3", calls="100k/month")
    assert (result.calls, result.reason) == (79_140_741, "beyond the horizon of 12 months")


def test_retraining_stops_when_training_ends(catalog: Catalog) -> None:
    """1.55M calls save 1,240 − 1,224 = $16 a month. Training ends on 2027-04-14, after four monthly retrainings:
    75 + 4 × 15 = $135 are saved in 135 / 16 = 8.4375 months, 13,078,125 calls; by the end 10.7507 × 16 − 135 = $37.01.
    """
    result = result_of(catalog, **HOSTED | {"prep": "60"}, retrain="1", calls="1.55M/month")
    assert result.net_usd == pytest.approx(Decimal("37.01"), abs=Decimal("0.01"))
    assert (result.calls, result.months) == (13_078_125, Decimal("8.4375"))


@pytest.mark.parametrize(
    ("more", "causes"),
    [
        ({}, ["ends"] * 5),
        ({"retrain": "1"}, ["ends"] * 3 + ["retraining"] * 2),
        ({"growth": "-20%"}, ["shrinking"] * 5),
        ({"growth": "50%"}, ["ends"] * 5),
    ],
)
def test_suggested_calls_pay_back_before_the_end(catalog: Catalog, more: dict[str, str], causes: list[str]) -> None:
    """The suggested number of calls pays back, and one call a month less does not.

    1,000 calls save $0.27 a month. Training and the only retraining before the end cost $3 each: (58 + 6) / 0.27 = 237
    months lie within the 240 that are searched with retrainings, and (62 + 6) / 0.27 = 252 do not.
    """
    for usd, cause in zip(range(50, 70, 4), causes, strict=True):
        fields = ENDING | more | {"prep": f"{usd}", "examples": "1000", "example": "1000"}
        result = result_of(catalog, **fields, calls="1k/month")
        assert result.cause == cause, usd
        assert result.calls is None
        turned = number_in(turn(catalog, **fields, calls="1k/month"))
        assert result_of(catalog, **fields, calls=f"{turned}/month").calls is not None, usd
        assert result_of(catalog, **fields, calls=f"{turned - 1}/month").calls is None, usd


def test_shrinking_calls_have_another_cause_than_hosting(catalog: Catalog) -> None:
    """Halving every month, 100,000 calls are 200,000 in all, and save $54 of the $1,000."""
    result = result_of(catalog, calls="100k/month", growth="-50%", prep="1000")
    assert result.calls is None
    assert result.cause != "hosting"
    assert result_of(catalog, calls="100k/month", growth="-50%", prep="53").calls == 196_297  # 53 / 0.00027 = 196,296.3
    if turned := turn(catalog, calls="100k/month", growth="-50%", prep="1000"):
        assert result_of(catalog, calls=f"{number_in(turned)}/month", growth="-50%", prep="1000").calls is not None


@pytest.mark.parametrize("growth", ["0%", "1%", "50%"])
def test_break_even_calls_are_exact_beyond_the_calendar(catalog: Catalog, growth: str) -> None:
    result = result_of(catalog, calls="1/month", growth=growth)
    assert result.calls == 229_630
    assert result.reason == "beyond the horizon of 12 months"


def test_runs_are_paid_once_and_retraining_is_one_run(catalog: Catalog) -> None:
    """186 at first; before the retraining of month 21, (186 + 6 × 62) / 27 = 20.67 months."""
    result = result_of(catalog, **TRAINED, runs="3", retrain="3", calls="100k/month", months="24")
    assert result.months == pytest.approx(Decimal(558) / 27)
    assert result_of(catalog, **TRAINED, runs="3").calls == 688_889  # 186 / 0.00027 = 688,888.9


def test_free_training_pays_back_at_once(catalog: Catalog) -> None:
    result = result_of(catalog, prep="0", calls="100k/month")
    assert (result.calls, result.months, result.day) == (0, 0, TODAY)


def test_retraining_without_calls_gives_no_answer(catalog: Catalog) -> None:
    assert payback(catalog, **TRAINED, retrain="3") is None


def test_base_without_any_call_gives_no_answer(catalog: Catalog) -> None:
    assert payback(catalog, base="gpt-4o-mini", base_rates="", call="", prompt="") is None


def test_unknown_call_prices_give_no_answer_without_calls(catalog: Catalog) -> None:
    assert payback(catalog, on="azure/qwen-32b@global", rates="") is None


def test_day_is_counted_in_months_of_a_twelfth_of_365_days(catalog: Catalog) -> None:
    """$270 a month: $108 in 0.4 months, 146/12 = 12.17 days, the 13th; $3,240 in a year of exactly 365."""
    assert result_of(catalog, calls="1M/month", prep="108").day == date(2026, 12, 4)
    year = result_of(catalog, calls="1M/month", prep="3240")
    assert (year.months, year.day, year.reason) == (12, date(2027, 11, 21), None)
    assert result_of(catalog, calls="1M/month", prep="3241").reason == "beyond the horizon of 12 months"


@pytest.mark.parametrize("text", ["0.15/0.60", "0.15/0.075/0.60", "0/0", " $0.15 / .60 ", "0.1..0.2/0.60"])
def test_base_rates_are_read_and_written(text: str) -> None:
    scenario = read_scenario(TYPICAL | {"base_rates": text})
    assert scenario.base_rates is not None
    assert scenario.base_rates.training is None
    assert (scenario.base_rates.cached_input is None) == (text.count("/") == 1)
    assert read_scenario(scenario.fields()) == scenario


@pytest.mark.parametrize("text", ["0.15", "1/2/3/4", "0.15/", "/0.60", "a/b", "-1/2"])
def test_invalid_base_rates_are_refused(text: str) -> None:
    with pytest.raises(FieldErrors) as caught:
        read_scenario(TYPICAL | {"base_rates": text})
    assert caught.value.errors.keys() == {"base_rates"}


def test_call_without_tokens_needs_a_prompt() -> None:
    with pytest.raises(FieldErrors) as caught:
        read_scenario(TYPICAL | {"prompt": "", "calls": "1/month"})
    assert caught.value.errors.keys() == {"call"}
