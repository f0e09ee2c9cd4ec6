"""Base models by the names that people write, at a seller that is said."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pricing import UnknownName
from pricing.base_models import GenaiBaseModels
from pricing.base_prices import BASE_PRICES_PATH, BasePriceList, ListedModel, base_price_file
from tests.pricing.names.spellings import WAYS, ways

DAY = date(2026, 11, 28)
MODELS = GenaiBaseModels()
LISTED = BasePriceList().models


def test_price_file_is_that_of_the_installed_package() -> None:
    assert BASE_PRICES_PATH.read_text(encoding="utf-8") == base_price_file(), "run: python -m pricing.base_prices"


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
        ("llama-3.3-70b", "meta-llama/Llama-3.3-70B-Instruct-Turbo", "Together AI"),
        ("together/meta-llama/Llama-3.3-70B-Instruct-Turbo", "meta-llama/Llama-3.3-70B-Instruct-Turbo", "Together AI"),
        ("groq/llama-3.3-70b", "llama-3.3-70b-versatile", "Groq"),
        ("llama-3.3-70b-versatile", "llama-3.3-70b-versatile", "Groq"),
        ("llama-4-scout", "meta-llama/Llama-4-Scout-17B-16E-Instruct", "Together AI"),
        ("nova-lite", "amazon.nova-lite-v1:0", "AWS Bedrock"),
        ("us.amazon.nova-2-lite-v1:0", "regional.amazon.nova-2-lite-v1:0", "AWS Bedrock"),
        ("global.amazon.nova-2-lite-v1:0", "global.amazon.nova-2-lite-v1:0", "AWS Bedrock"),
        ("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0", "amazon.nova-lite-v1:0", "AWS Bedrock"),
        ("openrouter/qwen/qwen3-32b", "qwen/qwen3-32b", "OpenRouter"),
        ("vertex_ai/gemini-2.5-flash", "gemini-2.5-flash", "Google"),
        ("ft:gpt-4o-mini-2024-07-18:acme::id", "ft:gpt-4o-mini", "OpenAI"),
        ("sonnet", "claude-sonnet-5-5", "Anthropic"),
    ],
)
def test_base_models_go_by_the_names_people_write(name: str, model: str, seller: str) -> None:
    price = MODELS.price(name, DAY)
    assert (price.model, price.provider) == (model, seller)


def test_other_sellers_of_an_open_model_are_said() -> None:
    price = MODELS.price("llama-3.3-70b", DAY)
    assert (price.provider, price.input_usd) == ("Together AI", Decimal("0.88"))
    assert {"Groq", "AWS Bedrock"} <= set(price.also_at)
    assert MODELS.price("groq/llama-3.3-70b", DAY).also_at == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("llama", "“llama” can be several models. Did you mean"),
        ("fireworks/gpt-4.1", "no “gpt-4.1” at that provider, but at OpenAI"),
        ("ft:gpt-4.1-2025-04-14:org::id", "The price of the tuned model"),
        ("gpt-4.1-mni", "Did you mean openai/gpt-4.1-mini"),
        ("no such model", "or its prices: base_rates=0.40/1.60"),
    ],
)
def test_what_is_not_priced_is_said(name: str, text: str) -> None:
    with pytest.raises(UnknownName) as caught:
        MODELS.price(name, DAY)
    assert text in str(caught.value)


@settings(max_examples=60, phases=(Phase.explicit, Phase.generate))
@given(st.sampled_from(LISTED), ways)
def test_every_listed_model_is_known_in_every_spelling(listed: ListedModel, way: str) -> None:
    for name in (listed.id, listed.name):
        resolution = MODELS.resolve(WAYS[way](name))
        assert resolution.ids, name
    assert listed.id in MODELS.resolve(listed.id).ids


@settings(max_examples=60, phases=(Phase.explicit, Phase.generate))
@given(st.text(max_size=80) | st.sampled_from(LISTED).map(lambda model: model.name[:-1]))
def test_suggestions_never_equal_the_rejected_name(text: str) -> None:
    resolution = MODELS.resolve(text)
    assert text not in resolution.near
    assert all(MODELS.resolve(near).id == near for near in resolution.near)
