"""How far the serving model is from published measurements.

`python -m benchmarks.serving_accuracy FILE.csv… [--json] [--leave-one-source-out]`

The rows have the columns of `benchmarks/data/serving-measured.csv`. A prediction sees the configuration only; the
measured throughput never enters it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import log
from pathlib import Path
from statistics import mean, median
from typing import Any

from benchmarks.gpu_accuracy import percentile
from benchmarks.gpu_cells import read_rows
from benchmarks.gpu_rows import Unusable
from benchmarks.serving_rows import ServingRow, predict_row, read_serving_row
from calculator.serving import throughput_spread
from pricing import GpuFacts, ServingPhysics, load_gpu_facts


@dataclass(frozen=True, slots=True)
class ScoredServing:
    """One row with its prediction's error."""

    source: str
    engine: str
    mixture: bool
    error: float
    """Predicted ÷ measured − 1, in output tokens a second."""
    covered: bool


@dataclass
class ServingRun:
    """The rows of a file, scored, and the reasons why others were left out."""

    scored: list[ScoredServing] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


def score(
    rows: Iterable[Mapping[str, str]], facts: GpuFacts, physics_of: Callable[[ServingRow], ServingPhysics]
) -> ServingRun:
    """Return the errors of all rows that can be predicted.

    Args:
        rows: Measurements, as text.
        facts: Known models, GPUs and constants.
        physics_of: Returns the constants for a row; they differ where each source is left out of the fit.
    """
    run = ServingRun()
    for raw in rows:
        try:
            row = read_serving_row(raw, facts)
            physics = physics_of(row)
            predicted = predict_row(row, physics)
        except Unusable as reason:
            run.skipped[str(reason)] += 1
            continue
        except (ArithmeticError, ValueError) as fault:  # an absurd row does not stop the run
            run.skipped[f"cannot be predicted ({type(fault).__name__})"] += 1
            continue
        covered = abs(log(predicted / row.measured)) <= throughput_spread(row.model.experts, physics)
        mixture = row.model.experts > 1
        run.scored.append(ScoredServing(row.source, row.engine, mixture, predicted / row.measured - 1, covered))
    return run


def summary(scored: Iterable[ScoredServing]) -> dict[str, float | int | None]:
    """Return rows, median and 90th percentile of |error|, and the coverage of the 80 % interval.

    `source_coverage` is the mean of the sources' coverage, in which a source with few rows weighs as much as another.
    """
    rows = list(scored)
    sizes = sorted(abs(row.error) for row in rows)
    if not rows:
        return {"rows": 0, "median": None, "p90": None, "coverage": None, "source_coverage": None}
    by_source: dict[str, list[bool]] = defaultdict(list)
    for row in rows:
        by_source[row.source].append(row.covered)
    return {
        "rows": len(rows),
        "median": median(sizes),
        "p90": percentile(sizes, 0.9),
        "coverage": mean(row.covered for row in rows),
        "source_coverage": mean(mean(covered) for covered in by_source.values()),
    }


def report(run: ServingRun) -> dict[str, Any]:
    """Return all summaries as one JSON-able mapping."""
    blocks: dict[str, Any] = {"all": summary(run.scored)}
    for key in ("engine", "source"):
        groups: dict[str, list[ScoredServing]] = defaultdict(list)
        for row in run.scored:
            groups[getattr(row, key)].append(row)
        blocks[f"by_{key}"] = {name: summary(group) for name, group in sorted(groups.items())}
    blocks["dense"] = summary(row for row in run.scored if not row.mixture)
    blocks["moe"] = summary(row for row in run.scored if row.mixture)
    blocks["skipped"] = dict(run.skipped)
    return blocks


def markdown(blocks: Mapping[str, Any]) -> str:
    """Return the report as a Markdown table."""
    named = [("**all**", blocks["all"]), ("dense", blocks["dense"]), ("mixtures", blocks["moe"])]
    for key in ("engine", "source"):
        named += [(f"{key}: {name}", block) for name, block in blocks[f"by_{key}"].items()]
    columns = ("median", "p90", "coverage", "source_coverage")
    lines = ["| rows | number | median | p90 | coverage | by source |", "| --- | ---: | ---: | ---: | ---: | ---: |"]
    for name, block in named:
        shown = ("–" if block[key] is None else f"{block[key]:.1%}" for key in columns)
        lines.append(f"| {name} | {block['rows']} | {' | '.join(shown)} |")
    lines += [f"Left out: {count} × {reason}." for reason, count in blocks["skipped"].items()]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Print the report of a file. Return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.serving_accuracy", description="Predicted against measured serving throughput."
    )
    columns = "rows in the columns of benchmarks/data/serving-measured.csv"
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help=columns)
    parser.add_argument("--json", action="store_true", help="print JSON instead of Markdown")
    parser.add_argument("--leave-one-source-out", action="store_true", help="refit without each source to predict it")
    options = parser.parse_args(arguments)
    try:
        rows = [row for path in options.files for row in read_rows(path)]
    except OSError as error:
        print(f"{error.filename}: cannot be read ({error.strerror})", file=sys.stderr)
        return 2
    facts = load_gpu_facts()
    physics_of: Callable[[ServingRow], ServingPhysics] = lambda row: facts.serving  # noqa: E731
    if options.leave_one_source_out:
        try:
            from benchmarks.serving_fit import fits_without_each  # SciPy is slow to start
        except ImportError:
            print(f"{parser.prog}: refitting needs NumPy and SciPy: pip install numpy scipy", file=sys.stderr)
            return 2
        fits = fits_without_each(rows, facts)
        physics_of = lambda row: fits[row.source]  # noqa: E731
    blocks = report(score(rows, facts, physics_of))
    print(json.dumps(blocks, indent=1) if options.json else markdown(blocks))
    return 0


if __name__ == "__main__":
    sys.exit(main())
