"""Base models by the names that people write, at a seller that is said."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pricing import PriceFileError, UnknownName
from pricing.base.facts import load_base_facts, shipped_base_facts
from pricing.base.models import GenaiBaseModels
from pricing.base.prices import BASE_PRICES_PATH, BasePriceList, ListedModel, base_price_file
from tests.pricing.names.spellings import WAYS, ways

DAY = date(2026, 11, 28)
MODELS = GenaiBaseModels()
LISTED = BasePriceList().models


def test_price_file_is_that_of_the_installed_package() -> None:
    assert BASE_PRICES_PATH.read_text(encoding="utf-8") == base_price_file(), "run: python -m pricing.base.prices"


def test_prices_equal_those_of_the_package() -> None:
    from datetime import UTC, datetime

    from genai_prices.data_snapshot import get_snapshot

    noon = datetime(2026, 11, 28, 12, tzinfo=UTC)
    listed = {model.id: model for model in LISTED}
    checked = 0
    for provider in get_snapshot().providers:
        for model in provider.models:
            ours = listed[f"{provider.id}/{model.id}"]
            if ours.peak_rows():
                continue  # at noon another price may hold
            theirs = model.get_prices(noon)
            price = getattr(theirs.input_mtok, "base", theirs.input_mtok)
            assert ours.row_on(DAY).prices.input == price, ours.id
            checked += 1
    assert checked > 2_000


@pytest.mark.parametrize(
    ("name", "model", "seller"),
    [
        ("gpt-4.1-mini", "gpt-4.1-mini", "OpenAI"),
        ("GPT-4.1 mini", "gpt-4.1-mini", "OpenAI"),
        ("gpt-4.1-mini-2025-04-14", "gpt-4.1-mini", "OpenAI"),
        ("openai/gpt-4.1-mini", "gpt-4.1-mini", "OpenAI"),
        ("azure/gpt-4.1-mini", "gpt-4.1-mini", "Microsoft Azure"),
        ("GPT-4.1 mini (OpenAI)", "gpt-4.1-mini", "OpenAI"),
        ("4o-mini", "gpt-4o-mini", "OpenAI"),
        ("claude haiku 4.5", "claude-haiku-4-5", "Anthropic"),
        ("claude-haiku-4-5-20251001", "claude-haiku-4-5", "Anthropic"),
        ("llama-3.3-70b", "llama-3.3-70b-versatile", "Groq"),
        ("together/meta-llama/Llama-3.3-70B-Instruct-Turbo", "meta-llama/Llama-3.3-70B-Instruct-Turbo", "Together AI"),
        ("groq/llama-3.3-70b", "llama-3.3-70b-versatile", "Groq"),
        ("llama-3.3-70b-versatile", "llama-3.3-70b-versatile", "Groq"),
        ("llama-4-scout", "meta-llama/llama-4-scout-17b-16e-instruct", "Groq"),
        ("nova-lite", "amazon.nova-lite-v1:0", "AWS Bedrock"),
        ("us.amazon.nova-2-lite-v1:0", "regional.amazon.nova-2-lite-v1:0", "AWS Bedrock"),
        ("global.amazon.nova-2-lite-v1:0", "global.amazon.nova-2-lite-v1:0", "AWS Bedrock"),
        ("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0", "amazon.nova-lite-v1:0", "AWS Bedrock"),
        ("openrouter/qwen/qwen3-32b", "qwen/qwen3-32b", "OpenRouter"),
        ("vertex_ai/gemini-2.5-flash", "gemini-2.5-flash", "Google"),
        ("ft:gpt-4o-mini-2024-07-18:acme::id", "ft:gpt-4o-mini", "OpenAI"),
        ("sonnet", "claude-sonnet-5-5", "Anthropic"),
        ("gemini pro", "gemini-3.1-pro-preview", "Google"),
        ("gemini flash", "gemini-3.8-flash", "Google"),
        ("gemini-pro", "gemini-pro", "Google"),
        ("nova lite", "amazon.nova-lite-v1:0", "AWS Bedrock"),
        ("mistral small", "mistral-small-latest", "Mistral"),
        ("meta-llama/Meta-Llama-3.1-8B-Instruct", "llama-v3p1-8b-instruct", "Fireworks"),
    ],
)
def test_base_models_go_by_the_names_people_write(name: str, model: str, seller: str) -> None:
    price = MODELS.price(name, DAY)
    assert (price.model, price.provider) == (model, seller)


def test_other_sellers_of_an_open_model_are_noted() -> None:
    price = MODELS.price("llama-3.3-70b", DAY)
    assert (price.provider, price.input_usd) == ("Groq", Decimal("0.59"))
    assert {"AWS Bedrock", "Novita"} <= set(price.also_at)
    assert MODELS.price("groq/llama-3.3-70b", DAY).also_at == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("llama", "“llama” can be several models. Did you mean"),
        ("fireworks/gpt-4.1", "no “gpt-4.1” at Fireworks, but at OpenAI"),
        ("ft:gpt-4.1-2025-04-14:org::id", "The price of the tuned model"),
        ("gpt-4.1-mni", "Did you mean openai/gpt-4.1-mini"),
        ("azure/gpt-4.1-mni", "Did you mean openai/gpt-4.1-mini"),
        ("claude", "“claude” can be several models. Did you mean claude-haiku-5-5"),
        ("deepseek-v5", "Did you mean"),
        ("kimi", "kimi-k3"),
        ("gemma", "gemma-4-31b"),
        ("google", "“google” is a provider. Name the model that you use"),
        ("Together AI", "“Together AI” is a provider."),
        ("together_ai/Qwen/Qwen3-8B", "no “Qwen3-8B” at Together AI, but at OpenRouter"),
        ("replicate/llama-3.1-8b", "no “llama-3.1-8b” at replicate, but at"),
        ("togther/llama-3.1-8b", "Unknown provider “togther”. Did you mean together?"),
        ("no such model", "or its prices: base_rates=0.40/1.60"),
    ],
)
def test_unpriced_base_model_is_refused_with_a_reason(name: str, text: str) -> None:
    with pytest.raises(UnknownName) as caught:
        MODELS.price(name, DAY)
    assert text in str(caught.value)


@settings(phases=(Phase.explicit, Phase.generate))
@given(st.sampled_from(LISTED), ways)
def test_every_listed_model_is_known_in_every_spelling(listed: ListedModel, way: str) -> None:
    for name in (listed.id, listed.name):
        resolution = MODELS.resolve(WAYS[way](name))
        assert resolution.ids, name
    assert listed.id in MODELS.resolve(listed.id).ids


@settings(phases=(Phase.explicit, Phase.generate))
@given(st.text(max_size=80) | st.sampled_from(LISTED).map(lambda model: model.name[:-1]))
def test_suggestions_never_equal_the_rejected_name(text: str) -> None:
    resolution = MODELS.resolve(text)
    assert text not in resolution.near
    assert all(MODELS.resolve(near).id == near for near in resolution.near)


@pytest.mark.parametrize(
    ("name", "ends", "successor"),
    [
        ("gpt-5-mini", date(2026, 12, 11), "gpt-5.6-terra"),
        ("gpt-4o", date(2027, 1, 14), "gpt-6-luna"),
        ("azure/gpt-4o", date(2027, 4, 14), "gpt-5.1"),
        ("gemini-2.5-flash", date(2026, 12, 1), "gemini-3.5-flash-lite"),
        ("bedrock/meta.llama3-3-70b-instruct-v1:0", date(2027, 3, 30), None),
        ("claude-haiku-5-5", None, None),
        ("claude-3-haiku", date(2026, 4, 20), "claude-haiku-4-5"),
        ("us.anthropic.claude-3-haiku-20240307-v1:0", date(2026, 9, 10), None),
        ("vertex_ai/claude-3-haiku", date(2026, 8, 23), None),
        ("eu.anthropic.claude-sonnet-4-20250514-v1:0", date(2026, 10, 14), "regional.anthropic.claude-sonnet-5"),
    ],
)
def test_end_and_successor_of_a_base_model_are_known(name: str, ends: date | None, successor: str | None) -> None:
    price = MODELS.price(name, DAY)
    assert (price.ends, price.replaced_by) == (ends, successor)
    assert (price.ends_source is None) == (ends is None)


def test_seller_whose_model_has_ended_is_not_the_default() -> None:
    """Together's Llama 3.3 70B ended on 2026-10-22."""
    assert MODELS.price("llama-3.3-70b", date(2026, 10, 21)).provider == "Together AI"
    price = MODELS.price("llama-3.3-70b", date(2026, 10, 22))
    assert price.provider != "Together AI"
    assert "Together AI" not in price.also_at
    assert any(
        note.startswith("meta-llama/Llama-3.3-70B-Instruct-Turbo at Together AI ended") for note in price.notes(DAY)
    )
    named = MODELS.price("together/llama-3.3-70b", DAY)
    assert (named.provider, named.ends) == ("Together AI", date(2026, 10, 22))


def test_seller_without_a_price_is_not_the_default() -> None:
    """Google lists gemma-4-31b-it without a price."""
    assert MODELS.price("gemma-4-31b", DAY).input_usd is not None
    assert MODELS.price("google/gemma-4-31b-it", DAY).input_usd is None


def test_end_within_the_horizon_is_noted() -> None:
    price = MODELS.price("openai/gpt-5-mini", DAY)
    expected = "gpt-5-mini at OpenAI ends on 2026-12-11. OpenAI suggests gpt-5.6-terra instead."
    assert expected in price.notes(DAY, date(2027, 11, 28))
    assert expected not in price.notes(DAY, date(2026, 12, 11))
    assert any("ended on 2026-12-11" in note for note in price.notes(date(2026, 12, 12)))


def test_peak_hours_are_noted_with_their_prices() -> None:
    price = MODELS.price("deepseek-v4-flash", DAY)
    assert price.peak_hours == (("01:00", "04:00"), ("06:00", "10:00"))
    assert (price.input_usd, price.peak_input_usd) == (Decimal("0.15"), Decimal("0.3"))
    assert (price.output_usd, price.peak_output_usd) == (Decimal("0.6"), Decimal("1.2"))
    assert any("From 01:00 to 04:00 and 06:00 to 10:00 UTC" in note for note in price.notes(DAY))


def test_prices_of_longer_calls_are_noted() -> None:
    price = MODELS.price("claude-haiku-5-5", DAY)
    assert (price.max_call_input_tokens, price.longer_input_usd) == (100_000, Decimal("0.5"))
    assert any("In calls over 100,000 input tokens" in note for note in price.notes(DAY))


def test_price_that_another_source_contradicts_says_so() -> None:
    conflict = MODELS.price("together/llama-3.3-70b", DAY).conflict
    assert conflict is not None
    assert "1.04/1.04" in conflict


def test_every_recorded_model_is_priced_at_its_seller() -> None:
    for model_id, facts in shipped_base_facts().items():
        price = MODELS.price(model_id, DAY)
        assert price.ends == facts.ends, model_id


@pytest.mark.parametrize(
    ("passage", "replacement", "message"),
    [
        ("ends: 2027-01-14", "end: 2027-01-14", "models.acme/one.end: isn't a known key"),
        ("ends: 2027-01-14", "ends: soon", "'soon' isn't a date"),
        ("ends: 2027-01-14, ", "", "replaced_by goes with ends"),
        ("source: page", "source: leaflet", "'leaflet' isn't a source of this file"),
    ],
)
def test_error_in_the_facts_names_its_place(tmp_path: Path, passage: str, replacement: str, message: str) -> None:
    text = """
sources:
  page: {title: A page, url: "https://acme.test/ends", checked: 2026-11}
models:
  acme/one: {ends: 2027-01-14, replaced_by: two, source: page}
"""
    path = tmp_path / "base_models.yml"
    path.write_text(text)
    assert load_base_facts(path)["acme/one"].replaced_by == "two"
    path.write_text(text.replace(passage, replacement, 1))
    with pytest.raises(PriceFileError) as caught:
        load_base_facts(path)
    assert message in str(caught.value)
