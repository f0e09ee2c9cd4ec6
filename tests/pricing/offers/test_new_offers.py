"""Offers of models released since February 2026, compared with figures typed by hand from the sources."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from pricing import Catalog, load_catalog

TODAY = date(2026, 11, 28)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


# Offer, kind, method, US dollars (- is unknown), GPUs of a deployment.
CHECKS = """
together/qwen3.5-9b                      training      lora  0.48   -
together/qwen3.5-27b                     training      dpo   3.75   -
together/qwen3-next-80b-a3b              training      lora  2.9    -
together/deepseek-r1-0528                minimum       -     20     -
together/glm-5.1                         training      lora  -      -
together/glm-5.1                         hosting       -     8.99   8
together/gemma-4-31b                     hosting       -     5.49   1
fireworks/qwen3.5-9b                     training      lora  0.5    -
fireworks/gemma-4-31b                    training      lora  3      -
fireworks/nemotron-3-super-120b-a12b     training      dpo   12     -
fireworks/deepseek-v4-flash              training      lora  6      -
fireworks/deepseek-v4-flash-0731         training      lora  10     -
fireworks/kimi-k2.6                      hosting       -     15     8
fireworks/deepseek-v4-pro-0813           hosting       -     15     8
fireworks/kimi-k3                        hosting       -     15     16
fireworks/qwen3.8-27b@serverless         training      -     4.103  -
fireworks/kimi-k3@serverless             training      -     32.55  -
fireworks/glm-5.3@serverless             training      -     14.58  -
fireworks/glm-5.3-flash@serverless       training      -     8.89   -
fireworks/deepseek-v4-flash-0731@serverless training   -     5.2    -
tinker/kimi-k2.6                         training      -     4.84   -
tinker/kimi-k2.6@128k                    output        -     12.81  -
tinker/gpt-oss-120b                      training      -     0.737  -
tinker/qwen3.5-397b-a17b@256k            input         -     4      -
tinker/deepseek-v3.1                     cached_input  -     0.339  -
tinker/inkling                           training      -     5.61   -
wandb/llama-3.1-8b                       training      -     0      -
wandb/llama-3.1-8b                       output        -     0.22   -
wandb/qwen3.8-27b                        output        -     3      -
crusoe/llama-3.1-8b                      training      -     0.4    -
crusoe/gpt-oss-120b                      training      -     6      -
crusoe/gpt-oss-120b                      hosting       -     5.5    1
nebius/gpt-oss-20b                       training      lora  2      -
nebius/gpt-oss-20b                       hosting       -     4.05   1
alibaba/qwen3-14b                        training      -     1.6    -
alibaba/qwen3-32b                        training      -     8      -
alibaba/qwen3-vl-8b                      training      -     2      -
predibase/up-to-7b                       training      -     0.36   -
sagemaker/model-customization            training      -     -      -
snowflake/cortex-training                training      -     -      -
azure/gpt-5@global                       training      rft   -      -
azure/qwen-32b@global                    training      -     -      -
google/medgemma-1.5-4b                   training      full  1.14   -
google/qwen3.5-9b                        training      full  -      -
"""


@pytest.mark.parametrize("check", [line.split() for line in CHECKS.strip().splitlines()], ids=" ".join)
def test_price_equals_its_source(catalog: Catalog, check: list[str]) -> None:
    offer, kind, method, usd, gpus = check
    price = catalog.offers[offer].history(kind, None if method == "-" else method)[-1]  # type: ignore[arg-type]
    assert price.usd == (None if usd == "-" else Decimal(usd))
    if gpus != "-":
        assert price.units_per_deployment == int(gpus)


def test_unknown_price_says_what_was_looked_at(catalog: Catalog) -> None:
    price = catalog.offers["together/kimi-k2.5"].history("training", "lora")[-1]
    assert not price.known
    assert "looked at" in (price.note or "")


def test_inferred_price_class_is_noted(catalog: Catalog) -> None:
    for model in ("qwen3.5-35b-a3b", "gemma-4-26b-a4b", "nemotron-nano-9b-v2"):
        price = catalog.offers[f"together/{model}"].history("training", "lora")[-1]
        assert price.confidence == "medium"
        assert "the class is by size" in (price.note or "")


@pytest.mark.parametrize(
    ("offer", "words"),
    [
        ("sagemaker/model-customization", "ask AWS"),
        ("snowflake/cortex-training", "Service Consumption Table"),
        ("nebius/other-models", "ask Nebius"),
        ("azure/gpt-5@global", "ask your Microsoft account team"),
        ("wandb/gemma-4-31b", "write to forge-support@coreweave.com"),
        ("crusoe/qwen3-8b", "pricing page"),
        ("together/glm-5", "ask there"),
    ],
)
def test_offer_without_a_public_price_says_where_to_ask(catalog: Catalog, offer: str, words: str) -> None:
    assert words in (catalog.offers[offer].why or "")


@pytest.mark.parametrize(
    ("name", "words", "nearest"),
    [
        ("cohere", "15 September 2025", "aws-bedrock/nova-2-lite"),
        ("databricks", "14 August 2026", "fireworks/llama-3.1-8b"),
        ("openpipe", "30 July 2026", "wandb/llama-3.1-8b"),
        ("octoai", "2024", "fireworks/llama-3.1-8b"),
        ("openai/gpt-5.4-mini", "OpenAI tunes no GPT-5 model", "azure/gpt-4.1-mini@global"),
        ("gpt-6-luna", "No platform tunes GPT-6", "azure/gpt-4.1-mini@global"),
        ("claude-sonnet-5", "Nobody sells tuning of a current Claude", "aws-bedrock/nova-2-lite"),
        ("gemini-4-argon", "doesn't have this model", "google/gemini-3.5-flash"),
        ("text-embedding-3-small", "text embeddings", "fireworks/qwen3-0.6b"),
        ("cohere-rerank-4", "rerankers", "fireworks/qwen3-0.6b"),
        ("grok-4.7", "tune Grok", "azure/gpt-4.1-mini@global"),
        ("deepseek-v4.1-flash", "can't be tuned", "fireworks/deepseek-v4-flash-0731"),
    ],
)
def test_name_that_is_not_sold_says_why_and_what_is(catalog: Catalog, name: str, words: str, nearest: str) -> None:
    entry = catalog.not_sold_entry(name)
    assert entry is not None
    assert words in entry.text
    assert nearest in entry.text


def test_fact_that_was_not_read_says_so(catalog: Catalog) -> None:
    """A recalled fact says that it is from memory; a search without a result, that nothing was found."""
    for entry in catalog.not_sold:
        kind = entry.source.kind or ""
        if kind.startswith("recalled"):
            assert "from memory" in entry.text, entry.names
        elif entry.source.url is None:
            assert "was found" in entry.text, entry.names


def test_not_sold_entry_never_hides_an_offer(catalog: Catalog) -> None:
    for offer in catalog.offers.values():
        assert offer in catalog.named(offer.id)
        assert catalog.named(offer.model)


def test_nearest_of_an_entry_is_open_to_new_customers(catalog: Catalog) -> None:
    for entry in catalog.not_sold:
        for offer_id in entry.nearest:
            assert catalog.offers[offer_id].trains_for("new", TODAY), (entry.names, offer_id)


@pytest.mark.parametrize("model", ["gpt-oss-20b", "deepseek-v3.1", "gemma-3-27b", "llama-4-scout", "qwen3-4b"])
def test_fireworks_no_longer_sells_older_models(catalog: Catalog, model: str) -> None:
    offer = catalog.offers[f"fireworks/{model}"]
    assert offer.status_on(TODAY) == "closed"
    assert "catalogue of 2026-08-28" in (offer.why or "")
    assert offer.nearest
    assert catalog.offers[offer.nearest].trains_for("new", TODAY)


@pytest.mark.parametrize(
    "model", ["llama-3.1-8b", "llama-3.3-70b", "qwen3-8b", "qwen3-14b", "qwen3-32b", "llama-3.2-3b"]
)
def test_fireworks_sells_the_models_of_its_catalogue(catalog: Catalog, model: str) -> None:
    assert catalog.offers[f"fireworks/{model}"].trains_for("new", TODAY)
