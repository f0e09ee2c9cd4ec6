"""Samples of a range, on NumPy: imported only for a scenario with ranges."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calculator.numeric import Numeric
from calculator.question.quantities import Amount

COUNT = 2_000
DUST = 1e-9

Values = NDArray[np.float64]


class Samples(Numeric):
    """One number in `COUNT` draws. Entry i of every result belongs to draw i.

    Has the operators of Decimal that the cost model uses, also with a Decimal on the operand side.
    """

    __slots__ = ("values",)

    def __init__(self, values: Values) -> None:
        """Wrap `COUNT` values, one per draw."""
        self.values = values

    def __add__(self, operand: Any) -> Any:
        """Return the sum, draw by draw."""
        return Samples(self.values + _floats(operand))

    __radd__ = __add__

    def __sub__(self, operand: Any) -> Any:
        """Return the difference, draw by draw."""
        return Samples(self.values - _floats(operand))

    def __rsub__(self, operand: Any) -> Any:
        """Return the difference, draw by draw."""
        return Samples(_floats(operand) - self.values)

    def __mul__(self, operand: Any) -> Any:
        """Return the product, draw by draw."""
        return Samples(self.values * _floats(operand))

    __rmul__ = __mul__

    def __truediv__(self, operand: Any) -> Any:
        """Return the ratio, draw by draw."""
        return Samples(self.values / _floats(operand))

    def __rtruediv__(self, operand: Any) -> Any:
        """Return the ratio, draw by draw."""
        return Samples(_floats(operand) / self.values)

    def __pow__(self, exponent: int) -> Any:
        """Return the power, draw by draw."""
        return Samples(self.values**exponent)

    def __bool__(self) -> bool:
        """Return False if every draw is zero."""
        return bool(self.values.any())

    def smaller(self, bound: Decimal) -> Any:
        """Return the smaller of the two, draw by draw."""
        return Samples(np.minimum(self.values, _floats(bound)))

    def larger(self, bound: Decimal) -> Any:
        """Return the larger of the two, draw by draw."""
        return Samples(np.maximum(self.values, _floats(bound)))

    def round_up(self) -> Any:
        """Return the next whole number, draw by draw."""
        return Samples(np.ceil(self.values))

    def round_down(self) -> Any:
        """Return the whole number below, draw by draw."""
        return Samples(np.floor(self.values))

    def highest(self) -> Decimal:
        """Return the highest of all draws."""
        return Decimal(repr(float(self.values.max())))


def _floats(value: Any) -> Any:
    return value.values if type(value) is Samples else float(value)


def sample_amount(name: str, amount: Amount, *, whole: bool) -> Samples:
    """Return `COUNT` draws of a range, the same for the same name and range.

    The distribution is uniform, or triangular if the range has a likely value. The draws are stratified (one from each
    of `COUNT` equally likely slices) and shuffled.
    """
    seed = int.from_bytes(hashlib.sha256(f"{name}={amount}".encode()).digest()[:8])
    order = np.random.default_rng(seed).random(COUNT).argsort()
    share: Values = (order + 0.5) / COUNT
    low, likely, high = float(amount.low), float(amount.likely), float(amount.high)
    if not amount.peaked:
        width = high - low + (1 if whole else 0)
        values = low + share * width
        return Samples(np.minimum(np.floor(values), high) if whole else values)
    rise = (likely - low) / (high - low)
    up = low + np.sqrt(share * (high - low) * (likely - low))
    down = high - np.sqrt((1 - share) * (high - low) * (high - likely))
    values = np.where(share < rise, up, down)
    return Samples(np.rint(values) if whole else values)


def percentiles(value: Decimal | Samples, shares: tuple[float, ...]) -> tuple[Decimal, ...]:
    """Return the values below which these shares (0 to 1) of the draws lie, to nine digits."""
    if isinstance(value, Samples):
        return tuple(Decimal(f"{quantile:.9g}") for quantile in np.quantile(value.values, shares).tolist())
    return tuple(value for _ in shares)


def share_within(cost: Decimal | Samples, limit: Decimal | Samples) -> Decimal:
    """Return the share (0 to 1) of draws in which a cost does not exceed a limit, rounding errors of floats apart."""
    if isinstance(cost, Samples) or isinstance(limit, Samples):
        within = _floats(cost) <= _floats(limit) * (1 + DUST)
        return Decimal(int(within.sum())) / COUNT
    return Decimal(cost <= limit)
