"""Numbers in many draws: in every draw what plain numbers would be, and nothing that is not defined."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from math import ceil, floor
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from calculator.costs.training import epochs_by
from calculator.numeric import highest, larger, round_down, round_up, smaller
from calculator.uncertainty.sampling import Samples
from pricing import EpochRule

OPERATORS: list[Callable[[Any, Any], Any]] = [operator.add, operator.sub, operator.mul, operator.truediv]
CHOICES = [(smaller, min), (larger, max)]
ORDERINGS: list[Callable[[Any, Any], Any]] = [operator.lt, operator.le, operator.gt, operator.ge, min, max]

figures = st.floats(-1e12, 1e12, allow_subnormal=False)
pairs = st.lists(st.tuples(figures, figures), min_size=1, max_size=6)
few = settings(max_examples=25)
decimals = st.decimals(-(10**9), 10**9, places=6)


def draws(values: list[float]) -> Any:
    return Samples(np.asarray(values, dtype=np.float64))


def plain(number: Any) -> list[float]:
    assert isinstance(number, Samples)
    return [float(value) for value in number.values]


@pytest.mark.parametrize("operate", OPERATORS)
@few
@given(both=pairs)
def test_two_samples_combine_draw_by_draw(operate: Callable[[Any, Any], Any], both: list[tuple[float, float]]) -> None:
    ones, others = [left for left, _ in both], [other for _, other in both]
    assume(operate is not operator.truediv or all(abs(other) > 1e-9 for other in others))
    assert plain(operate(draws(ones), draws(others))) == [operate(left, other) for left, other in both]


@pytest.mark.parametrize("operate", OPERATORS)
@few
@given(values=st.lists(figures, min_size=1, max_size=6), fixed=decimals)
def test_decimal_on_either_side(operate: Callable[[Any, Any], Any], values: list[float], fixed: Decimal) -> None:
    """The Decimal is the nearest float, as it would be if it had been written with a range around it."""
    division = operate is operator.truediv
    if not (division and not fixed):
        assert plain(operate(draws(values), fixed)) == [operate(value, float(fixed)) for value in values]
    if not (division and any(abs(value) < 1e-9 for value in values)):
        assert plain(operate(fixed, draws(values))) == [operate(float(fixed), value) for value in values]


@few
@given(values=st.lists(figures, min_size=1, max_size=6), whole=st.integers(1, 1_000))
def test_whole_number_on_either_side(values: list[float], whole: int) -> None:
    assert plain(draws(values) * whole) == plain(whole * draws(values)) == [value * whole for value in values]
    assert plain(draws(values) / whole) == [value / whole for value in values]


@few
@given(values=st.lists(st.floats(0.5, 2), min_size=1, max_size=6), exponent=st.integers(0, 60))
def test_power(values: list[float], exponent: int) -> None:
    assert plain(draws(values) ** exponent) == pytest.approx([value**exponent for value in values], rel=1e-14)


def test_sum_begins_at_zero() -> None:
    assert plain(sum([draws([1, 2]), Decimal(3), draws([10, 20])], Decimal(0))) == [14, 25]


@pytest.mark.parametrize(("choose", "choose_plain"), CHOICES)
@few
@given(both=pairs, fixed=decimals)
def test_smaller_and_the_larger(
    choose: Callable[[Any, Any], Any],
    choose_plain: Callable[[Any, Any], Any],
    both: list[tuple[float, float]],
    fixed: Decimal,
) -> None:
    ones, others = [left for left, _ in both], [right for _, right in both]
    assert plain(choose(draws(ones), draws(others))) == [choose_plain(left, right) for left, right in both]
    expected = [choose_plain(left, float(fixed)) for left in ones]
    assert plain(choose(draws(ones), fixed)) == plain(choose(fixed, draws(ones))) == expected
    assert choose(fixed, Decimal(7)) == choose_plain(fixed, Decimal(7))


@few
@given(values=st.lists(st.floats(0, 1e9), min_size=1, max_size=6))
def test_rounded_and_highest(values: list[float]) -> None:
    assert plain(round_up(draws(values))) == [ceil(value) for value in values]
    assert plain(round_down(draws(values))) == [floor(value) for value in values]
    assert float(highest(draws(values))) == max(values)
    assert round_up(Decimal(str(values[0]))) == ceil(values[0])
    assert round_down(Decimal(str(values[0]))) == floor(values[0])
    assert highest(Decimal(values[0])) == values[0]


@few
@given(values=st.lists(st.integers(1, 10**9), min_size=1, max_size=12), default=st.integers(1, 5))
def test_epochs_by_a_platforms_rule(values: list[int], default: int) -> None:
    """As OpenAI's cookbook has it, with whole numbers and branches."""
    rule = EpochRule(default=default, min_total_examples=100, max_total_examples=25_000, max_epochs=25)

    def published(examples: int) -> int:
        if examples * default < 100:
            return min(25, 100 // examples)
        return max(1, 25_000 // examples) if examples * default > 25_000 else default

    expected = [published(value) for value in values]
    assert plain(epochs_by(rule, draws([float(value) for value in values]))) == expected
    assert epochs_by(rule, Decimal(values[0])) == expected[0]


@pytest.mark.parametrize(
    ("values", "is_true"), [([0.0], False), ([0.0, 0.0], False), ([0.0, 1e-12], True), ([-1.0, 0.0], True)]
)
def test_true_unless_zero_in_every_draw(values: list[float], is_true: bool) -> None:
    assert bool(draws(values)) is is_true


@pytest.mark.parametrize("compare", ORDERINGS)
@pytest.mark.parametrize("other", [Decimal(2), 2, draws([2.0, 3.0])], ids=["Decimal", "int", "Draws"])
def test_draws_have_no_order(compare: Callable[[Any, Any], Any], other: Any) -> None:
    """A branch on draws would take one way for all of them; it is an error, not a guess."""
    with pytest.raises(TypeError):
        compare(draws([1.0, 4.0]), other)
    with pytest.raises(TypeError):
        compare(other, draws([1.0, 4.0]))


@pytest.mark.parametrize("convert", [int, float, ceil, round, abs, operator.neg, Decimal])
def test_draws_are_not_one_number(convert: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError):
        convert(draws([1.0, 4.0]))


@pytest.mark.parametrize("operate", OPERATORS)
def test_unknown_number_is_not_zero(operate: Callable[[Any, Any], Any]) -> None:
    with pytest.raises(TypeError):
        operate(draws([1.0, 4.0]), None)
    with pytest.raises(TypeError):
        operate(None, draws([1.0, 4.0]))
