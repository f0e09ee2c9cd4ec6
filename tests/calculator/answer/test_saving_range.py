"""Whether tuning pays where the question gives ranges, and where it saves too little to matter."""

from __future__ import annotations

from decimal import Decimal

import pytest

from calculator import Comparison, estimate, prompting_span, read_scenario, saving_range, verdict
from pricing import Catalog
from tests.calculator.questions import TODAY

# Calls of 1,000 tokens: $0.0004 today, $0.0002 tuned, so a call saves $0.0002. Preparation $1,000.00.
FIELDS = {
    "on": "your-rates",
    "rates": "0/0.2/1",
    "base_rates": "0.4/1",
    "examples": "1000",
    "example": "100",
    "prep": "1000",
    "call": "1000/0",
    "days": "30",
}


def compared(catalog: Catalog, **fields: str) -> Comparison:
    return estimate(read_scenario(FIELDS | fields), catalog, TODAY)


def test_ranges_of_calls_turn_at_the_threshold(catalog: Catalog) -> None:
    """12 months of 10k calls save $24.00, of 1M calls $2,400.00, less $1,000.00. $1,000 ÷ (12 × $0.0002) = 416,667
    calls a month, 13,889 a day. A month of prompting: $4.00 to $400.00.
    """
    comparison = compared(catalog, calls="10k..1M/month")
    result = verdict(comparison)
    assert (result.answer, result.reason) == ("not_enough", "range_decides")
    assert result.threshold is not None
    assert result.threshold.calls_per_day == 13_889
    ranges = saving_range(comparison, comparison.estimates[0])
    ends = (Decimal(-976), Decimal(1400))
    assert ranges == (*ends, Decimal(2), Decimal(200), *ends, ("calls",))
    assert prompting_span(comparison) == (Decimal(4), Decimal(400), True)


@pytest.mark.parametrize(
    ("fields", "answer", "turns_on"),
    [
        ({"calls": "500k..1M/month"}, "different_model", ()),  # 500k × 12 × $0.0002 = $1,200
        ({"calls": "1k..10k/month"}, "no", ()),
        ({"calls": "500k/month", "prep": "100..5000"}, "not_enough", ("prep",)),
        ({"calls": "500k/month", "prep": "100..200"}, "different_model", ()),
    ],
)
def test_ranges_decide_only_where_they_turn(
    catalog: Catalog, fields: dict[str, str], answer: str, turns_on: tuple[str, ...]
) -> None:
    result = verdict(compared(catalog, **fields))
    assert result.answer == answer
    assert result.ranges is not None
    assert result.ranges.turns_on == turns_on


def test_questions_without_ranges_have_no_range_of_saving(catalog: Catalog) -> None:
    comparison = compared(catalog, calls="500k/month")
    assert saving_range(comparison, comparison.estimates[0]) is None
    assert prompting_span(comparison) is None


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"calls": "1M/month", "rates": "0/0.381/1"}, "no_difference"),  # $19.00 of $400.00: below 5 %
        ({"calls": "1M/month", "rates": "0/0.379/1"}, "other_model_pays"),  # $21.00
        ({"calls": "20k/month"}, "no_difference"),  # $4.00 of $8.00: below $5.00
        ({"calls": "26k/month"}, "other_model_pays"),  # $5.20
        ({"calls": "1M/month", "rates": "0/0.401/1"}, "never_pays"),
    ],
)
def test_small_savings_make_no_difference(catalog: Catalog, fields: dict[str, str], reason: str) -> None:
    result = verdict(compared(catalog, **fields, prep="0"))
    assert result.reason == reason
    assert result.answer == ("different_model" if reason == "other_model_pays" else "no")
