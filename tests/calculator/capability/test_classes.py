"""The class of one model against another: at most 3 points below on one scale, and never across modes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from calculator import read_scenario
from calculator.capability.classes import answering_mode, band_of, capability_class
from calculator.pricing_context import pricing_context
from pricing import Catalog, Measure, ModelCapability, PublishedSource, load_capability

TODAY = date(2026, 11, 21)
TABLE = load_capability()
NAMES = sorted(TABLE.models)
ids = st.sampled_from(NAMES)

# Candidate, reference, class, points: the values stand in tests/pricing/capability/test_capability_data.py.
PAIRS = """
gpt-4.1-mini           gpt-4.1-mini      same_model  -
gpt-4.1-mini           gpt-4.1           same_class  -1.7
gpt-4.1                gpt-4.1-mini      same_class  1.7
llama-4-maverick       gpt-4.1-mini      same_class  -2.8
gemini-2.0-flash       gpt-4.1-mini      same_class  0.0
gpt-4.1-nano           gpt-4.1-mini      smaller     -4.9
gpt-4o-mini            gpt-4.1-mini      smaller     -9.0
qwen3.5-0.8b           gpt-4.1           smaller     -28.4
qwen3-32b              gpt-4o            unknown     1.1
qwen3-8b               gpt-4o            unknown     -0.9
gemma-3-12b            gemma-3-27b       same_class  -2.4
gpt-oss-120b           gpt-4.1           unknown     -
gpt-oss-120b           deepseek-r1       same_class  1.0
qwen3.5-9b             gpt-4.1           unknown     -
gemini-2.5-flash       gpt-4.1-mini      unknown     -
gemini-3.1-flash-lite  gpt-4.1-mini      unknown     -
gpt-oss-20b            gpt-4.1-mini      unknown     -
gpt-4.1                gpt-6-astra       unknown     -
o4-mini                gemini-2.5-pro    same_class  0.5
"""

# Letters as published with the classes: a value without thinking where there is one.
BANDS = """
gemini-3.5-flash A
qwen3.8-27b      A
gemini-2.5-flash B
qwen3.5-9b       B
qwen3-235b       C
gpt-4.1-mini     C
gemma-4-e2b      C
qwen3-32b        D
gpt-4o-mini      D
llama-3.1-8b     E
qwen3.5-0.8b     F
gpt-oss-20b      -
gpt-6-astra      -
"""


@pytest.mark.parametrize("row", PAIRS.strip().splitlines())
def test_class_follows_from_the_published_values(row: str) -> None:
    candidate, reference, name, points = row.split()
    result = capability_class(TABLE.models[candidate], TABLE.models[reference], TABLE.scales)
    assert result.name == name
    assert result.points == (None if points == "-" else Decimal(points))


@pytest.mark.parametrize("row", BANDS.strip().splitlines())
def test_letters_are_those_of_the_bands(row: str) -> None:
    model, letter = row.split()
    band = band_of(TABLE.models[model], TABLE.scales)
    assert (band[0] if band else "-") == letter


def test_reason_names_scale_values_and_day() -> None:
    result = capability_class(TABLE.models["llama-4-maverick"], TABLE.models["gpt-4.1-mini"], TABLE.scales)
    assert result.reason == (
        "2.8 points below GPT-4.1 mini on the Epoch Capabilities Index "
        "(132.8 against 135.6, both without thinking, 2026-08-11)"
    )


def test_reason_explains_different_classes() -> None:
    reasons = {
        candidate: capability_class(TABLE.models[candidate], TABLE.models["gpt-4.1"], TABLE.scales).reason
        for candidate in ("gpt-oss-120b", "qwen3.5-9b", "gpt-oss-20b", "gemini-3.1-flash-lite")
    }
    assert reasons == {
        "gpt-oss-120b": "gpt-oss-120b answers with thinking and GPT-4.1 is measured without thinking only",
        "qwen3.5-9b": "Qwen3.5-9B answers without thinking and is measured with thinking only",
        "gpt-oss-20b": "no index value of gpt-oss-20b is published",
        "gemini-3.1-flash-lite": "it isn't recorded whether Gemini 3.1 Flash-Lite thinks before it answers",
    }


@given(ids, ids)
def test_size_order_is_antisymmetric(model: str, reference: str) -> None:
    forward = capability_class(TABLE.models[model], TABLE.models[reference], TABLE.scales)
    backward = capability_class(TABLE.models[reference], TABLE.models[model], TABLE.scales)
    assert not (forward.name == backward.name == "smaller")
    assert (forward.name == "same_model") == (backward.name == "same_model") == (model == reference)
    if (
        forward.points is not None
        and backward.points is not None
        and (forward.candidate, forward.reference) == backward[:2:-1]
    ):
        assert forward.points == -backward.points


@given(ids, ids, st.booleans())
def test_values_with_and_without_thinking_are_never_compared(model: str, reference: str, thinking: bool) -> None:
    result = capability_class(TABLE.models[model], TABLE.models[reference], TABLE.scales, thinking=thinking)
    if result.candidate is None or result.reference is None:
        assert result.name in ("same_model", "unknown")
        return
    assert (result.candidate.thinking == "without") == (result.reference.thinking == "without")
    assert (result.candidate.thinking == "without") == (
        answering_mode(TABLE.models[model], thinking=thinking) == "without"
    )


@given(ids, ids)
def test_known_class_is_the_distance_on_comparable_scales(model: str, reference: str) -> None:
    result = capability_class(TABLE.models[model], TABLE.models[reference], TABLE.scales)
    assume(result.points is not None)
    assert result.points is not None
    assert result.candidate is not None
    assert result.reference is not None
    assert not result.candidate.second_hand
    assert not result.reference.second_hand
    assert result.points == result.candidate.value - result.reference.value
    same_index = result.candidate.scale == result.reference.scale
    assert result.name == ("smaller" if result.points < -3 else "same_class" if same_index else "unknown")


def test_scales_that_are_not_fitted_to_each_other_are_not_mixed() -> None:
    source = PublishedSource(title="A scale of one's own", checked="2026-11-01", scale="AA")
    scales = TABLE.scales._replace(
        by_name={"AA": replace(TABLE.scales.by_name["ECI"], title="AA"), **TABLE.scales.by_name}
    )
    measure = Measure(value=Decimal(60), scale="AA", thinking="without", source=source, confidence="high")
    own = ModelCapability(id="own", title="Own", vendor="us", thinking="never", measures=(measure,))
    result = capability_class(own, TABLE.models["gpt-4.1"], scales)
    assert result.name == "unknown"
    assert result.reason == "Own and GPT-4.1 aren't measured on one scale"


def test_offers_of_one_model_are_the_same_on_every_platform(catalog: Catalog) -> None:
    fields = {"examples": "1k", "example": "500", "base": "GPT-4.1 mini".replace(" ", "-"), "on": "all"}
    context = pricing_context(read_scenario(fields), catalog, TODAY)
    same = {offer.id for offer in context.offers if (group := context.class_of(offer)) and group.name == "same_model"}
    assert {"openai/gpt-4.1-mini", "azure/gpt-4.1-mini@global"} <= same
    assert all("gpt-4.1-mini" in offer_id for offer_id in same)


def test_without_a_base_model_there_is_no_class(catalog: Catalog) -> None:
    context = pricing_context(read_scenario({"examples": "1k", "example": "500"}), catalog, TODAY)
    assert context.reference is None
    assert {context.class_of(offer) for offer in context.offers} == {None}
