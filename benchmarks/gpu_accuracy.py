"""How far the GPU model is from published runs.

`python -m benchmarks.gpu_accuracy FILE.csv… [--oom FILE] [--json] [--leave-one-source-out|--leave-one-framework-out]`

The rows have the columns of `benchmarks/data/gpu-measured.csv`. A prediction sees the configuration columns only
(`gpu_rows.read_setup`); source, row number, note and what was measured never enter it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median
from typing import Any

from benchmarks.gpu_cells import read_rows
from benchmarks.gpu_rows import MemoryKind, Row, Unusable, read_row
from calculator.gpu import Interval, Prediction, padding_factor, predict
from pricing import GpuFacts, GpuPhysics, load_gpu_facts

SUMMARY = ("rows", "median", "p90", "macro_median", "coverage", "source_coverage")


@dataclass(frozen=True, slots=True)
class Scored:
    """One row with its prediction; what was not measured is None."""

    source: str
    method: str
    gpu: str
    time_error: float | None
    time_covered: bool
    memory_error: float | None
    memory_covered: bool
    fits: bool


@dataclass
class Run:
    """A file's rows, scored, and why others were left out."""

    scored: list[Scored] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


def score(
    rows: Iterable[Mapping[str, str]], facts: GpuFacts, physics_of: Callable[[Row], GpuPhysics]
) -> tuple[Run, Run]:
    """Predict every row; return those that ran, and those that ran out of memory (their `outcome` says so).

    Args:
        rows: Measured runs, as text.
        facts: Known models, GPUs and frameworks.
        physics_of: Returns the constants for a row; they differ in the leave-one-out tables only.
    """
    ran, out_of_memory = Run(), Run()
    for raw in rows:
        outcome = raw.get("outcome", "").lower()
        run = out_of_memory if "oom" in outcome or "memory" in outcome else ran
        try:
            row = read_row(raw, facts)
            physics = physics_of(row)
            run.scored.append(_score(row, predict(row.setup, physics), physics))
        except Unusable as reason:
            run.skipped[str(reason)] += 1
        except (ArithmeticError, ValueError) as fault:  # an absurd row does not stop the run
            run.skipped[f"cannot be predicted ({type(fault).__name__})"] += 1
    return ran, out_of_memory


def memory_gib(prediction: Prediction, kind: MemoryKind) -> Interval:
    """Return the predicted memory of a kind: tensors, reserved by the allocator, or the process's."""
    memory, peak = prediction.memory, prediction.peak_gib
    likely = {
        "tensors": memory.tensors_gib,
        "reserved": memory.reserved_gib(prediction.usable_gib),
        "process": peak.likely,
    }[kind]
    return peak.scaled(likely / peak.likely)


def tokens_per_second(prediction: Prediction, physics: GpuPhysics, *, leaves_padding_out: bool) -> Interval:
    """Return the predicted tokens a second of a GPU, with padding or of real tokens only."""
    setup, speed = prediction.setup, prediction.tokens_per_second_per_gpu
    if setup.packed or not leaves_padding_out:
        return speed
    mean_length = setup.mean_length or setup.sequence_length
    return speed.scaled(1 / padding_factor(setup.micro_batch, mean_length, setup.sequence_length, physics))


def _score(row: Row, made: Prediction, physics: GpuPhysics) -> Scored:
    speed = tokens_per_second(made, physics, leaves_padding_out=row.leaves_padding_out)
    peak = memory_gib(made, row.memory_kind)
    seen_speed, seen_peak = row.tokens_per_second, row.peak_gib
    return Scored(
        source=row.source,
        method=row.setup.method,
        gpu=row.setup.gpu.name,
        time_error=None if seen_speed is None else speed.likely / seen_speed - 1,
        time_covered=seen_speed is not None and speed.low <= seen_speed <= speed.high,
        memory_error=None if seen_peak is None else peak.likely / seen_peak - 1,
        memory_covered=seen_peak is not None and peak.low <= seen_peak <= peak.high,
        fits=made.fits,
    )


def summary(errors: Iterable[tuple[str, float, bool]]) -> dict[str, float | int | None]:
    """Return median and 90th percentile of |error|, the mean of the sources' medians, and coverage.

    `source_coverage` is the mean of the sources' coverage, in which a source with few rows weighs as much as another.
    """
    found = list(errors)
    if not found:
        return dict.fromkeys(SUMMARY) | {"rows": 0}
    sizes = sorted(abs(error) for _, error, _ in found)
    by_source: dict[str, list[float]] = defaultdict(list)
    covered_by_source: dict[str, list[bool]] = defaultdict(list)
    for source, error, covered in found:
        by_source[source].append(abs(error))
        covered_by_source[source].append(covered)
    return {
        "rows": len(found),
        "median": median(sizes),
        "p90": percentile(sizes, 0.9),
        "macro_median": mean(median(errors) for errors in by_source.values()),
        "coverage": mean(covered for *_, covered in found),
        "source_coverage": mean(mean(covered) for covered in covered_by_source.values()),
    }


def percentile(ordered: list[float], share: float) -> float:
    """Between the two nearest of sorted values, as NumPy does."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def report(run: Run, out_of_memory: Run | None = None) -> dict[str, Any]:
    """Return everything as one mapping that JSON can hold."""
    blocks: dict[str, Any] = {"all": _block(run.scored)}
    for key in ("method", "gpu", "source"):
        groups: dict[str, list[Scored]] = defaultdict(list)
        for scored in run.scored:
            groups[getattr(scored, key)].append(scored)
        blocks[f"by_{key}"] = {name: _block(group) for name, group in sorted(groups.items())}
    blocks["coverage"] = {
        kind: {name: block[kind]["coverage"] for name, block in {"all": blocks["all"], **blocks["by_method"]}.items()}
        for kind in ("time", "memory")
    }
    refused = sum(not scored.fits for scored in run.scored)
    blocks["fits"] = {"rows": len(run.scored), "false_no": refused / len(run.scored) if run.scored else None}
    oom = out_of_memory or Run()
    blocks["oom"] = {"rows": len(oom.scored), "caught": sum(not scored.fits for scored in oom.scored)}
    blocks["oom_skipped"] = dict(oom.skipped)
    blocks["skipped"] = dict(run.skipped)
    return blocks


def _block(scored: Iterable[Scored]) -> dict[str, Any]:
    rows = list(scored)
    return {
        "time": summary((r.source, r.time_error, r.time_covered) for r in rows if r.time_error is not None),
        "memory": summary((r.source, r.memory_error, r.memory_covered) for r in rows if r.memory_error is not None),
    }


def markdown(found: Mapping[str, Any]) -> str:
    """The report as a Markdown table."""
    lines = [
        "| rows | time: rows | median | p90 | macro | coverage | memory: rows | median | p90 | macro | coverage |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        _line("**all**", found["all"]),
    ]
    for key in ("method", "gpu", "source"):
        lines += [_line(f"{key}: {name}", block) for name, block in found[f"by_{key}"].items()]
    fits = found["fits"]
    lines += ["", f"All of these rows ran; “does not fit” for {_percent(fits['false_no'])} of {fits['rows']} rows."]
    if found["oom"]["rows"]:
        lines.append(f"Out of memory: {found['oom']['caught']} of {found['oom']['rows']} cases caught.")
    for reason, count in [*found["skipped"].items(), *found.get("oom_skipped", {}).items()]:
        lines.append(f"Left out: {count} × {reason}.")
    return "\n".join(lines)


def _line(name: str, block: Mapping[str, Any]) -> str:
    cells = [name]
    for kind in ("time", "memory"):
        part = block[kind]
        shown = (_percent(part[key]) for key in ("median", "p90", "macro_median", "coverage"))
        cells += [str(part["rows"]), *shown]
    return f"| {' | '.join(cells)} |"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.1f} %"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.gpu_accuracy", description="Predicted against measured."
    )
    columns = "in the columns of benchmarks/data/gpu-measured.csv"
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help=f"measured runs, {columns}")
    parser.add_argument("--oom", type=Path, action="append", default=[], help="configurations that ran out of memory")
    parser.add_argument("--json", action="store_true", help="print JSON instead of Markdown")
    left_out = parser.add_mutually_exclusive_group()
    for group in ("source", "framework"):
        left_out.add_argument(
            f"--leave-one-{group}-out",
            dest="left_out",
            action="store_const",
            const=group,
            help=f"refit without each {group} to predict it",
        )
    given = parser.parse_args(arguments)
    facts = load_gpu_facts()
    try:
        rows = [row for path in given.files for row in read_rows(path)]
        rows += [row | {"outcome": "OOM"} for path in given.oom for row in read_rows(path)]
    except OSError as error:
        print(f"{error.filename}: cannot be read ({error.strerror})", file=sys.stderr)
        return 2
    physics_of: Callable[[Row], GpuPhysics] = lambda row: facts.physics  # noqa: E731
    if given.left_out:
        try:
            from benchmarks.gpu_fit import fits_without_each  # SciPy is slow to start
        except ImportError:
            print(f"{parser.prog}: refitting needs NumPy and SciPy: pip install numpy scipy", file=sys.stderr)
            return 2
        measured = [row for row in rows if not row.get("outcome")]
        fits = fits_without_each(measured, facts, given.left_out)
        physics_of = lambda row: fits.get(getattr(row, given.left_out), facts.physics)  # noqa: E731
    found = report(*score(rows, facts, physics_of))
    print(json.dumps(found, indent=1) if given.json else markdown(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
