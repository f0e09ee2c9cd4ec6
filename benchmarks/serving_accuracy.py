"""How far the serving model is from published measurements.

`python -m benchmarks.serving_accuracy FILE.csv [--json]`

The rows have the columns of `benchmarks/data/serving-measured.csv`. A prediction sees the configuration only; the
measured throughput never enters it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.gpu_accuracy import percentile
from benchmarks.gpu_cells import read_rows
from benchmarks.gpu_rows import Unusable
from benchmarks.serving_rows import predict_row, read_serving_row
from pricing import GpuFacts, load_gpu_facts


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


def score(rows: Iterable[Mapping[str, str]], facts: GpuFacts) -> ServingRun:
    """Return the errors of all rows that can be predicted."""
    run = ServingRun()
    physics = facts.serving
    for raw in rows:
        try:
            row = read_serving_row(raw, facts)
            predicted = predict_row(row, physics)
        except Unusable as reason:
            run.skipped[str(reason)] += 1
            continue
        except (ArithmeticError, ValueError) as fault:  # an absurd row does not stop the run
            run.skipped[f"cannot be predicted ({type(fault).__name__})"] += 1
            continue
        mixture = row.model.experts > 1
        low, high = (physics.mixture_low, physics.mixture_high) if mixture else (physics.dense_low, physics.dense_high)
        covered = low * predicted <= row.measured <= high * predicted
        run.scored.append(ScoredServing(row.source, row.engine, mixture, predicted / row.measured - 1, covered))
    return run


def summary(scored: Iterable[ScoredServing]) -> dict[str, float | int | None]:
    """Return rows, median and 90th percentile of |error|, and the coverage of the 80 % interval."""
    rows = list(scored)
    sizes = sorted(abs(row.error) for row in rows)
    if not rows:
        return {"rows": 0, "median": None, "p90": None, "coverage": None}
    return {
        "rows": len(rows),
        "median": median(sizes),
        "p90": percentile(sizes, 0.9),
        "coverage": sum(row.covered for row in rows) / len(rows),
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
    lines = ["| rows | number | median | p90 | coverage |", "| --- | ---: | ---: | ---: | ---: |"]
    for name, block in named:
        shown = ("–" if block[key] is None else f"{block[key]:.1%}" for key in ("median", "p90", "coverage"))
        lines.append(f"| {name} | {block['rows']} | {' | '.join(shown)} |")
    lines += [f"Left out: {count} × {reason}." for reason, count in blocks["skipped"].items()]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Print the report of a file. Return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.serving_accuracy", description="Predicted against measured serving throughput."
    )
    parser.add_argument("file", type=Path, help="rows in the columns of benchmarks/data/serving-measured.csv")
    parser.add_argument("--json", action="store_true", help="print JSON instead of Markdown")
    options = parser.parse_args(arguments)
    try:
        rows = read_rows(options.file)
    except OSError as error:
        print(f"{error.filename}: cannot be read ({error.strerror})", file=sys.stderr)
        return 2
    blocks = report(score(rows, load_gpu_facts()))
    print(json.dumps(blocks, indent=1) if options.json else markdown(blocks))
    return 0


if __name__ == "__main__":
    sys.exit(main())
