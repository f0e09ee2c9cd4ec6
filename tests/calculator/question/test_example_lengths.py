"""Lengths of a counted file: text and back, what is left at any limit, and when they no longer hold."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculator import FieldErrors, read_scenario
from calculator.question.example_lengths import ExampleLengths, LengthStep, parse_lengths
from calculator.uncertainty.shapley import difference_causes

FILE = "4096:600/500,9731:640.5"


def of(examples: list[int], limits: set[int]) -> ExampleLengths:
    """Tokens of ten examples, so that every average has one digit."""
    longest = max(examples)

    def step(limit: int) -> LengthStep:
        cut, without = sum(min(n, limit) for n in examples), sum(n for n in examples if n <= limit)
        return LengthStep(Decimal(limit), Decimal(cut) / 10, Decimal(without) / 10)

    return ExampleLengths((*map(step, sorted(limit for limit in limits if limit < longest)), step(longest)))


@given(
    examples=st.lists(st.integers(1, 10_000), min_size=10, max_size=10),
    limits=st.sets(st.integers(1, 10_000), max_size=12),
    at=st.integers(1, 12_000),
)
def test_remaining_tokens_at_any_limit(examples: list[int], limits: set[int], at: int) -> None:
    """Exact at the counted limits; between them what is cut leaves never less than is said."""
    lengths = of(examples, limits)
    assert parse_lengths(str(lengths)) == lengths
    cut, remaining = Decimal(sum(min(n, at) for n in examples)) / 10, Decimal(sum(n for n in examples if n <= at)) / 10
    assert lengths.left(at, "cut") <= cut
    if at in limits or at >= max(examples):
        assert (lengths.left(at, "cut"), lengths.left(at, "left out")) == (cut, remaining)


@pytest.mark.parametrize(
    "text",
    [
        *("640", "4096:", ":640", "4096:640x", "4096:640:9731", "4096=640", "1e9:5", "0:0", "512:0", "9731:640.5/600"),
        "512:600", "4096:600,512:500", "4096:600,9731:500", "4096:600/700,9731:640", "4096:600/500,9731:640/400",
        ",".join(f"{n}:1" for n in range(1, 42)),
    ],
)  # fmt: skip
def test_impossible_lengths_are_refused(text: str) -> None:
    """More left than the limit, or than without it; falling limits; a last one that loses something; too many."""
    with pytest.raises(FieldErrors) as refused:
        read_scenario({"examples": "10", "example": "640", "lengths": text})
    assert "Counting a file fills this in" in refused.value.errors["lengths"]


def test_lengths_belong_to_their_average() -> None:
    fields = {"examples": "10", "example": "600/40.5", "lengths": FILE}
    assert read_scenario(fields).fields()["lengths"] == FILE
    assert read_scenario(fields | {"examples": "20"}).lengths is not None
    assert read_scenario(fields | {"example": "600/50"}).lengths is None
    assert "lengths" not in read_scenario(fields | {"example": "600/50"}).fields()


def test_average_and_lengths_are_one_cause() -> None:
    before, after = {"examples": "10", "example": "640.5", "lengths": FILE}, {"examples": "20", "example": "700"}
    causes = difference_causes(before, after, lambda fields: Decimal(fields["examples"]) * Decimal(fields["example"]))
    assert causes is not None
    # 10 × 640.5 = 6,405 to 20 × 700 = 14,000: half the difference either way round, 10 × 59.5 and 20 × 59.5.
    assert {cause.keys: cause.usd for cause in causes} == {
        ("example", "lengths"): Decimal("892.5"),
        ("examples",): Decimal("6702.5"),
    }
