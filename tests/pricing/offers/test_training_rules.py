"""Training rules: automatic epochs, limits, and rules that the offers of a file share."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from calculator.costs.training import epochs_by
from pricing import Catalog, PriceFileError, load_catalog


@pytest.mark.parametrize(
    ("examples", "epochs"),
    [
        (10, 10),  # 10 × 3 < 100, so 100 // 10
        (33, 3),  # 33 × 3 = 99 < 100, and 100 // 33 = 3
        (34, 3),  # 34 × 3 = 102
        (8333, 3),  # 8,333 × 3 = 24,999
        (8334, 2),  # 8,334 × 3 = 25,002 > 25,000, so 25,000 // 8,334
        (30000, 1),  # 25,000 // 30,000 = 0, at least 1
    ],
)
def test_automatic_epochs_of_openai(catalog: Catalog, examples: int, epochs: int) -> None:
    training = catalog.offers["openai/gpt-4.1-mini"].training
    assert training is not None
    assert training.auto_epochs is not None
    assert epochs_by(training.auto_epochs, Decimal(examples)) == epochs


def test_training_rules(catalog: Catalog) -> None:
    rules = {id_: offer.training for id_, offer in catalog.offers.items() if offer.training}
    assert (rules["openai/gpt-4o"].min_examples, rules["openai/gpt-4o"].advised_examples) == (10, 50)
    assert rules["openai/gpt-4o"].max_tokens_per_example == 65_536
    assert rules["openai/gpt-3.5-turbo"].max_tokens_per_example is None
    assert rules["azure/gpt-4.1@global"].auto_epochs is None
    assert rules["google/gemini-2.5-pro"].max_tokens_per_example == 131_072
    assert rules["google/gemini-2.5-pro"].max_examples == 10_000_000
    assert rules["google/qwen3-8b"].max_tokens_per_example is None
    nova = rules["aws-bedrock/nova-2-lite"]
    assert nova.auto_epochs is not None
    assert (epochs_by(nova.auto_epochs, Decimal(500)), nova.min_epochs, nova.max_epochs, nova.advised_examples) == (
        2,
        1,
        5,
        100,
    )
    fireworks = rules["fireworks/qwen3-8b"]
    assert fireworks.auto_epochs is not None
    assert (epochs_by(fireworks.auto_epochs, Decimal(5)), fireworks.min_examples, fireworks.max_examples) == (
        1,
        3,
        3_000_000,
    )


PLATFORM = """
platform: acme
title: Acme
sources:
  page: {title: Acme prices, url: "https://acme.test/prices", checked: 2026-11}
defaults:
  training: {source: page, min_examples: 7}
offers:
  shared: {title: Shared, model: shared}
  own: {title: Own, model: own, training: {source: page, max_examples: 9}}
"""


def test_own_training_rules_replace_the_shared_ones(tmp_path: Path) -> None:
    (tmp_path / "acme.yml").write_text(PLATFORM)
    shared, own = load_catalog(providers_dir=tmp_path).offers.values()
    assert shared.training is not None
    assert shared.training.min_examples == 7
    assert own.training is not None
    assert (own.training.min_examples, own.training.max_examples) == (None, 9)


@pytest.mark.parametrize(
    ("passage", "replacement", "message"),
    [
        ("min_examples: 7", "min_exampels: 7", "acme.yml: defaults.training.min_exampels: isn't a known key"),
        (
            "source: page, min",
            "source: leaflet, min",
            "acme.yml: defaults.training.source: 'leaflet' isn't a source of this file",
        ),
        ("training: {source: page, min", "prices: {source: page, min", "acme.yml: defaults.prices: isn't a known key"),
    ],
)
def test_error_in_shared_values_names_its_place(tmp_path: Path, passage: str, replacement: str, message: str) -> None:
    (tmp_path / "acme.yml").write_text(PLATFORM.replace(passage, replacement, 1))
    with pytest.raises(PriceFileError) as caught:
        load_catalog(providers_dir=tmp_path)
    assert message in str(caught.value)
