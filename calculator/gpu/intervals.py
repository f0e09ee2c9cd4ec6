"""80 % intervals of predictions, wider with what is unknown about a setup."""

from __future__ import annotations

import math
from dataclasses import dataclass

from calculator.gpu.setup import Setup
from pricing import GpuPhysics

MEMORY_SHARE = 0.5
"""Effect of an unknown on memory over its effect on time, in logarithms: weights and states are known either way."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A likely value with its 80 % interval."""

    low: float
    likely: float
    high: float

    def scaled(self, factor: float) -> Interval:
        """Return the interval times a positive factor."""
        return Interval(self.low * factor, self.likely * factor, self.high * factor)

    def inverted(self, numerator: float) -> Interval:
        """Return a number divided by the interval, such as hours from tokens an hour."""
        return Interval(numerator / self.high, numerator / self.likely, numerator / self.low)


def around(likely: float, spread: float) -> Interval:
    """Return the interval of a likely value.

    Args:
        likely: The prediction.
        spread: Half the width of the interval, in logarithms.
    """
    factor = math.exp(spread)
    return Interval(likely / factor, likely, likely * factor)


def unknowns(setup: Setup, physics: GpuPhysics) -> tuple[tuple[str, float], ...]:
    """Return what widens the intervals of a setup, with its effect on the logarithm of the time.

    Args:
        setup: The setup.
        physics: The fitted constants.

    Returns:
        Pairs of the reason and the spread that it adds, as independent errors add.
    """
    causes = (
        ("GPUs newer or other than the A100", setup.gpu.generation != "ampere", physics.spread_generation),
        ("several GPUs", setup.gpus > 1, physics.spread_gpus),
        ("several nodes", setup.gpus > setup.gpus_per_node, physics.spread_gpus),
        ("unpacked sequences", not setup.packed, physics.spread_unpacked),
        ("a shape interpolated from the size", setup.model.interpolated, physics.spread_interpolated),
        ("an unknown software stack", not setup.stack_known, physics.spread_stack),
        ("a mixture of experts", setup.model.experts > 1, physics.spread_experts),
        ("selective checkpointing", setup.checkpointing == "selective", physics.spread_selective),
    )
    return tuple((words, spread) for words, applies, spread in causes if applies)


def time_spread(setup: Setup, physics: GpuPhysics) -> float:
    """Return half the width of the 80 % interval of the time, in logarithms."""
    return math.hypot(physics.spread_time, *(spread for _, spread in unknowns(setup, physics)))


def memory_spread(setup: Setup, physics: GpuPhysics) -> float:
    """Return half the width of the 80 % interval of the memory, in logarithms."""
    return math.hypot(physics.spread_memory, *(MEMORY_SHARE * spread for _, spread in unknowns(setup, physics)))
