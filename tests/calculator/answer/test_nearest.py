"""The nearest usable option: more of the same GPUs, the same model elsewhere, the closest class."""

from __future__ import annotations

import pytest

from bot.render.answer.card import card
from bot.render.answer.comparison import short_table
from calculator import Comparison, RentedGpuOffer, estimate, option, options, read_scenario
from pricing import Catalog
from tests.calculator.questions import TODAY

PLAIN = {"examples": "1000", "example": "400/200", "epochs": "3", "calls": "20k/day", "call": "300/150"}
TUNED_70B = {"model": "llama-3.1-70b", "method": "full", "gpus": "8"}


def compared(catalog: Catalog, on: str, **fields: str) -> Comparison:
    return estimate(read_scenario({**PLAIN, **fields, "on": on}), catalog, TODAY)


@pytest.mark.parametrize(
    ("on", "fields", "nearest", "group"),
    [
        ("openai/gpt-4.1-mini", {"base": "gpt-4o"}, "azure/gpt-4.1-mini@global", "same_class"),  # the model comes first
        ("openai", {"base": "gpt-4o"}, "azure/gpt-4o@global", "same_model"),  # of several, the baseline's
        ("anthropic/claude", {"base": "gpt-4.1-mini"}, "azure/gpt-4.1-mini@global", "same_model"),
        ("anthropic/claude", {}, "aws-bedrock/nova-2-lite", "unknown_class"),  # the catalogue's own suggestion
        ("sagemaker", {"base": "gpt-4.1-mini"}, "azure/gpt-4.1-mini@global", "same_model"),
        ("tinker/qwen3-8b", {}, "google/qwen3-8b", "class_d"),
        # The same model goes before the catalogue's own suggestion, which costs $23,360 a month on Fireworks.
        ("aws-bedrock/llama-3.3-70b", {}, "azure/llama-3.3-70b@global", "class_d"),
        # On Google, not gpt-oss-120b on Together for $4,008 a month.
        ("google/gemini-2.5-flash", {"base": "gemini-2.5-pro"}, "google/gemini-3.1-flash-lite", "unknown_class"),
        # Azure still trains another model of OpenAI.
        ("gpt-4.1-mini", {"retrain": "1"}, "azure/gpt-oss-20b@global", "unknown_class"),
        # No model of its maker: of class C, not Qwen3 235B for over twice the price of the cheapest.
        ("gpt-4.1-mini", {"retrain": "1", "licence": "open", "size": ">=25"}, "together/gemma-3-27b", "class_c"),
    ],
)
def test_nearest_option_of_offers_that_are_not_usable(
    catalog: Catalog, on: str, fields: dict[str, str], nearest: str, group: str
) -> None:
    comparison = compared(catalog, on, **fields)
    assert comparison.best is None
    assert comparison.nearest is not None
    assert comparison.nearest.offer.id == nearest
    item = option(comparison, comparison.nearest)
    assert item.usable
    assert item.group == group


def test_without_a_comparable_model_nothing_is_suggested(catalog: Catalog) -> None:
    comparison = compared(catalog, "sagemaker")
    assert comparison.nearest is None
    assert card(comparison).next_step == "Choose other platforms or models with on=."


@pytest.mark.parametrize("on", ["your-gpus", "h100"])
def test_more_of_the_same_gpus_are_the_nearest(catalog: Catalog, on: str) -> None:
    """70B with all weights needs 16 bytes a weight, 1,129 GB: more than 8 × 80 GB, less than 32 × 80 GB."""
    comparison = compared(catalog, on, base="gpt-4.1-mini", gpu="h100", gpu_rate="2", **TUNED_70B)
    nearest = comparison.nearest
    assert nearest is not None
    assert isinstance(nearest.offer, RentedGpuOffer)
    assert nearest.offer.work is not None
    assert (nearest.offer.rented_from.gpu, nearest.offer.work.gpus) == ("h100", 32)
    assert card(comparison).next_step == "Ask again with gpus=32, the nearest usable option."


def test_other_gpus_follow_if_no_number_suffices(catalog: Catalog) -> None:
    comparison = compared(catalog, "your-gpus", gpu="rtx-4090", gpu_rate="0.5", **TUNED_70B)
    nearest = comparison.nearest
    assert nearest is not None
    assert isinstance(nearest.offer, RentedGpuOffer)
    assert nearest.offer.model == "llama-3.1-70b"
    assert f"on={nearest.offer.id} gpu={nearest.offer.rented_from.gpu}" in card(comparison).next_step


def test_unavailable_offer_has_no_figures(catalog: Catalog) -> None:
    """Prompting GPT-4o costs far more than any of these would, and none can be had."""
    comparison = compared(catalog, "openai", base="gpt-4o", prompt="1500->100")
    assert [item.monthly_vs_baseline_usd for item in options(comparison)] == [None] * len(comparison.estimates)
    answer = card(comparison)
    assert answer.verdict == f"None of these {len(comparison.estimates)} offers can be recommended"
    label, figure = answer.figures[-1]
    assert label == "Nearest usable, GPT-4o"
    assert "once" in figure
    assert not any(label.startswith("Tuned") for label, _ in answer.figures)
    assert short_table(comparison).rows[-1][0] == "GPT-4o, global (Azure)"
    assert "(OpenAI)" not in str(short_table(comparison).rows)


@pytest.mark.parametrize(
    ("fields", "step"),
    [
        ({"method": "cpt"}, "Ask with another method=, or without one."),
        ({"class": ">=A", "licence": "open"}, "Ask with weaker filters"),
        # Other platforms take this file, and a mended one is all that Azure needs.
        ({"acceptance": "azure:refuse"}, "Fix the file first: counting it says why a platform refuses it."),
    ],
)
def test_one_change_is_suggested_without_a_near_offer(catalog: Catalog, fields: dict[str, str], step: str) -> None:
    comparison = compared(catalog, "azure/gpt-4.1-mini@global", **fields)
    assert comparison.nearest is None
    assert card(comparison).next_step.startswith(step)
