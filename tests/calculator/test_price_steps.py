"""A price that changes inside the first month: a call costs the day's price, the month both."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from calculator import Comparison, Estimate, break_even, estimate, read_scenario
from pricing import Catalog, load_catalog

TODAY = date(2026, 11, 28)
STEP = """
platform: testco
title: Testco
sources:
  page: {title: Testco prices, url: "https://testco.test/prices", checked: 2026-11}
offers:
  step:
    title: Step
    model: step
    prices:
      training: {usd: 15, per: 1M tokens, source: page, confidence: high}
      input:
        - {usd: 1, per: 1M tokens, source: page, confidence: high}
        - {usd: 9, per: 1M tokens, source: page, confidence: high, since: 2026-12-13}
      output: {usd: 2, per: 1M tokens, source: page, confidence: high}
"""
QUESTION = {
    "on": "testco/step",
    "examples": "1000",
    "example": "1000",
    "epochs": "1",
    "calls": "1M/month",
    "call": "1000/0",
    "base_rates": "10/20",
    "prep": "10000",
}


def stepped(folder: Path, **fields: str) -> tuple[Comparison, Estimate]:
    (folder / "testco.yml").write_text(STEP)
    comparison = estimate(read_scenario({**QUESTION, **fields}), load_catalog(folder), TODAY)
    (only,) = comparison.estimates
    return comparison, only


def test_saving_of_today_is_at_the_price_of_today(tmp_path: Path) -> None:
    """Until the step 15 × 12 ÷ 365 months at $9,000 a month, and then $1,000 a month.

    0.49315 months bring $4,438.36. The other $5,576.64 take 5.57664 months: 6.06979 in all, of 1M calls each.
    """
    payback = break_even(*stepped(tmp_path))
    assert payback is not None
    assert payback.saving_per_call_usd == Decimal("0.009")
    assert payback.calls == 6_069_795
    assert payback.day == date(2027, 6, 1)


def test_the_first_month_is_the_total_of_one_month(tmp_path: Path) -> None:
    """15 of 30.417 days at $1,000 a month, the others at $9,000: $493.15 + $4,561.64, after $10,015."""
    _, only = stepped(tmp_path, months="1")
    part = Decimal(15 * 12) / 365
    assert only.total_usd == only.first_month_usd
    assert only.first_month_usd is not None
    assert abs(only.first_month_usd - (10_015 + 1_000 * part + 9_000 * (1 - part))) < Decimal("1e-9")
    assert only.monthly_usd == 1_000, "at the price of today"


def test_gpu_price_that_rises_counts_in_the_first_month(catalog: Catalog) -> None:
    """A dedicated endpoint at $3.99 an hour for 16 days from 2026-09-15, and at $5.49 for the rest."""
    fields = {"on": "together/gemma-3-12b", "examples": "1", "example": "100", "months": "1", "replicas": "1"}
    fields |= {"calls": "1k/month", "call": "100/70"}
    (only,) = estimate(read_scenario(fields), catalog, date(2026, 9, 15)).estimates
    assert only.first_month_usd == only.total_usd


def test_month_without_recurring_cost_is_free(tmp_path: Path) -> None:
    fields = {key: QUESTION[key] for key in ("on", "examples", "example", "epochs")}
    (tmp_path / "testco.yml").write_text(STEP)
    (only,) = estimate(read_scenario(fields), load_catalog(tmp_path), TODAY).estimates
    assert only.monthly_usd == 0
    assert only.monthly.whole
