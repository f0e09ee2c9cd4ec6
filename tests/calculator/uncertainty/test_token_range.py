"""Stated tokens are the base model's: what another tokenizer makes of the same text is a range."""

from __future__ import annotations

from decimal import Decimal

import pytest

from calculator import Comparison, estimate, estimate_assumptions, read_scenario
from calculator.uncertainty.token_range import token_range
from pricing import Catalog, token_factor
from tests.calculator.questions import TODAY

QUESTION = {
    "examples": "10k",
    "example": "250/150",
    "epochs": "1",
    "calls": "1M/month",
    "call": "100/70",
    "months": "1",
}


def compared(catalog: Catalog, **fields: str) -> Comparison:
    return estimate(read_scenario({**QUESTION, **fields}), catalog, TODAY)


def test_factors_are_characters_per_token_of_both() -> None:
    """GPT-4o: 4.65736 English and 1.3897 Japanese characters a token; Qwen 3: 4.46773 and 1.47894."""
    factor = token_factor("gpt-4.1-mini", "qwen3-8b")
    assert factor is not None
    assert factor.low == Decimal("1.3897") / Decimal("1.47894")
    assert factor.high == Decimal("4.65736") / Decimal("4.46773")
    assert factor.source.url


def test_rule_of_thumb_counts_where_nothing_is_measured() -> None:
    """Claude: 3.5 characters a token; Gemini: 4 by its own rule, 4.45059 measured."""
    factor = token_factor("claude-haiku-4-5", "gemini-3.5-flash")
    assert factor is not None
    assert (factor.low, factor.high) == (Decimal("3.5") / Decimal("4.45059"), Decimal("0.875"))


@pytest.mark.parametrize("model", ["gpt-4.1", "qwen3.5-9b", "a-model"])
def test_the_same_or_an_unmeasured_tokenizer_has_no_factor(model: str) -> None:
    assert token_factor("gpt-4.1-mini", model) is None


def test_every_token_of_the_tuned_model_is_scaled(catalog: Catalog) -> None:
    """Tinker's Qwen3 8B: 4M x $0.44 + 100M x $0.195 + 70M x $0.60 = $63.26, all of it in tokens."""
    comparison = compared(catalog, on="tinker/qwen3-8b", base="gpt-4.1-mini")
    (only,) = comparison.estimates
    assert only.total_usd == Decimal("63.26")
    factors = token_range(comparison, only)
    assert factors is not None
    for usd, factor in ((factors.low_usd, factors.factor.low), (factors.high_usd, factors.factor.high)):
        assert usd is not None
        assert abs(usd - Decimal("63.26") * factor) < Decimal("1e-20")
    (text,) = [text for text in estimate_assumptions(comparison, only) if text.startswith("tokens are as")]
    assert "Qwen 3 makes 0.94 to 1.04 times as many of the same text: $59.44 to $65.95" in text


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"base": "gpt-4.1-mini", "on": "azure/gpt-4.1@global"},
        {"base": "gpt-4.1-mini", "lengths": "4096:400,9731:400"},
    ],
)
def test_without_another_tokenizer_there_is_no_range(catalog: Catalog, fields: dict[str, str]) -> None:
    comparison = compared(catalog, **{"on": "tinker/qwen3-8b", **fields})
    assert token_range(comparison, comparison.estimates[0]) is None
