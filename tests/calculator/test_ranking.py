"""Who comes first: what is known whole and can be bought before what is not, and the cheaper before the dearer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from calculator import FieldErrors, average_month, customer_of, estimate, read_scenario
from pricing import Catalog
from tests.calculator.questions import TODAY, answer, choices, numbers, question

LEAST = {"examples": "10k", "example": "250/150", "epochs": "3"}


@settings(max_examples=12)
@given(given_numbers=numbers, chosen=choices)
def test_unknown_price_never_beats_a_known_one(
    catalog: Catalog, given_numbers: dict[str, int], chosen: dict[str, str]
) -> None:
    comparison = answer(catalog, question(["all"], given_numbers, chosen))
    usable = [entry.offer.id not in comparison.set_aside for entry in comparison.estimates]
    assert usable == sorted(usable, reverse=True)
    assert all(entry.complete for entry in comparison.usable)
    incomplete = [entry.offer.id for entry in comparison.estimates if not entry.complete]
    assert incomplete
    assert set(incomplete) <= comparison.set_aside.keys()
    assert comparison.best is (comparison.usable[0] if comparison.usable else None)


@settings(max_examples=12)
@given(given_numbers=numbers, chosen=choices)
def test_usable_options_are_ordered_by_their_average_month(
    catalog: Catalog, given_numbers: dict[str, int], chosen: dict[str, str]
) -> None:
    comparison = answer(catalog, question(["all"], given_numbers, chosen))
    months = [average_month(comparison, entry).usd for entry in comparison.usable]
    assert None not in months
    assert months == sorted(months, key=lambda usd: usd or 0)
    if comparison.best:
        assert comparison.best.offer.trains_for(customer_of(comparison.scenario.customer), TODAY)


def test_all_means_trainable_offers_of_the_day(catalog: Catalog) -> None:
    comparison = estimate(read_scenario(LEAST), catalog, TODAY)
    ids = {entry.offer.id for entry in comparison.estimates}
    assert ids == {offer.id for offer in catalog.offers.values() if offer.status_on(TODAY) in ("open", "closing")}
    assert "anthropic/claude" not in ids
    assert "openai/gpt-4.1-nano" not in ids
    assert "openai/gpt-4.1-mini" in ids


def test_platform_or_model_means_its_offers(catalog: Catalog) -> None:
    comparison = estimate(read_scenario({**LEAST, "on": "mistral, qwen3-8b, tinker/qwen3-8b"}), catalog, TODAY)
    assert sorted(entry.offer.id for entry in comparison.estimates) == [
        "crusoe/qwen3-8b",
        "fireworks/qwen3-8b",
        "google/qwen3-8b",
        "mistral/classifier",
        "tinker/qwen3-8b",
        "together/qwen3-8b",
    ]


def test_own_rates_are_ranked_with_the_catalogue(catalog: Catalog) -> None:
    comparison = estimate(read_scenario({**LEAST, "on": "tinker/qwen3-8b", "rates": "0.4/1/1"}), catalog, TODAY)
    assert [entry.offer.id for entry in comparison.estimates] == [
        "your-rates",
        "tinker/qwen3-8b",
    ]  # 12M × 0.40 < 12M × 0.44
    assert comparison.estimates[0].lines[0].price is not None
    assert comparison.estimates[0].lines[0].price.yours


@pytest.mark.parametrize(
    ("fields", "key", "hint"),
    [
        ({"on": "openai/gpt-4.1-mni"}, "on", "Did you mean"),
        ({"on": "openai/gpt-4.1-mni"}, "on", "gpt-4.1-mini"),
        ({"on": "your-rates"}, "rates", "rates=10/3/6"),
        ({"base": "gpt-4o-mni"}, "base", "gpt-4o-mini"),
        ({"base": "no such model"}, "base", "Unknown base model “no such model”."),
        ({"base": "gpt-4o", "prompt": "900k->100"}, "prompt", "gpt-4o takes at most 128,000 tokens a call"),
        # Of its two sources the larger number holds: 1,047,576 of the platforms, 1,000,000 of the price list.
        ({"base": "gpt-4.1-mini", "calls": "1/day", "call": "1047k/577"}, "call", "these have 1,047,577."),
        ({"base": "claude-haiku-4-5", "prompt": "1k..250k->100"}, "prompt", "200,000 tokens a call"),
    ],
)
def test_unavailable_value_is_an_error_of_its_field(
    catalog: Catalog, fields: dict[str, str], key: str, hint: str
) -> None:
    with pytest.raises(FieldErrors) as caught:
        estimate(read_scenario({**LEAST, **fields}), catalog, TODAY)
    assert list(caught.value.errors) == [key]
    assert hint in caught.value.errors[key]


def test_answer_names_its_sources(catalog: Catalog) -> None:
    comparison = estimate(read_scenario({**LEAST, "on": "tinker/qwen3-8b"}), catalog, TODAY)
    assert (comparison.as_of, comparison.catalog_version) == (TODAY, catalog.version)
    assert comparison.base is None
    for line in comparison.estimates[0].lines:
        assert line.source is not None
        assert line.source.url
        assert line.formula.startswith("10,000 examples × 400 tokens × 3 epochs")
