"""The fields that a counted file fills in are ones that the question accepts."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from calculator import read_scenario
from tests.calculator.datasets.files import GOOD, count, jsonl

COUNTED, _ = count(jsonl(GOOD))


@given(tokens=st.integers(1, 9_000_000), examples=st.integers(1, 10**6))
@example(tokens=4_649, examples=60)  # 77.483, which may be read as 77,483
def test_mean_is_never_ambiguous(tokens: int, examples: int) -> None:
    tokens = max(tokens, examples)
    lengths = COUNTED.lengths._replace(max=10_000_000)
    counted = COUNTED._replace(examples=examples, input_tokens=tokens, output_tokens=0, lengths=lengths)
    fields = counted.fields()
    scenario = read_scenario(fields)
    assert scenario.example is not None
    assert round(scenario.example.input.likely * examples) == tokens
    assert Decimal(fields["example"].removesuffix("/0")) == scenario.example.input.likely
