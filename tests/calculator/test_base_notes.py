"""What an answer says about its base model."""

from __future__ import annotations

from datetime import date

from calculator import base_notes, estimate, read_scenario
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
