"""80 % intervals of predictions, wider with what is unknown about a setup."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from calculator.gpu.setup import Setup
from pricing import GpuPhysics


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


class Unknown(NamedTuple):
    """A property of a setup that widens its intervals, as independent errors add. Spreads are in logarithms."""

    words: str
    time: float
    memory: float


def unknowns(setup: Setup, physics: GpuPhysics) -> tuple[Unknown, ...]:
    """Return what widens the intervals of a setup.

    Weights and states are known either way, so that most unknowns move the memory less than the time. Selective
    checkpointing keeps different activations in every framework, and libraries of quantised weights keep different
    copies.

    Args:
        setup: The setup.
        physics: The fitted constants.
    """
    causes = (
        ("GPUs newer or other than the A100", setup.gpu.generation != "ampere", physics.spread_generation),
        ("several GPUs", setup.gpus > 1, physics.spread_gpus),
        ("several nodes", setup.gpus > setup.gpus_per_node, physics.spread_gpus),
        ("unpacked sequences", not setup.packed, physics.spread_unpacked),
        ("a shape interpolated from the size", setup.model.interpolated, physics.spread_interpolated),
        ("a framework that isn't named", not setup.stack_known, physics.spread_stack),
        ("a mixture of experts", setup.model.experts > 1, physics.spread_experts),
    )
    share = physics.spread_memory_share
    widening = [Unknown(words, spread, share * spread) for words, applies, spread in causes if applies]
    if setup.checkpointing == "selective":
        widening.append(Unknown("selective checkpointing", physics.spread_selective, physics.spread_selective_memory))
    if setup.quantised:
        widening.append(Unknown("quantised weights", 0.0, physics.spread_quantised))
    return tuple(widening)


def time_spread(setup: Setup, physics: GpuPhysics) -> float:
    """Return half the width of the 80 % interval of the time, in logarithms."""
    return math.hypot(physics.spread_time, *(unknown.time for unknown in unknowns(setup, physics)))


def memory_spread(setup: Setup, physics: GpuPhysics) -> float:
    """Return half the width of the 80 % interval of the memory, in logarithms."""
    return math.hypot(physics.spread_memory, *(unknown.memory for unknown in unknowns(setup, physics)))
