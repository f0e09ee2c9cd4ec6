"""Results as JSON and CSV, for programs and spreadsheets."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.answer.results import build_result
from bot.render.exports.csv_yaml import safe_cell, to_csv
from calculator import estimate, read_scenario
from pricing import Catalog
from tests.bot import support_bot


@pytest.mark.parametrize("number", ["12", "-12", "0.5", "-0.5", "1000000"])
def test_number_cell_stays_a_number(number: str) -> None:
    assert safe_cell(number) == number


@pytest.mark.parametrize(
    "cell", ["=1", "+1+1", "-1-1", "-a", "@x", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", "--1", "-١"]
)
def test_cell_that_would_be_a_formula_becomes_text(cell: str) -> None:
    assert safe_cell(cell) == "'" + cell


@given(st.text())
def test_no_cell_begins_a_formula(cell: str) -> None:
    cell_text = safe_cell(cell)
    assert cell_text in (cell, "'" + cell)
    assert cell_text == "" or cell_text[0] not in "=+@\t\r\n＝＋－＠"
    assert not cell_text.startswith("-") or Decimal(cell_text) <= 0


@given(st.text(alphabet=st.characters(exclude_categories=["C"]), min_size=1, max_size=80))
def test_csv_reads_back_whatever_the_name(catalog: Catalog, name: str) -> None:
    scenario = read_scenario(support_bot.FIELDS | {"name": name})
    result = build_result(estimate(scenario, catalog, date(2026, 11, 21)))
    rows = list(csv.DictReader(io.StringIO(to_csv(result), newline="")))
    assert [Decimal(row["amount_usd"]) for row in rows] == [120, 5_400, 7_560]
    if scenario.name:
        assert {row["name"] for row in rows} == {safe_cell(scenario.name)}


def test_every_row_of_every_offer_adds_up_to_its_total(catalog: Catalog) -> None:
    fields = support_bot.FIELDS | {"on": "all"}
    result = build_result(estimate(read_scenario(fields), catalog, date(2026, 11, 21)))
    sums: dict[str, Decimal] = {}
    unknown = set()
    for row in csv.DictReader(io.StringIO(to_csv(result), newline="")):
        if row["amount_usd"]:
            sums[row["offer"]] = sums.get(row["offer"], Decimal(0)) + Decimal(row["amount_usd"])
        else:
            unknown.add(row["offer"])
    for entry in result.estimates:
        assert entry.complete is (entry.offer not in unknown)
        if entry.total_usd is not None:
            assert sums.get(entry.offer, Decimal(0)) == pytest.approx(entry.total_usd, abs=Decimal("1e-6"))
