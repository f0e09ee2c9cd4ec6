"""Offers by the names that people write: what each means, and what is said about what isn't sold."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing import Catalog, UnknownName, load_catalog
from tests.pricing.names.spellings import WAYS, ways

CATALOG = load_catalog()
OFFERS = sorted(CATALOG.offers)


def ids(name: str) -> set[str]:
    return set(CATALOG.resolve_offers(name).ids)


AZURE_MINI = {f"azure/gpt-4.1-mini@{scope}" for scope in ("global", "regional", "datazone", "developer")}


@pytest.mark.parametrize(
    ("name", "offers"),
    [
        ("GPT-4.1 mini", AZURE_MINI | {"openai/gpt-4.1-mini"}),
        ("gpt 4.1-mini", AZURE_MINI | {"openai/gpt-4.1-mini"}),
        ("azure/gpt-4.1-mini", AZURE_MINI),
        ("GPT-4.1 mini, global (Azure)", {"azure/gpt-4.1-mini@global"}),
        ("gpt-4.1-mini@global", {"azure/gpt-4.1-mini@global"}),
        ("ft:gpt-4.1-2025-04-14:my-org::example", {"openai/gpt-4.1"}),
        ("gpt-35-turbo-0613.ft-0123", {"azure/gpt-35-turbo@regional"}),
        (
            "arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0/abc",
            {"aws-bedrock/nova-lite"},
        ),
        ("us.amazon.nova-lite-v1:0", {"aws-bedrock/nova-lite"}),
        ("together_ai/meta-llama/Llama-3.3-70B-Instruct-Turbo", {"together/llama-3.3-70b"}),
        ("fireworks_ai/accounts/fireworks/models/llama-v3p1-8b-instruct", {"fireworks/llama-3.1-8b"}),
        ("vertex_ai/gemini-2.5-flash", {"google/gemini-2.5-flash"}),
        ("openai/gpt-4.1", {"openai/gpt-4.1"}),
        ("google/gemma-3-4b-it", {"google/gemma-3-4b"}),
        ("gemini flash 2.5", {"google/gemini-2.5-flash"}),
        (
            "unsloth/gemma-3-12b-it-bnb-4bit",
            {f"{seller}/gemma-3-12b" for seller in ("fireworks", "google", "together")},
        ),
        ("mistralai/Mistral-7B-Instruct-v0.3", {"fireworks/mistral-7b"}),
        ("Qwen/Qwen3-235B-A22B-Instruct-2507", {"fireworks/qwen3-235b-2507", "together/qwen3-235b"}),
        ("Mistral 7B", {"fireworks/mistral-7b", "together/mistral-7b"}),
        ("openai.gpt-oss-20b-1:0", {"aws-bedrock/gpt-oss-20b"}),
        ("meta-llama/Llama-3.2-11B-Vision-Instruct", {"aws-bedrock/llama-3.2-11b"}),
        (
            "openrouter/google/gemma-3-4b-it:free",
            {f"{seller}/gemma-3-4b" for seller in ("fireworks", "google", "together")},
        ),
        ("acme/Qwen3-8B:support:ft-1a2b3c4d", {"together/qwen3-8b"}),
    ],
)
def test_offers_go_by_the_names_people_write(name: str, offers: set[str]) -> None:
    assert ids(name) == offers


@pytest.mark.parametrize("name", ["meta-llama/Llama-3.1-8B-Instruct", "llama 3.1 8b", "Llama_3.1_8B", "llama-8b"])
def test_model_means_every_platform_that_sells_it(name: str) -> None:
    assert {"together/llama-3.1-8b", "fireworks/llama-3.1-8b", "google/llama-3.1-8b"} <= ids(name)


def test_model_not_sold_by_its_maker_is_found_elsewhere() -> None:
    assert {"together/gpt-oss-20b", "fireworks/gpt-oss-20b"} <= ids("openai/gpt-oss-20b")


@pytest.mark.parametrize(
    ("name", "platform"),
    [
        ("Bedrock", "aws-bedrock"),
        ("vertex_ai", "google"),
        ("Prime Intellect", "prime-intellect"),
        ("fireworks.ai", "fireworks"),
        ("Weights & Biases", "wandb"),
        ("Aliyun", "alibaba"),
        ("rubrik", "predibase"),
    ],
)
def test_platforms_go_by_title_and_prefix(name: str, platform: str) -> None:
    assert ids(name) == {offer.id for offer in CATALOG.offers.values() if offer.platform == platform}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gemini", {"gemini"}),
        ("kimi", {"kimi"}),
        ("deepseek", {"deepseek", "r1"}),
        ("deepseek-v4", {"deepseek-v4"}),
        ("glm", {"glm"}),
    ],
)
def test_family_means_all_of_its_models_and_no_others(name: str, words: set[str]) -> None:
    matches = ids(name)
    assert len(matches) > 3
    assert all(any(word in offer_id for word in words) for offer_id in matches)


def test_part_of_a_name_means_every_model_with_it() -> None:
    resolution = CATALOG.resolve_offers("llama")
    assert resolution.match == "part"
    assert {"together/llama-3.1-8b", "fireworks/llama-3.3-70b"} <= set(resolution.ids)
    assert not any(offer_id.startswith("openai/") for offer_id in resolution.ids)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mistralai/Mistral-7B-Instruct-v0.1", "Did you mean together/mistral-7b"),
        ("togther/llama-3.1-8b", "Unknown platform “togther”. Did you mean together/llama-3.1-8b?"),
        ("replicate/llama-3.1-8b", "The catalogue has no fine-tuning by “replicate”."),
        ("azure/Qwen/Qwen3-8B", "The catalogue has no “Qwen3-8B” at Azure, but at"),
        ("phi-4", "tune it on rented GPUs: ask with on=gpu model=phi-4. Nearest in size: alibaba/qwen3-14b"),
        ("titan", "Nearest that is sold: aws-bedrock/nova-2-lite"),
        ("phi-4-mini", "Nearest in size: tinker/qwen3.5-4b"),
        ("gpt-4-turbo", "OpenAI's table of fine-tuning doesn't have this model"),
        ("gpt-4o-audio-preview", "Nearest that is sold: azure/gpt-4.1@global"),
        ("mistral-medium-3", "without a replacement"),
        ("nova premier", "Amazon tunes Nova 2 Lite, Micro, Lite and Pro"),
        ("gemini-1.5-pro", "doesn't have this model"),
        ("e5-mistral-7b", "text embeddings or rerankers"),
        ("e2e networks", "on=gpu with model= and gpu_rate="),
        ("ministral-8b", "Did you mean azure/ministral-3b@global or fireworks/ministral-3-3b?"),
        ("anyscale", "1 August 2024"),
        ("the moon", "Unknown offer “the moon”. `models` lists every offer."),
        ("sonar-pro", "No platform in the catalogue fine-tunes “sonar-pro”."),
        ("together/gpt-4.1", "The catalogue has no “gpt-4.1” at Together, but at Azure, OpenAI."),
        ("groq/llama-3.1-8b", "The catalogue has no fine-tuning by “groq”. Did you mean"),
        ("arn:aws:bedrock:us-east-1:1:provisioned-model/abc", "doesn't say which model it is"),
    ],
)
def test_unsold_model_is_refused_with_a_reason(name: str, text: str) -> None:
    with pytest.raises(UnknownName) as caught:
        CATALOG.named(name)
    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("name", "platform"),
    [("azure/gpt-4.1-mni", "azure"), ("together/qwen3-8c", "together"), ("togther/qwen3-8b", "together")],
)
def test_suggestions_match_the_named_platform(name: str, platform: str) -> None:
    resolution = CATALOG.resolve_offers(name)
    assert not resolution.ids
    assert resolution.near
    assert {CATALOG.offers[offer_id].platform for offer_id in resolution.near} == {platform}


@pytest.mark.parametrize("name", ["qwen3.1-7b", "gpt-4.1-mni", "llama-3.1-9b"])
def test_similar_model_is_never_taken_silently(name: str) -> None:
    assert CATALOG.resolve_offers(name).ids == ()


def test_suggestions_list_ended_models_last() -> None:
    near = CATALOG.resolve_offers("gpt-4.2").near
    assert near
    assert not {"azure/gpt-4@regional", "openai/gpt-4"} & set(near)


@pytest.mark.parametrize(
    ("name", "offer_ids"),
    [
        (
            "gpt-4.1-mini",
            "azure/gpt-4.1-mini@datazone azure/gpt-4.1-mini@developer azure/gpt-4.1-mini@global"
            " azure/gpt-4.1-mini@regional openai/gpt-4.1-mini",
        ),
        ("qwen3-8b", "crusoe/qwen3-8b fireworks/qwen3-8b google/qwen3-8b tinker/qwen3-8b together/qwen3-8b"),
        ("Qwen3-8B", "crusoe/qwen3-8b fireworks/qwen3-8b google/qwen3-8b tinker/qwen3-8b together/qwen3-8b"),
        (
            "llama-8b",
            "aws-bedrock/llama-3.1-8b crusoe/llama-3.1-8b fireworks/llama-3.1-8b google/llama-3.1-8b"
            " together/llama-3.1-8b wandb/llama-3.1-8b",
        ),
        ("gemma3-27b", "fireworks/gemma-3-27b google/gemma-3-27b together/gemma-3-27b"),
        ("qwen3.5-4b", "prime-intellect/qwen3.5-4b tinker/qwen3.5-4b together/qwen3.5-4b"),
        ("chatgpt-3.5", "azure/gpt-35-turbo@regional openai/gpt-3.5-turbo"),
        ("nova-2-lite", "aws-bedrock/nova-2-lite"),
        ("amazon.nova-2-lite-v1:0", "aws-bedrock/nova-2-lite"),
        ("claude-haiku", "anthropic/claude aws-bedrock/claude-3-haiku"),
        ("gemini-flash", "google/gemini-3.5-flash"),
        ("mistral", "mistral/classifier mistral/text-models"),
    ],
)
def test_offers_by_name(catalog: Catalog, name: str, offer_ids: str) -> None:
    assert sorted(offer.id for offer in catalog.named(name)) == offer_ids.split()


def test_model_name_matches_every_platform(catalog: Catalog) -> None:
    platforms = {
        name: {offer.platform for offer in catalog.named(name)} for name in ("gpt-4o", "gpt-oss-20b", "llama-70b")
    }
    assert platforms == {
        "gpt-4o": {"openai", "azure"},
        "gpt-oss-20b": {"azure", "aws-bedrock", "together", "fireworks", "tinker", "nebius", "prime-intellect"},
        "llama-70b": {"azure", "aws-bedrock", "google", "together", "fireworks"},
    }


@pytest.mark.parametrize(
    ("typed", "near"),
    [("gpt-4.1-mni", "gpt-4.1-mini"), ("gemini-3.5-flsh", "google/gemini-3.5-flash"), ("nova2lte", "nova-2-lite")],
)
def test_typing_error_suggests_similar_names(catalog: Catalog, typed: str, near: str) -> None:
    with pytest.raises(UnknownName, match="Did you mean") as caught:
        catalog.named(typed)
    assert any(near in name for name in caught.value.near)


def names_of(offer_id: str, catalog: Catalog = CATALOG) -> tuple[str, ...]:
    offer = catalog.offers[offer_id]
    titles = (offer.title, f"{offer.title} ({offer.platform_title})", f"{offer.platform_title} {offer.title}")
    return (offer_id, offer_id.partition("/")[2], offer.model, *titles, *offer.aliases)


def test_refusal_names_what_is_sold_with_its_price() -> None:
    with pytest.raises(UnknownName) as caught:
        CATALOG.named("gpt-5.4-mini")
    text = CATALOG.refusal(caught.value, date(2026, 11, 28))
    assert "Nearest that is sold: azure/gpt-4.1-mini@global (training $5 per 1M tokens), azure/gpt-4.1@global (" in text
    with pytest.raises(UnknownName) as caught:
        CATALOG.named("text-embedding-3-small")
    assert "fireworks/qwen3-0.6b (training $0.50 per 1M tokens)." in CATALOG.refusal(caught.value, date(2026, 11, 28))


def test_tuned_model_without_a_price_has_that_of_its_offer() -> None:
    day = date(2026, 11, 28)
    for name, rates in (("ft:gpt-4.1-mini-2025-04-14:org::id", "$0.80 in and $3.20 out"), ("ft:nothing:org::id", "")):
        with pytest.raises(UnknownName) as caught:
            CATALOG.base_models.price(name, day)
        text = CATALOG.base_refusal(caught.value, day)
        assert rates in text
        assert ("ask with base_rates=0.80/3.20," in text) is bool(rates)


@given(st.sampled_from(OFFERS), ways, st.data())
def test_every_offer_is_known_in_every_spelling(offer_id: str, way: str, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(names_of(offer_id)))
    assert offer_id in CATALOG.resolve_offers(WAYS[way](name)).ids


@given(st.text(max_size=80) | st.sampled_from(OFFERS).map(lambda name: name[:-1]))
def test_suggestions_never_equal_the_rejected_name(text: str) -> None:
    resolution = CATALOG.resolve_offers(text)
    assert text not in resolution.near
    assert set(resolution.near) <= set(OFFERS)
    assert not resolution.ids or not resolution.near
