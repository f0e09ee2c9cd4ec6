"""Results as JSON documents, and back."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.answer.results import build_result
from bot.results import SavedNotes, decode_result, document, encode_result, store_result
from bot.results.codec import decimal_text
from calculator import estimate, read_scenario
from pricing import Catalog
from tests.bot import support_bot

DAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("1E+3", "1000"),
        ("1.50", "1.5"),
        ("0.000000000001", "0.000000000001"),
        ("100", "100"),
        ("0.00", "0"),
        ("-2.0", "-2"),
    ],
)
def test_decimal_is_written_in_full(value: str, written: str) -> None:
    assert decimal_text(Decimal(value)) == written


@given(st.decimals(allow_nan=False, allow_infinity=False, places=12))
def test_decimal_reads_back_as_the_same_number(value: Decimal) -> None:
    assert Decimal(decimal_text(value)) == value


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"on": "all", "epochs": "2..4", "base": "gpt-4.1-mini"},
        {"on": "all,gpu", "model": "llama-3.1-8b", "base": "gpt-4.1-mini"},
    ],
)
def test_result_reads_back_as_it_was_written(catalog: Catalog, fields: dict[str, str]) -> None:
    scenario = read_scenario(support_bot.FIELDS | fields)
    result = store_result(build_result(estimate(scenario, catalog, DAY)), SavedNotes(excess_usd=Decimal("12.5")))
    assert decode_result(encode_result(result)) == result
    assert decode_result(json.dumps(document(result)).encode()) == result


def test_later_version_is_refused() -> None:
    with pytest.raises(ValueError, match="schema version 99"):
        decode_result(b'{"schema_version": 99}')
