"""Aggregation of a platform's bill into actual amounts by month and part."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bot.actuals.aggregate import AggregatedBill, aggregate_bill, bill_scope
from bot.actuals.bill import MAX_BYTES, MAX_COLUMNS, MAX_ROWS, read_bill
from calculator import Usage, UserError
from pricing import BillRules, Catalog, load_bill_rules

RULES = load_bill_rules()
SINCE, TODAY = date(2026, 11, 21), date(2026, 12, 15)
OPENAI = (
    "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,quantity,quantity_unit,line_item,"
    "user_id,api_key_id,project_id,organization_id,project_name,organization_name,user_email,api_source\r\n"
)
MODEL = "gpt-4.1-mini-2025-04-14"


@pytest.fixture
def rules() -> BillRules:
    return RULES


def read(catalog: Catalog, text: str, offer: str = "openai/gpt-4.1-mini", today: date = TODAY) -> AggregatedBill:
    bill = read_bill(text.encode(), RULES)
    return aggregate_bill(bill.lines, RULES, bill_scope(catalog.offers[offer], catalog, SINCE, today))


def amounts(bill: AggregatedBill) -> dict[tuple[str, str], Decimal]:
    return {(f"{actual.month:%Y-%m}", actual.part): actual.usd for actual in bill.actuals}


def openai_row(day: str, usd: str, item: str, tokens: str = "") -> str:
    unit = "tokens" if tokens else ""
    return f'1,2,{day}T00:00:00+00:00,x,{usd},usd,{tokens},{unit},"{item}",,,,org,,,,\r\n'


# --- layouts ---------------------------------------------------------------------------------------------------------


def test_openai_export(catalog: Catalog) -> None:
    """From the date of the estimate, November has 20 for training and 4 + 6 for calls."""
    text = OPENAI + "".join(
        [
            openai_row("2026-11-20", "99", f"ft:{MODEL}, training"),  # the day before the estimate
            openai_row("2026-11-21", "20", f"ft:{MODEL}, training", "4000000"),
            "1,2,2026-11-22T00:00:00+00:00,x,,,,,,,,,,,,,\r\n",
            openai_row("2026-11-23", "4", f"ft:{MODEL}, input", "5000000"),
            openai_row("2026-11-23", "6.5", f"ft:{MODEL}, output", "1875000"),
            openai_row("2026-11-23", "-0.5", f"ft:{MODEL}, output"),  # a credit
            openai_row("2026-11-23", "77", f"{MODEL}, input"),  # the base model
            openai_row("2026-11-23", "55", "ft:gpt-4.1-2025-04-14, output"),  # another tuned model
            openai_row("2026-12-01", "3", f"ft:{MODEL}, input"),
            openai_row("2026-12-09", "3", f"ft:{MODEL}, input"),
        ]
    )
    bill = read(catalog, text)
    assert amounts(bill) == {
        ("2026-11", "training"): Decimal(20),
        ("2026-11", "inference"): Decimal(10),
        ("2026-12", "inference"): Decimal(6),
    }
    by_key = {(actual.month.month, actual.part): actual for actual in bill.actuals}
    assert by_key[11, "inference"].usage == Usage(
        input_tokens=Decimal(5_000_000), cached_tokens=Decimal(0), output_tokens=Decimal(1_875_000)
    )
    assert by_key[11, "training"].usage == Usage(trained_tokens=Decimal(4_000_000))
    assert by_key[11, "inference"].through == date(2026, 12, 1)
    assert by_key[12, "inference"].through == date(2026, 12, 10), "December isn't over: up to its latest charge"
    assert bill.skipped_items == (f"{MODEL}, input", "ft:gpt-4.1-2025-04-14, output")
    assert bill.unattributed_items == ()


def test_azure_cost_details(catalog: Catalog) -> None:
    """US dates, a column in US dollars beside the billing currency, and hours of hosting."""
    text = (
        "Date,MeterCategory,MeterSubCategory,MeterName,Quantity,UnitOfMeasure,CostInBillingCurrency,"
        "BillingCurrencyCode,CostInUsd\n"
        "12/01/2026,Foundry Models,Azure OpenAI,gpt-4.1-mini FT Training global Tokens,4000,1K,25,EUR,27.5\n"
        "12/02/2026,Foundry Models,Azure OpenAI,gpt-4.1-mini-ft hosting global Unit,24,1 Hour,37,EUR,40.8\n"
        "12/03/2026,Foundry Models,Azure OpenAI,4.1 mini ft training Dz Tokens,1,1K,1,EUR,1.5\n"
        "12/03/2026,Storage,Blob,Hot LRS Data Stored,1,1 GB,9,EUR,10\n"
    )
    bill = read(catalog, text, "azure/gpt-4.1-mini@global")
    assert amounts(bill) == {("2026-12", "training"): Decimal("29.0"), ("2026-12", "hosting"): Decimal("40.8")}
    assert {actual.part: actual.usage.hours for actual in bill.actuals} == {"training": None, "hosting": Decimal(24)}


def test_monthly_cost_explorer_download(catalog: Catalog) -> None:
    text = (
        '"Usage type","USE1-Nova2.0Lite-Customization-Training($)","USE1-Nova2.0Lite-input-tokens-custom-model($)",'
        '"BoxUsage:t3.micro($)","Total costs($)"\n'
        '"Usage type total","45.36","12.5","1","58.86"\n'
        '"2026-11-01","45.36","2.5","","47.86"\n'
        '"2026-12-01","","10","1","11"\n'
    )
    bill = read(catalog, text, "aws-bedrock/nova-2-lite")
    assert amounts(bill) == {
        ("2026-11", "training"): Decimal("45.36"),
        ("2026-11", "inference"): Decimal("2.5"),
        ("2026-12", "inference"): Decimal(10),
    }
    assert bill.actuals[-1].through == date(2026, 12, 16), "a monthly row has no days: up to today"
    assert bill.skipped_items == ("BoxUsage:t3.micro",)
    assert "USE1-Nova2.0Lite-Customization-Training" in bill.unattributed_items


def test_aws_cost_and_usage_report(catalog: Catalog) -> None:
    text = (
        "lineItem/UsageStartDate,lineItem/UsageType,lineItem/UsageAmount,lineItem/UnblendedCost,lineItem/CurrencyCode,"
        "pricing/unit\n"
        "2026-12-01T00:00:00Z,USE1-Nova2.0Lite-ProvisionedThroughput-NoCommit-ModelUnits,2,121.0,USD,hours\n"
    )
    bill = read(catalog, text, "aws-bedrock/nova-2-lite")
    assert amounts(bill) == {("2026-12", "hosting"): Decimal("121.0")}
    assert bill.actuals[0].usage.hours == 2


def test_focus_export_and_generic_csv(catalog: Catalog) -> None:
    focus = (
        "ChargePeriodStart,BilledCost,BillingCurrency,ChargeDescription,ConsumedQuantity,ConsumedUnit\n"
        "2026-12-01T00:00:00Z,7.68,USD,Fine-tuning job Qwen3-8B LoRA,16000000,Tokens\n"
    )
    assert amounts(read(catalog, focus, "together/qwen3-8b")) == {("2026-12", "training"): Decimal("7.68")}
    plain = 'Date,Component,Cost\n2026-12,hosting,12\n2026-12,training,1\n2026-11,all,"1,234.50"\n'
    assert amounts(read(catalog, plain)) == {
        ("2026-12", "hosting"): Decimal(12),
        ("2026-12", "training"): Decimal(1),
        ("2026-11", "all"): Decimal("1234.50"),
    }


def test_models_with_the_same_prefix_are_told_apart(catalog: Catalog) -> None:
    text = "date,item,cost\n" + "".join(
        f'2026-12-01,"ft:{model}, output",{usd}\n'
        for model, usd in ((MODEL, 1), ("gpt-4.1-2025-04-14", 2), ("gpt-4.1-nano-2025-04-14", 4), ("gpt-4.1", 8))
    )
    assert amounts(read(catalog, text)) == {("2026-12", "inference"): Decimal(1)}
    assert amounts(read(catalog, text, "openai/gpt-4.1")) == {("2026-12", "inference"): Decimal(10)}


# --- invalid files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "A bill needs a date"),
        (b"name,value\n1,2\n", "columns of this file are: name, value"),
        (b"date,component\n2026-12-01,training\n", "A bill needs"),
        (b"date,component,cost\n", "none of its rows has a cost"),
        (b"date,component,cost\n\n\n", "none of its rows has a cost"),
        (b"date,component,cost\nyesterday,training,1\n", "Row 2: .yesterday. isn't a date"),
        (b"date,component,cost\n0001-01-01,training,1\n", "isn't a date"),
        (b"date,component,cost\n13/13/2026,training,1\n", "isn't a date"),
        (b"date,component,cost\n2026-12-01,training,1\n2026-12-01,training,=1+1\n", "Row 3: .=1\\+1. isn't a cost"),
        (b"date,component,cost\n2026-12-01,training,1e99\n", "isn't a cost"),
        (b"date,component,cost\n2026-12-01,training,NaN\n", "isn't a cost"),
        (b"date,component,cost,currency\n2026-12-01,training,1,EUR\n", "Row 2 is in EUR"),
        (b"\xff\xfe\x00date", "isn't UTF-8 text"),
        (b"PK\x03\x04\xff", "isn't UTF-8 text"),
        (b'date,component,cost\n"2026-12-01,training,1\n', "isn't valid CSV"),
        (b"date,component,cost\n" + b"x" * 2_000_001 + b",training,1\n", "isn't valid CSV"),
        (b"," * (MAX_COLUMNS + 1), "columns"),
        (b"date,component,cost\n" + b"2026-12-01,training,1\n" * (MAX_ROWS + 1), "rows"),
        (b"x" * (MAX_BYTES + 1), "larger than 5 MB"),
    ],
)
def test_invalid_bill_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        read_bill(content, RULES)


# --- rules -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "tuned", "part"),
    [
        (f"ft:{MODEL}, cached input", True, "inference"),
        (f"{MODEL}, input", False, "inference"),
        ("software, input", False, "inference"),
        ("gpt-4o-mini-0718-FT-Trng-glbl Tokens", True, "training"),
        ("o4-mini RFT Training global Unit", True, "training"),
        ("OSS-20b FT Deployment Hosting Unit", True, "hosting"),
        ("gpt 4o dev ft cchd inpt glbl Tokens", True, "inference"),
        ("USE1-Nova2.0Lite-Customization-Storage", True, "storage"),
        ("USE1-Nova2.0Lite-ProvisionedThroughput-NoCommit-ModelUnits", True, "hosting"),
        ("USE1-Nova2.0Lite-RFT-Training-Hours", True, "training"),
        ("Hot LRS Data Stored", False, None),
    ],
)
def test_item_is_classified_by_its_name(rules: BillRules, item: str, tuned: bool, part: str | None) -> None:
    assert (rules.is_tuned(item), rules.part_of(item)) == (tuned, part)
