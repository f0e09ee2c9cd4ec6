"""One scenario over all offers, every line itemised."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from datetime import date

from calculator import Comparison, Scenario, estimate, read_scenario
from pricing import Catalog, load_catalog

ROUNDS = 200
AIM_MS = 2.0
QUESTION = {"examples": "10k", "example": "250/150", "epochs": "3", "calls": "50k/day", "call": "100/70"}
ON = date(2026, 11, 21)


def main() -> None:
    catalog = load_catalog()
    everything = read_scenario({"on": "all", **QUESTION})
    one = read_scenario({"on": "google/gemini-3.5-flash", **QUESTION})
    ranged = read_scenario({"on": "all", **QUESTION, "runs": "3..5"})
    comparison = estimate(everything, catalog, ON)
    lines = sum(len(made.lines) for made in comparison.estimates)
    gc.collect()
    gc.freeze()
    jobs = {
        "one offer": lambda: estimate(one, catalog, ON),
        "all offers": lambda: estimate(everything, catalog, ON),
        "all offers, with warnings and assumptions": lambda: _in_full(everything, catalog),
        "all offers, ranged (three corners)": lambda: estimate(ranged, catalog, ON),
    }
    medians = _interleaved(jobs)
    print(f"Estimate ({len(comparison.estimates)} offers, {lines} lines; median of {ROUNDS} interleaved runs)")
    for name, milliseconds in medians.items():
        print(f"  {name:<42} {milliseconds:7.3f} ms")
    print(f"  aim for all offers: {AIM_MS} ms\n")


def _in_full(scenario: Scenario, catalog: Catalog) -> Comparison:
    comparison = estimate(scenario, catalog, ON)
    for made in comparison.estimates:
        _ = made.warnings, made.assumptions
    return comparison


def _interleaved(jobs: dict[str, Callable[[], Comparison]]) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(ROUNDS):
        for name, job in jobs.items():
            started = time.perf_counter()
            job()
            times[name].append((time.perf_counter() - started) * 1000)
    return {name: statistics.median(found) for name, found in times.items()}
