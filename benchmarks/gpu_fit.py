"""`python -m benchmarks.gpu_fit FILE.csv…`: fit again the constants of the GPU model that measurements decide.

Prints them with the errors of predicting each source, and each framework, by a fit without it. Constants with `low` and
`high` in `pricing/data/gpu_model.yml` are fitted between these; the others are physics and stay. Values are copied
there by hand, with the day of the fit.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from benchmarks.gpu_accuracy import memory_gib, report, score
from benchmarks.gpu_cells import read_rows
from benchmarks.gpu_rows import Row, Unusable, read_row
from calculator.gpu import micro_step, predict
from pricing import GpuFacts, GpuPhysics, load_gpu_facts

Kind = Literal["time", "memory"]
Group = Literal["source", "framework"]
KINDS: tuple[Kind, ...] = ("time", "memory")
GROUPS: tuple[Group, ...] = ("source", "framework")
Vector = NDArray[np.float64]

# Errors beyond these (in logarithms) count by their size instead of its square.
USUAL_ERROR = {"time": 0.2, "memory": 0.08}
# Weight of a constant's current value against 100 rows.
HOLD = 0.5
EVALUATIONS = 12


def log_error(row: Row, physics: GpuPhysics, kind: Kind) -> float:
    """Return the logarithm of the predicted over the measured value."""
    if kind == "time":
        return math.log(micro_step(row.setup, physics).tokens_per_second_per_gpu / (row.tokens_per_second or math.nan))
    return math.log(memory_gib(predict(row.setup, physics), row.memory_kind).likely / (row.peak_gib or math.nan))


def measured(rows: Iterable[Mapping[str, str]], facts: GpuFacts, kind: Kind) -> list[Row]:
    """The rows to fit to."""
    found = []
    for raw in rows:
        try:
            row = read_row(raw, facts)
        except Unusable:
            continue
        seen = row.peak_gib if kind == "memory" else None if row.leaves_padding_out else row.tokens_per_second
        if seen:
            found.append(row)
    return found


def fit(rows: Sequence[Row], facts: GpuFacts, kind: Kind, start: GpuPhysics | None = None) -> GpuPhysics:
    """Return the constants with the least robust squares of the log errors.

    A source weighs as the square root of its rows, so that the largest do not decide.

    Args:
        rows: Measured rows; without any, the constants stay at their priors.
        facts: The constants with their priors and bounds.
        kind: The quantity whose constants are fitted.
        start: Constants of the other quantity; the priors by default.
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
    weights = np.array([count[row.source] ** -0.5 for row in rows])
    weights = np.sqrt(weights * len(rows) / weights.sum())

    def physics(point: Vector) -> GpuPhysics:
        values = lows + (highs - lows) * point
        return replace(start, **dict(zip(names, values.tolist(), strict=True)))

    held: Vector = np.clip((priors - lows) / (highs - lows), 1e-3, 1 - 1e-3)

    def residuals(point: Vector) -> Vector:
        tried = physics(point)
        errors = np.array([log_error(row, tried, kind) for row in rows]) * weights
        soft = np.sign(errors) * np.sqrt(2 * (np.sqrt(1 + (errors / USUAL_ERROR[kind]) ** 2) - 1))
        return np.concatenate([soft, HOLD * math.sqrt(len(rows) / 100) * (point - held)])

    found = least_squares(residuals, held, bounds=(0, 1), diff_step=1e-2, max_nfev=EVALUATIONS, xtol=1e-3, ftol=1e-3)
    return physics(found.x)


def unfitted(facts: GpuFacts) -> GpuPhysics:
    """The constants as they were thought to be before any measurement."""
    priors = {name: constant.prior for name, constant in facts.constants.items() if constant.prior is not None}
    return replace(facts.physics, **priors)


def fits_without_each(
    rows: Sequence[Mapping[str, str]], facts: GpuFacts, group: Group = "source"
) -> dict[str, GpuPhysics]:
    """Return the constants that all other sources (or frameworks) decide, by source (or framework).

    Args:
        rows: Measured runs, as text.
        facts: The constants with their priors and bounds.
        group: What is left out together.
    """
    measured_rows = {kind: measured(rows, facts, kind) for kind in KINDS}
    fits: dict[str, GpuPhysics] = {}
    for name in sorted(_groups(rows, facts, group)):
        physics = unfitted(facts)
        for kind in KINDS:
            others = [row for row in measured_rows[kind] if getattr(row, group) != name]
            physics = fit(others, facts, kind, physics)
        fits[name] = physics
    return fits


def _groups(rows: Iterable[Mapping[str, str]], facts: GpuFacts, group: Group) -> set[str]:
    names = set()
    for raw in rows:
        try:
            names.add(getattr(read_row(raw, facts), group))
        except Unusable:
            continue
    return names


def _fitted(facts: GpuFacts, kind: Kind) -> list[str]:
    return [name for name, c in facts.constants.items() if c.moves == kind and c.prior is not None]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu_fit", description=__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    given = parser.parse_args(arguments)
    facts = load_gpu_facts()
    rows = [row for path in given.files for row in read_rows(path)]
    physics = unfitted(facts)
    for kind in KINDS:
        physics = fit(measured(rows, facts, kind), facts, kind, physics)
        for name in _fitted(facts, kind):
            print(f"{name}: {getattr(physics, name):.4g}  (currently {getattr(facts.physics, name):.4g})")
    reports = [report(*score(rows, facts, lambda row: physics))]
    for group in GROUPS:
        without = fits_without_each(rows, facts, group)
        left_out = score(rows, facts, lambda row, fits=without, key=group: fits[getattr(row, key)])  # type: ignore[misc]
        reports.append(report(*left_out))
    for kind in KINDS:
        print(f"\n{kind.title()}:\n\n{side_by_side(kind, reports)}")
    return 0


def side_by_side(kind: Kind, reports: Sequence[Mapping[str, Any]]) -> str:
    """Return a Markdown table of the errors and coverage in sample, and of sources and frameworks left out.

    Args:
        kind: The quantity.
        reports: Reports of the same rows, one for each column.
    """
    lines = [
        "| rows | number | in sample | source left out | framework left out |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    first_report = reports[0]
    named = [("**all**", [each["all"] for each in reports])]
    for key in ("method", "source"):
        names = first_report[f"by_{key}"]
        named += [(f"{key}: {name}", [each[f"by_{key}"][name] for each in reports]) for name in names]
    for name, blocks in named:
        parts = [block[kind] for block in blocks]
        if parts[0]["rows"]:
            cells = (f"{part['median']:.1%} / {part['p90']:.1%}, {part['coverage']:.0%}" for part in parts)
            lines.append(f"| {name} | {parts[0]['rows']} | {' | '.join(cells)} |")
    shares = " | ".join(f"{each['all'][kind]['source_coverage']:.0%}" for each in reports)
    lines.append(f"| coverage, mean of the sources | | {shares} |")
    return "\n".join(lines).replace("%", " %")


if __name__ == "__main__":
    sys.exit(main())
