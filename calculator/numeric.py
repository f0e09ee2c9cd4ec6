"""What the cost model does with numbers besides + − × ÷: for one Decimal, or for a number in many draws at once.

The functions of the cost model are written for Decimal. `Many` (in practice `draws.Draws`) takes the same operators and
these functions, so a plan of draws goes through the very same code. A Many is true unless it is zero in every draw.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TypeVar

ZERO = Decimal(0)
ONE = Decimal(1)
Number = TypeVar("Number", float, Decimal)


class Numeric:
    """A number in every one of many draws. Types say Decimal where it can come, as it can in the whole cost model."""

    __slots__ = ()

    def smaller(self, other: Decimal) -> Decimal:
        raise NotImplementedError

    def larger(self, other: Decimal) -> Decimal:
        raise NotImplementedError

    def rounded_up(self) -> Decimal:
        raise NotImplementedError

    def rounded_down(self) -> Decimal:
        raise NotImplementedError

    def highest(self) -> Decimal:
        raise NotImplementedError


def smaller(one: Decimal, other: Decimal) -> Decimal:
    """The smaller of two numbers, in every draw."""
    if isinstance(one, Numeric):
        return one.smaller(other)
    return other.smaller(one) if isinstance(other, Numeric) else min(one, other)


def larger(one: Decimal, other: Decimal) -> Decimal:
    """The larger of two numbers, in every draw."""
    if isinstance(one, Numeric):
        return one.larger(other)
    return other.larger(one) if isinstance(other, Numeric) else max(one, other)


def rounded_up(value: Decimal) -> Decimal:
    """Up to the next whole number, in every draw."""
    return value.rounded_up() if isinstance(value, Numeric) else value.to_integral_value(ROUND_CEILING)


def rounded_down(value: Decimal) -> Decimal:
    """Down to the next whole number, in every draw."""
    return value.rounded_down() if isinstance(value, Numeric) else value.to_integral_value(ROUND_FLOOR)


def highest(value: Decimal) -> Decimal:
    """The number, or the highest of all draws."""
    return value.highest() if isinstance(value, Numeric) else value


def wall_seconds(tokens: Number, seconds_per_token: Number, start_seconds: Number) -> Number:
    """Wall clock of one training run: the GPU model asks with floats, the cost model with Decimals or draws."""
    return tokens * seconds_per_token + start_seconds
