"""The readers of files: bills, exchange rates, and scenarios that were exported before."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.actuals.aggregate import aggregate_bill, bill_scope
from bot.actuals.bill import read_bill
from bot.cli.arguments import read_scenario_file
from bot.prices.exchange_rates import RatesError, read_ecb
from bot.render.answer.results import build_result
from bot.render.exports.csv_yaml import to_yaml
from calculator import KEYS, FieldErrors, UserError, estimate, read_scenario
from pricing import Catalog, load_bill_rules
from tests.bot import support_bot
from tests.bot.prices.test_exchange_rates import ecb
from tests.fuzz.hostile import PIECES, examples, in_time, outcome, text

TODAY = date(2026, 11, 21)
RULES = load_bill_rules()

HEADERS = st.sampled_from(
    [
        "date,component,cost",
        "Date,Component,Cost,Currency,Quantity,Unit",
        "start_time,start_time_iso,amount_value,amount_currency,quantity,quantity_unit,line_item",
        "Date,ServiceName,Meter,CostInBillingCurrency,BillingCurrencyCode,Quantity,UnitOfMeasure",
        "Service,Bedrock($),SageMaker($),Total costs($)",
        "BilledCost,BillingCurrency,ChargePeriodStart,ChargeDescription,ServiceName",
    ]
)
CELLS = st.one_of(
    st.sampled_from(
        [
            *("2026-11-21", "11/21/2026", "2026-11", "1796083200", "99999999999", "2026-13-45", "Service total"),
            *("1.5", "$1,000.00", "-2", "−3", "1e99", "1e-99", "NaN", ".", "9" * 59, "USD", "EUR", "tokens", "1M"),
            *("training", "total", "ft:gpt-4.1-mini-2025-04-14, input", '"', '""', "\r", "\n", "\0", "٣", "'"),
        ]
    ),
    PIECES,
    st.text(max_size=10),
)
TABLE = st.lists(st.lists(CELLS, max_size=8).map(",".join), max_size=12).map("\n".join)


@examples(50)
@given(HEADERS, TABLE, st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe"]))
@example("date,component,cost", "2026-11-21,training,1\n" * 20_000, b"")
def test_bill_is_read_or_refused_with_a_sentence(catalog: Catalog, header: str, table: str, mark: bytes) -> None:
    content = mark + f"{header}\n{table}".encode("utf-8", "replace")
    scope = bill_scope(catalog.offers["openai/gpt-4.1-mini"], catalog, TODAY, TODAY)
    with in_time(content):
        if outcome(lambda: read_bill(content, RULES), UserError) is None:
            bill = read_bill(content, RULES)
            aggregate = aggregate_bill(bill.lines, RULES, scope)
            assert all(line.usd.is_finite() and 2000 <= line.day.year <= 2100 for line in bill.lines)
            assert all(amount.usd.is_finite() and amount.month < amount.through for amount in aggregate.actuals)


@examples(50)
@given(st.binary(max_size=300))
def test_bytes_that_are_no_bill_are_refused(content: bytes) -> None:
    with in_time(content):
        assert outcome(lambda: read_bill(content, RULES), UserError) is not None


@examples(50)
@given(st.data(), st.binary(max_size=40) | PIECES.map(lambda piece: piece.encode("utf-8", "replace")))
def test_exchange_rates_are_read_whole_or_refused(data: st.DataObject, put: bytes) -> None:
    whole = ecb()
    begin = data.draw(st.integers(0, len(whole)))
    body = whole[:begin] + put + whole[begin + data.draw(st.integers(0, 60)) :]
    with in_time(body):
        if outcome(lambda: read_ecb(body), RatesError) is None:
            rates = read_ecb(body).values()
            assert all(rate.per_usd.is_finite() and rate.per_usd > 0 for rate in rates)


@examples(50)
@given(st.binary(max_size=200))
def test_bytes_that_are_no_exchange_rates_are_refused(body: bytes) -> None:
    with in_time(body):
        assert outcome(lambda: read_ecb(body), RatesError) is not None


VALUES = st.one_of(text, st.lists(text, max_size=3), st.dictionaries(st.text(max_size=5), text, max_size=2))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "scenario.yml"


def fields_in(path: Path, content: bytes) -> dict[str, str]:
    """The fields of a scenario file, as the terminal reads it."""
    path.write_bytes(content)
    return read_scenario_file(path)


@examples(50)
@given(
    st.one_of(
        st.binary(max_size=200),
        text.map(lambda typed: typed.encode("utf-8", "replace")),
        st.dictionaries(st.sampled_from([*KEYS, "unknown"]), VALUES).map(lambda fields: json.dumps(fields).encode()),
    )
)
def test_scenario_file_is_read_or_refused_with_a_sentence(path: Path, content: bytes) -> None:
    with in_time(content):
        if outcome(lambda: fields_in(path, content), UserError) is None:
            outcome(lambda: read_scenario(fields_in(path, content)), UserError)


@examples(25)
@given(name=text)
@example("support \u200d")
def test_exported_scenario_reads_back(catalog: Catalog, path: Path, name: str) -> None:
    fields = {**support_bot.FIELDS, "name": name}
    if outcome(lambda: read_scenario(fields), FieldErrors) is not None:
        return
    scenario = read_scenario(fields)
    with in_time(name):
        exported = to_yaml(build_result(estimate(scenario, catalog, TODAY)))
        assert read_scenario(fields_in(path, exported.encode())).fields() == scenario.fields()
