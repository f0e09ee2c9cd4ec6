"""Prompt caching by seller and model."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from pricing import PriceFileError, caching_rule, load_caching_rules


@pytest.mark.parametrize(
    ("seller", "model", "automatic", "min_tokens", "write"),
    [
        ("openai", "gpt-4.1-mini", True, 1024, "1"),
        ("OpenAI", "gpt-4.1-mini-2025-04-14", True, 1024, "1"),
        ("Microsoft Azure", "gpt-4.1-mini", True, 1024, "1"),
        ("openai", "gpt-5-mini", True, 1024, "1"),
        ("openai", "gpt-5.6-luna", False, 1024, "1.25"),
        ("openai", "gpt-6-luna", False, 1024, "1.25"),
        ("Google", "gemini-2.5-flash", True, 2048, "1"),
        ("google", "gemini-3.5-flash", True, 4096, "1"),
        ("anthropic", "claude-haiku-4-5", False, 4096, "1.25"),
        ("Anthropic", "claude-sonnet-5", False, 1024, "1.25"),
        ("Anthropic", "claude-sonnet-5-5", False, 512, "1.25"),
        ("AWS Bedrock", "us.anthropic.claude-opus-4-7", False, 2048, "1.25"),
        ("anthropic", "claude-haiku-5-5", False, None, "1.25"),
        ("Deepseek", "deepseek-v4-flash", True, None, "1"),
        ("X AI", "grok-4.5", True, None, "1"),
        ("fireworks", "accounts/fireworks/models/qwen3-8b", True, None, "1"),
        ("aws-bedrock", "amazon.nova-lite-v1:0", False, None, "1"),
    ],
)
def test_rules_by_seller_and_model(
    seller: str, model: str, automatic: bool, min_tokens: int | None, write: str
) -> None:
    rule = caching_rule(seller, model)
    assert rule is not None
    assert (rule.automatic, rule.min_tokens, rule.write) == (automatic, min_tokens, Decimal(write))
    assert rule.source.url


@pytest.mark.parametrize(
    ("seller", "model"),
    [("together", "qwen3-8b"), ("openai", "gpt-3.5-turbo"), ("nobody", "gpt-4.1"), ("groq", "llama-3.1-8b-instant")],
)
def test_unrecorded_model_has_no_caching_rule(seller: str, model: str) -> None:
    assert caching_rule(seller, model) is None


@pytest.mark.parametrize(
    ("prefix", "cached"), [(1_023, 0), (1_024, 1_024), (1_151, 1_024), (1_152, 1_152), (1_500, 1_408)]
)
def test_openai_caches_in_steps_of_128_from_1024(prefix: int, cached: int) -> None:
    """1,500 tokens: 1,024 and 3 steps of 128 are 1,408."""
    rule = caching_rule("openai", "gpt-4.1-mini")
    assert rule is not None
    assert rule.cached_tokens(prefix) == cached


@pytest.mark.parametrize(
    ("passage", "replacement", "message"),
    [
        ("min_tokens: 1", "min_tokens: few", "rules.one.min_tokens: 'few' isn't a number of tokens"),
        ("min_tokens: 1", "min_tokens: 1, min: 2", "rules.one.min: isn't a known key"),
        ("write: 1", "write: unknown", "write is unknown"),
        ("source: page", "source: leaflet", "'leaflet' isn't a source of this file"),
        ("automatic: true", "automatic: perhaps", "rules.one.automatic"),
    ],
)
def test_error_names_its_place(tmp_path: Path, passage: str, replacement: str, message: str) -> None:
    text = """
sources:
  page: {title: A page, url: "https://acme.test/caching", checked: 2026-11}
rules:
  one: {sellers: [acme], models: ["*"], automatic: true, min_tokens: 1, write: 1, source: page}
"""
    path = tmp_path / "prompt_caching.yml"
    path.write_text(text)
    assert load_caching_rules(path)["one"].cached_tokens(7) == 7
    path.write_text(text.replace(passage, replacement, 1))
    with pytest.raises(PriceFileError) as caught:
        load_caching_rules(path)
    assert message in str(caught.value)
