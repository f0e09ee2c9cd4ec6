"""Operations of the cost model besides + − × ÷, for Decimals and their stand-ins.

The functions of the cost model are written for Decimal. A `Numeric` (2,000 samples at once, or a spreadsheet formula)
takes the same operators and these functions, so it runs through the same code. A stand-in is true unless it is always
zero.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TypeVar, cast

_ONE_OF_MANY = re.compile(r"(?<![\d.,])1 (call|token|epoch|example|run|month|day|hour|model)s\b")
"""A number of a formula that isn't plural: `1 tokens`."""

ZERO = Decimal(0)
ONE = Decimal(1)
Number = TypeVar("Number", float, Decimal)


class Numeric:
    """A stand-in for a Decimal in the cost model. It is not ordered, because each sample may be larger or smaller."""

    __slots__ = ()

    def smaller(self, bound: Decimal) -> Decimal:
        """Return the smaller of the two, in every sample."""
        raise NotImplementedError

    def larger(self, bound: Decimal) -> Decimal:
        """Return the larger of the two, in every sample."""
        raise NotImplementedError

    def round_up(self) -> Decimal:
        """Return the next whole number, in every sample."""
        raise NotImplementedError

    def round_down(self) -> Decimal:
        """Return the whole number below, in every sample."""
        raise NotImplementedError

    def highest(self) -> Decimal:
        """Return the highest value of all samples."""
        raise NotImplementedError


def as_decimal(number: Numeric) -> Decimal:
    """Return a stand-in under the type that the cost model is written for: the only place where the two meet."""
    return cast("Decimal", number)


def smaller(value: Decimal, bound: Decimal) -> Decimal:
    """Return the smaller of two numbers, in every sample."""
    if isinstance(value, Numeric):
        return value.smaller(bound)
    return bound.smaller(value) if isinstance(bound, Numeric) else min(value, bound)


def larger(value: Decimal, bound: Decimal) -> Decimal:
    """Return the larger of two numbers, in every sample."""
    if isinstance(value, Numeric):
        return value.larger(bound)
    return bound.larger(value) if isinstance(bound, Numeric) else max(value, bound)


def round_up(value: Decimal) -> Decimal:
    """Return the next whole number, in every sample."""
    return value.round_up() if isinstance(value, Numeric) else value.to_integral_value(ROUND_CEILING)


def round_down(value: Decimal) -> Decimal:
    """Return the whole number below, in every sample."""
    return value.round_down() if isinstance(value, Numeric) else value.to_integral_value(ROUND_FLOOR)


def highest(value: Decimal) -> Decimal:
    """Return the number, or the highest of all samples."""
    return value.highest() if isinstance(value, Numeric) else value


def wall_seconds(tokens: Number, seconds_per_token: Number, start_seconds: Number) -> Number:
    """Return the wall clock of one training run in seconds: floats in the GPU model, Decimals in the cost model."""
    return tokens * seconds_per_token + start_seconds


def fill_formula(text: str, values: Iterable[Decimal]) -> str:
    """Return a formula in words with its values: `1 example × 400 tokens` of `{} examples × {} tokens`."""
    return _ONE_OF_MANY.sub(r"1 \1", text.format(*(f"{value.normalize():,f}" for value in values)))
