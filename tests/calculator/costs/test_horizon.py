"""Months between dates, and traffic that grows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from calculator.costs.horizon import day_after_months, month_parts, months_between, traffic_months

START = date(2026, 1, 1)


def test_year_has_twelve_months_of_equal_length() -> None:
    assert months_between(START, date(2027, 1, 1)) == 12
    assert months_between(START, date(2026, 3, 15)) == Decimal(73) * 12 / 365
    assert months_between(date(2026, 3, 15), START) == 0


def test_day_after_months_lies_within_them() -> None:
    assert day_after_months(START, Decimal(12)) == date(2027, 1, 1)
    assert months_between(START, day_after_months(START, Decimal("2.5"))) <= Decimal("2.5")


def test_month_parts_split_an_interval_at_whole_months() -> None:
    assert month_parts(Decimal("0.5"), Decimal("2.25")) == [
        (0, Decimal("0.5")),
        (1, Decimal(1)),
        (2, Decimal("0.25")),
    ]


@pytest.mark.parametrize(
    ("start", "end", "growth", "traffic"),
    [
        ("0", "3", "0", "3"),
        ("0", "2", "0.1", "2.1"),  # 1 + 1.1
        ("1", "2", "0.1", "1.1"),
        ("0.5", "1.5", "1", "1.5"),  # half of the first month, half of one twice as large
    ],
)
def test_traffic_counts_in_first_months(start: str, end: str, growth: str, traffic: str) -> None:
    assert traffic_months(Decimal(start), Decimal(end), Decimal(growth)) == Decimal(traffic)
