"""Offers of models released since February 2026, compared with figures typed by hand from the sources."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pricing import Catalog, load_catalog


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
fireworks/kimi-k2.6                      hosting       -     13     8
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


def test_price_class_inferred_by_size_is_said(catalog: Catalog) -> None:
    for model in ("qwen3.5-35b-a3b", "gemma-4-26b-a4b", "nemotron-nano-9b-v2"):
        price = catalog.offers[f"together/{model}"].history("training", "lora")[-1]
        assert price.confidence == "medium"
        assert "the class is by size" in (price.note or "")
