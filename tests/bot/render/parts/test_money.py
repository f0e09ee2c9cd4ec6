"""Numbers as people read them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.parts.ages import age, age_marked
from bot.render.parts.money import (
    money,
    money_span,
    parts_of_total,
    places_for,
    quantity,
    signed,
    unit_price,
)
from pricing import Source, question_source


def usd(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("1080", "$1,080.00"),
        ("0", "$0.00"),
        ("0.01", "$0.01"),
        ("1234567.895", "$1,234,567.90"),
        ("0.005", "$0.00500"),
        ("0.00027", "$0.000270"),
        ("0.0000012345", "$0.00000123"),
        ("1E+3", "$1,000.00"),
        ("-3", "−$3.00"),
        (None, "unknown"),
    ],
)
def test_money(amount: str | None, text: str) -> None:
    assert money(usd(amount)) == text


def test_partly_unknown_amount_is_at_least() -> None:
    assert money(Decimal(4), whole=False) == "≥ $4.00"
    assert money(None, whole=False) == "unknown"


@pytest.mark.parametrize(
    ("low", "high", "whole", "text"),
    [
        ("12.5", "125", True, "$12.50 – $125.00"),
        ("12.5", "12.5", True, "$12.50"),
        ("12.501", "12.502", True, "$12.50"),
        ("4", "5", False, "≥ $4.00 – $5.00"),
        (None, None, True, "unknown"),
    ],
)
def test_span_of_money(low: str | None, high: str | None, whole: bool, text: str) -> None:
    assert money_span(usd(low), usd(high), whole=whole) == text


@pytest.mark.parametrize(
    ("amount", "text"), [("24", "+$24.00"), ("-3", "−$3.00"), ("0", "±$0.00"), ("0.00027", "+$0.000270")]
)
def test_difference_has_its_sign(amount: str, text: str) -> None:
    assert signed(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("price", "text"),
    [
        ("25", "$25.00"),
        ("0.0375", "$0.0375"),
        ("0.30", "$0.30"),
        ("1E+2", "$100.00"),
        ("0.000001", "$0.000001"),
        (None, "unknown"),
    ],
)
def test_unit_price_keeps_the_digits_of_its_source(price: str | None, text: str) -> None:
    assert unit_price(usd(price)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1800", "1,800"),
        ("12.0", "12"),
        ("2.5", "2.5"),
        ("0.00006", "0.0001"),
        ("1E+6", "1,000,000"),
        (None, "unknown"),
    ],
)
def test_quantity_text(value: str | None, text: str) -> None:
    assert quantity(usd(value)) == text


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (-1, "read today"),
        (0, "read today"),
        (1, "1 day old"),
        (12, "12 days old"),
        (59, "59 days old"),
        (60, "2 months old"),
        (364, "12 months old"),
        (365, "1 year old"),
        (730, "2 years old"),
    ],
)
def test_age(days: int, text: str) -> None:
    today = date(2026, 11, 21)
    assert age(question_source("A page", today - timedelta(days=days)), today) == text


@pytest.mark.parametrize(("days", "text"), [(0, "read today"), (90, "3 months old"), (91, "3 months old ⚠")])
def test_age_over_ninety_days_is_marked(days: int, text: str) -> None:
    today = date(2026, 11, 21)
    assert age_marked(question_source("A page", today - timedelta(days=days)), today) == text


@pytest.mark.parametrize(
    ("checked", "text"),
    [("2026", "undated ⚠"), ("2025", "undated ⚠"), ("2026-08", "3 months old ⚠"), ("2026-09", "2 months old")],
)
def test_age_from_a_year_alone_is_undated(checked: str, text: str) -> None:
    # 1 August to 21 November: 112 days; 1 September to 21 November: 81 days
    assert age_marked(Source(title="A page", checked=checked), date(2026, 11, 21)) == text


@pytest.mark.parametrize(
    ("amounts", "text"),
    [
        (["120", "5400", "7560"], ["$120.00", "$5,400.00", "$7,560.00"]),
        # 0.333… three times is 1.00: two of the thirds are 0.33, and one cent is missing.
        (["0.3333333333", "0.3333333333", "0.3333333334"], ["$0.33", "$0.33", "$0.34"]),
        # 0.005 + 0.005 = 0.01: each alone would round to 0.01 and they would add up to 0.02.
        (["0.005", "0.005"], ["$0.01", "$0.00"]),
        (["1.999", "0"], ["$2.00", "$0.00"]),
        ([], []),
    ],
)
def test_printed_parts(amounts: list[str], text: list[str]) -> None:
    assert parts_of_total([Decimal(amount) for amount in amounts]) == text


def as_number(text: str) -> Decimal:
    return Decimal(text.replace("$", "").replace(",", "").replace("−", "-"))


AMOUNTS = st.lists(st.decimals(0, 10**7, places=6), min_size=1, max_size=12)


@given(AMOUNTS)
def test_printed_parts_add_up_to_the_printed_total(amounts: list[Decimal]) -> None:
    total = sum(amounts, Decimal(0))
    places = places_for(total)
    printed = [as_number(part) for part in parts_of_total(amounts, places)]
    assert sum(printed) == as_number(money(total))
    for exact, text in zip(amounts, printed, strict=True):
        assert abs(exact - text) < Decimal(1).scaleb(-places)
