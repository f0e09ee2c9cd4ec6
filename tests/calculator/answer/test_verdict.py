"""The verdict: like with like first, other models only if they save, and never a side without traffic."""

from __future__ import annotations

from decimal import Decimal

import pytest

from calculator import Comparison, estimate, horizon_total, option, read_scenario, verdict
from pricing import Catalog
from tests.calculator.answer.test_threshold import SUPPORT
from tests.calculator.questions import TODAY


def compared(catalog: Catalog, **fields: str) -> Comparison:
    return estimate(read_scenario(SUPPORT | fields), catalog, TODAY)


@pytest.mark.parametrize(
    ("fields", "answer", "reason", "offer"),
    [
        ({"calls": "20k/day"}, "no", "too_few_calls", "azure/gpt-4.1-mini@global"),
        ({"calls": "200k/day"}, "yes", "pays_back", "azure/gpt-4.1-mini@global"),
        ({"calls": "20k/day", "prompt": "1500->1500"}, "no", "never_pays", "azure/gpt-4.1-mini@global"),
        ({"calls": "0/day"}, "no", "too_few_calls", "azure/gpt-4.1-mini@global"),
        ({"calls": "", "call": ""}, "not_enough", "no_calls", "azure/gpt-4.1-mini@global"),
        ({"calls": "20k/day", "base": "", "base_rates": ""}, "not_enough", "no_base", "azure/gpt-4.1-mini@global"),
        (
            {"calls": "20k/day", "on": "azure/gpt-4.1-mini@global,google/gemini-3.1-flash-lite"},
            "different_model",
            "other_model_pays",
            "google/gemini-3.1-flash-lite",
        ),
        (
            {"calls": "200k/day", "on": "azure/gpt-4.1-mini@global,google/gemini-3.1-flash-lite"},
            "yes",
            "pays_back",
            "azure/gpt-4.1-mini@global",
        ),
        ({"calls": "20k/day", "on": "azure/gpt-4.1-mini@developer"}, "no", "none_usable", None),
    ],
)
def test_verdict_by_question(
    catalog: Catalog, fields: dict[str, str], answer: str, reason: str, offer: str | None
) -> None:
    result = verdict(compared(catalog, **fields))
    assert (result.answer, result.reason) == (answer, reason)
    assert (result.option.estimate.offer.id if result.option else None) == offer


def test_stronger_models_come_first_where_the_class_is_unknown(catalog: Catalog) -> None:
    """Nothing is known of the base model, which costs 60 × $0.00096 = $0.0576 a call: both save nearly all of it."""
    fields = {"on": "google/llama-3.2-1b,google/gemini-3.1-flash-lite", "base": "our-own", "base_rates": "24/96"}
    result = verdict(compared(catalog, calls="20k/day", **fields))
    assert result.answer == "different_model"
    assert result.option is not None
    assert result.option.estimate.offer.id == "google/gemini-3.1-flash-lite"
    assert compared(catalog, calls="200k/day", **fields).usable[0].offer.id == "google/llama-3.2-1b"
    cheap = verdict(compared(catalog, calls="200k/day", **(fields | {"base_rates": "0.001/0.001"})))
    assert cheap.option is not None
    assert (cheap.answer, cheap.option.estimate.offer.id) == ("no", "google/llama-3.2-1b"), (
        "the cheapest, if none saves"
    )


def test_month_against_the_baseline(catalog: Catalog) -> None:
    """600k calls a month: prompting 600k × (1,800 × $0.40 + 150 × $1.60) ÷ 1M = $576.00; tuned 600k × $0.0004 = $240.00
    and $1,224.00 of hosting.
    """
    comparison = compared(catalog, calls="20k/day")
    result = option(comparison, comparison.estimates[0])
    assert result.monthly_vs_baseline_usd == Decimal(1_464) - 576
    assert result.group == "same_model"
    assert result.pays_back is None


def test_prompting_follows_the_end_of_a_model(catalog: Catalog) -> None:
    """It ends on 2027-10-14, 327 days = 10.7507 months after the question: the other 1.2493 months are prompted."""
    comparison = compared(catalog, calls="20k/day", months="12")
    months = Decimal(327) * 12 / 365
    total = horizon_total(comparison, comparison.estimates[0])
    assert total.usd == pytest.approx(90 + months * 1_464 + (12 - months) * 576)
    assert total.whole


def test_ending_models_are_compared_by_month_without_baseline(catalog: Catalog) -> None:
    """A month costs $24,024 at Azure and $34,200 at OpenAI, which ends 54 days after the question."""
    fields = {
        "on": "openai/gpt-4.1,azure/gpt-4.1@global",
        "customer": "existing",
        "base": "",
        "base_rates": "",
        "prompt": "",
    }
    fields |= {"example": "250/150", "calls": "1M/day", "call": "100/70", "epochs": "2", "months": "12"}
    comparison = compared(catalog, **fields)
    assert comparison.best is not None
    assert comparison.best.offer.id == "azure/gpt-4.1@global"
    assert {offer: reason.code for offer, reason in comparison.set_aside.items()} == {"openai/gpt-4.1": "ends_soon"}
    short = compared(catalog, **(fields | {"months": "1"}))
    assert [result.offer.id for result in short.usable] == ["azure/gpt-4.1@global", "openai/gpt-4.1"]
