"""What an answer says about its base model."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from calculator import (
    BaseChange,
    base_change,
    base_notes,
    break_even,
    cumulative_prompting_usd,
    estimate,
    option,
    read_scenario,
    threshold,
    verdict,
)
from pricing import load_catalog

ON = date(2026, 11, 28)
QUESTION = {"on": "tinker/qwen3-8b", "examples": "10k", "example": "400", "calls": "1k/day", "call": "100/70"}


def notes(**fields: str) -> tuple[str, ...]:
    return base_notes(estimate(read_scenario({**QUESTION, **fields}), load_catalog(), ON))


def test_end_of_the_base_model_is_noted() -> None:
    note = "gpt-5-mini at OpenAI ends on 2026-12-11. OpenAI suggests gpt-5.6-terra instead."
    assert note in notes(base="gpt-5-mini")
    assert note in notes(base="gpt-5-mini", months="1")


def test_end_after_the_horizon_is_not_noted() -> None:
    """GPT-4.1 mini ends on 2027-01-14, and one month from 2026-11-28 ends on 2026-12-28."""
    assert not any("ends on" in note for note in notes(base="openai/gpt-4.1-mini", months="1"))
    assert any("ends on 2027-01-14" in note for note in notes(base="openai/gpt-4.1-mini", months="3"))


def test_seller_of_a_shared_model_is_noted() -> None:
    (note, *_) = notes(base="llama-3.3-70b")
    assert note.startswith("The base model is llama-3.3-70b-versatile at Groq; also sold by AWS Bedrock")


def test_own_prices_and_no_base_model_have_no_notes() -> None:
    assert notes(base="gpt-5-mini", base_rates="0.15/0.60") == ()
    assert notes() == ()


def test_announced_price_of_the_base_counts_from_its_day() -> None:
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


def test_announced_price_of_the_base_counts_in_the_payback() -> None:
    """At your rates a call costs $0.50 per 1M input tokens, so 1M calls of 1,000 tokens save $250.00 a month, and
    $1,000.00 from 2027-01-01 on, 1.1178 months from now: $279.45. The other $720.55 of prep= take 0.72055 months.
    """
    fields = {"on": "your-rates", "rates": "0/0.5/1", "base": "gemini-3.8-flash", "calls": "1M/month", "call": "1000/0"}
    comparison = estimate(read_scenario({**QUESTION, **fields, "prep": "1000"}), load_catalog(), ON)
    payback = break_even(comparison, comparison.estimates[0])
    assert payback is not None
    assert payback.months is not None
    assert round(payback.months, 4) == Decimal("1.8384")


def test_end_of_the_base_model_is_a_change() -> None:
    """30,416.67 calls a month of 100 and 70 tokens at GPT-6 Luna's $0.10 and $0.50 per 1M: $0.000045 each, $1.36875."""

    def change(**fields: str) -> BaseChange | None:
        return base_change(estimate(read_scenario({**QUESTION, **fields}), load_catalog(), ON))

    ends = change(base="openai/gpt-4.1-mini")
    assert ends is not None
    assert ends[:4] == ("gpt-4.1-mini", date(2027, 1, 14), None, "gpt-6-luna")
    assert ends.successor_monthly_usd == pytest.approx(Decimal("1.36875"))
    assert ends.priced_until is None
    assert change(base="azure/phi-4") == BaseChange(
        "phi-4", date(2027, 1, 17), None, None, priced_until=date(2027, 1, 17)
    )
    assert change(base="openai/gpt-4.1-mini", months="1") is None
    assert change(base_rates="1/2") is None
    assert change() is None


def test_successor_answers_after_the_end_of_the_base_model() -> None:
    """1B tokens a month: 47 days = 1.5452 months at GPT-4.1 mini's $400.00, the other 10.4548 at GPT-6 Luna's $100.00.

    At your rates a month costs $200.00, so tuning has saved $309.04 on 14 January and loses $1,045.48 afterwards.
    """
    fields = {"on": "your-rates", "rates": "0/0.2/1", "calls": "1M/month", "call": "1000/0", "prep": "100"}
    comparison = estimate(
        read_scenario({**QUESTION, **fields, "base": "openai/gpt-4.1-mini", "cached": "0%"}), load_catalog(), ON
    )
    base, (tuned,) = comparison.base, comparison.estimates
    assert base is not None
    assert (base.monthly_usd, base.complete) == (400, True)
    assert [line.label for line in base.lines] == ["Input tokens", "Input tokens, gpt-6-luna"]
    assert base.total_usd == pytest.approx(Decimal("1663.56"), abs=Decimal("0.01"))
    tuned_option = option(comparison, tuned)
    assert tuned_option.saving_usd == pytest.approx(Decimal("1663.56") - 2500, abs=Decimal("0.01"))
    assert tuned_option.pays_back is None
    assert verdict(comparison).answer == "no"
    assert cumulative_prompting_usd(comparison, Decimal(12)) == base.total_usd


def test_prompting_is_unknown_after_an_end_without_a_successor() -> None:
    """1B tokens a month at Azure: $125.00 for Phi-4 until 17 January, 50 days = 1.6438 months."""
    fields = {"on": "your-rates", "rates": "0/0.1/1", "base": "azure/phi-4", "calls": "1M/month", "call": "1000/0"}
    comparison = estimate(read_scenario({**QUESTION, **fields}), load_catalog(), ON)
    base = comparison.base
    assert base is not None
    assert base.monthly_usd == 125
    assert (base.complete, round(base.total_usd or Decimal(0), 2)) == (False, Decimal("205.48"))
    assert verdict(comparison).reason == "base_ends"
    short = estimate(read_scenario({**QUESTION, **fields, "months": "1"}), load_catalog(), ON)
    assert (verdict(short).answer, verdict(short).saving_usd) == ("different_model", 25)


def test_late_end_without_a_successor_cuts_the_comparison() -> None:
    """GPT-5.5 at Azure ends on 2027-10-26, 332 days = 10.9151 months away: $5,000.00 a month against $500.00 and
    $1,000.00 of prep=.
    """
    fields = {"on": "your-rates", "rates": "0/0.5/1", "base": "azure/gpt-5.5", "calls": "1M/month", "call": "1000/0"}
    comparison = estimate(read_scenario({**QUESTION, **fields, "prep": "1000", "cached": "0%"}), load_catalog(), ON)
    result = verdict(comparison)
    assert result.answer == "different_model"
    months = Decimal(332) * 12 / 365
    assert result.saving_usd == pytest.approx(months * 4500 - 1000)
    (tuned,) = comparison.estimates
    payback = break_even(comparison, tuned)
    assert payback is not None
    assert payback.net_usd == result.saving_usd


def test_base_model_that_has_ended_decides_nothing() -> None:
    fields = {"on": "your-rates", "rates": "0/0.5/1", "base": "openai/gpt-3.5-turbo"}
    comparison = estimate(read_scenario({**QUESTION, **fields}), load_catalog(), ON)
    assert (verdict(comparison).answer, verdict(comparison).reason) == ("not_enough", "base_ends")


@pytest.mark.parametrize(
    ("calls", "usd", "note"),
    [
        ("143/day", "4.08", "OpenAI drops a prompt that no call has read for 10 minutes"),
        ("144/day", "1.62", "OpenAI caches 1,920 of the 2,000 prompt tokens by itself"),
    ],
)
def test_prompt_stays_cached_if_calls_come_in_time(calls: str, usd: str, note: str) -> None:
    """144 calls a day are one every 10 minutes. 30 × 143 calls of 2,100 × $0.40 and 70 × $1.60 ÷ 1M are $4.08; 30 × 144
    of 180 × $0.40, 1,920 × $0.10 and 70 × $1.60 are $1.62.
    """
    fields = {"on": "your-rates", "rates": "0/0.4/1.6", "base": "openai/gpt-4.1-mini", "call": "100/70", "days": "30"}
    scenario = read_scenario({**QUESTION, **fields, "calls": calls, "prompt": "2000->100", "months": "1"})
    comparison = estimate(scenario, load_catalog(), ON)
    base = comparison.base
    assert base is not None
    assert base.monthly_usd is not None
    assert round(base.monthly_usd, 2) == Decimal(usd)
    assert any(text.startswith(note) for text in base_notes(comparison))


def test_saving_below_the_caching_rate_is_no_threshold() -> None:
    """A tuned call costs 165 × $2.00 and 70 × $1.00 ÷ 1M = $0.0004: between $0.000952 uncached and $0.000376 cached."""
    fields = {"on": "your-rates", "rates": "0/2/1", "base": "openai/gpt-4.1-mini", "call": "100/70", "days": "30"}
    scenario = read_scenario({**QUESTION, **fields, "calls": "1k/day", "prompt": "2000->65", "months": "1"})
    comparison = estimate(scenario, load_catalog(), ON)
    limit = threshold(comparison, comparison.estimates[0])
    assert limit is not None
    assert limit.calls_per_day is None
    assert verdict(comparison).reason == "never_pays"
