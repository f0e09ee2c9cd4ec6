"""How far the GPU model is from published runs.

`python -m benchmarks.gpu_accuracy FILE.csv [--oom FILE] [--json] [--leave-one-source-out]`

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
from benchmarks.gpu_rows import Row, Unusable, read_row
from calculator.gpu import Prediction, predict
from pricing import GpuFacts, GpuPhysics, load_gpu_facts


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


def score(rows: Iterable[Mapping[str, str]], facts: GpuFacts, physics_of: Callable[[str], GpuPhysics]) -> Run:
    """Predict every row. `physics_of` gives the constants for a row's source: always the same, but in the
    leave-one-source-out table.
    """
    run = Run()
    for raw in rows:
        try:
            row = read_row(raw, facts)
            run.scored.append(_score(row, predict(row.setup, physics_of(row.source))))
        except Unusable as reason:
            run.skipped[str(reason)] += 1
        except (ArithmeticError, ValueError) as fault:  # an absurd row does not stop the run
            run.skipped[f"cannot be predicted ({type(fault).__name__})"] += 1
    return run


def _score(row: Row, made: Prediction) -> Scored:
    speed, peak = made.tokens_per_second_per_gpu, made.peak_gib
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
    """Return median and 90th percentile of |error|, the mean of the sources' medians, and coverage."""
    found = list(errors)
    if not found:
        return {"rows": 0, "median": None, "p90": None, "macro_median": None, "coverage": None}
    sizes = sorted(abs(error) for _, error, _ in found)
    by_source: dict[str, list[float]] = defaultdict(list)
    for source, error, _ in found:
        by_source[source].append(abs(error))
    return {
        "rows": len(found),
        "median": median(sizes),
        "p90": percentile(sizes, 0.9),
        "macro_median": mean(median(errors) for errors in by_source.values()),
        "coverage": mean(covered for *_, covered in found),
    }


def percentile(ordered: list[float], share: float) -> float:
    """Between the two nearest of sorted values, as NumPy does."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def report(run: Run, oom: Run | None) -> dict[str, Any]:
    """Everything as one JSON-able mapping."""
    blocks: dict[str, Any] = {"all": _block(run.scored)}
    for key in ("method", "gpu", "source"):
        groups: dict[str, list[Scored]] = defaultdict(list)
        for scored in run.scored:
            groups[getattr(scored, key)].append(scored)
        blocks[f"by_{key}"] = {name: _block(group) for name, group in sorted(groups.items())}
    no = sum(not scored.fits for scored in run.scored)
    blocks["fits"] = {"rows": len(run.scored), "false_no": no / len(run.scored) if run.scored else None}
    if oom is not None:
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
    if "oom" in found:
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
    parser.add_argument("file", type=Path, help="measured runs, in the columns of benchmarks/data/gpu-measured.csv")
    parser.add_argument("--oom", type=Path, help="configurations that ran out of memory")
    parser.add_argument("--json", action="store_true", help="print JSON instead of Markdown")
    parser.add_argument("--leave-one-source-out", action="store_true", help="refit without each source to predict it")
    given = parser.parse_args(arguments)
    facts = load_gpu_facts()
    try:
        rows = read_rows(given.file)
        oom_rows = read_rows(given.oom) if given.oom else None
    except OSError as error:
        print(f"{error.filename}: cannot be read ({error.strerror})", file=sys.stderr)
        return 2
    physics_of: Callable[[str], GpuPhysics] = lambda source: facts.physics  # noqa: E731
    if given.leave_one_source_out:
        from benchmarks.gpu_fit import fits_without_each_source  # SciPy is slow to start

        physics_of = fits_without_each_source(rows, facts).__getitem__
    run = score(rows, facts, physics_of)
    oom = score(oom_rows, facts, lambda source: facts.physics) if oom_rows is not None else None
    found = report(run, oom)
    print(json.dumps(found, indent=1) if given.json else markdown(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
