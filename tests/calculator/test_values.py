"""A comparison is a plain value: equal to itself made anew, and the same after it was pickled."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculator import (
    Comparison,
    assumption_impacts,
    break_even,
    crossover,
    estimate_assumptions,
    estimate_warnings,
    sample,
    sensitivity,
    turning_change,
)
from pricing import Catalog
from tests.calculator.questions import answer, choices, numbers, question

OFFERS = ["openai/gpt-4.1-mini", "azure/gpt-4o@global", "together/qwen3-8b", "anthropic/claude"]
RENTED = {
    "on": "runpod/l4,your-gpus,your-rates",
    "rates": "1/1/1",
    "model": "llama-3.1-8b",
    "gpu": "l4",
    "gpu_rate": "0.5",
    "examples": "5000",
    "example": "400",
    "calls": "1M/month",
    "call": "100/70",
    "prompt": "2000->100",
    "base": "gpt-4.1-mini",
}


def pickled(comparison: Comparison) -> Comparison:
    copy: Comparison = pickle.loads(pickle.dumps(comparison))  # noqa: S301 - our own value
    return copy


def facts(comparison: Comparison) -> list[object]:
    """Everything that is computed from a comparison when it is read."""
    return [
        crossover(comparison),
        *(
            (
                estimate_warnings(comparison, estimate),
                estimate_assumptions(comparison, estimate),
                assumption_impacts(comparison, estimate),
                break_even(comparison, estimate),
                turning_change(comparison, estimate),
                sensitivity(comparison, estimate),
            )
            for estimate in comparison.estimates
        ),
    ]


@settings(max_examples=25)
@given(
    on=st.lists(st.sampled_from(OFFERS), min_size=1, unique=True),
    given_numbers=numbers,
    chosen=choices,
    more=st.sampled_from([{}, {"base": "gpt-4.1-mini"}, {"base_rates": "1/2", "runs": "1..5"}, {"epochs": "auto"}]),
)
def test_comparison_survives_pickling(
    catalog: Catalog, on: list[str], given_numbers: dict[str, int], chosen: dict[str, str], more: dict[str, str]
) -> None:
    fields = question(on, given_numbers, chosen) | more
    comparison = answer(catalog, fields)
    assert comparison == answer(catalog, fields)
    copy = pickled(comparison)
    assert copy == comparison
    assert facts(copy) == facts(comparison)
    assert pickled(comparison) == comparison, "what was computed is no part of it"


def test_another_question_is_another_comparison(catalog: Catalog) -> None:
    assert answer(catalog, RENTED) != answer(catalog, RENTED | {"examples": "5001"})


@pytest.mark.parametrize("more", [{}, {"gpu_rate": "0.4..0.6", "examples": "4000..6000"}])
def test_rented_gpus_survive_pickling(catalog: Catalog, more: dict[str, str]) -> None:
    comparison = answer(catalog, RENTED | more)
    copy = pickled(comparison)
    assert copy == comparison
    assert facts(copy) == facts(comparison)
    assert crossover(copy) is not None
    ranges, others = sample(comparison), sample(copy)
    assert (ranges is None, others is None) == (not more, not more)
    if ranges and others:
        for name in ranges.estimates:
            assert ranges.percentiles(name, "total") == others.percentiles(name, "total")


def test_facts_are_computed_once(catalog: Catalog) -> None:
    comparison = answer(catalog, RENTED | {"runs": "1..3"})
    assert comparison.best is not None
    assert sample(comparison) is sample(comparison)
    assert crossover(comparison) is crossover(comparison)
    assert break_even(comparison, comparison.best) is break_even(comparison, comparison.best)
    other = next(estimate for estimate in comparison.estimates if estimate is not comparison.best)
    assert break_even(comparison, other) is not break_even(comparison, comparison.best)
