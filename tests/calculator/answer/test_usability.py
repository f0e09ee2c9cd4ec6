"""What is never recommended: each reason by a question that only it excludes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculator import Comparison, estimate, estimate_warnings, read_scenario, verdict
from pricing import Catalog
from tests.calculator.questions import TODAY

PLAIN = {"examples": "1000", "example": "400/200", "epochs": "3", "calls": "1k/day", "call": "300/150"}


def compared(catalog: Catalog, on: str, **fields: str) -> Comparison:
    return estimate(read_scenario({**PLAIN, **fields, "on": on}), catalog, TODAY)


@pytest.mark.parametrize(
    ("offer", "fields", "code", "word"),
    [
        ("anthropic/claude", {}, "not_offered", "Anthropic"),
        ("openai/gpt-4.1-nano", {}, "ended", "ended on"),
        ("openai/gpt-4.1-mini", {}, "closed_to_new_customers", "2026-05-06"),
        ("azure/gpt-4.1-mini@developer", {}, "not_for_production", "24 hours"),
        ("tinker/qwen3-8b", {}, "not_for_production", "testing"),
        ("together/llama-3.1-8b", {}, "cannot_be_deployed", "-Reference"),
        ("azure/gpt-4.1-mini@global", {"method": "qlora"}, "method_not_sold", "QLoRA"),
        ("openai/gpt-4.1-mini", {"customer": "existing", "examples": "5", "months": "1"}, "over_limits", "at least 10"),
        ("aws-bedrock/nova-2-lite", {"epochs": "20"}, "over_limits", "1 to 5 epochs"),
        ("google/gemini-3.5-flash", {"example": "200000/0"}, "over_limits", "131,072"),
        ("azure/gpt-4.1-mini@global", {"call": "2000000/500"}, "over_limits", "2,000,500"),
        (
            "azure/gpt-4.1-mini@global",
            {"example": "65537"},
            "over_limits",
            "Azure takes at most 65,536 tokens an example",
        ),
        # 1.5M examples × 500 tokens × 3 epochs are 2.25 billion
        (
            "azure/gpt-4.1-mini@global",
            {"examples": "1500000", "example": "500", "epochs": "3"},
            "over_limits",
            "2,000,000,000 tokens in a job",
        ),
        ("together/gpt-oss-20b", {"example": "24001"}, "over_limits", "Together, for this model, takes at most 24,000"),
        ("google/qwen3-8b", {"example": "40961"}, "over_limits", "The model takes at most 40,960 tokens an example"),
        (
            "azure/gpt-4.1-mini@global",
            {"acceptance": "azure:refuse"},
            "refuses_file",
            "Azure refuses the training file",
        ),
        ("aws-bedrock/nova-lite", {}, "unknown_price", "Training"),
        ("openai/gpt-4.1-mini", {"customer": "existing"}, "ends_soon", "2027-01-14"),
        ("azure/gpt-4.1-mini@global", {"retrain": "3"}, "training_ends", "2027-04-14"),
        ("azure/gpt-4.1-mini@global", {"class": ">=A"}, "filtered_out", "Class C"),
        # 100M calls of 1,000 + 300 tokens: 90.3M tokens a minute, 270.8M in the busiest hour, of at most 150M.
        ("azure/gpt-4.1-mini@global", {"calls": "100M/day", "call": "1000/300"}, "too_small", "150,000,000 tokens"),
        ("azure/llama-3.3-70b@global", {"calls": "1M/day", "call": "1000/300"}, "too_small", "about 500,000 tokens"),
        ("fireworks/kimi-k3@serverless", {}, "closed_to_new_customers", "has to be requested"),
    ],
)
def test_unusable_offer_has_a_reason(
    catalog: Catalog, offer: str, fields: dict[str, str], code: str, word: str
) -> None:
    comparison = compared(catalog, offer, **fields)
    reason = comparison.set_aside[offer]
    assert reason.code == code
    assert word in reason.sentence
    assert comparison.best is None
    assert verdict(comparison).reason == "none_usable"


@pytest.mark.parametrize(
    ("offer", "fields"),
    [
        ("openai/gpt-4.1-mini", {"customer": "existing", "months": "1"}),  # it ends after this horizon
        ("azure/gpt-4.1-mini@global", {}),  # training ends inside the horizon, and nothing is retrained
        ("azure/gpt-4.1-mini@global", {"retrain": "3", "months": "4"}),  # retrained in February, training ends in April
        ("tinker/qwen3-8b", {"calls": "", "call": ""}),  # its training is for production
        ("aws-bedrock/nova-2-lite", {"epochs": "5"}),
        ("azure/gpt-4.1-mini@global", {"example": "65536"}),
        ("azure/gpt-4.1-mini@global", {"acceptance": "azure:convert,openai:refuse"}),  # a converted copy is taken
        ("azure/gpt-4.1-mini@global", {"acceptance": "azure:mend"}),  # no platform takes it before it is mended
    ],
)
def test_usable_offers_are_recommended(catalog: Catalog, offer: str, fields: dict[str, str]) -> None:
    comparison = compared(catalog, offer, **fields)
    assert comparison.set_aside == {}
    assert comparison.best is comparison.estimates[0]


def test_classifier_is_about_labels_unless_asked_for(catalog: Catalog) -> None:
    """It answers with labels, so it is no option for a question about text; else only its end speaks against it."""
    training = {"calls": "", "call": ""}
    for on in ("mistral", "all"):
        reason = compared(catalog, on, **training).set_aside["mistral/classifier"]
        assert reason.code == "labels_only"
        comparison = compared(catalog, on, **training, task="classification")
        assert comparison.set_aside["mistral/classifier"].code == "ends_soon"
    for name in ("mistral/classifier", "mistral-classifier", "tinker/qwen3-8b,mistral/classifier"):
        reason = compared(catalog, name, **training).set_aside["mistral/classifier"]
        assert reason.sentence == "Mistral is winding this down, without a published last day."


def test_previews_and_closing_platforms_are_set_aside(catalog: Catalog) -> None:
    """Training is free in W&B's public preview, and Predibase, which was bought, names no last day."""
    reasons = {
        name: compared(catalog, name, calls="1k/day", call="100/70").set_aside[name]
        for name in ("wandb/llama-3.1-8b", "predibase/up-to-7b")
    }
    assert [reason.code for reason in reasons.values()] == ["not_for_production", "ends_soon"]
    assert "public preview" in reasons["wandb/llama-3.1-8b"].sentence
    assert "winding this down" in reasons["predibase/up-to-7b"].sentence


def test_more_calls_than_the_default_quota_are_a_warning(catalog: Catalog) -> None:
    """2M calls of 1,300 tokens are 1.81M tokens a minute, and 5.4M in the busiest hour; Azure's default is 5M."""

    def quota(calls: str) -> list[str]:
        comparison = compared(catalog, "azure/gpt-4.1-mini@global", calls=calls, call="1000/300", days="30")
        assert comparison.set_aside == {}
        warnings = estimate_warnings(comparison, comparison.estimates[0])
        return [warning.text for warning in warnings if warning.code == "quota"]

    (text,) = quota("2M/day")
    assert text.startswith("The busiest hour has 5,416,667 tokens a minute. Azure's default quota is 5,000,000")
    assert quota("1M/day") == []


def test_facts_for_buyers_are_warnings(catalog: Catalog) -> None:
    preview = compared(catalog, "wandb/llama-3.1-8b")
    warnings = {warning.code: warning.text for warning in estimate_warnings(preview, preview.estimates[0])}
    assert warnings["terms"].startswith("Public preview: training is free for now")


def test_none_usable_names_the_nearest_offer(catalog: Catalog) -> None:
    """Of the same model: Azure's tiers without the one whose deployments are deleted, the cheapest first."""
    comparison = compared(catalog, "openai/gpt-4.1-mini", base="gpt-4.1-mini", prompt="1500->100")
    assert comparison.nearest is not None
    assert comparison.nearest.offer.id == "azure/gpt-4.1-mini@global"
    assert verdict(comparison).answer == "no"


@settings(max_examples=15)
@given(
    fields=st.fixed_dictionaries(
        {"customer": st.sampled_from(["new", "existing"]), "months": st.sampled_from(["1", "6", "12"])},
        optional={
            "base": st.sampled_from(["gpt-4.1-mini", "gpt-4o", "claude-haiku-4-5"]),
            "epochs": st.sampled_from(["1", "20"]),
            "method": st.sampled_from(["lora", "full", "dpo"]),
            "calls": st.sampled_from(["1/day", "50k/day", "20M/day"]),
            "retrain": st.just("2"),
            "like": st.just("gpt-4.1-mini"),
        },
    )
)
def test_recommended_option_is_always_usable(catalog: Catalog, fields: dict[str, str]) -> None:
    comparison = compared(catalog, "all", **fields)
    result = verdict(comparison)
    for option in (result.option, result.like, result.threshold_option):
        assert option is None or option.usable
    assert all(estimate.complete for estimate in comparison.usable)
    apart = [estimate.offer.id in comparison.set_aside for estimate in comparison.estimates]
    assert apart == sorted(apart)
