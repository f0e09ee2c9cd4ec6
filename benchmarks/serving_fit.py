"""`python -m benchmarks.serving_fit FILE.csv…`: fit again the constants of the serving model that measurements decide.

Prints them with the errors in sample, and of predicting each source by a fit without it. Constants with `low` and
`high` in `pricing/data/serving_model.yml` are fitted between these; the others stay. Values are copied there by hand,
with the day of the fit.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from benchmarks.gpu_cells import read_rows
from benchmarks.gpu_rows import Unusable
from benchmarks.serving_accuracy import markdown, report, score
from benchmarks.serving_rows import ServingRow, predict_row, read_serving_row
from pricing import GpuFacts, ServingPhysics, load_gpu_facts

Vector = NDArray[np.float64]

# Errors beyond this (in logarithms) count by their size instead of its square.
USUAL_ERROR = 0.25
# Weight of the constants' priors, as a root mean square over the range from low to high, against that of the errors.
HOLD = 0.75
EVALUATIONS = 12


def usable(rows: Iterable[Mapping[str, str]], facts: GpuFacts) -> list[ServingRow]:
    """Return the rows that can be predicted."""
    usable_rows = []
    for raw in rows:
        try:
            usable_rows.append(read_serving_row(raw, facts))
        except Unusable:
            continue
    return usable_rows


def fit(rows: Sequence[ServingRow], facts: GpuFacts) -> ServingPhysics:
    """Return the constants with the least robust squares of the log errors, held towards their priors.

    A source weighs as the square root of its rows, so that the largest do not decide. Constants move on a logarithmic
    scale from `low` to `high`.

    Args:
        rows: Measurements; without any, the constants stay at their priors.
        facts: The constants with their priors and bounds.
    """
    free = {
        name: (constant.prior, constant.low, constant.high)
        for name, constant in facts.serving_constants.items()
        if constant.prior is not None
    }
    priors, lows, highs = np.log(np.array(list(free.values()), dtype=float)).T
    prior_point: Vector = np.clip((priors - lows) / (highs - lows), 0.02, 0.98)

    def physics(point: Vector) -> ServingPhysics:
        values = np.exp(lows + (highs - lows) * point)
        return replace(facts.serving, **dict(zip(free, values.tolist(), strict=True)))

    if not rows:
        return physics(prior_point)
    count = Counter(row.source for row in rows)
    weights = np.array([count[row.source] ** -0.5 for row in rows])
    weights = np.sqrt(weights / weights.sum())

    def residuals(point: Vector) -> Vector:
        candidate = physics(point)
        errors = np.array([math.log(predict_row(row, candidate) / row.measured) for row in rows])
        soft = USUAL_ERROR * np.sign(errors) * np.sqrt(2 * (np.sqrt(1 + (errors / USUAL_ERROR) ** 2) - 1))
        return np.concatenate([weights * soft, HOLD / math.sqrt(len(free)) * (point - prior_point)])

    solution = least_squares(
        residuals, prior_point, bounds=(0, 1), diff_step=1e-2, max_nfev=EVALUATIONS, xtol=1e-3, ftol=1e-3
    )
    return physics(solution.x)


def fits_without_each(rows: Iterable[Mapping[str, str]], facts: GpuFacts) -> dict[str, ServingPhysics]:
    """Return the constants that all other sources decide, by source."""
    usable_rows = usable(rows, facts)
    sources = sorted({row.source for row in usable_rows})
    return {source: fit([row for row in usable_rows if row.source != source], facts) for source in sources}


def main(arguments: list[str] | None = None) -> int:
    """Print the fitted constants and their errors. Return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving_fit", description=__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    options = parser.parse_args(arguments)
    facts = load_gpu_facts()
    rows = [row for path in options.files for row in read_rows(path)]
    physics = fit(usable(rows, facts), facts)
    for name, constant in facts.serving_constants.items():
        if constant.prior is not None:
            print(f"{name}: {getattr(physics, name):.4g}  (currently {constant.value:.4g})")
    print("\nWith these constants:\n")
    print(markdown(report(score(rows, facts, lambda row: physics))))
    fits = fits_without_each(rows, facts)
    print("\nEach source by a fit without it:\n")
    print(markdown(report(score(rows, facts, lambda row: fits[row.source]))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
