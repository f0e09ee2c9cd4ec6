"""Frameworks by name, and shapes between known ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculator.gpu import find_framework, interpolated_mixture, interpolated_shape
from tests.calculator.gpu.setups import FACTS


def test_frameworks_by_a_word_in_their_name() -> None:
    assert find_framework("HF transformers+peft", FACTS.frameworks).name == "huggingface"
    assert find_framework("NeMo 24.07", FACTS.frameworks).name == "nemo"
    assert find_framework("HF+unsloth", FACTS.frameworks).name == "unsloth"
    assert find_framework("something new", FACTS.frameworks).name == "unknown"
    assert find_framework("", FACTS.frameworks).name == "unknown"


@given(st.floats(min_value=0.01, max_value=2_000))
def test_interpolated_shape_matches_its_size_and_says_so(size: float) -> None:
    shape = interpolated_shape(size, FACTS.models)
    assert shape.interpolated
    assert shape.parameters_billion == size
    assert 0.3 < shape.counted / 1e9 / size < 3
    assert shape.block_parameters > 0


def test_mixture_stores_all_weights_and_uses_active_ones() -> None:
    shape = interpolated_mixture(80, 3, FACTS.models)
    assert shape.interpolated
    assert shape.counted / 80e9 == pytest.approx(1, abs=0.1)
    assert shape.matmul_parameters / 3e9 == pytest.approx(1, abs=0.3)


def test_between_two_known_sizes_the_shape_is_between_theirs() -> None:
    shape = interpolated_shape(7.5, FACTS.models)
    assert 28 <= shape.layers <= 40
    assert 3_000 <= shape.hidden <= 5_120
