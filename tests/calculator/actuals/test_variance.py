"""Actual amounts against an estimate. The figures are those of the support bot (tests/bot/support_bot.py):

training 10,000 × 400 × 3 epochs = 12M tokens at $10: $120.00; a month of 1.5M calls: input 150M tokens at $3, output
105M at $6, $1,080.00. A calendar month of d days is d × 12 / 365 of the estimate's months.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculator import Actual, Comparison, Usage, Variance, actual_variances, estimate, read_scenario, recalibrate
from calculator.actuals.month_share import Part, month_after
from pricing import Catalog
from tests.bot.support_bot import FIELDS

NEW_YEAR = date(2027, 1, 1)
FEBRUARY, MARCH = date(2027, 2, 1), date(2027, 3, 1)
CENT = Decimal("0.01")


def forecast(catalog: Catalog, on: date = NEW_YEAR, **fields: str) -> Comparison:
    return estimate(read_scenario({**FIELDS, **fields}), catalog, on)


def only_variance(comparison: Comparison, actual: Actual) -> Variance:
    (variance,) = actual_variances(comparison, comparison.estimates[0], [actual])
    return variance


def actual(usd: str, part: Part = "inference", month: date = FEBRUARY, usage: Usage | None = None) -> Actual:
    return Actual(month, part, Decimal(usd), month_after(month), usage or Usage())


def cents(usd: Decimal | None) -> Decimal | None:
    return None if usd is None else usd.quantize(CENT)


def effects(variance: Variance) -> dict[str, Decimal]:
    return {effect.cause: effect.usd.quantize(CENT) for effect in variance.effects}


# --- the month's share -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("month", "usd"),
    [
        (date(2026, 12, 1), None),  # before the estimate
        (NEW_YEAR, "1100.71"),  # 1080 × 31 × 12 / 365
        (FEBRUARY, "994.19"),  # 1080 × 28 × 12 / 365
        (date(2028, 1, 1), None),  # after a horizon of twelve months
    ],
)
def test_calendar_month_gets_its_days(catalog: Catalog, month: date, usd: str | None) -> None:
    variance = only_variance(forecast(catalog), actual("1", month=month))
    assert cents(variance.estimate_usd) == (None if usd is None else Decimal(usd))
    assert variance.inside == (usd is not None)


def test_first_month_counts_from_the_day_of_the_estimate(catalog: Catalog) -> None:
    """From 21 to 30 November are ten days: 1080 × 10 × 12 / 365 = 355.07; and training, which is paid on the first."""
    comparison = forecast(catalog, on=date(2026, 11, 21))
    november = date(2026, 11, 1)
    assert cents(only_variance(comparison, actual("1", month=november)).estimate_usd) == Decimal("355.07")
    assert cents(only_variance(comparison, actual("1", "training", november)).estimate_usd) == Decimal("120.00")
    assert only_variance(comparison, actual("1", "training", date(2026, 12, 1))).estimate_usd == 0


def test_month_that_is_not_over_counts_up_to_the_day(catalog: Catalog) -> None:
    """Seven days of February: 1080 × 7 × 12 / 365 = 248.55."""
    variance = only_variance(forecast(catalog), Actual(FEBRUARY, "inference", Decimal(1), date(2027, 2, 8)))
    assert cents(variance.estimate_usd) == Decimal("248.55")


def test_growth_counts_from_the_estimates_own_months(catalog: Catalog) -> None:
    """100 % a month. February lies from 31 × 12 / 365 = 1.0192 to 59 × 12 / 365 = 1.9397 months, all of it in the
    second one, which carries twice the calls: 2 × 994.19 = 1988.38.
    """
    variance = only_variance(forecast(catalog, growth="100%"), actual("1"))
    assert cents(variance.estimate_usd) == Decimal("1988.38")


def test_retraining_is_paid_in_the_month_that_it_falls_into(catalog: Catalog) -> None:
    """Every second month: 2 months are 60.8 days after 1 January, in March."""
    comparison = forecast(catalog, retrain="2")
    assert only_variance(comparison, actual("1", "training", FEBRUARY)).estimate_usd == 0
    assert only_variance(comparison, actual("1", "training", MARCH)).estimate_usd == 120


def test_months_add_up_to_the_total(catalog: Catalog) -> None:
    """Twelve months of 365/12 days are the year 2027, day by day."""
    comparison = forecast(catalog, growth="5%", retrain="3", runs="2")
    months = [date(2027, number, 1) for number in range(1, 13)]
    variance = actual_variances(
        comparison, comparison.estimates[0], [Actual(m, "all", Decimal(1), month_after(m)) for m in months]
    )
    total = sum((each.estimate_usd or Decimal(0) for each in variance), Decimal(0))
    assert total.quantize(Decimal("1e-15")) == (comparison.estimates[0].total_usd or Decimal(0)).quantize(
        Decimal("1e-15")
    )


def test_preparation_is_not_in_a_bill(catalog: Catalog) -> None:
    variance = only_variance(forecast(catalog, prep="500"), Actual(NEW_YEAR, "all", Decimal(1), FEBRUARY))
    assert cents(variance.estimate_usd) == Decimal("1220.71")  # 120 + 1100.71


def test_unknown_price_is_no_estimate(catalog: Catalog) -> None:
    """The price of dedicated capacity at the customer's own rates is unknown."""
    comparison = forecast(catalog, serving="dedicated")
    variance = only_variance(comparison, Actual(NEW_YEAR, "all", Decimal(1), FEBRUARY))
    assert (variance.estimate_usd, variance.difference_usd, variance.anomaly, variance.inside) == (
        None,
        None,
        None,
        True,
    )


# --- what explains the difference ------------------------------------------------------------------------------------


def test_amount_alone_has_one_joint_cause(catalog: Catalog) -> None:
    variance = only_variance(forecast(catalog), actual("1100.00"))
    assert effects(variance) == {"volume × price together": Decimal("105.81")}  # 1100 − 994.19


def test_calls_and_tokens_leave_the_price(catalog: Catalog) -> None:
    """January with twice the calls, of 100 input and 140 output tokens instead of 70.

    In the estimate the month's input costs I = 458.63 (450 × 1.0192), its output O = 642.08. Calls alone: + (I + O);
    tokens alone: + O; both: 2I + 4O. So both together add I + 3O = 2384.88, and by Shapley calls
    get ½[(I + O) + (I + 2O)] = I + 1.5 O = 1421.75, tokens ½[O + 2O] = 1.5 O = 963.12.
    The bill says $3,600.00; the estimate at these calls and tokens 2I + 4O = 3485.59; so the price is 114.41 dearer.
    """
    calls = 2 * Decimal(1_500_000) * 31 * 12 / 365
    usage = Usage(calls=calls, input_tokens=100 * calls, cached_tokens=Decimal(0), output_tokens=140 * calls)
    variance = only_variance(forecast(catalog), actual("3600", month=NEW_YEAR, usage=usage))
    assert effects(variance) == {
        "volume": Decimal("1421.75"),
        "tokens a call": Decimal("963.12"),
        "price": Decimal("114.41"),
    }


def test_tokens_alone_leave_calls_and_length_as_one_cause(catalog: Catalog) -> None:
    """Half of February's tokens at the expected price: − 994.19 / 2."""
    calls = Decimal(1_500_000) * 28 * 12 / 365
    usage = Usage(input_tokens=50 * calls, output_tokens=35 * calls)
    variance = only_variance(forecast(catalog), actual("497.10", usage=usage))
    assert effects(variance) == {"volume × tokens a call": Decimal("-497.10"), "price": Decimal("0.00")}


def test_calls_without_tokens_leave_tokens_and_price_together(catalog: Catalog) -> None:
    calls = Decimal(1_500_000) * 28 * 12 / 365
    variance = only_variance(forecast(catalog), actual("1100", usage=Usage(calls=calls)))
    assert effects(variance) == {"tokens a call × price": Decimal("105.81")}


def test_training_effects_are_runs_epochs_data_price(catalog: Catalog) -> None:
    """Two jobs of 4 epochs, 32.8M tokens in all: 4.1M a pass. R = 2, E = 4/3, D = 1.025 times the estimate's 120.

    By Shapley over three factors: 120 × (R−1) × [1/3 + 1/6 (E + D) + 1/3 ED]
    = 120 × [1/3 + 2.358333/6 + 1.366667/3] = 120 × 1.181944 = 141.83; epochs 120 × 1/3 × [1/3 + 3.025/6 + 2.05/3]
    = 40 × 1.520833 = 60.83; data 120 × 0.025 × [1/3 + 3.333333/6 + 2.666667/3] = 3 × 1.777778 = 5.33. Together
    208.00, and 120 × 2 × 4/3 × 1.025 = 328: the bill's 330 leaves 2.00 to the price.
    """
    usage = Usage(trained_tokens=Decimal(32_800_000), epochs=Decimal(4), jobs=Decimal(2))
    variance = only_variance(forecast(catalog), actual("330", "training", NEW_YEAR, usage))
    assert effects(variance) == {
        "runs": Decimal("141.83"),
        "epochs": Decimal("60.83"),
        "tokens of the data": Decimal("5.33"),
        "price": Decimal("2.00"),
    }


def test_unexpected_training_is_new(catalog: Catalog) -> None:
    variance = only_variance(forecast(catalog), actual("330", "training", FEBRUARY))
    assert effects(variance) == {"not in the estimate": Decimal("330.00")}


@given(
    usd=st.decimals("0.01", 10**6, places=2),
    calls=st.integers(1, 10**8),
    input_tokens=st.integers(0, 10**11),
    output_tokens=st.integers(0, 10**11),
)
def test_effects_always_add_up_to_the_difference(
    catalog: Catalog, usd: Decimal, calls: int, input_tokens: int, output_tokens: int
) -> None:
    usage = Usage(*(Decimal(count) for count in (calls, input_tokens, 0, output_tokens)))
    comparison = forecast(catalog, prompt="2000->100", cached="80%", growth="3%")
    variance = only_variance(comparison, actual(str(usd), usage=usage))
    assert variance.difference_usd is not None
    total = sum((effect.usd for effect in variance.effects), Decimal(0))
    assert abs(total - variance.difference_usd) < Decimal("1e-15")


# --- anomalies ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("usd", "stands_out"),
    [
        ("994.19", False),
        ("1242.73", False),  # 994.19 × 1.25 = 1242.74
        ("1242.75", True),
        ("745.63", True),  # 994.19 × 0.75 = 745.64
        ("745.65", False),
    ],
)
def test_anomaly_exceeds_a_quarter(catalog: Catalog, usd: str, stands_out: bool) -> None:
    assert (only_variance(forecast(catalog), actual(usd)).anomaly is not None) == stands_out


@pytest.mark.parametrize(("usd", "stands_out"), [("169.99", False), ("170.00", False), ("170.01", True)])
def test_anomaly_exceeds_fifty_dollars(catalog: Catalog, usd: str, stands_out: bool) -> None:
    """Training is 120.00; a quarter of it would be 30.00."""
    assert (only_variance(forecast(catalog), actual(usd, "training", NEW_YEAR)).anomaly is not None) == stands_out


@pytest.mark.parametrize(("usd", "stands_out"), [("830", True), ("840", False), ("1140", False), ("1160", True)])
def test_anomaly_of_a_range_is_outside_its_interval(catalog: Catalog, usd: str, stands_out: bool) -> None:
    """40k to 60k calls a day, all as likely: P10 is 42k and P90 58k, 0.84 and 1.16 of 994.19: 835.12 and 1153.26."""
    variance = only_variance(forecast(catalog, calls="40k..60k/day"), actual(usd))
    assert (variance.anomaly is not None) == stands_out


def test_part_without_a_range_uses_the_quarter_rule(catalog: Catalog) -> None:
    comparison = forecast(catalog, calls="40k..60k/day")
    assert only_variance(comparison, actual("121", "training", NEW_YEAR)).anomaly is None
    assert only_variance(comparison, actual("200", "training", NEW_YEAR)).anomaly


# --- the same question with what was measured ------------------------------------------------------------------------


def test_recalibration_uses_measured_values(catalog: Catalog) -> None:
    """28 days of 28 × 12 / 365 = 0.920548 months carried 460,274 calls: 500,000 a month."""
    calls = Decimal(460_274)
    usage = Usage(calls, 300 * calls, 50 * calls, 40 * calls)
    trained = Usage(trained_tokens=Decimal(32_800_000), epochs=Decimal(4), jobs=Decimal(2))
    comparison = forecast(catalog, prompt="2000->200")
    variance = actual_variances(
        comparison,
        comparison.estimates[0],
        [actual("1", usage=usage), actual("1", "training", NEW_YEAR, trained)],
    )
    update = recalibrate(comparison, comparison.estimates[0], variance)
    assert update.fields == {"epochs": "4", "example": "410", "calls": "500k/month", "call": "100/40", "cached": "25%"}
    assert update.notes == ()
    read_scenario({**comparison.scenario.fields(), **update.fields})


def test_amount_alone_scales_the_calls(catalog: Catalog) -> None:
    """Twice February's 994.19 are twice the 1.5M calls a month."""
    comparison = forecast(catalog)
    usd = 2 * Decimal(1080) * 28 * 12 / 365
    variance = actual_variances(comparison, comparison.estimates[0], [Actual(FEBRUARY, "inference", usd, MARCH)])
    update = recalibrate(comparison, comparison.estimates[0], variance)
    assert update.fields == {"calls": "3M/month"}
    assert update.notes


def test_joint_amount_changes_no_field(catalog: Catalog) -> None:
    comparison = forecast(catalog)
    variance = actual_variances(comparison, comparison.estimates[0], [Actual(FEBRUARY, "all", Decimal(9), MARCH)])
    assert recalibrate(comparison, comparison.estimates[0], variance).fields == {}
