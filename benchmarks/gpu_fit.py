"""`python -m benchmarks.gpu_fit FILE.csv`: the constants of the GPU model that measurements decide, fitted anew.

Prints them with the errors of predicting each source by a fit without it. Constants with `low` and `high` in
`pricing/data/gpu_model.yml` are fitted between these; the others are physics and stay. Values are copied into that file
by hand, with the day of the fit.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from benchmarks.gpu_accuracy import Scored, markdown, report, score
from benchmarks.gpu_cells import read_rows
from benchmarks.gpu_rows import Row, Unusable, read_row
from calculator.gpu import micro_step, predict
from pricing import GpuFacts, GpuPhysics, load_gpu_facts

Kind = Literal["time", "memory"]
Vector = NDArray[np.float64]

# Errors beyond these (in logarithms) count by their size instead of its square.
USUAL_ERROR = {"time": 0.2, "memory": 0.08}
# Weight of a constant's current value against 100 rows.
HOLD = 0.5
EVALUATIONS = 25


def log_error(row: Row, physics: GpuPhysics, kind: Kind) -> float:
    if kind == "time":
        return math.log(micro_step(row.setup, physics).tokens_per_second_per_gpu / (row.tokens_per_second or math.nan))
    return math.log(predict(row.setup, physics).peak_gib.likely / (row.peak_gib or math.nan))


def measured(rows: Iterable[Mapping[str, str]], facts: GpuFacts, kind: Kind) -> list[Row]:
    """The rows to fit to."""
    found = []
    for raw in rows:
        try:
            row = read_row(raw, facts)
        except Unusable:
            continue
        seen = row.peak_gib if kind == "memory" else None if _leaves_padding_out(raw) else row.tokens_per_second
        if seen:
            found.append(row)
    return found


def _leaves_padding_out(raw: Mapping[str, str]) -> bool:
    """Tokens a second without the padding that was computed: another thing than the model predicts."""
    return "effective" in raw.get("tokens_basis", "").lower()


def fit(rows: Sequence[Row], facts: GpuFacts, kind: Kind, start: GpuPhysics | None = None) -> GpuPhysics:
    """Constants that make the robust squares of the log errors least. Every source weighs as much as any other.

    Without rows they stay what they were thought to be before.
    """
    start = start or unfitted(facts)
    if not rows:
        return start
    free = [
        (name, constant.prior, constant.low, constant.high)
        for name, constant in facts.constants.items()
        if constant.moves == kind and constant.prior is not None
    ]
    names = [name for name, *_ in free]
    priors, lows, highs = (np.array(column, dtype=float) for column in zip(*(rest for _, *rest in free), strict=True))
    count = Counter(row.source for row in rows)
    weights = np.array([1 / count[row.source] for row in rows])
    weights = np.sqrt(weights * len(rows) / weights.sum())

    def physics(point: Vector) -> GpuPhysics:
        values = lows + (highs - lows) * point**2
        return replace(start, **dict(zip(names, values.tolist(), strict=True)))

    def place(values: Vector) -> Vector:
        spot: Vector = np.sqrt(np.clip((values - lows) / (highs - lows), 1e-3, 1 - 1e-3))
        return spot

    held = place(priors)

    def residuals(point: Vector) -> Vector:
        tried = physics(point)
        errors = np.array([log_error(row, tried, kind) for row in rows]) * weights
        soft = np.sign(errors) * np.sqrt(2 * (np.sqrt(1 + (errors / USUAL_ERROR[kind]) ** 2) - 1))
        return np.concatenate([soft, HOLD * math.sqrt(len(rows) / 100) * (point - held)])

    begin = place(np.array([getattr(start, name) for name in names]))
    found = least_squares(residuals, begin, bounds=(0, 1), diff_step=1e-3, max_nfev=EVALUATIONS, xtol=1e-4, ftol=1e-4)
    return physics(found.x)


def unfitted(facts: GpuFacts) -> GpuPhysics:
    """The constants as they were thought to be before any measurement."""
    priors = {name: constant.prior for name, constant in facts.constants.items() if constant.prior is not None}
    return replace(facts.physics, **priors)


def fits_without_each_source(rows: Sequence[Mapping[str, str]], facts: GpuFacts) -> dict[str, GpuPhysics]:
    """For every source, the constants that the other sources decide."""
    times, memories = measured(rows, facts, "time"), measured(rows, facts, "memory")
    whole_time, whole_memory = fit(times, facts, "time"), fit(memories, facts, "memory")
    found = {}
    for source in {row.get("source_id") or row.get("source") or "?" for row in rows}:
        time_physics = fit(_without(source, times), facts, "time") if _has(source, times) else whole_time
        memory_physics = fit(_without(source, memories), facts, "memory") if _has(source, memories) else whole_memory
        memory_values = {name: getattr(memory_physics, name) for name in _fitted(facts, "memory")}
        found[source] = replace(time_physics, **memory_values)
    return found


def _has(source: str, rows: Sequence[Row]) -> bool:
    return any(row.source == source for row in rows)


def _without(source: str, rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.source != source]


def _fitted(facts: GpuFacts, kind: Kind) -> list[str]:
    return [name for name, c in facts.constants.items() if c.moves == kind and c.prior is not None]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu_fit", description=__doc__)
    parser.add_argument("file", type=Path)
    given = parser.parse_args(arguments)
    facts = load_gpu_facts()
    rows = read_rows(given.file)
    kinds: tuple[Kind, ...] = ("time", "memory")
    physics = unfitted(facts)
    for kind in kinds:
        physics = fit(measured(rows, facts, kind), facts, kind, physics)
        for name in _fitted(facts, kind):
            print(f"{name}: {getattr(physics, name):.4g}  (currently {getattr(facts.physics, name):.4g})")
    print("\nWith these constants:\n")
    print(markdown(report(score(rows, facts, lambda source: physics), None)))
    without = fits_without_each_source(rows, facts)
    left_out = score(rows, facts, without.__getitem__)
    print("\nEach source by a fit without it:\n")
    print(markdown(report(left_out, None)))
    print(
        "\n80 % of the measured values lie between these multiples of the predicted ones, all sources weighted equally:"
    )
    for kind in kinds:
        low, high = _interval(
            [(row.source, error) for row in left_out.scored if (error := _error(row, kind)) is not None]
        )
        print(f"{kind}: {low:.3f} to {high:.3f}")
    return 0


def _error(row: Scored, kind: Kind) -> float | None:
    return row.time_error if kind == "time" else row.memory_error


def _interval(errors: Sequence[tuple[str, float]]) -> tuple[float, float]:
    """10th and 90th percentile of measured / predicted, every source alike."""
    count = Counter(source for source, _ in errors)
    ordered = sorted((1 / (1 + error), 1 / count[source]) for source, error in errors)
    whole = sum(weight for _, weight in ordered)
    low = high = ordered[0][0]
    reached = 0.0
    for ratio, weight in ordered:
        reached += weight
        if reached <= 0.1 * whole:
            low = ratio
        if reached <= 0.9 * whole:
            high = ratio
    return low, high


if __name__ == "__main__":
    sys.exit(main())
