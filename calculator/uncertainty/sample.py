"""Sampling of a comparison, without NumPy until a scenario with ranges needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calculator.comparison import Comparison, computed_once

if TYPE_CHECKING:
    from calculator.uncertainty.ranges import SampledEstimates  # imports NumPy


@computed_once
def sample(comparison: Comparison) -> SampledEstimates | None:
    """Price every offer in 2,000 draws of the scenario's ranges.

    Args:
        comparison: The answer to the question.

    Returns:
        The sampled estimates, priced when first read; None for a scenario without ranges.
    """
    if not comparison.scenario.ranged:
        return None
    from calculator.uncertainty.ranges import sample_ranges  # imports NumPy

    return sample_ranges(comparison.scenario, comparison.context)
