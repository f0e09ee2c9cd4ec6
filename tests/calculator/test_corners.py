"""The cheap and the dear end of a range where the cost doesn't grow with the number."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bot.render.sentences.assumptions import assumption_sentences
from calculator import Comparison, estimate, read_scenario
from pricing import Catalog

TODAY = date(2026, 11, 28)


def answer(catalog: Catalog, **fields: str) -> Comparison:
    return estimate(read_scenario(fields), catalog, TODAY)


@pytest.mark.parametrize(
    ("examples", "low", "high"),
    [
        # 12,501 × 1 epoch to 12,500 × 2 = 25,000 (25,000 ÷ examples, cut), of 400 tokens at $3 per 1M.
        ("8334..16668", Decimal("15.0012"), Decimal(30)),
        # 30 to 33 examples take 3 epochs (100 ÷ 30 = 3.3): 90 to 99.
        ("30..33", Decimal("0.108"), Decimal("0.1188")),
        # 20 × 5 epochs = 100 at both ends; 26 × 3 = 78 and 25 × 4 = 100 between them.
        ("20..26", Decimal("0.0936"), Decimal("0.12")),
    ],
)
def test_automatic_epochs_reach_their_dearest_number(
    catalog: Catalog, examples: str, low: Decimal, high: Decimal
) -> None:
    comparison = answer(
        catalog, on="openai/gpt-4o-mini", customer="existing", examples=examples, example="250/150", runs="1"
    )
    (only,) = comparison.estimates
    span = comparison.span(only, "one_off")
    assert span is not None
    assert (span.low, span.high) == (low, high)


def test_range_from_no_calls_costs_nothing_at_its_low_end(catalog: Catalog) -> None:
    comparison = answer(
        catalog, on="tinker/qwen3-8b", examples="1000", example="400", calls="0..50k/day", call="100/70"
    )
    (only,) = comparison.estimates
    span = comparison.span(only, "monthly")
    assert span is not None
    assert span.low == 0
    assert span.high is not None
    assert only.monthly_usd is not None
    assert span.high > only.monthly_usd > 0


def test_examples_that_are_all_left_out_are_not_billed(catalog: Catalog) -> None:
    comparison = answer(catalog, on="google/gemini-3.5-flash", examples="1000", example="200000/0")
    (only,) = comparison.estimates
    assert only.one_off_usd == 0
    reason = comparison.set_aside[only.offer.id]
    assert (reason.code, reason.sentence) == (
        "over_limits",
        f"{only.offer.platform_title} takes at most 131,072 tokens an example; these have 200,000.",
    )


@pytest.mark.parametrize(
    ("growth", "words"),
    [("-5%", "Calls shrink by 5%"), ("5%", "Calls grow by 5%"), ("-5%..5%", "Calls change by -5%..5%")],
)
def test_negative_growth_shrinks_calls(catalog: Catalog, growth: str, words: str) -> None:
    comparison = answer(
        catalog,
        on="tinker/qwen3-8b",
        examples="1",
        example="1",
        epochs="1",
        calls="1k/hour",
        call="1/1",
        growth=growth,
    )
    (only,) = comparison.estimates
    assert f"{words} a month, from the second month on." in assumption_sentences(comparison, only)
    assert only.lines[0].formula == "1 example × 1 token × 1 epoch ÷ 1M"


@pytest.mark.parametrize(
    ("key", "text", "likely"), [("runs", "1..2", 2), ("epochs", "2..3", 3), ("examples", "3..6", 5)]
)
def test_likely_whole_number_is_rounded_half_up(key: str, text: str, likely: int) -> None:
    scenario = read_scenario({"examples": "10", "example": "400", key: text})
    assert getattr(scenario, key).likely == likely


def test_base_model_without_any_call_costs_nothing(catalog: Catalog) -> None:
    """Zero calls are a number; calls that aren't given are unknown."""
    fields = {"on": "tinker/qwen3-8b", "examples": "1000", "example": "400", "base": "gpt-4o-mini"}
    base = answer(catalog, **fields, calls="0/day", call="100/70").base
    assert base is not None
    assert (base.complete, base.monthly_usd, base.total_usd) == (True, 0, 0)
    assert answer(catalog, **fields, calls="0/day", call="100/70", serving="dedicated").base == base
    unknown = answer(catalog, **fields).base
    assert unknown is not None
    assert (unknown.complete, unknown.monthly_usd) == (False, None)
