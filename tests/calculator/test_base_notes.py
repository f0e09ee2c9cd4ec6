"""What an answer says about its base model."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from calculator import BaseChange, base_change, base_notes, break_even, estimate, read_scenario
from pricing import load_catalog

ON = date(2026, 11, 28)
QUESTION = {"on": "tinker/qwen3-8b", "examples": "10k", "example": "400", "calls": "1k/day", "call": "100/70"}


def notes(**fields: str) -> tuple[str, ...]:
    return base_notes(estimate(read_scenario({**QUESTION, **fields}), load_catalog(), ON))


def test_a_base_model_that_ends_within_the_horizon_is_said() -> None:
    said = "gpt-5-mini at OpenAI ends on 2026-12-11. OpenAI suggests gpt-5.6-terra instead."
    assert said in notes(base="gpt-5-mini")
    assert said in notes(base="gpt-5-mini", months="1")


def test_an_end_after_the_horizon_is_not_said() -> None:
    """GPT-4.1 mini ends on 2027-01-14, and one month from 2026-11-28 ends on 2026-12-28."""
    assert not any("ends on" in note for note in notes(base="openai/gpt-4.1-mini", months="1"))
    assert any("ends on 2027-01-14" in note for note in notes(base="openai/gpt-4.1-mini", months="3"))


def test_the_seller_of_a_model_that_several_sell_is_said() -> None:
    (note, *_) = notes(base="llama-3.3-70b")
    assert note.startswith("The base model is llama-3.3-70b-versatile at Groq; also sold by AWS Bedrock")


def test_own_prices_and_no_base_model_have_no_notes() -> None:
    assert notes(base="gpt-5-mini", base_rates="0.15/0.60") == ()
    assert notes() == ()


def test_an_announced_price_of_the_base_model_counts_from_its_day() -> None:
    """Gemini 3.8 Flash: $0.75 per 1M input tokens, $1.50 from 2027-01-01 on; 1B tokens a month.

    34 days are 34 × 12 ÷ 365 = 1.1178 months at $750.00, the other 10.8822 cost $1,500.00: $17,161.64.
    """
    fields = {"base": "gemini-3.8-flash", "calls": "1M/month", "call": "1000/0"}
    comparison = estimate(read_scenario({**QUESTION, **fields}), load_catalog(), ON)
    base = comparison.base
    assert base is not None
    assert base.monthly_usd == 750
    assert base.total_usd is not None
    assert round(base.total_usd, 2) == Decimal("17161.64")
    change = base_change(comparison)
    assert change == BaseChange("gemini-3.8-flash", None, date(2027, 1, 1), None)
    assert any(note.startswith("From 2027-01-01 on") and "$1.5 for input" in note for note in base_notes(comparison))


def test_an_announced_price_of_the_base_model_counts_in_the_pay_back() -> None:
    """At your rates a call costs $0.50 per 1M input tokens, so 1M calls of 1,000 tokens save $250.00 a month, and
    $1,000.00 from 2027-01-01 on, 1.1178 months from now: $279.45. The other $720.55 of prep= take 0.72055 months.
    """
    fields = {"on": "your-rates", "rates": "0/0.5/1", "base": "gemini-3.8-flash", "calls": "1M/month", "call": "1000/0"}
    comparison = estimate(read_scenario({**QUESTION, **fields, "prep": "1000"}), load_catalog(), ON)
    payback = break_even(comparison, comparison.estimates[0])
    assert payback is not None
    assert payback.months is not None
    assert round(payback.months, 4) == Decimal("1.8384")


def test_the_end_of_the_base_model_is_a_change() -> None:
    def change(**fields: str) -> BaseChange | None:
        return base_change(estimate(read_scenario({**QUESTION, **fields}), load_catalog(), ON))

    assert change(base="openai/gpt-4.1-mini") == BaseChange("gpt-4.1-mini", date(2027, 1, 14), None, "gpt-6-luna")
    assert change(base="openai/gpt-4.1-mini", months="1") is None
    assert change(base_rates="1/2") is None
    assert change() is None
