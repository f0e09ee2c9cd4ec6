"""The shipped prices, compared with figures typed by hand from the sources."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pricing import Catalog, PriceKind, load_catalog
from pricing.refresh.record import READ_BY_PROGRAM
from tests.pricing.recorded import price_on


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


# Offer, kind, method, US dollars, words of the source's title, confidence, checked.
CHECKS = """
openai/gpt-4.1              training            -         25       OpenAI API pricing    high    2026-09-03
openai/gpt-4.1              batch_cached_input  -         0.5      LiteLLM               high    2026-11
openai/gpt-4.1-mini         training            -         5        OpenAI API pricing    high    2026-09-03
openai/gpt-4.1-mini         output              -         3.2      LiteLLM               high    2026-11
openai/gpt-4.1-mini         hosting             -         0        OpenAI API pricing    high    2026-09-03
openai/gpt-4.1-nano         training            -         1.5      OpenAI API pricing    high    2026-09-03
openai/gpt-4o               input               -         3.75     LiteLLM               high    2026-11
openai/gpt-4o               batch_input         -         2.225    OpenAI API pricing    high    2026-09-03
openai/gpt-4o               batch_output        -         12.5     OpenAI API pricing    high    2026-09-03
openai/gpt-4o-mini          training            -         3        OpenAI API pricing    high    2026-09-03
openai/gpt-4o-mini          cached_input        -         0.15     LiteLLM               high    2026-11
openai/gpt-3.5-turbo        training            -         8        OpenAI API pricing    high    2026-09-03
openai/davinci-002          output              -         12       OpenAI API pricing    high    2025-11
openai/babbage-002          training            -         0.4      OpenAI API pricing    high    2026-09-03
openai/o4-mini              training            -         100      OpenAI help           high    2026
openai/o4-mini              cached_input        -         1        LiteLLM               high    2026-11
azure/gpt-4.1@global        training            -         25       Azure Retail Prices   high    2026-08-11
azure/gpt-4.1@regional      output              -         8.8      Azure Retail Prices   high    2026-08-11
azure/gpt-4.1@developer     training            -         12.5     Azure Retail Prices   high    2026-08-11
azure/gpt-4.1-mini@global   cached_input        -         0.1      Azure Retail Prices   high    2026-08-11
azure/gpt-4.1-mini@global   hosting             -         1.7      Azure Retail Prices   high    2026-08-11
azure/gpt-4.1-mini@datazone training            -         5.5      Azure Retail Prices   high    2026-08-11
azure/gpt-4.1-mini@developer hosting            -         0        cost management       high    2026-02-11
azure/gpt-4.1-nano@developer training           -         0.75     Azure Retail Prices   high    2026-08-11
azure/gpt-4o@global         input               -         2.5      Azure Retail Prices   high    2026-08-11
azure/gpt-4o-mini@regional  training            -         3.3      Azure Retail Prices   high    2026-08-11
azure/o4-mini@datazone      training            -         110      Azure Retail Prices   high    2026-08-11
azure/o4-mini@developer     cap                 -         5000     cost management       high    2026-02-11
azure/gpt-oss-20b@datazone  hosting             -         0.33     Azure Retail Prices   high    2026-08-11
azure/llama-3.3-70b@global  training            -         4.5      Azure Retail Prices   high    2026-08-11
azure/ministral-3b@datazone hosting             -         0.715    Azure Retail Prices   high    2026-08-11
azure/gpt-35-turbo@regional training            -         8.8      Azure Retail Prices   high    2026-08-11
azure/gpt-4@regional        training            -         80       Azure Retail Prices   high    2026-08-11
google/gemini-3.5-flash     training            -         10       September 2026        medium  2026-09-02
google/gemini-3.5-flash     cached_input        -         0.225    July 2026             medium  2026-07-20
google/gemini-3.1-flash-lite output             -         2.25     July 2026             medium  2026-07-20
google/gemini-2.5-pro       output              -         10       LiteLLM               medium  2026-11
google/gemini-2.5-flash     training            -         5        July 2026             high    2026-07-20
google/gemini-2.5-flash-lite hosting            -         0        July 2026             high    2026-07-20
google/gemini-1.5-flash     training            -         8        older page            low     2025
google/qwen3-8b             training            -         4.18     Google skills         high    2026-08-19
google/gemma-3-27b          training            -         6.83     Google skills         high    2026-08-19
google/llama-4-scout        training            -         5.77     Google skills         high    2026-08-19
aws-bedrock/nova-2-lite     training            -         3.78     Price List API        high    2026-08-02
aws-bedrock/nova-2-lite     provisioned         -         60.5     Price List API        high    2026-08-02
aws-bedrock/nova-2-lite     model_storage       -         1.95     Price List API        high    2026-08-02
aws-bedrock/nova-2-lite     output              -         2.5      Price List API        medium  2026-08-02
aws-bedrock/nova-micro      training            -         1        Price List API        medium  2026-08
aws-bedrock/nova-micro      model_storage       -         1.95     AWS Labs              low     2026-07-17
aws-bedrock/llama-3.3-70b   training            -         3.3      Price List API        medium  2026-08
aws-bedrock/llama-3.3-70b   output              -         0.72     Price List API        medium  2026-08
azure/gpt-4o@developer      input               -         2.5      Retail Prices API     low     2026-08-11
azure/gpt-4o-mini@developer output              -         0.6      Retail Prices API     low     2026-08-11
alibaba/qwen3-14b           output              -         1.4      models.dev            low     2026-07-01
aws-bedrock/nova-lite       provisioned         -         108.15   HeuristicWave         medium  2025-05-05
aws-bedrock/nova-pro        cached_input        -         0.2      LiteLLM               medium  2026-11
aws-bedrock/gpt-oss-20b     training            -         80       reinforcement         medium  2026-09
aws-bedrock/llama2-70b      training            -         7.99     March 2024            low     2024-03-13
aws-bedrock/cohere-command-light provisioned    -         8.56     March 2024            low     2024-03-13
mistral/classifier          training            -         1        Mistral pricing       medium  2026-09-24
mistral/classifier          minimum             -         4        deprecated section    high    2026
mistral/text-models         model_storage       -         2        Mistral pricing       high    2026-09-24
together/llama-3.1-8b       training            lora      0.48     Together AI pricing   medium  2026-02
together/qwen3-8b           training            dpo-full  1.35     Together AI pricing   medium  2026-02
together/qwen3-32b          training            full      1.65     Together AI pricing   medium  2026-02
together/gpt-oss-20b        training            lora      1.5      Together AI pricing   medium  2026-02
together/llama-3.3-70b      training            dpo       7.25     Together AI pricing   medium  2026-02
together/llama-3.1-8b       minimum             -         4        documentation         medium  2026-07-13
together/qwen3-235b         minimum             -         4        documentation         medium  2026-07-13
together/glm-4.7            minimum             -         27       Together AI pricing   medium  2026-02
together/kimi-k2            training            dpo       37.5     Together AI pricing   medium  2026-02
together/qwen3-8b           hosting             -         5.49     dedicated endpoints   low     2026-09-09
together/deepseek-r1        hosting             -         8.99     dedicated endpoints   low     2026-09-09
fireworks/llama-3.1-8b      training            lora      0.5      estimator             high    2026-10-08
fireworks/qwen3-14b         training            dpo-full  2        Fireworks pricing     high    2026-10-07
fireworks/qwen3-32b         training            lora      3        estimator             high    2026-10-08
fireworks/gpt-oss-20b       training            lora      3        estimator             high    2026-10-08
fireworks/gpt-oss-120b      training            dpo       12       estimator             high    2026-10-08
fireworks/kimi-k2           training            full      20       Fireworks pricing     medium  2026-09-09
fireworks/qwen3-8b          hosting             -         8        Fireworks pricing     medium  2026-09-09
tinker/qwen3-8b             training            -         0.44     Tinker                high    2026-09-09
tinker/qwen3.8-27b          output              -         5.595    Tinker                high    2026-09-09
tinker/qwen3.5-4b           data_storage        -         0.1      Tinker                high    2026-09-09
prime-intellect/qwen3.5-9b  training            -         0.6      Prime Intellect       medium  2026-09-20
prime-intellect/qwen3.5-397b output             -         3        Prime Intellect       medium  2026-09-20
aws-bedrock/llama-3.1-8b    training            -         1.49     AWS Labs              medium  2026-07-17
aws-bedrock/llama-3.1-70b   training            -         7.99     AWS Labs              medium  2026-07-17
aws-bedrock/llama-3.2-1b    training            -         0.5      AWS Labs              medium  2026-07-17
aws-bedrock/llama-3.2-3b    training            -         1.1      AWS Labs              medium  2026-07-17
aws-bedrock/llama-3.2-11b   training            -         3.5      AWS Labs              medium  2026-07-17
aws-bedrock/llama-3.2-90b   training            -         7.9      AWS Labs              medium  2026-07-17
aws-bedrock/llama-3.1-8b    provisioned         -         24       AWS Labs              medium  2026-07-17
aws-bedrock/llama-3.2-3b    provisioned         -         23       AWS Labs              medium  2026-07-17
aws-bedrock/llama-3.2-90b   provisioned         -         30       AWS Labs              medium  2026-07-17
aws-bedrock/llama-3.1-70b   model_storage       -         1.95     AWS Labs              medium  2026-07-17
azure/o4-mini@regional      hosting             -         1.7      Azure Retail Prices   high    2026-08-11
azure/o4-mini@datazone      hosting             -         1.7      Azure Retail Prices   high    2026-08-11
azure/o4-mini@regional      input               -         1.21     Azure Retail Prices   high    2026-08-11
azure/o4-mini@datazone      cached_input        -         0.303    Azure Retail Prices   high    2026-08-11
azure/o4-mini@datazone      output              -         4.84     Azure Retail Prices   high    2026-08-11
azure/o4-mini@developer     input               -         1.1      Azure Retail Prices   high    2026-08-11
azure/o4-mini@developer     output              -         4.4      Azure Retail Prices   high    2026-08-11
azure/gpt-4o@datazone       input               -         2.75     Azure Retail Prices   high    2026-08-11
azure/gpt-4o@datazone       cached_input        -         1.375    Azure Retail Prices   high    2026-08-11
azure/gpt-4o@datazone       output              -         11       Azure Retail Prices   high    2026-08-11
azure/gpt-4o-mini@datazone  input               -         0.165    Azure Retail Prices   high    2026-08-11
azure/gpt-4o-mini@datazone  cached_input        -         0.083    Azure Retail Prices   high    2026-08-11
azure/gpt-4o-mini@datazone  output              -         0.66     Azure Retail Prices   high    2026-08-11
azure/gpt-oss-20b@datazone  input               -         0.077    Azure Retail Prices   high    2026-08-11
azure/gpt-oss-20b@datazone  output              -         0.33     Azure Retail Prices   high    2026-08-11
azure/llama-3.3-70b@datazone input              -         0.781    Azure Retail Prices   high    2026-08-11
azure/llama-3.3-70b@datazone output             -         0.781    Azure Retail Prices   high    2026-08-11
azure/ministral-3b@datazone input               -         0.055    Azure Retail Prices   high    2026-08-11
azure/ministral-3b@datazone output              -         0.17     Azure Retail Prices   high    2026-08-11
azure/gpt-4.1@regional      cached_input        -         0.55     Azure Retail Prices   high    2026-08-11
azure/gpt-4.1@datazone      cached_input        -         0.55     Azure Retail Prices   high    2026-08-11
azure/gpt-4.1@developer     cached_input        -         0.5      Azure Retail Prices   high    2026-08-11
azure/gpt-4.1-mini@regional cached_input        -         0.11     Azure Retail Prices   high    2026-08-11
azure/gpt-4.1-mini@datazone cached_input        -         0.11     Azure Retail Prices   high    2026-08-11
azure/gpt-4.1-mini@developer cached_input       -         0.1      Azure Retail Prices   high    2026-08-11
azure/gpt-4.1-nano@regional cached_input        -         0.028    Azure Retail Prices   high    2026-08-11
azure/gpt-4.1-nano@developer cached_input       -         0.025    Azure Retail Prices   high    2026-08-11
azure/gpt-4o@regional       cached_input        -         1.375    Azure Retail Prices   high    2026-08-11
azure/gpt-oss-20b@regional  training            -         4        Azure Retail Prices   high    2026-08-11
azure/gpt-oss-20b@regional  hosting             -         0.33     Azure Retail Prices   high    2026-08-11
azure/llama-3.3-70b@regional training           -         4.95     Azure Retail Prices   high    2026-08-11
azure/ministral-3b@regional hosting             -         0.715    Azure Retail Prices   high    2026-08-11
google/gemma-3-12b          hosting             -         12.6259  Model Garden          medium  2026-07-08
google/qwen3-8b             hosting             -         1.1507   Model Garden          medium  2026-07-08
fireworks/qwen3-8b          training            full      1        Fireworks pricing     high    2026-10-07
fireworks/deepseek-v3       training            dpo-full  40       Fireworks pricing     high    2026-10-07
fireworks/qwen3-8b          training            rft       0        estimator             high    2026-10-08
prime-intellect/qwen3.6-35b-a3b training        -         1        supported models      high    2026-09-20
prime-intellect/llama-3.2-1b output             -         0.06     supported models      high    2026-09-20
prime-intellect/gpt-oss-20b input               -         0.1      supported models      high    2026-09-20
ori/lora-10b                training            -         0.46     Ori                   high    2026
"""


def parsed(line: str) -> tuple[str, str, str | None, Decimal, str, str, str]:
    offer, kind, method, usd, *title, confidence, checked = line.split()
    return offer, kind, None if method == "-" else method, Decimal(usd), " ".join(title), confidence, checked


@pytest.mark.parametrize("line", CHECKS.strip().splitlines())
def test_price_matches_the_hand_typed_figure(catalog: Catalog, line: str) -> None:
    offer, kind, method, usd, title, confidence, checked = parsed(line)
    price = price_on(catalog.offers[offer], kind, method=method)
    assert price is not None
    assert (price.usd, price.confidence) == (usd, confidence)
    if price.source.kind == READ_BY_PROGRAM:  # confirmed by a feed in the meantime
        assert price.source.checked > checked
    else:
        assert price.source.checked == checked
        assert title in price.source.title


@pytest.mark.parametrize(
    ("offer", "method", "computed_usd", "charged_usd"),
    [
        ("openai/gpt-4.1-mini", None, "15.00", "15.00"),  # 3 × 5
        ("azure/gpt-4.1-mini@global", None, "15.00", "15.00"),
        ("google/gemini-3.5-flash", None, "30.00", "30.00"),  # 3 × 10
        ("aws-bedrock/nova-2-lite", None, "11.34", "11.34"),  # 3 × 3.78
        ("together/llama-3.1-8b", "lora", "1.44", "4.00"),  # 3 × 0.48, under the minimum
        ("together/glm-4.6", "lora", "27.00", "27.00"),  # 3 × 9, exactly the minimum of this model
        ("fireworks/llama-3.1-8b", "lora", "1.50", "1.50"),  # 3 × 0.50
        ("mistral/classifier", None, "3.00", "4.00"),
        ("tinker/qwen3-8b", None, "1.32", "1.32"),  # 3 × 0.44
    ],
)
def test_three_epochs_of_a_million_tokens(
    catalog: Catalog, offer: str, method: str | None, computed_usd: str, charged_usd: str
) -> None:
    training = price_on(catalog.offers[offer], "training", method=method)
    minimum = price_on(catalog.offers[offer], "minimum")
    assert training is not None
    assert training.usd is not None
    assert 3 * training.usd == Decimal(computed_usd)
    assert max(3 * training.usd, (minimum and minimum.usd) or Decimal(0)) == Decimal(charged_usd)


def test_every_price_has_a_source_date_and_confidence(catalog: Catalog) -> None:
    prices = [price for offer in catalog.offers.values() for rows in offer.prices.values() for price in rows]
    assert len(prices) > 600
    for price in prices:
        assert (price.source.url or "").startswith("https://")
        assert date(2024, 1, 1) <= price.source.checked_on <= datetime.now(UTC).date()
        assert price.confidence in ("high", "medium", "low")
        assert price.known or price.note, "an unknown price has a note"
    for offer in catalog.offers.values():
        assert offer.training is None or offer.training.source.url


def test_number_of_offers_per_platform(catalog: Catalog) -> None:
    counts: dict[str, int] = {}
    for offer in catalog.offers.values():
        counts[offer.platform] = counts.get(offer.platform, 0) + 1
    assert counts == {
        "alibaba": 3,
        "anthropic": 1,
        "aws-bedrock": 17,
        "azure": 37,
        "crusoe": 3,
        "fireworks": 61,
        "google": 27,
        "mistral": 2,
        "nebius": 2,
        "openai": 10,
        "ori": 1,
        "predibase": 1,
        "prime-intellect": 11,
        "sagemaker": 1,
        "snowflake": 1,
        "tinker": 22,
        "together": 70,
        "wandb": 8,
    }


@pytest.mark.parametrize(
    ("offer", "kind"),
    [
        ("aws-bedrock/nova-lite", "training"),  # the only source is a guess
        ("aws-bedrock/nova-pro", "training"),
        ("aws-bedrock/claude-3-haiku", "training"),
        ("google/gemini-3.5-flash-lite", "training"),
        ("mistral/text-models", "training"),
    ],
)
def test_price_without_a_source_is_unknown_not_zero(catalog: Catalog, offer: str, kind: str) -> None:
    price = price_on(catalog.offers[offer], kind)
    assert price is not None
    assert price.usd is None
    assert not price.known


@pytest.mark.parametrize("offer", ["openai/gpt-4", "anthropic/claude"])
def test_offer_without_any_price(catalog: Catalog, offer: str) -> None:
    assert not catalog.offers[offer].prices


def test_price_without_a_meter_is_not_recorded(catalog: Catalog) -> None:
    for offer in catalog.offers.values():
        if offer.platform in ("together", "fireworks"):
            assert not offer.prices.keys() & {"input", "cached_input", "output"}, "served on dedicated GPUs only"


def test_prices_on_other_terms_have_a_variant(catalog: Catalog) -> None:
    committed = catalog.offers["aws-bedrock/nova-2-lite"].prices["provisioned"][1]
    assert (committed.usd, committed.variant) == (Decimal(55), "1-month commitment")
    shared = catalog.offers["openai/o4-mini"].prices["batch_output"][1]
    assert (shared.usd, shared.variant) == (Decimal(4), "with data sharing")


def test_conflicts_are_recorded_with_the_price(catalog: Catalog) -> None:
    for offer, kind, method, words in [
        ("azure/gpt-4.1@global", "training", None, "$2 per 1M"),
        ("azure/o4-mini@developer", "training", None, "no developer tier"),
        ("prime-intellect/qwen3.5-397b", "output", None, "older copy"),
        ("fireworks/gpt-oss-120b", "hosting", None, "1 × H100"),
        ("aws-bedrock/nova-micro", "training", None, "1.25"),
        ("aws-bedrock/nova-2-lite", "input", None, "0.30 for global calls and 0.33 in a region"),
        ("together/qwen3-8b", "training", "full", "0.54"),
        ("together/qwen3-8b", "minimum", None, "skills repository of 2026-08-18 say there is no minimum"),
        ("together/qwen3-8b", "hosting", None, "6.49"),
    ]:
        price = price_on(catalog.offers[offer], kind, method=method)
        assert price is not None
        assert words in (price.conflict or ""), offer


@pytest.mark.parametrize(
    ("offer", "day", "usd"),
    [
        ("together/qwen3-8b", date(2026, 9, 30), "3.99"),
        ("together/qwen3-8b", date(2026, 10, 1), "5.49"),
        ("fireworks/qwen3-8b", date(2026, 8, 31), "7"),
        ("fireworks/qwen3-8b", date(2026, 9, 1), "8"),
    ],
)
def test_gpu_hour_price_changes_on_its_day(catalog: Catalog, offer: str, day: date, usd: str) -> None:
    price = price_on(catalog.offers[offer], "hosting", day)
    assert price is not None
    assert price.usd == Decimal(usd)


@pytest.mark.parametrize("model", ["gpt-4.1", "gpt-4.1-mini", "gpt-4.1-nano", "gpt-4o", "gpt-4o-mini", "o4-mini"])
@pytest.mark.parametrize("kind", ["input", "cached_input", "output"])
def test_developer_tier_of_azure_costs_the_global_price(catalog: Catalog, model: str, kind: PriceKind) -> None:
    """Four of the six have plausible meters, and all four equal the global price; the other two follow."""
    developer, everywhere = (
        price_on(catalog.offers[f"azure/{model}@{tier}"], kind) for tier in ("developer", "global")
    )
    assert developer is not None
    assert everywhere is not None
    assert developer.usd == everywhere.usd


@pytest.mark.parametrize(
    ("offer", "usd_per_hour", "gpus"),
    [
        # weights in GB × 1.2 over the GPU's memory, up to a power of two
        ("together/llama-3.1-8b", "5.49", 1),  # 8.03 × 2 × 1.2 = 19.3 of 80
        ("together/qwen3-32b", "5.49", 1),  # 32.8 × 2 × 1.2 = 78.7 of 80
        ("together/mixtral-8x7b", "5.49", 2),  # 46.7 × 2 × 1.2 = 112.1
        ("together/llama-3.3-70b", "5.49", 4),  # 70.6 × 2 × 1.2 = 169.4
        ("together/gpt-oss-120b", "5.49", 1),  # 116.8 × 0.55 × 1.2 = 77.1
        ("together/glm-4.6", "5.49", 8),  # 357 × 1 × 1.2 = 428.4
        ("together/deepseek-v3.1", "8.99", 8),  # 671 × 1 × 1.2 = 805.2: over 8 H100, so B200 of 180
        ("fireworks/llama-4-scout", "8", 4),  # 109 × 2 × 1.2 = 261.6
        ("fireworks/deepseek-v3.1", "8", 8),  # H200 of 141
        ("fireworks/gpt-oss-120b", "8", 4),  # Fireworks' own comparison: 4 × H200
        ("google/gemma-3-12b", "12.6259", 1),  # 12.2 × 2 × 1.2 = 29.3 of 80
        ("google/llama-3.3-70b", "12.6259", 4),  # 70.6 × 2 × 1.2 = 169.4
        ("fireworks/kimi-k2", "13", 8),  # 1000 × 1 × 1.2 = 1200: over 8 H200, so B200
    ],
)
def test_gpus_per_deployment(catalog: Catalog, offer: str, usd_per_hour: str, gpus: int) -> None:
    price = price_on(catalog.offers[offer], "hosting")
    assert price is not None
    assert (price.per, price.usd, price.units_per_deployment) == ("GPU-hour", Decimal(usd_per_hour), gpus)


def test_training_methods_by_platform(catalog: Catalog) -> None:
    assert catalog.offers["together/llama-3.1-8b"].priced_methods == ("lora", "full", "dpo", "dpo-full")
    assert catalog.offers["together/kimi-k2"].priced_methods == ("lora", "dpo")
    assert catalog.offers["fireworks/llama-3.1-8b"].priced_methods == ("lora", "full", "dpo", "dpo-full", "rft")
    assert catalog.offers["google/gemini-3.5-flash"].priced_methods == ()
