"""A month is 365/12 days, so twelve of them are a year."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.calculator.costs.offers import plan


@pytest.mark.parametrize(
    ("calls", "a_year"),
    [("50k/day", 50_000 * 365), ("100/hour", 100 * 24 * 365), ("70/week", 10 * 365), ("1M/month", 12_000_000)],
)
def test_twelve_months_have_the_calls_of_a_year(calls: str, a_year: int) -> None:
    resolved = plan(calls=calls, days="")
    assert round(resolved.calls_per_month * 12, 9) == a_year


def test_deployment_is_up_8760_hours_a_year() -> None:
    assert round(plan(days="").hosted_hours_per_month * 12, 9) == 8_760


def test_days_keep_a_shorter_month() -> None:
    assert plan(calls="50k/day", days="22").calls_per_month == Decimal(1_100_000)
